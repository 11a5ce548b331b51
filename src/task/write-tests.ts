import { sha256 } from '../core/hash.ts'
import { applyPatch } from '../core/patch/apply.ts'
import { describeRefusals } from '../core/patch/describe-refusals.ts'
import { canExtend, extensionProblem } from '../core/patch/extension.ts'
import type { FileChange, Patch } from '../core/patch/patch.ts'
import { createGuard } from '../core/patch/protect.ts'
import { safePathsOf } from '../core/patch/safe-path.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { modelAt } from '../core/settings.ts'
import { testTraps } from '../core/verdict/test-traps.ts'
import type { World } from '../world.ts'
import { ask } from './ask.ts'
import { authorParts, sceneOf } from './context.ts'
import { definitionParts } from './definitions.ts'
import { finding } from './finding.ts'
import { type GuardVerdict, judgeOnBase } from './guards.ts'
import { judgesOf } from './judges.ts'
import { give, NO_NEEDS } from './need.ts'
import { ownTests } from './own-tests.ts'
import { pastParts } from './past.ts'
import { allowedGlobs } from './place.ts'
import { hookOnTests } from './project-hooks.ts'
import { NO_PATCH } from './read-patch.ts'
import { judgeStubs, type StubVerdict } from './red.ts'
import { end, type Frozen, type Plan, protectedDirs, type State } from './state.ts'
import { judgedByCommand } from './verify.ts'

/** Answers that could not be read, applied or compiled are asked again this often in all. */
const MOST_REPAIRS = 3

interface Draft {
  files: FileChange[]
  stubs: FileChange[]
  remarks: string
}

/** Tests first: written by a separate author, red on two stubs, then frozen. */
export async function writeTests(world: World, state: State): Promise<State> {
  if (state.plan.task.kind === 'checkpoint') return state
  const byCommand = await judgedByCommand(world, state)
  if (byCommand) return byCommand
  const own = await ownTests(world, state)
  if (own) return own
  const reused = await reuse(world, state)
  if (reused) return reused
  const { models } = state.around.settings.roles.author
  let current = state
  for (let at = 0; ; at++) {
    // The attempts of an author are its models: each begins anew.
    const written = await writeWith(world, { ...current, attempt: at + 1, escalations: at })
    if (written.outcome?.status !== 'unverifiable' || at + 1 >= models.length) return { ...written, escalations: 0 }
    const { spec, task } = written.plan
    const reason = `${written.outcome.message.split('\n')[0]} ${models[at + 1]} writes them anew`
    world.tell({ type: 'decision', spec: spec.id, task: task.id, attempt: 0, decision: 'escalate', reason })
    current = { ...written, outcome: null }
  }
}

/** Asks one author until its tests are frozen or it ends. `told`: what it has to know beside the task. */
export async function writeWith(world: World, state: State, told: Part[] = []): Promise<State> {
  let current = state
  let trail = told
  let last: Part[] = []
  let needs = NO_NEEDS
  let repairs = 0
  let sentBack = false
  let refusedByHook = false
  const known = new Map<string, GuardVerdict | StubVerdict>()
  for (let round = 1; ; round++) {
    const parts = await authorParts(sceneOf(world, current), [...trail, ...last])
    const answer = await ask(world, current, 'author', round, parts)
    current = answer.state
    if (current.outcome) return current
    if (!answer.reply) return end(current, 'usage', answer.exhausted ?? 'the model has no answer')
    if (answer.reply.kind === 'blocked') return end(current, 'blocked', `The test author says: ${answer.reply.reason}`)
    if (answer.reply.kind === 'untestable') return { ...current, attempt: 0, untestable: answer.reply.reason }
    const again = (problem: string) => pastParts(`author's answer ${round}`, answer.text, problem)
    if (answer.reply.kind === 'need') {
      const given = await give(world, current, 'author', answer.reply.wants, needs)
      if (given.ok) {
        trail = [...trail, ...last, ...given.needs.parts.slice(needs.parts.length)]
        needs = given.needs
        last = []
      } else if (++repairs > MOST_REPAIRS) return end(current, 'unverifiable', `The test author: ${given.problem}`)
      else last = again(given.problem)
      continue
    }
    const draft = await readDraft(world, current, answer.reply)
    if (typeof draft === 'string') {
      if (++repairs > MOST_REPAIRS)
        return end(current, 'unverifiable', `The test author's answers could not be used:\n${draft}`)
      last = again(draft)
      continue
    }
    // Asked whether there is more to test, an author may say the same again.
    const same = sha256(JSON.stringify([draft.files, draft.stubs]))
    const judged = known.get(same) ?? (await judge(world, current, draft))
    known.set(same, judged)
    if (world.signal.aborted) return end(current, 'interrupted', 'interrupted while the tests were judged')
    if (judged.kind === 'unready') return end(current, judged.status, judged.reason)
    if (judged.kind === 'finding') return finding(world, current, draft, judged.test)
    if (judged.kind === 'broken') {
      if (++repairs > MOST_REPAIRS)
        return end(current, 'unverifiable', `The tests do not compile or run:\n${judged.problem}`)
      last = [...again(judged.problem), ...(await definitionParts(world, current, judged.problem, parts))]
      continue
    }
    if (judged.judgement.improvable && !sentBack) {
      sentBack = true
      const problem = judged.judgement.reasons.map((reason) => `- ${reason}`).join('\n')
      world.tell({
        type: 'decision',
        spec: current.plan.spec.id,
        task: current.plan.task.id,
        attempt: 0,
        decision: 'tests sent back',
        reason: judged.judgement.reasons[0] ?? '',
      })
      last = again(
        `The tests ran against ${current.plan.delivers === 'code' ? 'the stubs' : 'the code as it is'}. ${judged.judgement.summary}.\n\n${problem}\n\nAnswer again with all files, complete.`,
      )
      continue
    }
    if (!judged.judgement.ok) {
      return end(
        current,
        'unverifiable',
        `The tests cannot judge this task, also after they were sent back:\n${judged.judgement.reasons.join('\n')}`,
      )
    }
    const hooked = await throughHook(world, current, draft, judged)
    if (world.signal.aborted) return end(current, 'interrupted', 'interrupted while the tests were judged')
    if ('refused' in hooked && !refusedByHook) {
      refusedByHook = true
      last = again(`${hooked.refused}\n\nAnswer again with all files, complete.`)
      continue
    }
    return kept(world, current, 'refused' in hooked ? { draft, judged } : hooked)
  }
}

interface Settled {
  draft: Draft
  judged: Judged
}

/** Tests as the project's own hook leaves them, judged anew where it has changed them. */
async function throughHook(
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

/** Freezes tests and remembers them for a later run. */
async function kept(world: World, state: State, { draft, judged }: Settled): Promise<State> {
  const author = state.models.at(-1) ?? modelAt(state.around.settings.roles.author, state.escalations)
  const anew = (await world.recall(frozenKeyOf(state.plan))) !== null
  const frozen = { ...frozenOf(draft, judged, author), ...(anew ? { anew } : {}) }
  await world.remember(frozenKeyOf(state.plan), frozen)
  return freeze(world, state, frozen, judged.judgement.satisfied, false)
}

/** Frozen tests are kept under the hash of all that they were written from: the slice and whatever steering applied. */
export function frozenKeyOf({ sliceHash, steering, dir }: Plan): string {
  const further = steering.applied.filter(({ steering: { inclusion } }) => inclusion !== 'always')
  const more = [...further.map((one) => one.steering.text), ...(dir === '' ? [] : [dir])]
  const hash = more.length === 0 ? sliceHash : sha256([sliceHash, ...more].join('\n\0'))
  return `tests-${hash.slice(0, 32)}`
}

function frozenOf(draft: Draft, judged: Judged, author: string): Frozen {
  return {
    ...{ ...draft, author, ids: judged.ids, names: judged.names },
    ...{ red: judged.judgement.summary.replace(' red', ''), redCount: judged.judgement.red },
    ...(judged.guards ? { guards: judged.guards } : {}),
  }
}

type Judged = Extract<GuardVerdict | StubVerdict, { kind: 'judged' }>

/** Against stubs where something is to be written; where not, on the code as it is. */
function judge(world: World, state: State, draft: Draft): Promise<GuardVerdict | StubVerdict> {
  return state.plan.delivers === 'code' ? judgeStubs(world, state, draft) : judgeOnBase(world, state, draft.files)
}

function freeze(world: World, state: State, frozen: Frozen, satisfied: boolean, reused: boolean): State {
  world.tell({
    type: 'tests.frozen',
    files: frozen.files.map((file) => file.path),
    tests: frozen.ids.length,
    red: frozen.red,
    reused,
  })
  const why = state.plan.delivers === 'tests' ? 'the task delivers tests' : 'what the task asks for is there already'
  const done = satisfied && state.plan.delivers !== 'refactoring'
  return { ...state, attempt: 0, frozen, satisfied: done ? why : null }
}

/** Tests frozen by an earlier run for the very same slice, if they are still red on this base. */
async function reuse(world: World, state: State): Promise<State | null> {
  if (state.around.settings.freshTests) return null
  const kept = (await world.recall(frozenKeyOf(state.plan))) as Frozen | null
  if (!kept) return null
  const created = [...kept.files, ...kept.stubs].filter(({ action }) => action !== 'edit')
  const taken = created.some((file) => state.tree.paths.includes(file.path))
  // What was extended has to be what it was, but for the extension.
  if (taken || (await extensionProblems(state.tree, kept.stubs)).length > 0) return null
  const judged = await judge(world, state, kept)
  if (judged.kind === 'finding') return finding(world, state, kept, judged.test)
  if (judged.kind !== 'judged' || !judged.judgement.ok) return null
  return freeze(world, state, frozenOf(kept, judged, kept.author), judged.judgement.satisfied, true)
}

/** What is wrong with the changes of files that exist already. */
async function extensionProblems(tree: State['tree'], changes: FileChange[]): Promise<string[]> {
  const edited = changes.filter(({ action }) => action === 'edit')
  const problems = await Promise.all(
    edited.map(async ({ path, content }) => {
      const before = await tree.read(path)
      return before.kind === 'text' ? extensionProblem(path, before.text, content ?? '') : `\`${path}\` is not there.`
    }),
  )
  return problems.filter((problem) => problem !== null)
}

/** The author's files, or what is wrong with the answer in words for the next question. */
async function readDraft(
  world: World,
  state: State,
  reply: { kind: string; patch?: Patch; prose?: string; problems?: { line: number; message: string }[] },
): Promise<Draft | string> {
  const refuse = (message: string): string => {
    world.tell({ type: 'patch.refused', role: 'author', reasons: [{ ...NO_PATCH, message }] })
    return message
  }
  if (reply.kind === 'need')
    return refuse(
      'Asking for further files is not possible here: everything that there is stands above. Answer with the files.',
    )
  if (!reply.patch)
    return refuse((reply.problems ?? []).map((problem) => `Line ${problem.line}: ${problem.message}`).join('\n'))
  const { tree, plan } = state
  const guard = createGuard({
    allows: allowedGlobs(plan),
    frozen: [],
    specDirs: protectedDirs(plan.spec),
    dir: plan.dir,
    specRoots: state.around.settings.specRoots,
    existingTests: await judgesOf(state),
    isTest: isTestPath,
    createOnly: true,
    ...(plan.delivers === 'code' ? { extends: canExtend } : {}),
    ignored: await tree.ignored(safePathsOf(reply.patch)),
  })
  const refused = guard(reply.patch, (path) => tree.paths.includes(path))
  const applied =
    refused.length > 0
      ? { ok: false as const, refused }
      : await applyPatch(reply.patch, tree.read, treePaths(tree.paths))
  if (!applied.ok) {
    world.tell({
      type: 'patch.refused',
      role: 'author',
      reasons: applied.refused.map(({ path, code, message }) => ({ path, code, message })),
    })
    return describeRefusals(applied.refused)
  }
  const wrong = (await extensionProblems(tree, applied.changes)).join('\n')
  if (wrong !== '') return refuse(`${wrong}\n\nAnswer again with all files, complete.`)
  const files = applied.changes.filter((change) => isTestPath(change.path))
  const stubs = applied.changes.filter((change) => !isTestPath(change.path))
  const [stray] = plan.delivers === 'code' ? [] : stubs
  if (stray) return refuse(`${stray.path} is no test, and this task adds no code: only create test files.`)
  if (files.length === 0)
    return refuse(
      `Your answer creates no test file. Tests belong in a new file under \`${plan.dir === '' ? '' : `${plan.dir}/`}test/\`, named \`*.test.ts\` (in Python \`tests/test_*.py\`, in Go \`*_test.go\` beside the code).`,
    )
  const traps = files.flatMap((file) => testTraps(file.path, file.content ?? ''))
  if (traps.length > 0) return refuse(`${traps.join('\n')}\n\nAnswer again with all files, complete.`)
  if (plan.judgedBy === 'chaos' && !files.some((file) => file.content?.includes('specproof/sim'))) {
    return refuse(
      'The task asks for a chaos test: its faults must be injected with the simulation kit (`specproof/sim`).',
    )
  }
  world.tell({
    type: 'patch.applied',
    role: 'author',
    files: applied.changes.map(({ path, action }) => ({ path, action })),
  })
  return { files, stubs, remarks: (reply.prose ?? '').slice(0, 1_000).trim() }
}
