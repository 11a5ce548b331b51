export interface Limits {
  contextTokens: number
  outputTokens: number
}

type LiveProvider = 'anthropic' | 'openai' | 'openai-compatible'

/** First match wins. A bound that is too high is refused by the service, so what is unknown gets a modest one. */
const KNOWN: Record<LiveProvider, [pattern: RegExp, limits: Limits][]> = {
  anthropic: [
    [/^claude-3-(opus|sonnet|haiku)/, { contextTokens: 200_000, outputTokens: 4_096 }],
    [/^claude-3-5-/, { contextTokens: 200_000, outputTokens: 8_192 }],
    [/^claude-(fable|mythos|opus|sonnet|haiku)-5/, { contextTokens: 1_000_000, outputTokens: 128_000 }],
    [/^claude-(3-7-sonnet|sonnet-4|haiku-4|opus-4-5)/, { contextTokens: 200_000, outputTokens: 64_000 }],
    [/./, { contextTokens: 200_000, outputTokens: 32_000 }],
  ],
  openai: [
    [/^gpt-4\.1/, { contextTokens: 1_000_000, outputTokens: 32_768 }],
    [/^o\d/, { contextTokens: 200_000, outputTokens: 100_000 }],
    [/^gpt-[56]/, { contextTokens: 400_000, outputTokens: 128_000 }],
    [/./, { contextTokens: 128_000, outputTokens: 16_384 }],
  ],
  'openai-compatible': [[/./, { contextTokens: 128_000, outputTokens: 16_384 }]],
}

/** What is known, or else assumed, of a model's size. */
export function limitsOf(provider: LiveProvider, model: string): Limits {
  return KNOWN[provider].find(([pattern]) => pattern.test(model))![1]
}
