/** How our count of a prompt's tokens relates to what a service bills. */
export interface Calibration {
  /** Billed tokens for one of ours. */
  ratio: number
  /** Upper bound of what is billed, as a multiple of the estimate. */
  margin: number
  /** Prompts that this was learnt from. */
  samples: number
}

/** Fewer say nothing about how far a service's count strays. */
const LEAST_SAMPLES = 5
const MOST_SAMPLES = 50
const LEAST_MARGIN = 1.15

/** Before anything was billed: how far the vocabulary that we count with can be from the model's own. */
function assumedMargin(model: string, knownVocabulary: boolean): number {
  if (knownVocabulary) return 1.1
  // Its newer tokenizers make up to a third more of the same text than those before them.
  return model.startsWith('anthropic/') ? 1.6 : 1.3
}

/** What past prompts of a model teach. `ratios` are billed tokens divided by ours, newest last. */
export function calibrate(model: string, knownVocabulary: boolean, ratios: readonly number[]): Calibration {
  const samples = ratios.length
  if (samples < LEAST_SAMPLES) return { ratio: 1, margin: assumedMargin(model, knownVocabulary), samples }
  const sorted = [...ratios].sort((a, b) => a - b)
  const ratio = sorted[Math.floor(samples / 2)]!
  return { ratio, margin: Math.max(LEAST_MARGIN, (sorted.at(-1)! / ratio) * 1.1), samples }
}

/** The key under which the memory holds the ratios of a model. */
export function calibrationKey(model: string): string {
  return `tokens-${model}`
}

/** What the memory holds, whatever somebody may have written there. */
export function readRatios(kept: unknown): number[] {
  return Array.isArray(kept) ? kept.filter((ratio) => typeof ratio === 'number' && ratio > 0 && ratio < 100) : []
}

/** The ratios with one more; the oldest is forgotten. */
export function learn(ratios: readonly number[], ours: number, billed: number): number[] {
  if (ours <= 0 || billed <= 0) return [...ratios]
  return [...ratios, Math.round((billed / ours) * 10_000) / 10_000].slice(-MOST_SAMPLES)
}

export interface EstimateError {
  prompts: number
  /** Shares of what was billed: 0.04 is 4 %. */
  mean: number
  worst: number
}

/** How far the estimates of a run were from what was billed; null: nothing was billed. */
export function errorOf(prompts: readonly { estimated: number; counted: number }[]): EstimateError | null {
  const errors = prompts.map(({ estimated, counted }) => Math.abs(estimated - counted) / Math.max(1, counted))
  if (errors.length === 0) return null
  const round = (value: number) => Math.round(value * 10_000) / 10_000
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
  return { prompts: errors.length, mean: round(mean), worst: round(Math.max(...errors)) }
}
