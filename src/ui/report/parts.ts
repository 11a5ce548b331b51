import type { EventOf } from '../../core/events.ts'
import { html, Markup } from '../escape-html.ts'
import { count, duration, plural } from '../format.ts'
import { expectsRed } from '../state.ts'
import type { AttemptStory, Moment, TaskStory } from './story.ts'
import { attemptName, toneOf } from './words.ts'

/** Per cent with two digits: numbers alone get into a style. */
const percent = (part: number, of: number) => (of > 0 ? Math.min(100, Math.max(0, (100 * part) / of)) : 0).toFixed(2)

/** A lane for each attempt on one scale of time: what a model took, what checks took, what failed. */
export function timeline(task: TaskStory): Markup {
  const span = task.end - task.start
  // Some checks take as long as the model that is asked within them: what comes later lies on top.
  const inOrder = ({ moments }: AttemptStory) => moments.toSorted((a, b) => layer(a) - layer(b))
  const lanes = task.attempts.map(
    (attempt) =>
      html`<div class="lane"><span>${laneName(attempt)}</span><div class="track">${inOrder(attempt).flatMap((one) => segment(one, task.start, span))}</div></div>`,
  )
  return html`${lanes}
<p class="key dim">${duration(span)} in all. <span><i class="k-model"></i>a model writes</span> <span><i class="k-check"></i>checks</span> <span><i class="k-red"></i>failed</span> <span><i class="k-other"></i>set-up</span></p>`
}

/** What failed lies above all, or a short failure would be seen nowhere. */
const layer = (one: Moment) => (kindOf(one) === 'red' ? 2 : one.type === 'model.finished' ? 1 : 0)

const laneName = ({ n }: AttemptStory) => (n === 0 ? 'tests' : attemptName(n).toLowerCase())

const SEEN = 0.994

function segment(one: Moment, start: number, span: number): Markup[] {
  const kind = kindOf(one)
  if (kind === null) return []
  // The checks of teeth lie before and behind a question.
  const asked = one.type === 'teeth.finished' ? (one.askedMs ?? 0) : 0
  const ms = 'ms' in one ? one.ms + asked : 0
  const what =
    one.type === 'check.finished'
      ? one.stage
      : one.type === 'model.finished'
        ? (one.asked?.role ?? 'model')
        : one.type.split('.')[0]!
  const began = one.t - ms - start
  // What took no time at the very end would lie outside.
  const left = percent(ms > 0 ? began : Math.min(began, SEEN * span), span)
  const style = new Markup(`left:${left}%;width:${percent(ms, span)}%`)
  return [
    html`<span class="k-${kind}" style="${style}" title="${what}: ${ms > 0 ? duration(ms) : kind === 'red' ? 'failed' : 'no time'}"></span>`,
  ]
}

function kindOf(one: Moment): 'model' | 'check' | 'red' | 'other' | null {
  if (one.type === 'model.finished') return 'model'
  if (one.type === 'check.finished')
    return one.status === 'passed' || expectsRed(one.stage) || isNothing(one) ? 'check' : 'red'
  if (one.type === 'teeth.finished') return 'check'
  if (one.type === 'patch.refused') return 'red'
  // An attempt that failed ends in red, whatever it failed by.
  if (one.type === 'verdict') return toneOf(one.status) === 'bad' ? 'red' : null
  return one.type === 'baseline.finished' || one.type === 'setup.finished' ? 'other' : null
}

/** Many a project has nothing to build. */
const isNothing = ({ stage, status }: EventOf<'check.finished'>) => stage === 'build' && status === 'empty'

const COLOURS = 8

/** What a prompt was made of: a bar of its parts by tokens, and the list of them with what was left out. */
export function promptParts(e: EventOf<'prompt.built'>): Markup {
  const kinds = [...new Set(e.parts.map(({ kind }) => kind))]
  const colour = (kind: string) => kinds.indexOf(kind) % COLOURS
  const sum = e.parts.reduce((total, { tokens }) => total + tokens, 0)
  const bar = e.parts.map(
    (part) =>
      html`<span class="p${colour(part.kind)}" style="${new Markup(`width:${percent(part.tokens, sum)}%`)}" title="${part.source}: ${count(part.tokens)} tokens"></span>`,
  )
  const left = [
    ...e.dropped.map((one) => ({ ...one, how: 'left out' })),
    ...(e.shortened ?? []).map((one) => ({ ...one, how: 'shortened' })),
  ]
  return html`<div class="bar">${bar}</div>
<details><summary>${plural(e.parts.length, 'part')}${left.length > 0 ? `, ${left.length} left out or shortened` : ''}</summary>
<div class="wide"><table><tbody>
${e.parts.map((part) => html`<tr><td class="key"><i class="p${colour(part.kind)}"></i>${part.kind}</td><td>${part.source}</td><td class="n">${count(part.tokens)}</td></tr>`)}
${left.map((one) => html`<tr><td class="dim">${one.how}</td><td>${one.source}: ${one.why}</td><td class="n">${count(one.tokens)}</td></tr>`)}
</tbody></table></div></details>`
}

const MOST_LINES = 2_000

/** A unified diff with its added and removed lines in colour. */
export function diffBlock(diff: string): Markup {
  const lines = diff.split('\n')
  const files = lines.filter((line) => line.startsWith('diff --git ')).length
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const kind = classOf(line)
    return kind === null ? html`${line}\n` : html`<span class="${kind}">${line}</span>\n`
  })
  const more =
    lines.length > MOST_LINES
      ? html`<p class="dim">${count(lines.length - MOST_LINES)} more lines in the commit</p>`
      : null
  return html`<details><summary>${plural(files, 'file')}</summary><pre>${new Markup(shown.map(({ text }) => text).join(''))}</pre>${more}</details>`
}

function classOf(line: string): string | null {
  if (/^(diff |index |@@|\+\+\+|---|new file|deleted file)/.test(line)) return 'hunk'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : null
}
