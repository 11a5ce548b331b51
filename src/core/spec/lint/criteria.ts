import { groupsOf } from '../links.ts'
import type { Diagnostic } from '../spec.ts'
import { unquoted } from '../words.ts'
import { type Demand, demandsOf, few, placeOf, problem, type Reading } from './report.ts'
import { vagueWords } from './vague.ts'

/** Rules for single criteria: they oblige, once, and in words that can be tested. */
export function lintCriteria(reading: Reading): Diagnostic[] {
  const demands = demandsOf(reading)
  return [
    ...withoutShall(demands),
    ...demands.flatMap((demand) => [...twoShalls(reading, demand), ...vague(reading, demand)]),
    ...withoutCriteria(reading),
  ]
}

/** A file whose author never says SHALL is told once; a criterion that falls out of line is told by itself. */
function withoutShall(demands: readonly Demand[]): Diagnostic[] {
  const suggestion = 'Write `WHEN <event>, THE <system> SHALL <response>`.'
  const files = new Map<string, { all: number; silent: Demand[] }>()
  for (const demand of demands) {
    const { file } = demand.requirement
    const entry = files.get(file) ?? { all: 0, silent: [] }
    entry.all++
    if (demand.criterion.modals.length === 0) entry.silent.push(demand)
    files.set(file, entry)
  }
  return [...files].flatMap(([file, { all, silent }]) => {
    const at = (line: number) => ({ file, line })
    if (silent.length > 3 && silent.length * 2 > all) {
      const ids = few(silent.map(({ criterion }) => criterion.id))
      const message = `${silent.length} of ${all} criteria do not say SHALL: ${ids}.`
      return [problem(at(silent[0]!.criterion.line), 'criterion-without-shall', 'warning', message, suggestion)]
    }
    return silent.map(({ criterion, requirement }) => {
      const severity = requirement.kind === 'non-functional' ? 'info' : 'warning'
      const message = `Criterion ${criterion.id} does not say SHALL.`
      return problem(at(criterion.line), 'criterion-without-shall', severity, message, suggestion)
    })
  })
}

function twoShalls(reading: Reading, { requirement, criterion }: Demand): Diagnostic[] {
  const { id, line } = criterion
  if (criterion.modals.length < 2) return []
  const modals = sameWord(criterion.modals)
  if (modals.length < 2) return []
  // "SHALL reject it and SHALL NOT keep it" says one thing from two sides.
  const sides = modals.length === 2 && /not|不得|禁止|^не |^no /i.test(modals[1]!)
  const place = placeOf(reading, requirement.file, line, modals[1]!)
  const message = `Criterion ${id} makes ${modals.length} demands (${few(modals)}).`
  const suggestion = 'Give each demand a criterion of its own, so that a task and a test can name it.'
  return [problem(place, 'criterion-two-shalls', sides ? 'info' : 'warning', message, suggestion)]
}

/** Those like the first: "must" in a sentence with SHALL describes, and 必须 behind SHALL says the same again. */
function sameWord(modals: readonly string[]): string[] {
  const base = (modal: string) => modal.replace(/\s*\bnot$/i, '').toLowerCase()
  const capital = (modal: string) => /^[A-Z ]+$/.test(modal)
  const [first = ''] = modals
  return modals.filter((one) => base(one) === base(first) || (capital(first) && capital(one)))
}

function vague(reading: Reading, { requirement, criterion }: Demand): Diagnostic[] {
  // "quickly, within 200 ms" says what it means.
  if (criterion.bounds.length > 0) return []
  const words = vagueWords(unquoted(criterion.text))
  if (words.length === 0) return []
  const place = placeOf(reading, requirement.file, criterion.line, words[0]!)
  const quoted = words.map((word) => `"${word}"`).join(', ')
  const message = `Criterion ${criterion.id} says ${quoted}, which no test can decide.`
  const suggestion = 'Say what is seen or measured: a number with its unit, a state, a message.'
  return [problem(place, 'vague-word', 'warning', message, suggestion)]
}

function withoutCriteria({ spec }: Reading): Diagnostic[] {
  const groups = new Set(spec.requirements.flatMap(({ id }) => groupsOf(id)))
  return spec.requirements.flatMap(({ id, line, file, criteria, change }) => {
    if (criteria.length > 0 || change === 'removed' || change === 'renamed' || groups.has(id)) return []
    const message = `Requirement ${id} has no criteria.`
    const suggestion = 'Number them below `#### Acceptance Criteria`.'
    return [problem({ file, line }, 'requirement-without-criteria', 'warning', message, suggestion)]
  })
}
