import { describe, expect, it } from 'vitest'
import type { CheckResult } from '../../src/core/verdict/evidence.ts'
import { type RunOptions, run } from '../../src/run.ts'
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
})
