import type { Usage } from '../world.ts'
import { counted } from './counted.ts'

/** Limits of a run or of a task; null is no limit. */
export interface Limits {
  maxTokens: number | null
  maxUsd: number | null
  maxMinutes: number | null
}

export interface Price {
  /** US dollars per million tokens. */
  input: number
  output: number
  cached?: number | undefined
  /** Of input that the service writes to its cache; left out: as other input. */
  written?: number | undefined
  /** The price holds for prompts of so many tokens; left out: for all. */
  upTo?: number | undefined
}

export interface Spent {
  usage: Usage
  usd: number
  /** False when a call was billed at a price we do not know. */
  usdKnown: boolean
}

export const NOTHING_SPENT: Spent = { usage: { input: 0, output: 0, cached: 0 }, usd: 0, usdKnown: true }

export function addUsage(a: Usage, b: Usage): Usage {
  const written = (a.written ?? 0) + (b.written ?? 0)
  const sum = { input: a.input + b.input, output: a.output + b.output, cached: a.cached + b.cached }
  return written > 0 ? { ...sum, written } : sum
}

export function spend(spent: Spent, usage: Usage, usd: number | null): Spent {
  const sum = addUsage(spent.usage, usage)
  const billed = usage.input + usage.output > 0
  return { usage: sum, usd: spent.usd + (usd ?? 0), usdKnown: spent.usdKnown && (usd !== null || !billed) }
}

/** Our count of tokens and a provider's differ; a call is reserved with this margin where nothing better is known. */
const MARGIN = 1.3

export type Permit = { ok: true; maxOutputTokens: number } | { ok: false; reason: string }
type Refused = { ok: false; limit: keyof Limits; reason: string }

const FLAGS: Record<keyof Limits, string> = {
  maxTokens: '--max-tokens',
  maxUsd: '--max-usd',
  maxMinutes: '--max-minutes',
}

/** Where a limit is set, for messages that say that it is reached. */
export function knob(of: Budget['of'], limit: keyof Limits): string {
  return of === 'run'
    ? `limit of the run: ${FLAGS[limit]}, or \`${limit}\` in agent.yaml`
    : `limits of one task: \`task.${limit}\` in agent.yaml`
}

/** What is told when the minutes are over. */
export function minutesReached(of: Budget['of'], minutes: number | null): string {
  return `the limit of ${counted(minutes ?? 0, 'minute')} is reached (${knob(of, 'maxMinutes')})`
}

/** US dollars of a call; without `cached`, cached input costs as much as other input. */
export function costOf(usage: Usage, price: Price | null): number | null {
  if (!price || (price.upTo !== undefined && usage.input > price.upTo)) return null
  const written = usage.written ?? 0
  const fresh = (usage.input - usage.cached - written) * price.input
  const kept = usage.cached * (price.cached ?? price.input) + written * (price.written ?? price.input)
  return (fresh + kept + usage.output * price.output) / 1_000_000
}

/** Smallest answer worth asking for, unless the model gives shorter ones only. */
const LEAST_OUTPUT = 1_000

/** The most that a permitted call can be billed, by the same reckoning as its permit. */
export function worstCase(
  promptTokens: number,
  maxOutputTokens: number,
  price: Price | null,
  margin = MARGIN,
): { usage: Usage; usd: number | null } {
  const input = Math.ceil(promptTokens * margin)
  const usage = { input, output: maxOutputTokens, cached: 0 }
  if (!price) return { usage, usd: null }
  return { usage, usd: (input * dearestInput(price) + maxOutputTokens * price.output) / 1e6 }
}

function dearestInput({ input, cached, written }: Price): number {
  return Math.max(input, cached ?? 0, written ?? 0)
}

export const NO_LIMITS: Limits = { maxTokens: null, maxUsd: null, maxMinutes: null }

/** One budget that a call has to fit into: of the run, or of the task. */
export interface Budget {
  /** As messages name it. */
  of: 'run' | 'task'
  limits: Limits
  spent: Spent
  /** Minutes since it began. */
  minutes: number
}

/** The permit of the tightest of several budgets. */
export function permitWithin(
  budgets: readonly Budget[],
  promptTokens: number,
  maxOutputTokens: number,
  price: Price | null,
  margin = MARGIN,
): Permit {
  let output = maxOutputTokens
  for (const { of, limits, spent, minutes } of budgets) {
    const permit = permitCall(limits, spent, minutes, promptTokens, output, price, margin)
    if (!permit.ok) return { ok: false, reason: `${permit.reason} (${knob(of, permit.limit)})` }
    output = permit.maxOutputTokens
  }
  return { ok: true, maxOutputTokens: output }
}

/**
 * Asks before a call whether its worst case still fits. A long answer is cut down to what is left; a call whose
 * answer could not be of use is not made at all.
 */
export function permitCall(
  limits: Limits,
  spent: Spent,
  minutes: number,
  promptTokens: number,
  maxOutputTokens: number,
  price: Price | null,
  margin = MARGIN,
): Exclude<Permit, { ok: false }> | Refused {
  if (limits.maxMinutes !== null && minutes >= limits.maxMinutes) {
    return { ok: false, limit: 'maxMinutes', reason: `the limit of ${counted(limits.maxMinutes, 'minute')} is reached` }
  }
  const input = Math.ceil(promptTokens * margin)
  const least = Math.min(LEAST_OUTPUT, maxOutputTokens)
  let output = maxOutputTokens
  if (limits.maxTokens !== null) {
    const left = limits.maxTokens - spent.usage.input - spent.usage.output - input
    output = Math.min(output, left)
    if (output < least) {
      return {
        ok: false,
        limit: 'maxTokens',
        reason: `the next call may need ${input + least} tokens and ${Math.max(0, left + input)} of ${limits.maxTokens} are left`,
      }
    }
  }
  if (limits.maxUsd !== null && price) {
    const left = limits.maxUsd - spent.usd - (input * dearestInput(price)) / 1e6
    // What costs nothing divides by zero, and leaves the answer as long as it was.
    if (price.output > 0) output = Math.min(output, Math.floor((left * 1e6) / price.output))
    if (left < 0 || output < least) {
      return {
        ok: false,
        limit: 'maxUsd',
        reason: `the next call may cost more than what is left of $${limits.maxUsd} ($${spent.usd.toFixed(2)} spent)`,
      }
    }
  }
  return { ok: true, maxOutputTokens: output }
}
