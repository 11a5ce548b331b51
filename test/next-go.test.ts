import { describe, expect, it } from 'vitest'
import { agent, eventsOf } from './support/agent.ts'
import { goEnvironment, shareBuildCache } from './support/go.ts'
import { GO_AUTHOR, GO_RIGHT, GO_WRONG, goQueueSpec, implementGo } from './support/go-queue.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const go = await goEnvironment()
if ('missing' in go) it.skip(`projects of Go are not run here: ${go.missing}`, () => {})

const LEVEL =
  'level: { seeds: 2, runs: 50, schedules: 60, chaosSeconds: 0, maxMinutes: 3, mutants: 6, teethSeconds: 120 }\n'
/** What has to be compiled first is compiled once, by whichever test comes first. */
const MINUTES = 400_000

/** Two parts of one test: what its author wrote are three tests. */
const PARTED = GO_AUTHOR.replace(
  'func TestAnEmptyQueue',
  `func TestOneJob_1_1(t *testing.T) {
	for _, want := range []string{"a", "b"} {
		t.Run(want, func(t *testing.T) {
			q := &queue.Queue{}
			q.Put(want, 1)
			if name, _ := q.Take(); name != want {
				t.Errorf("Take() = %q, want %q", name, want)
			}
		})
	}
}

func TestAnEmptyQueue`,
)

describe.runIf('env' in go)('a project of Go', () => {
  it(
    'gets a task verified: red on both stubs, a shrunk counterexample for the wrong patch',
    async () => {
      if ('missing' in go) return
      const repository = await makeRepository({
        files: { ...(await goQueueSpec()), 'agent.yaml': LEVEL },
        packages: null,
      })
      await shareBuildCache(repository)
      const model = await scriptModel({
        author: [PARTED],
        implementer: [implementGo(GO_WRONG), implementGo(GO_RIGHT)],
      })
      const run = await agent(repository, ['next', ...model.args], { model, env: go.env })
      expect(run.result.status, `${run.result.message}\n${run.stderr}`).toBe('verified')
      expect(eventsOf(run, 'runner.chosen')).toMatchObject([{ runner: 'go', why: expect.stringMatching(/^go\.mod/) }])
      expect(eventsOf(run, 'tests.frozen')).toMatchObject([{ tests: 3, withParts: 5, red: '3/3, 3 by assertion' }])
      const red = eventsOf(run, 'check.finished').find((event) => event.stage === 'tests' && event.failed > 0)
      expect(red?.counterexample).toMatchObject({
        value: expect.stringMatching(/^priorities=\[\]int\{[\d, ]+\}$/),
        path: expect.any(String),
      })
      expect(model.asked('author')[0]).toContain('pgregory.net/rapid')
      expect(model.asked('implementer')[1]).toContain('priorities=')
      expect(eventsOf(run, 'check.finished').filter(({ stage }) => stage.startsWith('red-'))).toMatchObject([
        { passed: 0, failed: 3 },
        { passed: 0, failed: 3 },
      ])
      const message = await repository.git('log', '-1', '--format=%B')
      expect(message).toMatch(/^Verdict: verified$/m)
      expect(message).toMatch(/^Evidence: red 3\/3 at \w+; green 3\/3; .*; suite 3\/3, 0 red on base/m)
      const [{ killed, total } = { killed: 0, total: 1 }] = eventsOf(run, 'teeth.finished')
      expect(killed / total).toBeGreaterThan(0.7)
    },
    MINUTES,
  )
})
