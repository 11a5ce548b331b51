import { anthropicProvider } from './anthropic.ts'
import { type Clock, REAL_CLOCK } from './clock.ts'
import { type Command, commandModel } from './command.ts'
import { createGate, type Gate } from './gate.ts'
import { type Limits, limitsOf } from './limits.ts'
import type { Model } from './model.ts'
import { ModelNameError, parseModelName } from './model-name.ts'
import { compatibleProvider } from './openai-chat.ts'
import { responsesProvider } from './openai-responses.ts'
import { type Price, priceOf } from './prices.ts'
import type { TreeSource } from './scratch-tree.ts'
import { type Provider, streamingModel, type Timing } from './streaming.ts'

export { ModelNameError } from './model-name.ts'

export interface OpenModelOptions {
  /** Keys and base URLs are read from here, never from the process. */
  env: Record<string, string | undefined>
  /** USD per million tokens, keyed by `provider/model` or `model`; they go before the published ones. Unknown: costs are null. */
  prices?: Record<string, Price>
  /** Of `openai-compatible` only, and there it goes before OPENAI_BASE_URL. */
  baseUrl?: string
  /** Instead of the known or assumed limits of the model. */
  maxOutputTokens?: number
  contextTokens?: number
  /** A relative `recorded/DIR` starts here. */
  cwd: string
  /** Waits and tries other than the usual ones. */
  timing?: Partial<Timing>
  /** Gates by provider and address; models that are opened with the same map wait for each other. */
  gates?: Map<string, Gate>
  clock?: Clock
  /** Programs by name, for `command/NAME`; any other name is itself the shell command that is run. */
  commands?: Record<string, Command>
  /** Where a program finds the files that it may edit, and room for them. */
  tree?: TreeSource
}

/**
 * Opens the model with this name. No request is sent and no SDK is loaded before the first question.
 * @throws ModelNameError for an unknown provider, a malformed name, a missing key or base URL, or a folder that holds
 *   no recording.
 */
export async function openModel(name: string, options: OpenModelOptions): Promise<Model> {
  const { provider, model } = parseModelName(name)
  if (provider === 'recorded') {
    const { openRecorded } = await import('./recorded.ts')
    return openRecorded(name, model, options.cwd)
  }
  if (provider === 'command') return openCommand(name, model, options)
  const limits = withOverrides(limitsOf(provider, model), options)
  const adapter = providerOf(provider, model, options)
  const { timing = {}, clock = REAL_CLOCK, gates = new Map<string, Gate>() } = options
  const key = `${provider} ${adapter.address}`
  const gate = gates.get(key) ?? createGate(clock)
  gates.set(key, gate)
  return streamingModel(adapter, { name, limits, price: priceOf(name, options.prices), timing, gate, clock })
}

function openCommand(name: string, program: string, options: OpenModelOptions): Model {
  const { tree, env, prices } = options
  if (!tree) throw new ModelNameError(`model "${name}" can only be asked in a run`)
  const own = options.commands && Object.hasOwn(options.commands, program) ? options.commands[program] : undefined
  return commandModel(name, own ?? { run: program }, { env, price: priceOf(name, prices), tree })
}

function providerOf(
  provider: 'anthropic' | 'openai' | 'openai-compatible',
  model: string,
  options: OpenModelOptions,
): Provider {
  if (provider === 'anthropic') return anthropicProvider(model, options.env)
  if (provider === 'openai') return responsesProvider(model, options.env)
  return compatibleProvider(model, options.env, options.baseUrl)
}

function withOverrides(limits: Limits, options: OpenModelOptions): Limits {
  return {
    contextTokens: options.contextTokens ?? limits.contextTokens,
    outputTokens: options.maxOutputTokens ?? limits.outputTokens,
  }
}
