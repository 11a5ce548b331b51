import type { Price } from '../../core/budget.ts'

export { costOf, type Price } from '../../core/budget.ts'

/** The entry for the full name goes before the one for the bare model. */
export function priceOf(name: string, model: string, prices: Record<string, Price> | undefined): Price | null {
  return prices?.[name] ?? prices?.[model] ?? null
}
