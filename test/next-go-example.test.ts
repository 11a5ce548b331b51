import { describe, expect, it } from 'vitest'
import { agent, eventsOf } from './support/agent.ts'
import { block, creates } from './support/clamp.ts'
import { goEnvironment, shareBuildCache } from './support/go.ts'
import { filesBelow } from './support/recorded-tasks.ts'
import { type Files, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const go = await goEnvironment()
if ('missing' in go) it.skip(`the example in Go is not run here: ${go.missing}`, () => {})
// test/next-go.test.ts shows the same way with less.
const ALL = process.env['SPECPROOF_FULL'] === '1'

const LEVEL = 'level: { seeds: 1, runs: 40, maxMinutes: 4, mutants: 12, teethSeconds: 60 }\n'

/** The dispatcher as the author of its tests would leave it. */
function stubOf(code: string): string {
  return code
    .replace(/import \([\s\S]*?\)\n\n/, '')
    .replace(/^type Dispatcher struct \{[\s\S]*?^\}/m, 'type Dispatcher struct{}')
    .replace(/func \(d \*Dispatcher\) put[\s\S]*$/, '')
    .replace(/^(func .*) \{\n[\s\S]*?^\}/gm, '$1 {\n\tpanic("not implemented")\n}')
}

describe.runIf('env' in go && ALL)('the priority queue in Go', () => {
  it('is judged by the property of its expert, which a strengthener completes; the dispatcher by an author', async () => {
    if ('missing' in go) return
    const target = await filesBelow('sandbox/targets/priority-queue')
    const spec = await filesBelow('specs/priority-queue', 'specs/priority-queue/')
    const solution = await filesBelow('sandbox/reference/priority-queue')
    const dispatcher = solution['queue/dispatcher.go']!
    const files: Files = { ...target, ...spec, '.gitignore': '.agent/\n', 'agent.yaml': LEVEL, 'package.json': null }
    for (const one of ['requirements', 'design', 'tasks']) files[`specs/limits/${one}.md`] = null
    const repository = await makeRepository({ files, packages: null })
    await shareBuildCache(repository)
    const model = await scriptModel({
      author: [
        creates({
          'queue/dispatcher_test.go': solution['queue/dispatcher_test.go']!,
          'queue/dispatcher.go': stubOf(dispatcher),
        }),
      ],
      implementer: [
        `Done.\n\n${block('queue/queue.go', target['queue/queue.go']!, solution['queue/queue.go']!)}`,
        `Done.\n\n${block('queue/dispatcher.go', '', dispatcher)}`,
      ],
      strengthener: [
        creates({ 'queue/queue_more_test.go': solution['queue/queue_more_test.go']! }),
        'No words allow it.',
        'No words allow it.',
      ],
    })
    const run = await agent(repository, ['run', ...model.args], { model, env: go.env })
    expect(run.result.status, `${run.result.message}\n${run.stderr}`).toBe('verified')
    expect(eventsOf(run, 'tests.frozen')[0]).toMatchObject({ tests: 1, red: '1/1' })
    expect(model.asked('author')).toHaveLength(1)
    // Alone the printed property lets much pass that the requirements do not allow.
    expect(model.asked('strengthener')[0]).toContain('queue/queue.go')
    const messages = await repository.git('log', '-2', '--format=%B')
    expect(messages.match(/^Verdict: verified$/gm)).toHaveLength(2)
    for (const { killed, total } of eventsOf(run, 'teeth.finished')) expect(killed / total).toBeGreaterThan(0.5)
  }, 580_000)
})
