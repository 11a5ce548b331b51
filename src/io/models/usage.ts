import type { Usage } from '../../world.ts'

export { addUsage } from '../../core/budget.ts'

export const NO_USAGE: Readonly<Usage> = { input: 0, output: 0, cached: 0 }

/** The rule of thumb where a service reports nothing: four characters a token. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4)
}
