import { counted } from '../counted.ts'
import type { EvidenceSummary } from '../event-parts.ts'
import { partsOf, sumInWords } from '../teeth/score.ts'
import { upperBoundPercent } from './bound.ts'

export interface CommitFacts {
  spec: string
  task: string
  title: string
  statements: string[]
  validates: string[]
  verdict: 'verified' | 'checked'
  specHash: string
  base: string
  evidence: EvidenceSummary
  seeds: number[]
  model: string
  attempts: number
  tokens: { input: number; output: number }
  /** Version of the prompt templates. */
  prompts: string
  run: string
}

/** `red 3/3 at 1a2b3c4, 4 added later; green 7/7; property 5 seeds x 1000 cases; ...`: what stands in the commit for ever. */
export function evidenceLine(evidence: EvidenceSummary, base: string): string {
  const parts: string[] = []
  const { red, added } = evidence
  if (red) parts.push(`red ${red} at ${base.slice(0, 7)}${added ? `, ${added} added later` : ''}`)
  else if (added) parts.push(`tests added later ${added}`)
  if (evidence.moved) {
    const { tests, dropped } = evidence.moved
    parts.push(
      `${counted(tests, 'test')} moved to a new interface${dropped > 0 ? `, ${dropped} dropped by the spec` : ''}`,
    )
  }
  if (evidence.anew) parts.push('tests written anew')
  if (evidence.guards) parts.push(`guards ${evidence.guards}`)
  if (evidence.green) parts.push(`green ${evidence.green}`)
  if (evidence.property) parts.push(propertyPart(evidence.property))
  if (evidence.chaos) {
    const { schedules, failed } = evidence.chaos
    const bound = schedules > 0 && failed === 0 ? ` (< ${upperBoundPercent(schedules)} % at 95 %)` : ''
    parts.push(`chaos ${failed} of ${schedules} schedules failed${bound}`)
  }
  parts.push(teethPart(evidence.teeth))
  if (evidence.suite) parts.push(`suite ${evidence.suite}`)
  if (evidence.heldOut)
    parts.push(`${counted(evidence.heldOut.seeds, 'held-out seed')} x ${evidence.heldOut.runs} cases`)
  if (evidence.kept) parts.push(`${evidence.kept} counterexample${evidence.kept > 1 ? 's' : ''} kept as examples`)
  return parts.join('; ')
}

/** `property 5 seeds x 1000 cases`; where its time was over before that, the number that all screens show: `5 seeds, 3609 cases`. */
function propertyPart({ seeds, runs }: NonNullable<EvidenceSummary['property']>): string {
  const each = runs / Math.max(1, seeds)
  return Number.isInteger(each)
    ? `property ${seedsWords(seeds)} x ${each} cases`
    : `property ${seedsWords(seeds)}, ${runs} cases`
}

const seedsWords = (n: number) => (n === 1 ? '1 seed' : `${n} seeds`)

/** `teeth 40 wrong versions: 38 killed, 2 within the spec`: what became of the wrong versions of the change. */
function teethPart(teeth: EvidenceSummary['teeth']): string {
  return teeth ? `teeth ${sumInWords(partsOf(teeth))}` : 'teeth not run'
}

/** The commit message; `agent trace` reads its trailers back. */
export function commitMessage(facts: CommitFacts): string {
  const subject = oneLine(`${facts.spec}: ${lowerFirst(facts.title)} (task ${facts.task})`)
  const trailers = [
    `Spec: ${facts.spec}`,
    `Task: ${facts.task}`,
    ...(facts.validates.length > 0 ? [`Validates: ${facts.validates.join(', ')}`] : []),
    `Verdict: ${facts.verdict}`,
    `Spec-Hash: ${facts.specHash}`,
    `Evidence: ${evidenceLine(facts.evidence, facts.base)}`,
    `Seeds: ${facts.seeds.join(', ')}`,
    `Model: ${facts.model}; attempts ${facts.attempts}; tokens ${thousands(facts.tokens.input)} in, ${thousands(facts.tokens.output)} out`,
    `Prompts: ${facts.prompts}`,
    `Run: ${facts.run}`,
  ].map(oneLine)
  const body = facts.statements.map((statement) => `- ${oneLine(statement)}`).join('\n')
  return `${subject}\n\n${body ? `${body}\n\n` : ''}${trailers.join('\n')}\n`
}

/** The message of a test that the code does not keep; nothing of it is read back. */
export function findingMessage(facts: {
  spec: string
  task: string
  title: string
  shown: string
  run: string
}): string {
  const subject = oneLine(`${facts.spec}: finding of task ${facts.task}: ${lowerFirst(facts.title)}`)
  return `${subject}\n\n${facts.shown.trim()}\n\nRun: ${facts.run}\n`
}

/** `12,345`, as screens write it. */
function thousands(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** A line break would end a subject or a trailer. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text
}

/** Trailers of a commit message by name; later ones win. */
export function readTrailers(message: string): Record<string, string> {
  const last =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  const trailers: Record<string, string> = {}
  for (const line of last.split('\n')) {
    const match = /^([A-Z][A-Za-z-]*):(?: (.*))?$/.exec(line)
    if (match) trailers[match[1]!] = match[2] ?? ''
  }
  return trailers
}

/** What an earlier commit message says of how its change came to be, for a commit that takes its place. */
export interface EarlierFacts {
  models: string[]
  attempts: number
  tokens: { input: number; output: number }
  /** `3/3` of the tests were red, the commit that they were red on, and how many were added later; null: it tells of none. */
  red: { tests: string; base: string; added: number } | null
  checked: boolean
}

export function earlierFacts(message: string): EarlierFacts {
  const { Model: model = '', Evidence: evidence = '', Verdict: verdict } = readTrailers(message)
  // Older commits have tokens without commas.
  const told = /^(.*?); attempts (\d+); tokens ([\d,]+) in, ([\d,]+) out$/.exec(model)
  const tokens = (text = '0') => Number(text.replaceAll(',', ''))
  // Older commits count added tests among all: `red 3/7 at 1a2b3c4`.
  const red = /^red (.+?) at ([0-9a-f]{7,})(?:, (\d+) added later)?/.exec(evidence)
  return {
    models: [told?.[1] ?? (model.split(';')[0] || 'unknown')],
    attempts: Number(told?.[2] ?? 0),
    tokens: { input: tokens(told?.[3]), output: tokens(told?.[4]) },
    red: red ? { tests: red[1]!, base: red[2]!, added: Number(red[3] ?? 0) } : null,
    checked: verdict === 'checked',
  }
}
