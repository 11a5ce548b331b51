import type { Counterexample } from '../../core/event-parts.ts'
import type { EventOf } from '../../core/events.ts'
import { checkWords, markOfCheck } from '../check-lines.ts'
import { replayLine } from '../counterexample.ts'
import { html, type Markup } from '../escape-html.ts'
import { answerCost, count, duration, money, plural } from '../format.ts'
import { patchedFile } from '../names.ts'
import { pretty } from '../pretty.ts'
import { teethWords } from '../teeth-lines.ts'
import { clean } from '../text.ts'
import { promptParts } from './parts.ts'
import type { Moment } from './story.ts'
import { type Tone, toneOf } from './words.ts'

/** What belongs to a moment and stands elsewhere in the journal. */
export interface Around {
  /** What the model answered. */
  reply: string | null
  run: string | null
}

interface Item {
  tone?: Tone
  label: string
  text: string
  ms?: number
  more?: Markup | null
}

/** One thing that happened, as an item of the list of an attempt. */
export function momentItem(one: Moment, around: Around): Markup {
  const { tone, label, text, ms, more } = itemOf(one, around)
  const time = ms === undefined ? null : html`<span class="time">${duration(ms)}</span>`
  return html`<li class="${tone ?? ''}"><div class="head">${time}<span class="label">${label}</span><span class="text">${text}</span></div>${more ?? null}</li>`
}

function itemOf(one: Moment, around: Around): Item {
  switch (one.type) {
    case 'baseline.finished':
      return {
        label: 'baseline',
        text: `${one.status}: ${plural(one.tests, 'test')}, ${count(one.red)} red before any change`,
        ms: one.ms,
      }
    case 'setup.finished':
      return {
        label: 'set-up',
        tone: one.how === 'failed' ? 'bad' : 'good',
        text: [one.managers.join(', '), one.how, one.message].filter(Boolean).join(': '),
        ms: one.ms,
      }
    case 'prompt.built':
      return {
        label: 'prompt',
        text: `for the ${one.role}, round ${one.round}: ${count(one.tokens)} of ${count(one.limit)} tokens`,
        more: promptParts(one),
      }
    case 'model.finished':
      return answer(one, around.reply)
    case 'model.retrying':
      return {
        label: 'retry',
        tone: 'warn',
        text: `${one.model}: ${one.reason}; asked again in ${duration(one.waitMs)}`,
      }
    case 'model.fallback':
      return { label: 'fallback', tone: 'warn', text: `${one.to} in place of ${one.from}: ${one.reason}` }
    case 'need.answered':
      return {
        label: 'asked for',
        text: one.wants.map(({ want, found }) => (found ? want : `${want} (not found)`)).join(', '),
      }
    case 'tests.frozen':
      return {
        label: 'frozen',
        tone: 'good',
        text: `${plural(one.tests, 'test')}, red ${one.red}${one.own ? ", the expert's own" : one.reused ? ', kept from an earlier run' : ''}: ${one.files.join(', ')}`,
        more: one.remarks ? html`<p class="dim">the author says: ${one.remarks}</p>` : null,
      }
    case 'patch.applied':
      return {
        label: 'patch',
        tone: 'good',
        text: one.files.map(patchedFile).join(', ') || 'no changes',
      }
    case 'patch.refused':
      return {
        label: 'refused',
        tone: 'bad',
        text: 'nothing changed',
        more: html`<ul>${one.reasons.map(({ path, code, message }) => html`<li><code>${path}</code> ${code}<pre>${message}</pre></li>`)}</ul>`,
      }
    case 'check.finished':
      return check(one, around.run)
    case 'teeth.finished':
      return {
        label: 'teeth',
        tone: one.wrong !== undefined ? 'bad' : one.unexplained > 0 ? 'warn' : 'good',
        text: teethWords(one),
        ms: one.ms,
        more: survivors(one),
      }
    case 'verdict':
      return {
        label: 'verdict',
        tone: toneOf(one.status),
        text: [one.status, one.summary, one.bound].filter(Boolean).join(': '),
      }
    case 'decision':
      return { label: 'decision', text: `${one.decision}: ${one.reason}` }
  }
}

function answer(e: EventOf<'model.finished'> & Pick<Moment, 'asked'>, reply: string | null): Item {
  const label = e.asked?.role ?? 'model'
  const text = [e.ok ? answerCost(e) : `${e.message ?? 'no reply'}; ${money(e.usd)}`, e.model, e.note]
    .filter(Boolean)
    .join('; ')
  const more = reply === null ? null : html`<details><summary>the answer</summary><pre>${reply}</pre></details>`
  return { label, tone: e.ok ? 'good' : 'warn', text, ms: e.ms, more }
}

function check(e: EventOf<'check.finished'>, run: string | null): Item {
  const mark = markOfCheck(e)
  const seeds = e.seeds.length > 0 ? html`<p class="dim">seeds ${e.seeds.join(', ')}</p>` : null
  const message =
    e.message === null || e.message.trim() === '' || mark === 'good' ? null : html`<pre>${e.message.trim()}</pre>`
  const failing = e.counterexample === null || mark === 'good' ? message : counterexample(e.counterexample, run)
  return {
    label: e.stage,
    tone: mark === 'none' ? 'good' : mark,
    text: checkWords(e),
    ms: e.ms,
    more: html`${seeds}${failing}`,
  }
}

const VALUE_WIDTH = 90

function counterexample(c: Counterexample, run: string | null): Markup {
  const replay = replayLine(c, run)
  const picture = c.picture ?? []
  const rows: [string, string][] = [
    ...(c.value === null
      ? []
      : [
          [
            c.shrinks > 0 ? `the smallest failing case, after ${plural(c.shrinks, 'step')}` : 'the failing case',
            pretty(clean(c.value), VALUE_WIDTH).join('\n'),
          ] as [string, string],
        ]),
    ['what was asserted', c.message.trim()],
    ...(picture.length > 0 ? [['what happened, time going down', picture.join('\n')] as [string, string]] : []),
    ...(picture.length === 0 && c.history.length > 0
      ? [['what happened', c.history.join('\n')] as [string, string]]
      : []),
  ]
  return html`<p class="state">${c.test}</p>
${rows.map(([name, text]) => html`<p class="dim">${name}</p><pre>${text}</pre>`)}
${replay === null ? null : html`<p><code>${replay}</code></p>`}`
}

function survivors(e: EventOf<'teeth.finished'>): Markup | null {
  if (e.survivors.length === 0 && e.strict.length === 0) return null
  const rows = e.survivors.map(
    ({ path, line, what, status, reason, because }) =>
      html`<tr><td><code>${path}${line === null ? '' : `:${line}`}</code></td><td>${what}</td><td>${status === 'allowed' ? 'within the spec' : status}</td><td>${because === undefined ? '' : `${because} (the strengthener) `}${reason ?? ''}</td></tr>`,
  )
  const strict = e.strict.map(
    ({ version, test, ruling, reason }) =>
      html`<li>${test} refuses ${version}: ${ruling ?? 'nobody ruled'}: ${reason}</li>`,
  )
  return html`<details><summary>${plural(e.survivors.length, 'wrong version')} not killed</summary><div class="wide"><table><tbody>
${rows}
</tbody></table></div></details>${strict.length > 0 ? html`<ul>${strict}</ul>` : null}`
}
