import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../src/core/patch/patch.ts'
import type { CheckResult } from '../../src/core/verdict/evidence.ts'
import { run } from '../../src/run.ts'
import type { RunOptions } from '../../src/run-options.ts'
import { projectHooks } from '../../src/task/project-hooks.ts'
import type { State } from '../../src/task/state.ts'
import { creates } from '../support/clamp.ts'
import { smallSurroundings, smallWorld } from '../support/small-world.ts'

const OPTIONS: RunOptions = { spec: null, task: null, most: 1, until: null, keepGoing: false, dryRun: false }

/** A task that is right, in a project whose pre-commit ends so on the base and with the change. */
async function withHook(onBase: CheckResult['status'], onChange: CheckResult['status']) {
  const small = smallWorld({
    files: { 'specs/q/tasks.md': '# Tasks\n\n- [ ] 1. Build f\n  - Verify: `./check`\n' },
    delay: () => 0,
    reply: () => creates({ 'src/f.ts': 'right\n' }),
    judge: (_, files) => ({ f: files.has('src/f.ts') }),
    hook: (files) => ({ status: files.has('src/f.ts') ? onChange : onBase }),
  })
  const { status } = await run(small.world, smallSurroundings({ attempts: 1 }), OPTIONS)
  const passedOver = small.events.some(
    (event) => event.type === 'decision' && event.decision === 'project hook passed over',
  )
  return { status, passedOver }
}

describe('the pre-commit of the project', () => {
  it.each([
    ['passed', 'failed'],
    ['passed', 'broken'],
    ['passed', 'no-results'],
  ] as const)('that is %s on the base and %s with the change refuses the change', async (onBase, onChange) => {
    expect(await withHook(onBase, onChange)).toEqual({ status: 'failed', passedOver: false })
  })

  it.each([
    ['failed', 'failed'],
    ['broken', 'broken'],
    ['broken', 'failed'],
  ] as const)('that is %s on the base as well (%s) judges nobody', async (onBase, onChange) => {
    expect(await withHook(onBase, onChange)).toEqual({ status: 'verified', passedOver: true })
  })

  it('formats what the change may change; frozen tests and the tick stay as they were judged, and that is told', async () => {
    const tasks = 'specs/q/tasks.md'
    const write = (path: string, content: string): FileChange => ({ path, action: 'create', content, blocks: [] })
    const changes = [
      write('test/f.test.ts', 'test\n'),
      write('src/f.ts', 'right\n'),
      write(tasks, '- [x] 1. Build f\n'),
    ]
    const formatted = (text: string) => `// formatted\n${text}`
    const formatting = async (paths: string[]) => {
      const small = smallWorld({
        files: { [tasks]: '- [ ] 1. Build f\n', 'src/other.ts': 'other\n' },
        ...{ delay: () => 0, reply: () => '', judge: () => ({}) },
        hook: (files) => ({
          status: 'passed',
          writes: Object.fromEntries(paths.map((path) => [path, formatted(files.get(path)!)])),
        }),
      })
      const state = {
        around: smallSurroundings(),
        plan: { tasksPath: tasks, spec: { id: 'q' }, task: { id: '1' } },
        tree: await small.world.tree((await small.world.head()).commit),
        frozen: { files: [changes[0]] },
        attempt: 1,
      } as unknown as State
      const hooked = await projectHooks(small.world, state, changes)
      const told = small.events.flatMap((event) => (event.type === 'decision' ? [event.reason] : []))
      return { hooked, told }
    }
    const { hooked, told } = await formatting(changes.map(({ path }) => path))
    expect(hooked).toEqual({
      ok: true,
      changes: [changes[0], { ...changes[1], content: formatted('right\n') }, changes[2]],
    })
    expect(told).toEqual([expect.stringContaining('test/f.test.ts, specs/q/tasks.md')])
    expect(await formatting(['src/f.ts'])).toEqual({ hooked, told: [] })
    expect((await formatting(['src/f.ts', 'src/other.ts'])).hooked).toMatchObject({
      ok: false,
      reason: expect.stringContaining('changes src/other.ts, which it may not'),
    })
  })
})
