import type { EventOf, StampedEvent } from '../core/events.ts'
import { checkFinished } from './check-lines.ts'
import { answerCost, count, duration, plural, shortHash, shortRef, THEN } from './format.ts'
import { leftOpen } from './left-open.ts'
import { lifeSign } from './life-signs.ts'
import { blank, blockIndent, ellipsis, indented, type Line, type Look, paragraph, paragraphs, step } from './line.ts'
import { modelWords, NAMES, named, patchedFile } from './names.ts'
import {
  baselineFinished,
  isolationReady,
  runnerChosen,
  servicesReady,
  setupFinished,
  setupStarted,
  toolchainsReady,
} from './ready-lines.ts'
import type { ViewState } from './state.ts'
import { summary } from './summary.ts'
import { teethFinished } from './teeth-lines.ts'
import { atWord, clean, oneLine, wrap } from './text.ts'

/** Columns of what an author has left open: two lines of a usual screen. The report has all of it. */
const MOST_OPEN = 600
const POINTER = ' (all of it: `agent report`)'
const TO_DECIDE = ' To decide any of it: a sentence in requirements.md or design.md.'

function runStarted(e: EventOf<'run.started'>, look: Look): Line[] {
  const where = e.branch === null ? 'detached HEAD' : shortRef(e.branch)
  return [
    ...step(look, { mark: 'none', label: 'run', text: `${e.run} on ${where} at ${shortHash(e.base)}` }),
    ...step(look, { mark: 'none', label: 'model', text: modelWords(e.model) }),
    ...step(look, { mark: 'none', label: 'journal', text: e.journal }),
    ...(e.note === null ? [] : step(look, { mark: 'none', label: 'note', text: e.note })),
  ]
}

function taskSelected(e: EventOf<'task.selected'>, look: Look): Line[] {
  const title = wrap(`${oneLine(`${e.spec}/${e.task}`)}  ${oneLine(e.title)}`, look.width)
  return [
    blank(),
    ...title.map((text) => indented(0, text, 'step', 'bold')),
    ...(e.requirement === null ? [] : paragraphs(look, e.requirement, 'step')),
    ...(e.test === null ? [] : paragraph(look, `test: ${e.test}`, 'step', 'dim')),
    blank(),
  ]
}

/** A heading when the implementer begins another attempt. */
function attemptHeading(e: { role: string; attempt: number }, before: ViewState): Line[] {
  if (e.role !== 'implementer' || e.attempt === before.attempt) return []
  const of = before.task && before.task.attempts >= e.attempt ? ` of ${before.task.attempts}` : ''
  return [blank(), indented(0, `attempt ${e.attempt}${of}`, 'step', 'bold')]
}

function promptBuilt(e: EventOf<'prompt.built'>, before: ViewState, look: Look): Line[] {
  const round = e.round > 1 ? `, round ${e.round}` : ''
  const left = e.dropped.length > 0 ? `; left out: ${named(e.dropped.map((d) => d.source))}` : ''
  const short = e.shortened?.length ? ` (${e.shortened.length} shortened: ${e.shortened[0]!.why})` : ''
  const size = `${count(e.tokens)} of ${count(e.limit)} tokens, ${plural(e.parts.length, 'part')}${short}`
  const why = e.role === 'strengthener' ? '; asked for harder wrong versions, and for tests of those that live' : ''
  const text = `for the ${e.role}${round}: ${size}${left}${why}`
  return [...attemptHeading(e, before), ...step(look, { mark: 'none', label: 'prompt', text })]
}

function modelFinished(e: EventOf<'model.finished'>, before: ViewState, look: Look): Line[] {
  const label = before.running.find((r) => r.key === 'model')?.label ?? 'model'
  const time = duration(e.ms)
  if (!e.ok) {
    const text = [e.message ?? 'no reply', e.note].filter((part) => part).join('; ')
    // What was recorded before wrong versions were: nobody is there to ask.
    if (label === 'strengthener' && text.startsWith('the recording holds no reply'))
      return step(look, { mark: 'none', label, text: 'not recorded' })
    // Nothing depends on what the strengthener has to say.
    const mark = label === 'strengthener' ? 'warn' : 'bad'
    return step(look, { mark, label, time, text, kind: 'key' })
  }
  const model = before.run && before.run.model !== e.model ? e.model : null
  const text = [answerCost(e), model, e.message, e.note].filter((part) => part).join('; ')
  return step(look, { mark: 'good', label, time, text })
}

function modelRetrying(e: EventOf<'model.retrying'>, look: Look): Line[] {
  const text = `${e.model}: ${e.reason}; asked again in ${duration(e.waitMs)}`
  return step(look, { mark: 'warn', label: 'retry', text })
}

function modelFallback(e: EventOf<'model.fallback'>, look: Look): Line[] {
  return step(look, { mark: 'warn', label: 'fallback', text: `${e.to} answers in place of ${e.from}: ${e.reason}` })
}

function needAnswered(e: EventOf<'need.answered'>, look: Look): Line[] {
  const sum = e.wants.reduce((total, { tokens }) => total + tokens, 0)
  const missing = e.wants.filter(({ found }) => !found).length
  const text = `the ${e.role} asked for ${named(e.wants.map(({ want }) => want))}: ${count(sum)} tokens${missing > 0 ? `, ${count(missing)} not found` : ''}`
  return step(look, { mark: 'none', label: 'need', text })
}

/** Parts of a test (`t.Run` of Go) are judged one by one, and are no tests. */
const withParts = ({ withParts }: EventOf<'tests.frozen'>) =>
  withParts === undefined ? '' : ` (${count(withParts)} with their subtests)`

function testsFrozen(e: EventOf<'tests.frozen'>, look: Look): Line[] {
  const reused = e.own ? ", the expert's own" : e.reused ? ', reused from an earlier run' : ''
  const text = `${plural(e.tests, 'test')}${withParts(e)} frozen, red ${e.red}${reused}: ${named(e.files)}`
  const open = leftOpen(e.remarks) ?? ''
  const shown = open.length <= MOST_OPEN + POINTER.length ? open : atWord(open, MOST_OPEN, ellipsis(look))
  const isAll = shown === open && open === oneLine(e.remarks ?? '')
  const says = (isAll ? open : shown + POINTER) + TO_DECIDE
  return [
    ...step(look, { mark: 'good', label: 'frozen', text }),
    ...(open === '' ? [] : step(look, { mark: 'none', label: 'author says', text: says })),
  ]
}

function patchApplied(e: EventOf<'patch.applied'>, look: Look): Line[] {
  const text = e.files.length === 0 ? 'no changes' : named(e.files.map(patchedFile))
  return step(look, { mark: 'good', label: 'patch', text })
}

function patchRefused(e: EventOf<'patch.refused'>, look: Look): Line[] {
  const shown = e.reasons.slice(0, NAMES)
  const more = e.reasons.length - shown.length
  const indent = blockIndent(look) + 2
  const reasons = shown.flatMap((r) => {
    const first = clean(r.message).trim().split('\n')[0] ?? ''
    return wrap(oneLine(`${r.path}: ${r.code}: ${first}`), look.width - indent).map((t) => indented(indent, t))
  })
  return [
    ...step(look, {
      mark: 'bad',
      label: 'patch',
      text: `refused, nothing changed: ${plural(e.reasons.length, 'reason')}`,
    }),
    ...reasons,
    ...(more > 0 ? [indented(indent, `and ${count(more)} more`)] : []),
  ]
}

function verdict(e: EventOf<'verdict'>, look: Look): Line[] {
  const mark = e.status === 'verified' ? 'good' : e.status === 'failed' || e.status === 'tampering' ? 'bad' : 'warn'
  const what = `${e.spec}/${e.task} ${e.status} at attempt ${e.attempt}${e.summary === '' ? '' : `: ${e.summary}`}`
  const more = e.bound === null || e.summary.includes(e.bound) ? [] : [e.bound]
  return step(look, { mark, label: 'verdict', text: what, more, kind: 'key', style: mark })
}

function landed(e: EventOf<'landed'>, isReplay: boolean, look: Look): Line[] {
  const hash = shortHash(e.commit)
  const why = e.reason === null ? '' : `: ${e.reason}`
  const branch = e.waiting === null ? '' : ` on branch ${shortRef(e.waiting)}`
  const label = e.ref === null ? 'waiting' : 'landed'
  if (isReplay) {
    const where = e.ref === null ? ` waited${branch}` : ` on ${shortRef(e.ref)}`
    return step(look, { mark: 'none', label, text: `${hash}${where} ${THEN}`, kind: 'key' })
  }
  if (e.ref === null) return step(look, { mark: 'warn', label, text: `${hash} waits${branch}${why}`, kind: 'key' })
  return step(look, { mark: 'good', label, text: `${hash} on ${shortRef(e.ref)}${why}`, kind: 'key' })
}

function hookFinished(e: EventOf<'hook.finished'>, look: Look): Line[] {
  const text = `${oneLine(e.command)}${e.message === null ? '' : ` ${e.message}`}`
  return step(look, {
    mark: e.ok ? 'good' : 'bad',
    label: e.hook,
    time: duration(e.ms),
    text,
    kind: e.ok ? 'step' : 'key',
  })
}

/** What people read about an event; `before` is the state without it. Pure, and without colour. */
export function linesOf(event: StampedEvent, before: ViewState, look: Look): Line[] {
  switch (event.type) {
    case 'run.started':
      return runStarted(event, look)
    case 'run.recovered':
      return event.found.flatMap((text) => step(look, { mark: 'none', label: 'recovered', text: oneLine(text) }))
    case 'limit.reached':
      return step(look, { mark: 'warn', label: 'limit', text: oneLine(event.message) })
    case 'task.selected':
      return taskSelected(event, look)
    case 'isolation.ready':
      return isolationReady(event, look)
    case 'services.ready':
      return servicesReady(event, look)
    case 'toolchains.ready':
      return toolchainsReady(event, look)
    case 'runner.chosen':
      return runnerChosen(event, look)
    case 'setup.started':
      return setupStarted(event, look)
    case 'setup.finished':
      return setupFinished(event, look)
    case 'baseline.finished':
      return baselineFinished(event, look)
    case 'prompt.built':
      return promptBuilt(event, before, look)
    case 'model.started':
      return attemptHeading(event, before)
    case 'model.delta':
    case 'check.progress':
      return lifeSign(event, event.t, before, look)
    case 'model.finished':
      return modelFinished(event, before, look)
    case 'model.retrying':
      return modelRetrying(event, look)
    case 'model.fallback':
      return modelFallback(event, look)
    case 'need.answered':
      return needAnswered(event, look)
    case 'tests.frozen':
      return testsFrozen(event, look)
    case 'patch.applied':
      return patchApplied(event, look)
    case 'patch.refused':
      return patchRefused(event, look)
    case 'check.started':
      return []
    case 'hook.finished':
      return hookFinished(event, look)
    case 'check.finished':
      return checkFinished(event, before, look)
    case 'teeth.finished':
      return teethFinished(event, look)
    case 'verdict':
      return verdict(event, look)
    case 'decision':
      return step(look, { mark: 'none', label: 'decision', text: `${event.decision}: ${event.reason}` })
    case 'commit':
      return step(look, {
        mark: 'good',
        label: 'commit',
        text: `${shortHash(event.commit)} ${event.subject}`,
        kind: 'key',
      })
    case 'landed':
      return landed(event, before.run?.replays !== undefined, look)
    case 'run.result':
      return summary(event, event.t, look, { ...before.earlier, ms: before.run?.earlierMs ?? 0 })
  }
}
