import type { Price } from '../../core/budget.ts'
import type { Usage } from '../../world.ts'

export type { Price }

/** The entry for the full name goes before the one for the bare model. */
export function priceOf(name: string, model: string, prices: Record<string, Price> | undefined): Price | null {
  return prices?.[name] ?? prices?.[model] ?? null
}

/** USD, or null without a price; without `cached`, cached input costs as much as other input. */
export function costOf(usage: Usage, price: Price | null): number | null {
  if (!price) return null
  const fresh = (usage.input - usage.cached) * price.input
  return (fresh + usage.cached * (price.cached ?? price.input) + usage.output * price.output) / 1_000_000
}
