import { boundsOf } from './bounds.ts'
import { squeeze } from './markdown.ts'
import { pattern } from './pattern.ts'
import type { Condition, Criterion, EarsPattern } from './requirement.ts'
import { withoutEnd } from './words.ts'

type Step = 'given' | 'when' | 'then'

const STEPS: [string, Step][] = [
  ['given|给定|假设|假如|前提|дано|dad[oa]', 'given'],
  ['when|当|もし|когда|cuando', 'when'],
  ['then|那么|则|ならば|тогда|entonces', 'then'],
]
const AND = 'and|but|并且|而且|且|かつ|и|но|y'
const WORDS = `${STEPS.map(([words]) => words).join('|')}|${AND}`
/** A step word that opens a sentence or follows a comma, whatever emphasis stood around it. */
const STEP = pattern(
  `(^|[,，.;；、]\\s?|\\n)[\\s*-]{0,6}(${WORDS})(?![\\p{Script=Latin}\\p{Script=Cyrillic}])[\\s*:：]{0,4}`,
  'giu',
)

/** One step of a scenario: the words behind its Given, When, Then or And. */
interface Read {
  step: Step
  text: string
}

/** The steps of a scenario. In one line only upper-case or sentence-opening step words divide it; `lines` divide by themselves. */
export function stepsOf(lines: readonly string[]): Read[] {
  const found: Read[] = []
  let step: Step = 'given'
  for (const line of lines) {
    const marks = [...line.matchAll(STEP.on(line))].filter((match) => match.index === 0 || opens(match[2]!))
    if (marks.length === 0 || marks[0]!.index > 0) {
      const head = line.slice(0, marks[0]?.index ?? line.length).trim()
      const last = found.at(-1)
      if (last !== undefined && head !== '') last.text = squeeze(`${last.text} ${head}`)
    }
    marks.forEach((mark, index) => {
      step = stepOf(mark[2]!) ?? step
      const end = marks[index + 1]?.index ?? line.length
      const text = withoutEnd(line.slice(mark.index + mark[0].length, end).replace(/^[\s,，*]+/, ''), /[\s,，;；、*]/)
      if (text !== '') found.push({ step, text })
    })
  }
  return found
}

/** In the middle of a line "then" and "when" are prose unless they are written as steps. */
function opens(word: string): boolean {
  return /^\p{Lu}/u.test(word) || !/^[\p{Script=Latin}\p{Script=Cyrillic}]/u.test(word)
}

function stepOf(word: string): Step | null {
  return STEPS.find(([words]) => new RegExp(`^(?:${words})$`, 'iu').test(word))?.[1] ?? null
}

/** A scenario as a criterion: Given is a state, When the event, Then the response. */
export function scenario(id: string, line: number, name: string | null, lines: readonly string[]): Criterion {
  const steps = stepsOf(lines)
  const text = squeeze(lines.join(' '))
  const conditions = steps.flatMap(({ step, text: said }): Condition[] =>
    step === 'then' ? [] : [{ kind: step === 'when' ? 'event' : 'state', text: said }],
  )
  const response = steps.filter(({ step }) => step === 'then').map(({ text: said }) => said)
  return {
    id,
    line,
    pattern: patternOf(conditions, response),
    text,
    bounds: boundsOf(text),
    system: null,
    conditions,
    trigger: (conditions.find(({ kind }) => kind === 'event') ?? conditions[0])?.text ?? null,
    response: response.length === 0 ? null : response.join('; '),
    modals: [],
    section: name,
    kind: 'scenario',
  }
}

function patternOf(conditions: readonly Condition[], response: readonly string[]): EarsPattern {
  if (response.length === 0) return 'none'
  if (conditions.some(({ kind }) => kind === 'event')) return 'event'
  return conditions.length > 0 ? 'state' : 'ubiquitous'
}
