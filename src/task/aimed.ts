import { applyPatch } from '../core/patch/apply.ts'
import type { FileChange, Patch } from '../core/patch/patch.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import { MOST_AIMED, type NamedPatch } from '../core/teeth/aimed.ts'
import { parseSource, shapeOf } from '../core/teeth/parse.ts'
import { type Bite, survived } from '../core/teeth/score.ts'
import { type Tally, type Tried, tallyOf } from '../core/teeth/tally.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { World } from '../world.ts'
import { biteWhole, type Judged } from './bite.ts'
import { pathsOf, readerOf } from './overlay.ts'
import type { State } from './state.ts'

/** For the tests on one wrong version that a model has made: at least so long, or this part of the time for all others. */
const AIMED_MS = 5_000
const AIMED_SHARE = 0.5

/** Tests that were added, and how they ran on the candidate. */
export interface NewTests {
  files: FileChange[]
  result: CheckResult
}

/** The candidate with a model's change to its sources. */
export interface Version {
  name: string
  /** Of the sources. */
  texts: Map<string, string>
  /** The whole candidate. */
  changes: FileChange[]
  /** The first that it changes. */
  path: string
}

/** Those of the versions that differ from the candidate and from each other. Why others are left out is noted. */
export async function* versionsOf(
  state: State,
  judged: Judged,
  named: readonly NamedPatch[],
  kind: 'wrong' | 'right',
  notes: string[],
): AsyncGenerator<Version> {
  const seen = new Set([shapesOf(judged.texts)])
  for (const { name, patch } of named) {
    const texts = await patched(state, judged, patch)
    const shape = typeof texts === 'string' ? '' : shapesOf(texts)
    const why = typeof texts === 'string' ? texts : seen.has(shape) ? 'it changes nothing' : null
    if (why !== null || typeof texts === 'string') {
      notes.push(`the ${kind} version "${name}" is left out: ${firstSentence(why ?? '')}`)
      continue
    }
    seen.add(shape)
    const changes = judged.changes.map((one) => ({ ...one, content: texts.get(one.path) ?? one.content }))
    yield { name, texts, changes, path: patch.operations[0]?.path ?? '' }
  }
}

/** The model's own wrong versions; `byTests`: how many of them the added tests kill that the frozen ones let live. */
export async function aimedBites(
  world: World,
  state: State,
  judged: Judged,
  wrong: readonly NamedPatch[],
  tests: NewTests | null,
  before: readonly Bite[],
  notes: string[],
): Promise<{ bites: Bite[]; byTests: number; tried: Tried | null }> {
  const bites: Bite[] = []
  let byTests = 0
  const own = Math.min(wrong.length, MOST_AIMED)
  const tried = tests && { done: 0, total: own + before.filter(survived).length }
  const more = tests?.files.map(({ path }) => path) ?? []
  const maxMs = Math.max(AIMED_MS, state.around.settings.level.teethMs * AIMED_SHARE)
  const lists = more.length > 0 ? [judged.files, more] : [judged.files]
  if (tried) tellTried(world, before, tried)
  for await (const version of versionsOf(state, judged, wrong.slice(0, MOST_AIMED), 'wrong', notes)) {
    if (world.signal.aborted) break
    const { name, texts, changes, path } = version
    const whole = { ...judged, texts, changes: [...changes, ...(tests?.files ?? [])] }
    const tally = oneMore([...before, ...bites], tried)
    const run = await biteWhole(world, state, whole, lists, maxMs, tally)
    if (tried) tried.done++
    if (!run) notes.push(`the wrong version "${name}" is left out: it does not compile`)
    if (!run) continue
    const { status, message: reason } = run
    const test = status === 'killed' ? run.test : null
    if (tests?.result.tests.some((one) => one.name === test)) byTests++
    bites.push({ id: -bites.length - 1, what: name, path, line: null, status, test, reason })
    if (tried) tellTried(world, [...before, ...bites], tried)
  }
  return { bites, byTests, tried: tried && { ...tried, done: own } }
}

/** What of `bites` is known, and how many wrong versions the added tests had their try at. */
export function tellTried(world: World, bites: readonly Bite[], { done, total }: Tried): void {
  const { killed, ...all } = tallyOf(bites)
  const counts = { done: all.done, total: all.total, runs: 0, failed: killed }
  world.tell({ type: 'check.progress', stage: 'teeth', ...counts, added: { done, total } })
}

/** One more wrong version comes to those that are known. */
function oneMore(bites: readonly Bite[], tried: Tried | null): Tally {
  const known = tallyOf(bites)
  const added = tried && { added: { ...tried, by: 'nothing' as const } }
  return { ...known, total: known.total + 1, again: false, ...added }
}

/** The sources with a model's change; else why it cannot be made. */
async function patched(state: State, judged: Judged, patch: Patch): Promise<Map<string, string> | string> {
  const paths = treePaths(pathsOf(state.tree, judged.changes))
  const applied = await applyPatch(patch, readerOf(state.tree, judged.changes), paths)
  if (!applied.ok) return applied.refused[0]!.message
  const stray = applied.changes.find(({ path, content }) => !judged.texts.has(path) || content === null)
  if (stray) return `${stray.path} is no source of the change`
  const changed = applied.changes.map(({ path, content }): [string, string] => [path, content ?? ''])
  return new Map([...judged.texts, ...changed])
}

function firstSentence(text: string): string {
  return text.split(/\n|\. /)[0]!
}

/** What the sources do, however they are written. */
function shapesOf(texts: ReadonlyMap<string, string>): string {
  return [...texts]
    .map(([path, text]) => {
      const program = parseSource(path, text)
      return `${path} ${program ? shapeOf(program) : text}`
    })
    .join('\n')
}
