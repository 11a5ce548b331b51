import type { World } from '../world.ts'
import type { Draft } from './draft.ts'
import { type GuardVerdict, judgeOnBase } from './guards.ts'
import { hookOnTests } from './project-hooks.ts'
import { judgeStubs, type StubVerdict } from './red.ts'
import type { State } from './state.ts'

export type Judged = Extract<GuardVerdict | StubVerdict, { kind: 'judged' }>

/** Tests that hold for good, once judged. */
export interface Settled {
  draft: Draft
  judged: Judged
}

/** Against stubs where something is to be written; where not, on the code as it is. */
export function judge(world: World, state: State, draft: Draft): Promise<GuardVerdict | StubVerdict> {
  return state.plan.delivers === 'code' ? judgeStubs(world, state, draft) : judgeOnBase(world, state, draft.files)
}

/** Tests as the project's own hook leaves them, judged anew where it has changed them. */
export async function throughHook(
  world: World,
  state: State,
  draft: Draft,
  judged: Judged,
): Promise<Settled | { refused: string }> {
  const hooked = await hookOnTests(world, state, draft)
  if (hooked === null) return { draft, judged }
  const tell = (decision: string, reason: string) => {
    const { spec, task } = state.plan
    world.tell({ type: 'decision', spec: spec.id, task: task.id, attempt: 0, decision, reason })
  }
  if ('refused' in hooked) {
    tell('tests refused by a hook', hooked.refused.split('\n')[0] ?? '')
    return hooked
  }
  const formatted = { ...draft, ...hooked }
  const anew = await judge(world, state, formatted)
  if (anew.kind === 'judged' && anew.judgement.ok) return { draft: formatted, judged: anew }
  tell('tests kept as written', 'as the hook of the project leaves them they do not judge what they judged')
  return { draft, judged }
}
