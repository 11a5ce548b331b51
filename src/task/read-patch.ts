import { applyPatch, type ReadBase } from '../core/patch/apply.ts'
import { describeRefusals } from '../core/patch/describe-refusals.ts'
import type { FileChange, Operation, Refusal, Reply } from '../core/patch/patch.ts'
import { type GuardRefusal, isJudge } from '../core/patch/protect.ts'
import { pathProblem } from '../core/patch/safe-path.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import { isStub } from '../core/prompt/stub.ts'
import { audit, describeFindings, unimplemented } from '../core/verdict/audit.ts'
import { decideStrike, type Strikes } from '../core/verdict/decide.ts'
import type { World } from '../world.ts'
import { guardOf } from './guard.ts'
import { fittingPart, joinPatches } from './join-patches.ts'
import { pathsOf, readerOf } from './overlay.ts'
import { allowedGlobs } from './place.ts'
import type { State } from './state.ts'

export type ReadPatch =
  | { kind: 'changes'; changes: FileChange[] }
  /** Goes back to the model. A strike has its own count and uses up no format round. */
  | { kind: 'refused'; problem: string; strike: boolean; kept: Operation[] }
  | { kind: 'ended'; status: 'tampering' | 'blocked'; message: string }

/** How the refusal of an answer without a patch is told; no file is concerned. */
export const NO_PATCH = { path: '(answer)', code: 'no-patch' }

/**
 * The implementer's reply as changes of the base with stubs and frozen tests, or why it is refused. `before`: what fitted in
 * the answer before; it is joined with this one.
 */
export async function readPatch(
  world: World,
  state: State,
  reply: Exclude<Reply, { kind: 'need' }>,
  strikes: Strikes,
  before: readonly Operation[] = [],
): Promise<ReadPatch> {
  if (reply.kind === 'blocked') return { kind: 'ended', status: 'blocked', message: reply.reason }
  if (reply.kind !== 'patch') {
    const problem = withoutPatch(reply)
    world.tell({ type: 'patch.refused', role: 'implementer', reasons: [{ ...NO_PATCH, message: problem }] })
    return { kind: 'refused', strike: false, problem, kept: [...before] }
  }
  const { tree, plan, frozen } = state
  const underneath = [...(frozen?.files ?? []), ...(frozen?.stubs ?? [])]
  const paths = pathsOf(tree, underneath)
  const guard = await guardOf(state, reply.patch, {
    // A person may change manifests, configuration and other tests; specs and frozen tests no glob permits.
    allows: state.around.settings.adopting ? ['**'] : allowedGlobs(plan),
    frozen: (frozen?.files ?? []).map((file) => file.path),
  })
  const refused = guard(reply.patch, (path) => paths.includes(path))
  if (refused.length > 0) return strike(world, refused, strikes)
  const read = readerOf(tree, underneath)
  const operations = await Promise.all(reply.patch.operations.map((one) => overStub(one, frozen?.stubs ?? [], read)))
  const patch = joinPatches(before, { operations })
  const applied = await applyPatch(patch, read, treePaths(paths))
  if (!applied.ok) {
    tellRefused(world, applied.refused)
    const kept = fittingPart(patch, applied.fits)
    return { kind: 'refused', strike: false, problem: describeRefusals(applied.refused, applied.fits), kept }
  }
  const findings = await audited(state, applied.changes)
  if (findings) {
    world.tell({ type: 'patch.refused', role: 'implementer', reasons: findings.reasons })
    return { kind: 'refused', strike: false, problem: findings.problem, kept: [] }
  }
  world.tell({
    type: 'patch.applied',
    role: 'implementer',
    files: applied.changes.map(({ path, action }) => ({ path, action })),
  })
  return { kind: 'changes', changes: applied.changes }
}

/** Lines with no honest use, and functions of the stub that were left as they are. */
async function audited(
  state: State,
  changes: FileChange[],
): Promise<{ problem: string; reasons: { path: string; code: string; message: string }[] } | null> {
  const before = new Map<string, string>()
  for (const { path } of [...changes, ...(state.frozen?.stubs ?? [])]) {
    const file = await state.tree.read(path)
    if (file.kind === 'text') before.set(path, file.text)
  }
  const found = audit(changes, (path) => before.get(path) ?? null)
  const left = unimplemented(state.frozen?.stubs ?? [], changes, (path) => before.get(path) ?? '')
  if (found.length === 0 && left.length === 0) return null
  const reasons = [
    ...found.map((finding) => ({ path: finding.path, code: 'audit', message: describeFindings([finding]) })),
    ...left.map((path) => ({
      path,
      code: 'not-implemented',
      message: `${path} still throws \`not implemented\`: implement every function of the stub.`,
    })),
  ]
  return {
    reasons,
    problem: `${reasons.map((reason) => reason.message).join('\n')}\n\nAnswer again with the complete patch.`,
  }
}

function withoutPatch(reply: Exclude<Reply, { kind: 'patch' | 'blocked' | 'need' }>): string {
  if (reply.kind === 'untestable') {
    return 'UNTESTABLE is no answer to this task: answer with a patch, or BLOCKED and the reason.'
  }
  return reply.problems.map((problem) => `Line ${problem.line}: ${problem.message}`).join('\n')
}

function tellRefused(world: World, refused: Refusal[]): void {
  world.tell({
    type: 'patch.refused',
    role: 'implementer',
    reasons: refused.map(({ path, code, message }) => ({ path, code, message })),
  })
}

function strike(world: World, refused: GuardRefusal[], strikes: Strikes): ReadPatch {
  tellRefused(world, refused)
  const problem = describeRefusals(refused)
  const kinds = refused.flatMap((refusal) => (refusal.kind ? [refusal.kind] : []))
  if (kinds.length === 0) return { kind: 'refused', strike: false, problem, kept: [] }
  if (kinds.some(isJudge)) strikes.judge++
  else strikes.other++
  const decision = decideStrike(strikes)
  if (decision.kind === 'tampering')
    return { kind: 'ended', status: 'tampering', message: `The patch reached for its judge a third time:\n${problem}` }
  if (decision.kind === 'blocked')
    return { kind: 'ended', status: 'blocked', message: `The patch needs what the task does not allow:\n${problem}` }
  return { kind: 'refused', strike: true, problem, kept: [] }
}

/** A stub is shown as declarations only, so a file of its name takes its place as a whole; so does it with a stub of the base. */
async function overStub(operation: Operation, stubs: FileChange[], read: ReadBase): Promise<Operation> {
  if (operation.action !== 'create') return operation
  const { path } = operation
  const replaced: Operation = { ...operation, action: 'replace' }
  if (stubs.some((stub) => stub.path === path && stub.action === 'create')) return replaced
  const file = pathProblem(path) === null ? await read(path) : null
  return file?.kind === 'text' && isStub(path, file.text) ? replaced : operation
}
