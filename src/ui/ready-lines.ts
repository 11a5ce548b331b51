import type { EventOf } from '../core/events.ts'
import { count, duration, plural } from './format.ts'
import { type Line, type Look, step } from './line.ts'
import { named } from './names.ts'
import { oneLine } from './text.ts'

export function isolationReady(e: EventOf<'isolation.ready'>, look: Look): Line[] {
  const open = e.checks.filter((c) => !c.held).map((c) => c.name)
  const held = e.checks.length - open.length
  const probes = e.checks.length === 0 ? '' : `; ${held} of ${plural(e.checks.length, 'probe')} held`
  const level = e.level.startsWith(`${e.backend}:`) ? e.level : `${e.backend}: ${e.level}`
  const text = `${level}${probes}${open.length > 0 ? `, not held: ${open.join(', ')}` : ''}`
  const safe = open.length === 0 && e.backend !== 'none'
  return step(look, { mark: safe ? 'good' : 'warn', label: 'isolation', text })
}

export function runnerChosen({ dir, runner, why, unchecked }: EventOf<'runner.chosen'>, look: Look): Line[] {
  const where = dir ? `${dir}: ` : ''
  return [
    ...step(look, { mark: 'good', label: 'runner', text: oneLine(`${where}${runner}: ${why}`) }),
    ...(unchecked ? step(look, { mark: 'warn', label: 'types', text: oneLine(`${where}${unchecked}`) }) : []),
  ]
}

export function servicesReady(e: EventOf<'services.ready'>, look: Look): Line[] {
  const text = e.services.map(({ name, ms }) => `${oneLine(name)} ready after ${duration(ms)}`).join(', ')
  return step(look, { mark: 'good', label: 'services', text })
}

export function toolchainsReady(e: EventOf<'toolchains.ready'>, look: Look): Line[] {
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

export function baselineFinished(e: EventOf<'baseline.finished'>, look: Look): Line[] {
  const texts: Record<string, string> = {
    empty: 'nothing to build or test yet',
    broken: 'the base does not build or its tests cannot be collected',
  }
  const counts = e.tests > 0 ? `${plural(e.tests, 'test')}, ${count(e.red)} red before any change` : ''
  const text = texts[e.status] ?? (counts || e.status)
  const mark = e.status === 'passed' || e.status === 'empty' ? 'good' : e.status === 'failed' ? 'warn' : 'bad'
  const time = e.cached ? 'cached' : duration(e.ms)
  return step(look, { mark, label: 'baseline', time, text, kind: mark === 'bad' ? 'key' : 'step' })
}

export function setupStarted(e: EventOf<'setup.started'>, look: Look): Line[] {
  const why = e.afterPatch ? 'for the dependencies of the patch: ' : ''
  return step(look, { mark: 'none', label: 'set-up', text: `${why}${e.commands.join('; ')}` })
}

export function setupFinished(e: EventOf<'setup.finished'>, look: Look): Line[] {
  const by = e.managers.join(', ')
  if (e.how === 'failed') {
    const text = [by, e.message].filter((part) => part).join(': ')
    return step(look, { mark: 'bad', label: 'set-up', time: duration(e.ms), text, kind: 'key' })
  }
  // The common case: there is nothing to say.
  if (e.how === 'carried' && e.message === null) return []
  // A cache lies where nobody looks.
  const seen = named(e.paths.filter((path) => !path.startsWith('/')))
  const text = [
    `${by}: ${seen ? `the box sees ${seen}` : e.paths.length > 0 ? 'done' : 'nothing of its own'}`,
    e.message,
  ]
    .filter((part) => part)
    .join('; ')
  const time = e.how === 'run' ? duration(e.ms) : e.how
  return step(look, { mark: e.message === null ? 'good' : 'warn', label: 'set-up', time, text })
}
