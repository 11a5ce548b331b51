import { createRequire } from 'node:module'
import { sha256 } from '../core/hash.ts'
import { inPieces } from '../core/prompt/count.ts'
import type { CountTokens } from '../core/prompt/prompt.ts'
import { packageVersion } from '../io/package-root.ts'
import { openBlobCache } from '../io/symbols/cache.ts'

export interface TokenCounters {
  /** By OpenAI's o200k vocabulary: an estimate for every other model. */
  count: CountTokens
  /** By the vocabulary of the model itself where it is public, else as `count`. */
  countFor(model: string): CountTokens
  /** Keeps what was counted for the next run; left out: nowhere. */
  save?(): Promise<void>
}

type Vocabulary = 'o200k_base' | 'o200k_harmony' | 'cl100k_base'

const VOCABULARIES: readonly string[] = ['o200k_base', 'o200k_harmony', 'cl100k_base'] satisfies Vocabulary[]

const require = createRequire(import.meta.url)

/** The public vocabulary that a model is known to have; null: we count with another one. */
export async function vocabularyOf(model: string): Promise<Vocabulary | null> {
  if (!/^openai(-compatible)?\//.test(model)) return null
  const { modelToEncodingMap } = await import('gpt-tokenizer/mapping')
  const known: Record<string, string | undefined> = modelToEncodingMap
  const found = known[model.slice(model.lastIndexOf('/') + 1)]
  return found !== undefined && VOCABULARIES.includes(found) ? (found as Vocabulary) : null
}

/**
 * Counts by the vocabularies of these models. Nothing is asked and nothing leaves the machine. `dir`: where counts are kept between
 * runs, most of whose texts are the same; left out: nowhere.
 */
export async function tokenCounters(models: Iterable<string>, dir: string | null = null): Promise<TokenCounters> {
  const kept = dir === null ? null : await openCounts(dir)
  const counter = (vocabulary: Vocabulary): CountTokens => {
    const count = inPieces(loadedLate(vocabulary))
    return kept ? kept.known(vocabulary, count) : count
  }
  const count = counter('o200k_base')
  const own = new Map<string, CountTokens>()
  for (const model of models) {
    const vocabulary = await vocabularyOf(model)
    if (vocabulary !== null && vocabulary !== 'o200k_base') own.set(model, counter(vocabulary))
  }
  return { count, countFor: (model) => own.get(model) ?? count, ...(kept ? { save: kept.save } : {}) }
}

/** A vocabulary takes five times as long to load as Node itself: the first text that is counted pays for it. */
function loadedLate(vocabulary: Vocabulary): CountTokens {
  let encoding: typeof import('gpt-tokenizer/encoding/o200k_base') | null = null
  return (text) => {
    encoding ??= require(`gpt-tokenizer/encoding/${vocabulary}`) as typeof import('gpt-tokenizer/encoding/o200k_base')
    return encoding.countTokens(text, { allowedSpecial: 'all' })
  }
}

/** Counts by the hash of their text. What a run did not ask for is forgotten. */
async function openCounts(dir: string) {
  const cache = await openBlobCache<number>(dir, 'counts')
  const version = packageVersion()
  const used = new Set<string>()
  return {
    known(vocabulary: Vocabulary, count: CountTokens): CountTokens {
      return (text) => {
        const key = sha256(`${version}\0${vocabulary}\0${text}`).slice(0, 32)
        used.add(key)
        const known = cache.get(key)
        if (known !== undefined) return known
        const counted = count(text)
        cache.set(key, counted)
        return counted
      }
    },
    save: async () => (used.size > 0 ? cache.save(used) : undefined),
  }
}
