import type { EventOf, StampedEvent } from '../core/events.ts'
import { askedWords } from './asking.ts'
import { checkFinished } from './check-lines.ts'
import { answerCost, count, elapsed, plural, shortHash, shortRef, ticking } from './format.ts'
import { leftOpen } from './left-open.ts'
import { blank, blockIndent, ellipsis, indented, type Line, type Look, paragraph, step } from './line.ts'
import { expectsRed, type Running, reduce, type ViewState } from './state.ts'
import { summary } from './summary.ts'
import { teethFinished } from './teeth-lines.ts'
import { atWord, clean, oneLine, wrap } from './text.ts'

const NAMES = 3
/** Columns of what an author has left open: two lines of a usual screen. The report has all of it. */
const MOST_OPEN = 160

/** The first few names, and how many more there are. */
function named(names: string[]): string {
  const more = names.length - NAMES
  return names.slice(0, NAMES).join(', ') + (more > 0 ? ` and ${count(more)} more` : '')
}

function runStarted(e: EventOf<'run.started'>, look: Look): Line[] {
  const where = e.branch === null ? 'detached HEAD' : shortRef(e.branch)
  return [
    ...step(look, { mark: 'none', label: 'run', text: `${e.run} on ${where} at ${shortHash(e.base)}` }),
    ...step(look, { mark: 'none', label: 'model', text: e.model }),
    ...step(look, { mark: 'none', label: 'journal', text: e.journal }),
    ...(e.note === null ? [] : step(look, { mark: 'none', label: 'note', text: e.note })),
  ]
}

function taskSelected(e: EventOf<'task.selected'>, look: Look): Line[] {
  const title = wrap(`${oneLine(`${e.spec}/${e.task}`)}  ${oneLine(e.title)}`, look.width)
  return [
    blank(),
    ...title.map((text) => indented(0, text, 'step', 'bold')),
    ...(e.requirement === null ? [] : paragraph(look, e.requirement, 'step')),
    ...(e.test === null ? [] : paragraph(look, `test: ${e.test}`, 'step', 'dim')),
    blank(),
  ]
}

function isolationReady(e: EventOf<'isolation.ready'>, look: Look): Line[] {
  const open = e.checks.filter((c) => !c.held).map((c) => c.name)
  const held = e.checks.length - open.length
  const probes = e.checks.length === 0 ? '' : `; ${held} of ${plural(e.checks.length, 'probe')} held`
  const level = e.level.startsWith(`${e.backend}:`) ? e.level : `${e.backend}: ${e.level}`
  const text = `${level}${probes}${open.length > 0 ? `, not held: ${open.join(', ')}` : ''}`
  const safe = open.length === 0 && e.backend !== 'none'
  return step(look, { mark: safe ? 'good' : 'warn', label: 'isolation', text })
}

function runnerChosen({ dir, runner, why, unchecked }: EventOf<'runner.chosen'>, look: Look): Line[] {
  const where = dir ? `${dir}: ` : ''
  return [
    ...step(look, { mark: 'good', label: 'runner', text: oneLine(`${where}${runner}: ${why}`) }),
    ...(unchecked ? step(look, { mark: 'warn', label: 'types', text: oneLine(`${where}${unchecked}`) }) : []),
  ]
}

function servicesReady(e: EventOf<'services.ready'>, look: Look): Line[] {
  const text = e.services.map(({ name, ms }) => `${oneLine(name)} ready after ${elapsed(ms)}`).join(', ')
  return step(look, { mark: 'good', label: 'services', text })
}

function toolchainsReady(e: EventOf<'toolchains.ready'>, look: Look): Line[] {
  const shown = [...(e.shown.length > 0 ? [`shown: ${e.shown.join(', ')}`] : [])]
  const given = e.variables.length > 0 ? [`variables: ${e.variables.join(', ')}`] : []
  const text = [e.found.map(({ language, version }) => `${language} ${version}`).join(', '), ...shown, ...given].join(
    '; ',
  )
  const amiss = [...e.missing.map(({ language, why }) => `${language} is not in the box: ${why}`), ...e.warnings]
  return [
    ...step(look, { mark: 'good', label: 'toolchains', text }),
    ...amiss.flatMap((one) => step(look, { mark: 'warn', label: 'toolchains', text: one, kind: 'key' })),
  ]
}

function baselineFinished(e: EventOf<'baseline.finished'>, look: Look): Line[] {
  const texts: Record<string, string> = {
    empty: 'nothing to build or test yet',
    broken: 'the base does not build or its tests cannot be collected',
  }
  const counts = e.tests > 0 ? `${plural(e.tests, 'test')}, ${count(e.red)} red before any change` : ''
  const text = texts[e.status] ?? (counts || e.status)
  const mark = e.status === 'passed' || e.status === 'empty' ? 'good' : e.status === 'failed' ? 'warn' : 'bad'
  const time = e.cached ? 'cached' : elapsed(e.ms)
  return step(look, { mark, label: 'baseline', time, text, kind: mark === 'bad' ? 'key' : 'step' })
}

function setupStarted(e: EventOf<'setup.started'>, look: Look): Line[] {
  const why = e.afterPatch ? 'for the dependencies of the patch: ' : ''
  return step(look, { mark: 'none', label: 'set-up', text: `${why}${e.commands.join('; ')}` })
}

function setupFinished(e: EventOf<'setup.finished'>, look: Look): Line[] {
  const by = e.managers.join(', ')
  if (e.how === 'failed') {
    const text = [by, e.message].filter((part) => part).join(': ')
    return step(look, { mark: 'bad', label: 'set-up', time: elapsed(e.ms), text, kind: 'key' })
  }
  // The common case: there is nothing to say.
  if (e.how === 'carried' && e.message === null) return []
  const seen = named(e.paths)
  const text = [`${by}: ${seen ? `the box sees ${seen}` : 'nothing of its own'}`, e.message]
    .filter((part) => part)
    .join('; ')
  const time = e.how === 'run' ? elapsed(e.ms) : e.how
  return step(look, { mark: e.message === null ? 'good' : 'warn', label: 'set-up', time, text })
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
  const size = `${count(e.tokens)} of ${count(e.limit)} tokens, ${plural(e.parts.length, 'part')}`
  const text = `for the ${e.role}${round}: ${size}${left}`
  return [...attemptHeading(e, before), ...step(look, { mark: 'none', label: 'prompt', text })]
}

function modelFinished(e: EventOf<'model.finished'>, before: ViewState, look: Look): Line[] {
  const label = before.running.find((r) => r.key === 'model')?.label ?? 'model'
  const time = elapsed(e.ms)
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
  const text = `${e.model}: ${e.reason}; asked again in ${elapsed(e.waitMs)}`
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

function testsFrozen(e: EventOf<'tests.frozen'>, look: Look): Line[] {
  const reused = e.own ? ", the expert's own" : e.reused ? ', reused from an earlier run' : ''
  const text = `${plural(e.tests, 'test')} frozen, red ${e.red}${reused}: ${named(e.files)}`
  const open = leftOpen(e.remarks)
  return [
    ...step(look, { mark: 'good', label: 'frozen', text }),
    ...(open === null
      ? []
      : step(look, { mark: 'none', label: 'author says', text: atWord(open, MOST_OPEN, ellipsis(look)) })),
  ]
}

function patchApplied(e: EventOf<'patch.applied'>, look: Look): Line[] {
  const text = e.files.length === 0 ? 'no changes' : named(e.files.map((f) => `${f.action} ${f.path}`))
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
  if (e.ref !== null) {
    if (isReplay)
      return step(look, {
        mark: 'none',
        label: 'landed',
        text: `${hash} on ${shortRef(e.ref)} then, not now`,
        kind: 'key',
      })
    return step(look, { mark: 'good', label: 'landed', text: `${hash} on ${shortRef(e.ref)}${why}`, kind: 'key' })
  }
  const branch = e.waiting === null ? '' : ` on branch ${shortRef(e.waiting)}`
  return step(look, { mark: 'warn', label: 'waiting', text: `${hash} waits${branch}${why}`, kind: 'key' })
}

function hookFinished(e: EventOf<'hook.finished'>, look: Look): Line[] {
  const text = `${oneLine(e.command)}${e.message === null ? '' : ` ${e.message}`}`
  return step(look, {
    mark: e.ok ? 'good' : 'bad',
    label: e.hook,
    time: elapsed(e.ms),
    text,
    kind: e.ok ? 'step' : 'key',
  })
}

/** Signs of life of what takes long. */
function lifeSign(event: EventOf<'model.delta' | 'check.progress'>, t: number, before: ViewState, look: Look): Line[] {
  const key = event.type === 'model.delta' ? 'model' : event.stage
  const since = before.running.find((r) => r.key === key)?.since ?? null
  const running = reduce(before, { ...event, v: 0, t }).running.find((r) => r.key === key)
  if (running === undefined) return []
  if (event.type === 'model.delta')
    return signOf({ label: running.label, since, text: askedWords(running, t) }, t, look)
  const { stage, failed } = event
  const bad = failed > 0 && !expectsRed(stage)
  return signOf({ label: running.label, since, text: progressWords(running), bad }, t, look)
}

function progressWords({
  key,
  done,
  total,
  runs,
  failed,
}: Pick<Running, 'key' | 'done' | 'total' | 'runs' | 'failed'>) {
  const of = total === null ? '' : ` of ${count(total)}`
  const cases = runs > 0 && runs !== done ? `, ${plural(runs, 'run')} in all` : ''
  if (key === 'teeth') return `${count(done)}${of} wrong versions tried, ${count(failed)} killed${cases}`
  // Python and Go tell how many there are when they are through.
  const tests = total === null ? `${plural(done, 'test')} through` : `${count(done)}${of}`
  return `${tests}, ${count(failed)} ${expectsRed(key) ? 'red' : 'failed'}${cases}`
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
  if (key === 'model') return signOf({ label, since, text: askedWords(running, now) }, now, look)
  const begun = total !== null || done > 0 || runs > 0
  const bad = failed > 0 && !expectsRed(key)
  return signOf({ label, since, text: begun ? progressWords(running) : 'still at work', bad }, now, look)
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
