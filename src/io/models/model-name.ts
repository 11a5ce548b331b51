/** A model name, key or address that cannot be used as given. The message is one line that says what to write instead. */
export class ModelNameError extends Error {
  override name = 'ModelNameError'
}

/** Nobody is named, or a key or an address is not set: nothing that was written is wrong. */
export class NotGivenError extends ModelNameError {}

export type ProviderName = 'anthropic' | 'openai' | 'openai-compatible' | 'command' | 'recorded'

const PROVIDERS: readonly ProviderName[] = ['anthropic', 'openai', 'openai-compatible', 'command', 'recorded']

export const KNOWN_NAMES = 'anthropic/MODEL, openai/MODEL, openai-compatible/MODEL, command/PROGRAM or recorded/DIR'

/**
 * Splits `provider/model` at the first slash; the rest may hold further slashes.
 * @throws ModelNameError for a name without a provider, without a model, or with an unknown provider.
 */
export function parseModelName(name: string): { provider: ProviderName; model: string } {
  const slash = name.indexOf('/')
  if (slash < 0) {
    throw new ModelNameError(`model "${name}" names no provider: write ${likelyName(name) ?? KNOWN_NAMES}`)
  }
  const provider = PROVIDERS.find((known) => known === name.slice(0, slash))
  const model = name.slice(slash + 1)
  if (!provider) {
    throw new ModelNameError(`model "${name}": unknown provider "${name.slice(0, slash)}": write ${KNOWN_NAMES}`)
  }
  if (model === '' || model !== model.trim()) {
    throw new ModelNameError(`model "${name}": nothing usable stands after "${provider}/": write ${KNOWN_NAMES}`)
  }
  return { provider, model }
}

function likelyName(bare: string): string | null {
  if (/^claude-/.test(bare)) return `anthropic/${bare}`
  if (/^(gpt-|o\d)/.test(bare)) return `openai/${bare}`
  return null
}
