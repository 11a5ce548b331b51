import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { block, creates } from './support/clamp.ts'
import { scriptModel } from './support/scripted-model.ts'
import { runShell } from './support/shell.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8')

const STUB = `export function slugify(title) {
  throw new Error('not implemented')
}
`
const TEST = `import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { slugify } from '../src/slugify.js'

const title = fc.oneof(fc.string(), fc.array(fc.constantFrom('a', 'B', '7', ' ', '-', '!')).map((all) => all.join('')))
it('an answer is letters, digits and single hyphens between them, of the words in their order (1.1)', () => {
  fc.assert(
    fc.property(title, (text) => {
      const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
      assert.equal(slugify(text), words.join('-'))
    }),
  )
})
`
const RIGHT = `export function slugify(title) {
  return (title.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-')
}
`
/** Loses what does not stand at the beginning. */
const WRONG = `export function slugify(title) {
  return title.toLowerCase().match(/^[a-z0-9]+/)?.[0] ?? ''
}
`

/** npm and npx without a network: packages are those of this project, linked as npm links a folder. */
function tools(around: string): string {
  const bin = join(around, 'bin')
  mkdirSync(bin)
  const npm = `#!/bin/sh
if [ "$1" = test ]; then exec node --test; fi
mkdir -p node_modules
ln -s '${realpathSync(join(ROOT, 'node_modules/fast-check'))}' node_modules/fast-check
ln -s "$SPECPROOF" node_modules/specproof
exec node -e '
const all = JSON.parse(fs.readFileSync("package.json", "utf8"))
all.devDependencies = { "fast-check": "*", specproof: "*" }
fs.writeFileSync("package.json", JSON.stringify(all) + "\\n")'
`
  const npx = `#!/bin/sh\nshift\nexec node node_modules/specproof/bin/agent.js "$@"\n`
  for (const [name, text] of Object.entries({ npm, npx })) {
    writeFileSync(join(bin, name), text)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}

const forbidden = spawnSync('unshare', ['-U', 'true']).status !== 0
if (forbidden) console.warn('not tried: the tutorial, as no box can be made here')

it.skipIf(forbidden)('every command of the tutorial does what the page says, from an empty folder on', async () => {
  const around = realpathSync(mkdtempSync(join(tmpdir(), 'specproof-tutorial-')))
  onTestFinished(() => rmSync(around, { recursive: true, force: true, maxRetries: 3 }))
  const edit = (code: string) => block('src/slugify.js', STUB, code)
  const model = await scriptModel({
    author: [creates({ 'test/slugify.test.js': TEST, 'src/slugify.js': STUB })],
    implementer: [edit(WRONG), edit(RIGHT)],
  })
  const env = {
    ...{ PATH: `${tools(around)}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, LANG: 'C.UTF-8', CI: '1' },
    ...{ HOME: around, XDG_CACHE_HOME: join(around, 'cache'), GIT_CONFIG_SYSTEM: '/dev/null' },
    ...{ GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.invalid' },
    ...{ GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.invalid' },
    ...{ SPECPROOF: ROOT, MODEL: model.args[1]!, ...model.env },
  }
  const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, script]) => script!)
  expect(blocks.length).toBeGreaterThan(5)
  const printed: string[] = []
  for (const [at, script] of blocks.entries()) {
    const { code, output } = await runShell(script, { cwd: at === 0 ? around : join(around, 'slugs'), env })
    // Judged as hard as the page says in the full suite only.
    if (script.includes('agent init') && process.env['SPECPROOF_FULL'] !== '1')
      appendFileSync(join(around, 'slugs/agent.yaml'), 'level: { seeds: 2, runs: 100, mutants: 6, teethSeconds: 5 }\n')
    expect(code, `${script}\n${output}`).toBe(0)
    printed.push(output)
  }
  const [, , written = '', looked = '', ran = '', have = '', back = ''] = printed
  expect(written).toContain('first: 0 errors, 0 warnings')
  expect(looked).toContain('prompts/author.md')
  expect(ran).toMatch(/attempt 2 of 3[\s\S]*verified/)
  expect(have).toMatch(/specs\/first\/tasks\.md[\s\S]*src\/slugify\.js[\s\S]*test\/slugify\.test\.js/)
  expect(have).toMatch(/1 file|Written: .*report\.html/)
  expect(back).toMatch(/first/)
  expect(model.asked('author')).toHaveLength(1)
  expect(model.asked('implementer')).toHaveLength(2)
  expect(model.asked('implementer')[1]).toContain('counterexample')
})
