import { anthropicProvider } from './anthropic.ts'
import { type Limits, limitsOf } from './limits.ts'
import type { Model } from './model.ts'
import { parseModelName } from './model-name.ts'
import { openAiProvider } from './openai.ts'
import { type Price, priceOf } from './prices.ts'
import { openRecorded } from './recorded.ts'
import { type Provider, streamingModel, type Timing } from './streaming.ts'

export { ModelNameError } from './model-name.ts'

export interface OpenModelOptions {
  /** Keys and base URLs are read from here, never from the process. */
  env: Record<string, string | undefined>
  /** USD per million tokens, keyed by `provider/model` or `model`. Without an entry costs are null. */
  prices?: Record<string, Price>
  /** Of `openai-compatible` only, and there it goes before OPENAI_BASE_URL. */
  baseUrl?: string
  /** Instead of the known or assumed limits of the model. */
  maxOutputTokens?: number
  contextTokens?: number
  /** A relative `recorded/DIR` starts here. */
  cwd: string
  /** Waiting times, for tests. */
  timing?: Partial<Timing>
}

/**
 * Opens the model with this name. No request is sent and no SDK is loaded before the first question.
 * @throws ModelNameError for an unknown provider, a malformed name, a missing key or base URL, or a folder that holds
 *   no recording.
 */
export async function openModel(name: string, options: OpenModelOptions): Promise<Model> {
  const { provider, model } = parseModelName(name)
  if (provider === 'recorded') return openRecorded(name, model, options.cwd)
  const limits = withOverrides(limitsOf(provider, model), options)
  const adapter: Provider =
    provider === 'anthropic'
      ? anthropicProvider(model, options.env)
      : openAiProvider(provider, model, options.env, options.baseUrl)
  return streamingModel(adapter, {
    name,
    limits,
    price: priceOf(name, model, options.prices),
    timing: options.timing ?? {},
  })
}

function withOverrides(limits: Limits, options: OpenModelOptions): Limits {
  return {
    contextTokens: options.contextTokens ?? limits.contextTokens,
    outputTokens: options.maxOutputTokens ?? limits.outputTokens,
  }
}
