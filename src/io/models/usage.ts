import type { Usage } from '../../world.ts'

export const NO_USAGE: Readonly<Usage> = { input: 0, output: 0, cached: 0 }

export function addUsage(a: Usage, b: Usage): Usage {
  return { input: a.input + b.input, output: a.output + b.output, cached: a.cached + b.cached }
}

/** The rule of thumb where a service reports nothing: four characters a token. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4)
}
