import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AgentRun, agent, eventsOf } from './support/agent.ts'
import { goEnvironment, shareBuildCache } from './support/go.ts'
import { pythonEnvironment } from './support/python.ts'
import { filesBelow } from './support/recorded-tasks.ts'
import { expectRefused, recorded } from './support/refused.ts'
import { type Files, makeRepository, type TestRepository } from './support/repository.ts'
import { sample } from './support/sample.ts'

const [go, python] = await Promise.all([goEnvironment(), pythonEnvironment()])
for (const one of [go, python])
  if ('missing' in one) it.skip(`a recorded example is not replayed here: ${one.missing}`, () => {})

// Wrong versions, with the strengthener's tests and its own versions, take four times as long as all that is before them.
const ALL = process.env['SPECPROOF_FULL'] === '1'
const LIGHT = `level: { seeds: 1, runs: 60, mutants: 8, teethSeconds: 6, maxMinutes: 2 }\nlevels: { commit: { seeds: 1, runs: 20 } }\nteeth: ${ALL ? 'required' : 'off'}\n`
const TEETH = ALL ? /; teeth \d+ wrong versions: [1-9]\d* killed/ : /; teeth not run/
const TRAILERS = '--format=%(trailers:key=Verdict,key=Evidence,valueonly,separator=%x3b)'

/** They take 20 to 30 s where nothing else runs. */
const MOST_MS = 600_000

/** The demo's repository of a spec in another language, at a light level. */
async function example(spec: string): Promise<TestRepository> {
  const files: Files = {
    ...(await filesBelow(`sandbox/targets/${spec}`)),
    ...(await filesBelow(`specs/${spec}`, `specs/${spec}/`)),
    ...{ '.gitignore': '.agent/\n.venv\n__pycache__/\n.hypothesis/\n', 'agent.yaml': LIGHT, 'package.json': null },
  }
  for (const one of ['requirements', 'design', 'tasks']) files[`specs/limits/${one}.md`] = null
  return makeRepository({ files, packages: null })
}

/** Two verified commits, with the evidence of each. */
async function expectCommits(repository: TestRepository, run: AgentRun): Promise<void> {
  expect(run.result, `${run.result.message}\n${run.stderr}`).toMatchObject({ status: 'verified', exitCode: 0 })
  expect(run.result.tasks.map(({ task, status }) => `${task} ${status}`)).toEqual(['1 verified', '2 verified'])
  const trailers = (await repository.git('log', '-2', TRAILERS)).split('\n')
  for (const one of trailers) {
    expect(one).toMatch(/^verified;red (\d+)\/\1 at \w+; green \d+\/\d+; property 1 seed x \d+ cases; /)
    expect(one).toMatch(TEETH)
  }
  expect(await repository.read(`specs/${run.result.tasks[0]!.spec}/tasks.md`)).not.toContain('- [ ]')
}

/** As it was made, and nothing is remembered of the run before. */
async function afresh(repository: TestRepository): Promise<void> {
  await repository.git('reset', '--quiet', '--hard', 'HEAD~2')
  await rm(join(repository.dir, '.agent'), { recursive: true, force: true })
}

/** The way through the loop is the same for both. */
const drawn = sample(
  'languages of recorded runs',
  ['go', 'python'].filter((one) => ({ go: 'env' in go, python: 'venv' in python })[one]),
  1,
)

describe.runIf(drawn.includes('go'))('the priority queue in Go', () => {
  it(
    'is replayed to two verified commits; one that answers the lowest priority first is refused',
    async () => {
      if ('missing' in go) return
      const repository = await example('priority-queue')
      await shareBuildCache(repository)
      const run = await agent(repository, ['run', ...recorded('priority-queue')], { env: go.env })
      await expectCommits(repository, run)
      expect(eventsOf(run, 'tests.frozen')).toMatchObject([
        { tests: 1, red: '1/1', own: true },
        { tests: 6, red: '6/6, 6 by assertion' },
      ])
      await afresh(repository)
      const planted = 'planted-go-lowest-first'
      const refused = await agent(repository, ['next', ...recorded(planted)], { env: go.env })
      expect(expectRefused(planted, refused)).toMatch(/^ARG_0=\[\{ID: Priority:\S+\} \{ID: Priority:\S+\}\]$/)
    },
    MOST_MS,
  )
})

describe.runIf(drawn.includes('python'))('the job queue in Python', () => {
  it(
    'is replayed to two verified commits; one with leases of 31 seconds is refused',
    async () => {
      if ('missing' in python) return
      const repository = await example('job-queue-python')
      await symlink(python.venv, join(repository.dir, '.venv'))
      const run = await agent(repository, ['run', ...recorded('job-queue-python')])
      await expectCommits(repository, run)
      expect(eventsOf(run, 'tests.frozen')).toMatchObject([
        { tests: 10, red: '10/10, 10 by assertion' },
        { tests: 6, red: '6/6, 6 by assertion' },
      ])
      await afresh(repository)
      const planted = 'planted-python-31-seconds'
      expect(expectRefused(planted, await agent(repository, ['next', ...recorded(planted)]))).toMatch(/=/)
    },
    MOST_MS,
  )
})
