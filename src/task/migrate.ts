import { applyPatch } from '../core/patch/apply.ts'
import { describeRefusals } from '../core/patch/describe-refusals.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { type Migration, readMigration } from '../core/patch/read-migration.ts'
import { collectable, isTestPath } from '../core/patch/test-paths.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import { outlineOf } from '../core/prompt/outline.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderSlice } from '../core/prompt/sections.ts'
import { importedFiles } from '../core/prompt/select-files.ts'
import { isMutable, type Mutant, mutantsOf } from '../core/teeth/mutants.ts'
import { spread } from '../core/teeth/sample.ts'
import { compiled } from '../core/teeth/score.ts'
import { countTests } from '../core/verdict/count-tests.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import { describeFailures } from '../core/verdict/feedback.ts'
import { judgeFrozen } from '../core/verdict/judge.ts'
import {
  changesInterface,
  idsNamed,
  type Kills,
  killsInWords,
  lostByMoving,
  missingAfter,
} from '../core/verdict/moved.ts'
import { testTraps } from '../core/verdict/test-traps.ts'
import type { World } from '../world.ts'
import { ask } from './ask.ts'
import { describe } from './baseline.ts'
import { bite, type Judged, refusedOnes } from './bite.ts'
import { withWorktree } from './checks.ts'
import { sceneOf } from './context.ts'
import { goManifests } from './go-manifests.ts'
import { mergeChanges } from './overlay.ts'
import { pastParts } from './past.ts'
import { migratorParts } from './roles.ts'
import { end, type State } from './state.ts'

/** What became of existing tests that an implementer finds in the way of the interface that it has to make. */
export type Migrated =
  /** They are moved and frozen with the others. */
  | { kind: 'moved'; state: State }
  /** With the last patch they hold, none of them has to do with it, or it changes no declaration: they are not in the way. */
  | { kind: 'unfounded'; state: State }
  /** Nobody moves them so that they judge as before: a person has to. */
  | { kind: 'ended'; state: State }

const MOST_ANSWERS = 3
const QUICK_RUNS = 50
/** Through so many files a test may come by what the patch changes. */
const DEEPEST = 2

/**
 * Has tests of the base moved to the interface that a task changes. The migrator sees them, the declarations of the patch and what
 * breaks. Moved tests count when they are green with the patch that they were moved for, under their old names, and notice the wrong
 * versions that the old ones noticed.
 */
export async function migrate(world: World, state: State, patch: FileChange[]): Promise<Migrated> {
  const files = await brokenBy(state, patch)
  const before = mergeChanges(state.frozen?.files ?? [], state.frozen?.stubs ?? [], patch)
  if (files.length === 0 || !(await changesAny(state, patch))) return { kind: 'unfounded', state }
  const broken = await problemOf(world, state, before, files)
  if (broken.problem === null) return { kind: 'unfounded', state }
  const { spec, task } = state.plan
  const told = { spec: spec.id, task: task.id, attempt: state.attempt }
  const reason = `the new interface breaks ${files.map(({ path }) => path).join(', ')}`
  world.tell({ type: 'decision', ...told, decision: 'migrator', reason })
  return moveThem(world, state, { files, patch, before, problem: broken.problem })
}

/** Tests that only other behaviour makes red are not moved. */
async function changesAny({ tree }: State, patch: FileChange[]): Promise<boolean> {
  for (const { path, content } of patch) {
    const file = await tree.read(path)
    if (!isTestPath(path) && changesInterface(path, file.kind === 'text' ? file.text : null, content)) return true
  }
  return false
}

interface Task {
  /** Tests as they are. */
  files: FileChange[]
  patch: FileChange[]
  /** The patch with the frozen tests of the task. */
  before: FileChange[]
  problem: string
  /** What the old tests kill, once it is known. */
  was?: Kills | null
}

async function moveThem(world: World, state: State, task: Task): Promise<Migrated> {
  const { escalations } = state
  const interfaces = task.patch.flatMap(({ path, content }) => {
    const outline = isTestPath(path) ? null : outlineOf(path, content ?? '')
    return outline === null ? [] : [{ path, content: outline }]
  })
  let current: State = { ...state, escalations: 0 }
  let past: Part[] = []
  let last = ''
  const blocked = (why: string): Migrated => ({
    kind: 'ended',
    state: end({ ...current, escalations }, 'blocked', `Tests have to be moved to a new interface: ${why}`),
  })
  for (let round = 1; round <= MOST_ANSWERS; round++) {
    const { files, problem } = task
    const parts = await migratorParts(sceneOf(world, current), { files, interfaces, problem }, past)
    const answer = await ask(world, current, 'migrator', round, parts, [])
    current = answer.state
    if (current.outcome) return { kind: 'ended', state: { ...current, escalations } }
    if (answer.exhausted !== null) return blocked(answer.exhausted)
    const paths = files.map(({ path }) => path)
    const read = readMigration(answer.text, paths, renderSlice(current.plan.slice))
    if (read.kind === 'blocked') return blocked(`the migrator says: ${read.reason}`)
    const judged = read.kind === 'migrated' ? await judge(world, current, task, read) : wordsOf(read)
    if (world.signal.aborted) return { kind: 'ended', state: end(current, 'interrupted', 'interrupted') }
    if (typeof judged !== 'string') return { kind: 'moved', state: { ...judged, escalations } }
    last = judged
    past = pastParts(`migrator's answer ${round}`, answer.text, judged)
  }
  return blocked(`no answer of the migrator could be used:\n${last}`)
}

function wordsOf(read: Exclude<Migration, { kind: 'migrated' | 'blocked' }>): string {
  if (read.kind === 'need') return 'There is no more to see: answer with what stands above.'
  return read.problems.map(({ line, message }) => `Line ${line}: ${message}`).join('\n')
}

/** The state with the moved tests, or what is wrong with them. */
async function judge(
  world: World,
  state: State,
  task: Task,
  { patch: moving, dropped }: Extract<Migration, { kind: 'migrated' }>,
): Promise<State | string> {
  const { files, before } = task
  const applied = await applyPatch(moving, state.tree.read, treePaths(state.tree.paths))
  if (!applied.ok) return describeRefusals(applied.refused)
  const invented = dropped.find(({ quoted }) => !quoted)
  if (invented) return `"${invented.test}" is dropped by words that the specification does not have: ${invented.words}`
  const [trap] = applied.changes.flatMap(({ path, content }) => {
    const old = files.find((one) => one.path === path)?.content ?? ''
    return testTraps(path, content ?? '').filter((one) => !testTraps(path, old).includes(one))
  })
  if (trap) return trap
  const moved = files.map((file) => applied.changes.find(({ path }) => path === file.path) ?? file)
  const green = greenIn(state, files)
  const gone = dropped.flatMap(({ test }) => idsNamed(green, test))
  const ran = await problemOf(world, state, mergeChanges(before, moved), moved)
  if (ran.problem !== null) return `With the new interface:\n\n${ran.problem}`
  const missing = missingAfter(green, gone, ran.result)
  if (missing.length > 0) return `Tests keep their names, and these did not run: ${missing.join(', ')}`
  const lost = await lostKills(world, state, task, { moved, green, now: ran.result })
  if (lost.length > 0) return lost.map((line) => `- ${line}`).join('\n')
  world.tell({
    ...{ type: 'patch.applied', role: 'migrator' },
    files: applied.changes.map(({ path, action }) => ({ path, action, is: 'tests' as const })),
  })
  return withMoved(state, moved, ran.result, gone)
}

function withMoved(state: State, moved: FileChange[], { tests }: CheckResult, gone: string[]): State {
  const frozen = state.frozen!
  const baseline = state.baseline && {
    ...state.baseline,
    tests: state.baseline.tests.filter(({ id }) => !gone.includes(id)),
  }
  return {
    ...{ ...state, baseline },
    frozen: {
      ...{ ...frozen, files: [...frozen.files, ...moved] },
      ids: [...frozen.ids, ...tests.map(({ id }) => id)],
      names: [...frozen.names, ...tests.map(({ name }) => name)],
      moved: { tests: countTests(tests.map(({ id }) => id)), dropped: countTests(gone) },
    },
  }
}

/** Tests of the base that come by what a patch changes. */
async function brokenBy({ tree, frozen, baseline }: State, patch: FileChange[]): Promise<FileChange[]> {
  const changed = new Set(patch.map(({ path }) => path))
  const own = new Set(frozen?.files.map(({ path }) => path))
  const collected = new Set(baseline?.tests.map(({ file }) => file))
  const found: FileChange[] = []
  const manifests = await goManifests(tree)
  for (const path of tree.paths.filter((one) => collected.has(one) && isTestPath(one) && !own.has(one))) {
    const file = await tree.read(path)
    if (file.kind !== 'text') continue
    let from = [{ path, text: file.text }]
    for (let depth = 0; depth < DEEPEST && from.length > 0; depth++) {
      const targets = from.flatMap((one) => importedFiles(one.path, one.text, tree.paths, manifests))
      if (targets.some((target) => changed.has(target))) {
        found.push({ path, action: 'edit', content: file.text, blocks: [] })
        break
      }
      const next = await Promise.all(targets.map(async (target) => ({ path: target, file: await tree.read(target) })))
      from = next.flatMap((one) => (one.file.kind === 'text' ? [{ path: one.path, text: one.file.text }] : []))
    }
  }
  return found
}

function greenIn({ baseline }: State, files: FileChange[]): string[] {
  const paths = new Set(files.map(({ path }) => path))
  const passed = baseline?.tests.filter(({ file, status }) => paths.has(file) && status === 'passed') ?? []
  return passed.map(({ id }) => id)
}

/** What is wrong with test files on a candidate; the problem null: all of them hold. */
async function problemOf(
  world: World,
  state: State,
  changes: FileChange[],
  files: FileChange[],
): Promise<{ problem: string | null; result: CheckResult }> {
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes, message: 'new interface' })
  return withWorktree(world, commit, async (worktree) => {
    const build = await world.runChecks(worktree, { stage: 'build', kind: 'build' })
    if (!['passed', 'empty'].includes(build.status)) return { problem: describe(build), result: build }
    const result = await world.runChecks(worktree, {
      ...{ stage: 'tests', kind: 'tests', files: collectable(files.map(({ path }) => path)) },
      intensity: { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 },
      maxMs: state.around.settings.level.maxMinutes * 60_000,
    })
    const verdict = judgeFrozen(result, [])
    return { problem: verdict.ok ? null : describeFailures(verdict.reason, verdict.failed), result }
  })
}

interface Moved {
  moved: FileChange[]
  green: string[]
  now: CheckResult
}

/** Wrong versions of the old code against the old tests, and of the new code against the moved ones. */
async function lostKills(world: World, state: State, task: Task, { moved, green, now }: Moved): Promise<string[]> {
  if (state.around.settings.teeth === 'off') return []
  const { files, patch, before } = task
  const [old, fresh] = [new Map<string, string>(), new Map<string, string>()]
  for (const { path, content } of patch) {
    const file = await state.tree.read(path)
    if (!isMutable(path) || isTestPath(path) || content === null || file.kind !== 'text') continue
    old.set(path, file.text)
    fresh.set(path, content)
  }
  if (old.size === 0) return []
  const sources = [...old].map(([path, content]): FileChange => ({ path, action: 'edit', content, blocks: [] }))
  const paths = files.map(({ path }) => path)
  const every = true
  const asItWas = { changes: sources, texts: old, files: paths, tests: green.length, every }
  if (task.was === undefined) task.was = await killsOf(world, state, asItWas)
  const { was } = task
  const changes = mergeChanges(before, moved)
  const is = await killsOf(world, state, { changes, texts: fresh, files: paths, tests: now.tests.length, every })
  if (was !== null && is === null) return ['wrong versions of the new code could not be judged by the moved tests']
  const { spec, task: which } = state.plan
  const words =
    was && is
      ? `wrong versions: ${killsInWords(was)} died by the old tests, ${killsInWords(is)} by the moved`
      : 'wrong versions could not be judged'
  world.tell({
    type: 'decision',
    spec: spec.id,
    task: which.id,
    attempt: state.attempt,
    decision: 'moved tests',
    reason: words,
  })
  return was === null || is === null ? [] : lostByMoving(was, is)
}

/** Null: nothing could be judged. */
async function killsOf(world: World, state: State, judged: Judged): Promise<Kills | null> {
  const all: Mutant[] = []
  for (const [path, text] of judged.texts) all.push(...mutantsOf(path, text, null, all.length + 1))
  const sample = spread(all, world.seed()).slice(0, 2 * state.around.settings.level.mutants)
  const refused = await refusedOnes(world, state, judged, sample)
  const mutants = sample.filter(({ id }) => !refused.has(id))
  if (mutants.length === 0) return null
  const { runs, problem } = await bite(world, state, judged, mutants)
  return problem === null ? { mutants, runs: compiled(runs) } : null
}
