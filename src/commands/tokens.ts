import { inPieces } from '../core/prompt/count.ts'
import type { CountTokens } from '../core/prompt/prompt.ts'

export interface TokenCounters {
  /** By OpenAI's o200k vocabulary: an estimate for every other model. */
  count: CountTokens
  /** By the vocabulary of the model itself where it is public, else as `count`. */
  countFor(model: string): CountTokens
}

type Vocabulary = 'o200k_base' | 'o200k_harmony' | 'cl100k_base'

const LOADERS: Record<Vocabulary, () => Promise<{ countTokens: Encoder }>> = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  o200k_harmony: () => import('gpt-tokenizer/encoding/o200k_harmony'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
}
type Encoder = (text: string, options: { allowedSpecial: 'all' }) => number

/** The public vocabulary that a model is known to have; null: we count with another one. */
export async function vocabularyOf(model: string): Promise<Vocabulary | null> {
  if (!/^openai(-compatible)?\//.test(model)) return null
  const { modelToEncodingMap } = await import('gpt-tokenizer/mapping')
  const known: Record<string, string | undefined> = modelToEncodingMap
  const found = known[model.slice(model.lastIndexOf('/') + 1)]
  return found !== undefined && Object.hasOwn(LOADERS, found) ? (found as Vocabulary) : null
}

/** Loads the vocabularies of these models. Nothing is asked and nothing leaves the machine. */
export async function tokenCounters(models: Iterable<string>): Promise<TokenCounters> {
  const load = async (vocabulary: Vocabulary): Promise<CountTokens> => {
    const { countTokens } = await LOADERS[vocabulary]()
    return inPieces((text) => countTokens(text, { allowedSpecial: 'all' }))
  }
  const count = await load('o200k_base')
  const own = new Map<string, CountTokens>()
  for (const model of models) {
    const vocabulary = await vocabularyOf(model)
    if (vocabulary !== null && vocabulary !== 'o200k_base') own.set(model, await load(vocabulary))
  }
  return { count, countFor: (model) => own.get(model) ?? count }
}
