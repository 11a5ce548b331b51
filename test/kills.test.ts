import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededIntegers } from '../src/core/random.ts'
import { type AgentOptions, processesIn, start } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { type ModelServer, startModelServer } from './support/model-server.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'

const FULL = process.env['SPECPROOF_FULL'] === '1'
const KILLS = FULL ? 200 : 6
/** Runs side by side: most of the time they wait for their own processes. */
const AT_ONCE = 3
/** A run that was killed once is done after one more; everything else is a fault of ours. */
const MOST_RUNS = 3

/** When the program is killed: at a moment, or right before or after its nth git command, or the one that moves the branch. */
type Kill = { at: 'moment'; share: number } | { at: 'before' | 'after'; git: number | 'merge' }

/** Stands before git on the PATH, and ends its parent, the program, at one of the calls. Only words of the shell itself: it is called often. */
const GIT = `#!/bin/sh
PATH=\${PATH#*:}
printf x >> "$KILL_COUNT"
read -r calls < "$KILL_COUNT"
case "$KILL_GIT, $* " in "\${#calls}, "* | merge,*" merge "*) ;; *) exec git "$@" ;; esac
if [ "$KILL_AT" = before ]; then kill -9 $PPID; exit 1; fi
git "$@"
kill -9 $PPID
`

let server: ModelServer
const clear: (() => Promise<void>)[] = []
/** Runs that were hit. */
let struck = 0
/** Of them those that were hit in the landing itself. */
let landings = 0
/** What an undisturbed run comes to: its tree, how long it takes, and how many git commands it needs. */
let usual: { tree: string; ms: number; git: number }

beforeAll(async () => {
  server = await startModelServer(({ system, prompt }) => ({
    text: `${system}\n${prompt}`.includes('# Your role: test author') ? AUTHOR : RIGHT,
  }))
  const repository = await prepared()
  const began = performance.now()
  const { code, stdout } = await begin(repository, 'usual')
  expect(code, stdout).toBe(0)
  const ms = performance.now() - began
  usual = {
    tree: await repository.git('rev-parse', 'HEAD^{tree}'),
    ms,
    git: (await readFile(countFile(repository), 'utf8')).length,
  }
})
afterAll(async () => {
  await server.close()
  for (const one of clear) await one()
})

/** A checkout with a person's own work in it. */
async function prepared(): Promise<TestRepository> {
  const repository = await makeRepository({
    files: {
      'notes.txt': 'one\n',
      'agent.yaml': 'level: { seeds: 1, runs: 20, schedules: 20, chaosSeconds: 0, maxMinutes: 1 }\nteeth: off\n',
    },
    onEnd: (one) => void clear.push(one),
  })
  await repository.write({ 'notes.txt': 'one\nmine\n', 'staged.txt': 'mine\n', 'untracked.txt': 'mine\n' })
  await repository.git('add', 'staged.txt')
  const bin = join(repository.around, 'bin')
  for (const dir of [bin, join(repository.around, 'tmp')]) await mkdir(dir)
  await writeFile(join(bin, 'git'), GIT)
  await chmod(join(bin, 'git'), 0o755)
  return repository
}

const countFile = (repository: TestRepository) => join(repository.around, 'git-calls')

/** `model` tells the questions of one checkout from those of the others. */
async function begin(repository: TestRepository, model: string, kill: Kill | null = null, options: AgentOptions = {}) {
  const { around, env } = repository
  const { at, git } = kill && kill.at !== 'moment' ? kill : { at: 'never', git: -1 }
  await writeFile(countFile(repository), '')
  return start(repository, ['run', '--model', `openai-compatible/${model}`], {
    ...options,
    env: {
      PATH: `${join(around, 'bin')}:${env['PATH']}`,
      ...{ KILL_COUNT: countFile(repository), KILL_GIT: String(git), KILL_AT: at, TMPDIR: join(around, 'tmp') },
      ...{ OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-test-0123456789' },
    },
  })
}

/** The last line that a run has told. */
function endOf(stdout: string): string {
  return (stdout.trim().split('\n').at(-1) ?? '').slice(0, 300)
}

/** Kills a run once, then runs until it is done. Answers what went wrong, in words; null: nothing. */
async function survive(kill: Kill, name: string): Promise<string | null> {
  const repository = await prepared()
  const killed = await begin(repository, name, kill, {
    onStart(child) {
      if (kill.at === 'moment') void sleep(kill.share * usual.ms).then(() => child.kill('SIGKILL'))
    },
  })
  if (killed.signal === 'SIGKILL') struck++
  if (killed.signal === 'SIGKILL' && kill.at !== 'moment' && kill.git === 'merge') landings++
  let last = killed
  const ends: string[] = []
  for (let n = 1; last.code !== 0 && n < MOST_RUNS; n++) {
    last = await begin(repository, name)
    ends.push(endOf(last.stdout))
  }
  if (last.code !== 0) return `it is not done: ${last.stdout.trim().split('\n').at(-1)}`
  const faults: string[] = []
  const expectSame = (what: string, is: string, should: string) => {
    if (is !== should) faults.push(`${what}: ${is}`)
  }
  expectSame('tree', await repository.git('rev-parse', 'HEAD^{tree}'), usual.tree)
  expectSame('commits', await repository.git('rev-list', '--count', 'HEAD'), '2')
  expectSame('status', await repository.git('status', '--porcelain'), ' M notes.txt\nA  staged.txt\n?? untracked.txt')
  expectSame('own work', await repository.read('notes.txt'), 'one\nmine\n')
  expectSame('worktrees', (await repository.git('worktree', 'list')).split('\n').slice(1).join(), '')
  expectSame('branches', await repository.git('branch', '--format=%(refname:short)'), 'main')
  expectSame('git folder', (await readdir(join(repository.dir, '.git'))).filter((name) => /lock/.test(name)).join(), '')
  expectSame('temporary files', (await readdir(join(repository.around, 'tmp'))).join(), '')
  expectSame('processes', (await processesIn(repository)).join('\n'), '')
  for (const folder of await readdir(join(repository.around, 'cache', 'specproof'))) {
    const left = await readdir(join(repository.around, 'cache', 'specproof', folder))
    expectSame('cache', left.filter((name) => !['setup', 'specs', 'symbols', 'tokens'].includes(name)).join(), '')
  }
  const asked = server.requests.filter(({ model }) => model === name).length
  // An author and an implementer, and again the one that was being asked.
  if (asked > (killed.signal === 'SIGKILL' ? 3 : 2)) faults.push(`${asked} questions`)
  return faults.length === 0 ? null : `${faults.join('; ')}; runs: ${[endOf(killed.stdout), ...ends].join(' | ')}`
}

/** In full most git commands, from the first to the last one, before or after, and moments between; else some of all. The landing always. */
function kills(): Kill[] {
  const draw = seededIntegers(Number(process.env['SPECPROOF_SAMPLE_SEED'] ?? 1))
  const ofGit = Array.from(
    { length: usual.git * 2 },
    (_, at): Kill => ({ at: at % 2 === 0 ? 'before' : 'after', git: (at >> 1) + 1 }),
  )
  const landing: Kill[] = [
    { at: 'before', git: 'merge' },
    { at: 'after', git: 'merge' },
  ]
  const most = FULL ? Math.min(ofGit.length, KILLS * 0.9) : 3
  const chosen = Array.from({ length: most }, (_, at) =>
    FULL ? ofGit[Math.floor((at * ofGit.length) / most)]! : ofGit.splice(draw() % ofGit.length, 1)[0]!,
  )
  const moments = Math.max(2, KILLS - chosen.length - landing.length)
  return [
    ...landing,
    ...chosen,
    ...Array.from({ length: moments }, (): Kill => ({ at: 'moment', share: (draw() % 1_000) / 1_000 })),
  ]
}

describe('a run that is killed at any instant', () => {
  it('is finished by the next one, with the same tree, once, with nothing of the person lost and nothing left behind', async () => {
    const all = kills()
    const faults: string[] = []
    const left = all.entries()
    const worker = async () => {
      for (const [at, kill] of left) {
        const fault = await survive(kill, `kill-${at}`)
        if (fault !== null) faults.push(`killed ${JSON.stringify(kill)}: ${fault}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    console.log(
      `${struck} of ${all.length} runs were hit, over ${usual.git} git commands and ${Math.round(usual.ms)} ms`,
    )
    expect(faults).toEqual([])
    expect(struck).toBeGreaterThan(all.length / 2)
    expect(landings).toBe(2)
  }, 3_600_000)
})
