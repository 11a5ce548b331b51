import type { EventOf } from '../core/events.ts'
import { askedWords, givesUp } from './asking.ts'
import { casesSoFar } from './check-lines.ts'
import { count, plural, ticking } from './format.ts'
import { type Line, type Look, step } from './line.ts'
import { AGAINST_ADDED, expectsRed, type Running, reduce, triedWords, type ViewState } from './state.ts'

/** Signs of life of what takes long. */
export function lifeSign(
  event: EventOf<'model.delta' | 'check.progress'>,
  t: number,
  before: ViewState,
  look: Look,
): Line[] {
  const key = keyOf(event)
  const since = before.running.find((r) => r.key === key)?.since ?? null
  const running = reduce(before, { ...event, v: 0, t }).running.find((r) => r.key === key)
  if (running === undefined) return []
  if (event.type === 'model.delta')
    return signOf({ label: running.label, since, text: askedWords(running, t) }, t, look)
  const bad = event.failed > 0 && !expectsRed(key)
  return signOf({ label: running.label, since, text: progressWords(running), bad }, t, look)
}

function keyOf(event: EventOf<'model.delta' | 'check.progress'>): string {
  if (event.type === 'model.delta') return 'model'
  return event.added ? AGAINST_ADDED : event.stage
}

function progressWords(running: Running) {
  const { key, done, total, failed } = running
  const of = total === null ? '' : ` of ${count(total)}`
  const tried = triedWords(key)
  if (tried) return `${count(done)}${of} ${tried.what}, ${count(failed)} ${tried.red}`
  // Python and Go tell how many there are when they are through.
  const tests = total === null ? `${plural(done, 'test')} through` : `${count(done)} of ${plural(total, 'test')}`
  return `${tests}, ${count(failed)} ${expectsRed(key) ? 'red' : 'failed'}${casesSoFar(running)}`
}

/** `since`: event time at which it began; null: that is not known. */
function signOf(
  { label, since, text, bad }: { label: string; since: number | null; text: string; bad?: boolean },
  t: number,
  look: Look,
): Line[] {
  const time = since === null ? '' : ticking(t - since)
  return step(look, { mark: 'none', label, time, text, kind: 'progress', style: bad ? 'bad' : 'dim' })
}

/** What is waited for at event time `now`, where no event tells of it: a model before anything else that runs beside it. */
export function waitLines(state: ViewState, now: number, look: Look): Line[] {
  const running = state.running.find(({ key }) => key === 'model') ?? state.running.at(-1)
  if (running === undefined) return []
  const { label, since, key, done, total, runs, failed } = running
  const patience = givesUp(running, now)
  const asked = `${askedWords(running, now)}${patience === null ? '' : ` (${patience})`}`
  if (key === 'model') return signOf({ label, since, text: asked }, now, look)
  const begun = total !== null || done > 0 || runs > 0
  const bad = failed > 0 && !expectsRed(key)
  return signOf({ label, since, text: begun ? progressWords(running) : 'still at work', bad }, now, look)
}
