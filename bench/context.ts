// What prompts cost: node bench/context.ts [tokens] [growth] [map [FILES]]. Without words: all of it.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { planOf } from '../src/begin.ts'
import { surroundings } from '../src/commands/surroundings.ts'
import { assemble, type Part } from '../src/core/prompt/prompt.ts'
import { candidates } from '../src/core/symbols/map.ts'
import { rankFiles } from '../src/core/symbols/rank.ts'
import { createSymbols } from '../src/io/symbols/symbols.ts'
import { authorParts, implementerParts } from '../src/task/context.ts'
import { largeSpec } from '../test/support/large-spec.ts'
import { memorySymbols, memoryTree, recordedTasks } from '../test/support/recorded-tasks.ts'
import { settingsForTest } from '../test/support/settings.ts'

const run = promisify(execFile)
const words = process.argv.slice(2)
const wanted = (name: string) => words.length === 0 || words.includes(name)
const around = await surroundings('bench', settingsForTest(), {})
const load = () => `load ${loadavg()[0]!.toFixed(1)}`
const right = (value: number | string, width: number) => value.toLocaleString('en-US').padStart(width)

function promptOf(role: 'author' | 'implementer', parts: Part[]) {
  const made = assemble(role, 'bench', parts, { limit: 60_000, aim: around.promptAim }, around.count)
  if (!made.ok) throw new Error(made.message)
  return made.prompt
}

async function tokens(): Promise<void> {
  console.log('Tokens of the first question, demo (o200k vocabulary)')
  console.log('task  author  implementer  whole folder + steering + all files')
  for await (const { plan, tree, frozen } of recordedTasks()) {
    const scene = { around, plan, tree, symbols: memorySymbols(tree) }
    const author = promptOf('author', await authorParts(scene, [])).manifest.tokens
    const implementer = promptOf('implementer', await implementerParts(scene, frozen, [])).manifest.tokens
    let whole = 0
    for (const path of tree.paths) {
      const file = await tree.read(path)
      if (file.kind === 'text') whole += around.count(`${path}\n${file.text}`)
    }
    console.log(`${plan.task.id.padStart(4)}  ${right(author, 6)}  ${right(implementer, 11)}  ${right(whole, 8)}`)
  }
}

async function growth(): Promise<void> {
  console.log('\nTokens of the author of task 7, by requirements in the spec')
  console.log('requirements  whole spec  prompt')
  for (const size of [10, 100, 1_000, 5_000]) {
    const { spec, texts } = largeSpec(size)
    const tree = memoryTree({ 'package.json': '{"type":"module"}' })
    const plan = await planOf(spec, spec.tasks[6]!, tree)
    const scene = { around, plan, tree, symbols: memorySymbols(tree) }
    const { manifest } = promptOf('author', await authorParts(scene, []))
    console.log(`${right(size, 12)}  ${right(around.count(texts), 10)}  ${right(manifest.tokens, 6)}`)
  }
}

const BODY = 'const filler = compute(first, second) // what a line of code looks like\n'.repeat(30)
const SOURCES: [string, (at: number) => string][] = [
  [
    'ts',
    (at) =>
      `import { f${at - 1} } from './f${at - 1}.ts'\nexport interface Job${at} { id: string }\nexport function f${at}(a: number): Job${at} {\n${BODY}}\n`,
  ],
  [
    'py',
    (at) =>
      `import mod${at - 1}\nclass Worker${at}:\n    def run(self, n: int) -> str:\n        return ""\n`.padEnd(
        2_000,
        '# x\n',
      ),
  ],
  [
    'go',
    (at) =>
      `package p\nimport "fmt"\ntype Queue${at} struct{}\nfunc (q *Queue${at}) Take() error { return nil }\n${BODY}`,
  ],
  [
    'rs',
    (at) =>
      `use crate::m${at};\npub struct Ledger${at} { id: u32 }\npub fn open${at}() -> Ledger${at} { todo!() }\n${BODY}`,
  ],
  [
    'java',
    (at) =>
      `package a;\nimport java.util.List;\npublic class Shop${at} {\n  public int ask(int n) { return n; }\n}\n${BODY}`,
  ],
]

/** A repository of so many files of five languages, through one `git fast-import`. */
async function makeRepository(dir: string, files: number): Promise<void> {
  await run('git', ['init', '--quiet', dir])
  const child = spawn('git', ['-C', dir, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] })
  const done = new Promise((resolve) => child.once('close', resolve))
  child.stdin.write('commit refs/heads/main\ncommitter Bench <bench@example.invalid> 0 +0000\ndata 1\nx\n')
  for (let at = 0; at < files; at++) {
    const [ending, source] = SOURCES[at % SOURCES.length]!
    const text = source(at)
    const entry = `M 644 inline pkg${at % 97}/sub${at % 13}/f${at}.${ending}\ndata ${Buffer.byteLength(text)}\n${text}\n`
    if (!child.stdin.write(entry)) await new Promise((resolve) => child.stdin.once('drain', resolve))
  }
  child.stdin.end()
  await done
}

async function map(): Promise<void> {
  const files = Number(words[words.indexOf('map') + 1]) || 50_000
  const around = await mkdtemp(join(tmpdir(), 'specproof-bench-'))
  const [dir, cache] = [join(around, 'repository'), join(around, 'cache')]
  await makeRepository(dir, files)
  const interest = {
    text: 'A worker takes a job from the queue and opens the ledger.',
    shown: new Set<string>(),
    built: [],
  }
  const once = async () => {
    const began = performance.now()
    const index = await createSymbols(dir, cache)('refs/heads/main')
    const read = performance.now()
    const ranked = rankFiles(index.files, interest)
    const sorted = performance.now()
    const found = await index.signatures(candidates(ranked, 750, () => true).map(({ file }) => file.path))
    const ended = performance.now()
    const ms = (from: number, to: number) => `${((to - from) / 1_000).toFixed(2)} s`
    return `${ms(began, ended)}: index ${ms(began, read)}, ranking ${ms(read, sorted)}, ${found.size} files parsed ${ms(sorted, ended)}`
  }
  console.log(`\nMap of ${files.toLocaleString('en-US')} files, ${load()}`)
  console.log(`cold  ${await once()}`)
  for (let round = 0; round < 3; round++) console.log(`warm  ${await once()}`)
  await rm(around, { recursive: true, force: true })
}

if (wanted('tokens')) await tokens()
if (wanted('growth')) await growth()
if (wanted('map')) await map()
