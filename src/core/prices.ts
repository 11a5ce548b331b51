import type { Price } from './budget.ts'

/** What a service published, in US dollars per million tokens, and when it was read there. */
export interface ListPrice extends Price {
  model: string
  /** ISO date on which this price held. */
  date: string
}

const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing'
const OPENAI = 'https://developers.openai.com/api/docs/pricing'

/** Where the prices of a provider are published. */
export const PRICE_SOURCES: Record<string, string> = { anthropic: ANTHROPIC, openai: OPENAI }

const claude = (
  model: string,
  [input, output, cached, written]: [number, number, number, number],
  more: Partial<ListPrice> = {},
): ListPrice => ({ model: `anthropic/${model}`, input, output, cached, written, date: '2026-10-24', ...more })

const gpt = (
  model: string,
  [input, output, cached, written = input]: [number, number, number, number?],
  date: string,
  more: Partial<ListPrice> = {},
): ListPrice => ({ model: `openai/${model}`, input, output, cached, written, date, ...more })

/** Longer prompts have a price of their own at the newer models. */
const LONG = { upTo: 272_000 }

/**
 * Prices at the standard tier, for prompts up to `upTo` tokens; writing to a cache as it is done here (five minutes).
 * `prices:` in agent.yaml goes first. A model that is not listed has no known price: nothing is guessed from its name.
 */
export const LIST_PRICES: readonly ListPrice[] = [
  claude('claude-fable-5-1', [10, 50, 0.25, 12.5]),
  claude('claude-fable-5', [10, 50, 1, 12.5]),
  claude('claude-opus-5-5', [4, 20, 0.2, 5]),
  claude('claude-opus-5', [5, 25, 0.5, 6.25]),
  claude('claude-opus-4-8', [5, 25, 0.5, 6.25]),
  claude('claude-opus-4-7', [5, 25, 0.5, 6.25]),
  claude('claude-opus-4-6', [5, 25, 0.5, 6.25]),
  claude('claude-opus-4-5', [5, 25, 0.5, 6.25]),
  claude('claude-sonnet-5-5', [2, 10, 0.1, 2.5]),
  claude('claude-sonnet-5', [2, 10, 0.2, 2.5]),
  claude('claude-sonnet-4-6', [3, 15, 0.3, 3.75]),
  claude('claude-sonnet-4-5', [3, 15, 0.3, 3.75]),
  claude('claude-haiku-5-5', [0.1, 0.5, 0.01, 0.125], { upTo: 100_000 }),
  claude('claude-haiku-4-5', [1, 5, 0.1, 1.25]),
  gpt('gpt-6.1-sol', [2, 10, 0.1, 2.5], '2026-10-16', LONG),
  gpt('gpt-6.1-terra', [1, 5, 0.05, 1.25], '2026-10-26', LONG),
  gpt('gpt-6-sol', [2, 10, 0.2, 2.5], '2026-10-16', LONG),
  gpt('gpt-6-luna', [0.1, 0.5, 0.01, 0.125], '2026-10-16', LONG),
  gpt('gpt-5.5', [5, 30, 0.5], '2026-06-01', LONG),
  gpt('gpt-5.4', [2.5, 15, 0.25], '2026-06-01', LONG),
  gpt('gpt-5.4-mini', [0.75, 4.5, 0.075], '2026-06-01', LONG),
  gpt('gpt-5.4-nano', [0.2, 1.25, 0.02], '2026-06-01', LONG),
  gpt('gpt-5.1', [1.25, 10, 0.125], '2026-03-21'),
  gpt('gpt-5', [1.25, 10, 0.125], '2026-03-21'),
  gpt('gpt-5-mini', [0.25, 2, 0.025], '2026-03-21'),
  gpt('gpt-5-nano', [0.05, 0.4, 0.005], '2026-03-21'),
  gpt('gpt-4.1', [2, 8, 0.5], '2026-03-21'),
  gpt('gpt-4.1-mini', [0.4, 1.6, 0.1], '2026-03-21'),
  gpt('gpt-4.1-nano', [0.1, 0.4, 0.025], '2026-03-21'),
]

/** The published price of `provider/model`, also of a dated snapshot of it; null: not known. */
export function listPrice(name: string): ListPrice | null {
  const base = name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, '')
  return LIST_PRICES.find(({ model }) => model === name) ?? LIST_PRICES.find(({ model }) => model === base) ?? null
}

/** The entry of agent.yaml for the full name, then that for the bare model, then what the service published. */
export function priceOf(name: string, prices: Record<string, Price> | undefined): Price | null {
  return prices?.[name] ?? prices?.[name.slice(name.indexOf('/') + 1)] ?? listPrice(name)
}

/** The most that any of several models may cost; null where one has no known price. */
export function dearest(prices: readonly (Price | null)[]): Price | null {
  if (prices.length === 0) return null
  let most: Price = { input: 0, output: 0, cached: 0, written: 0 }
  for (const price of prices) {
    if (!price) return null
    const { input, output, cached = input, written = input } = price
    most = {
      input: Math.max(most.input, input),
      output: Math.max(most.output, output),
      cached: Math.max(most.cached!, cached),
      written: Math.max(most.written!, written),
    }
  }
  return most
}
