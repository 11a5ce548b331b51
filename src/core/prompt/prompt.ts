import type { Role } from '../../world.ts'

/** Templates by name, as they stand in `prompts/`, and the version that names exactly these texts. */
export interface Templates extends Record<Role, string> {
  rules: string
  /**
   * The simulation kit: its interfaces for tests, an example, and what code under test sees of it; `disk`: what comes on top
   * where nodes have a disk or are written with promises.
   */
  kit: { author: string; example: string; implementer: string; disk: { author: string; implementer: string } }
  /** What is different for the author where a task delivers no new behaviour. */
  instead: { tests: string; refactoring: string }
  version: string
}

export type PartKind =
  | 'rules'
  | 'steering'
  | 'slice'
  | 'place'
  | 'times'
  | 'kit'
  | 'tests'
  | 'nearest'
  | 'file'
  | 'outline'
  | 'facts'
  | 'map'
  | 'need'
  | 'past'
  | 'role'

/**
 * One piece of a prompt. A mandatory part that does not fit is an error; others are dropped, those of the greatest rank
 * first and of equal rank the later ones.
 */
export interface Part {
  kind: PartKind
  /** Where it comes from: a path, or a name such as `slice`. */
  source: string
  text: string
  mandatory: boolean
  /** How soon an optional part is dropped, and any part shortened; 0 (last of all) where it is left out. */
  rank?: number
  /** Says less, for prompts that are longer than they should be. */
  short?: string
  /** A form between the whole and the short one, of at most so many tokens where it can be. */
  fit?: (tokens: number) => string
}

export interface ManifestPart {
  kind: PartKind
  source: string
  tokens: number
  mandatory: boolean
}

export interface Manifest {
  tokens: number
  limit: number
  parts: ManifestPart[]
  dropped: { source: string; tokens: number; why: string }[]
  /** Parts in their short form; `tokens` is what the whole form would have had. */
  shortened: { source: string; tokens: number; why: string }[]
}

export interface Prompt {
  role: Role
  version: string
  system: string
  user: string
  /**
   * Lengths of beginnings of `user` that come again: of what all tasks share, all roles of a task, all questions of a role,
   * and of the question with each part that its attempts have brought.
   */
  stable: number[]
  manifest: Manifest
}

export type CountTokens = (text: string) => number

/** `limit`: what no prompt exceeds. `aim`: what a first question should stay within; nothing is dropped for it. */
export interface PromptSize {
  limit: number
  aim: number
}

/** Tokens that join two parts. */
const SEAM = 2

export type Assembled = { ok: true; prompt: Prompt } | { ok: false; message: string; manifest: Manifest }

/**
 * Puts parts into a prompt within `limit` tokens, keeping their order. The rules are the system message; everything
 * else is one user message. Parts that have a short form take it, by rank, while the prompt is longer than `aim`;
 * optional parts are dropped by rank until the rest fits.
 */
export function assemble(
  role: Role,
  version: string,
  parts: Part[],
  { limit, aim }: PromptSize,
  count: CountTokens,
): Assembled {
  const { sized, shortened } = shorten(
    parts.map((part) => ({ ...part, tokens: sizeOf(part.text, limit, count) + SEAM })),
    aim,
    count,
  )
  const kept = new Set(sized)
  const dropped: Manifest['dropped'] = []
  const total = () => [...kept].reduce((sum, part) => sum + part.tokens, 0)
  const droppable = sized.filter((part) => !part.mandatory).reverse()
  droppable.sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))
  const fixed = sized.reduce((sum, part) => sum + (part.mandatory ? part.tokens : 0), 0)
  // What cannot fit whatever else goes, such as an answer of megabytes, takes nothing with it.
  const hopeless = droppable.filter((part) => fixed + part.tokens > limit)
  for (const part of new Set([...hopeless, ...droppable])) {
    if (total() <= limit) break
    kept.delete(part)
    dropped.unshift({ source: part.source, tokens: part.tokens, why: whyDropped(part, limit) })
  }
  const rest = sized.filter((part) => kept.has(part))
  const manifest: Manifest = {
    tokens: total(),
    limit,
    parts: rest.map(({ kind, source, tokens, mandatory }) => ({ kind, source, tokens, mandatory })),
    dropped,
    shortened,
  }
  if (manifest.tokens > limit) return { ok: false, message: tooLarge(manifest), manifest }
  const text = (wanted: (part: Part) => boolean) => rest.filter(wanted).map((part) => part.text.trim())
  const said = rest.filter((part) => part.kind !== 'rules')
  return {
    ok: true,
    prompt: {
      role,
      version,
      system: text((part) => part.kind === 'rules').join('\n\n'),
      user: `${text((part) => part.kind !== 'rules').join('\n\n')}\n`,
      stable: stableLengths(said),
      manifest,
    },
  }
}

const SHARED: readonly PartKind[] = ['steering', 'slice']

/**
 * Where caches may end: after what all tasks share (steering), all roles of a task (the slice) and all questions of a role,
 * then after each part that came with a question, since the next one begins with all of them.
 */
function stableLengths(parts: readonly Part[]): number[] {
  const firstWhere = (found: (part: Part) => boolean) => {
    const at = parts.findIndex(found)
    return at < 0 ? parts.length : at
  }
  const own = firstWhere(isPassing)
  const steering = firstWhere(({ kind }) => kind === 'slice')
  const counts = [steering, firstWhere(({ kind }) => !SHARED.includes(kind)), own]
  for (let count = own + 1; count <= parts.length; count++) counts.push(count)
  const lengths: number[] = []
  let length = 0
  for (const { text } of parts) {
    length += (lengths.length > 0 ? 2 : 0) + text.trim().length
    lengths.push(length)
  }
  const ends = counts.map((count) => lengths[Math.min(count, parts.length) - 1] ?? 0)
  return [...new Set(ends)].filter((end) => end > 0).sort((x, y) => x - y)
}

/** Text that is far beyond the limit is not worth counting: some of it takes a tokenizer minutes. */
function sizeOf(text: string, limit: number, count: CountTokens): number {
  return text.length > Math.max(100_000, limit * 12) ? Math.ceil(text.length / 4) : count(text)
}

type Sized = Part & { tokens: number }

/**
 * Short forms, greatest rank first. Only what every question of a role holds counts: answers and what was asked for come
 * and go, and the text before them must not change with them.
 */
function shorten(
  parts: Sized[],
  aim: number,
  count: CountTokens,
): { sized: Sized[]; shortened: Manifest['shortened'] } {
  let total = parts.reduce((sum, part) => (isPassing(part) ? sum : sum + part.tokens), 0)
  const sized = [...parts]
  const shortened: Manifest['shortened'] = []
  const order = [...parts].filter((part) => part.short !== undefined).sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))
  for (const part of order) {
    if (total <= aim) break
    const form = shorterForm(part, total - aim, count)
    if (form === null) continue
    sized[parts.indexOf(part)] = { ...part, ...form }
    total -= part.tokens - form.tokens
    shortened.push({
      source: part.source,
      tokens: part.tokens,
      why: `the aim is ${aim.toLocaleString('en-US')} tokens, context.aimTokens`,
    })
  }
  return { sized, shortened }
}

/** The form between, where that saves enough; else the short one, where that saves anything. */
function shorterForm(part: Sized, excess: number, count: CountTokens): { text: string; tokens: number } | null {
  const most = part.tokens - excess - SEAM
  for (const text of [most > 0 ? part.fit?.(most) : undefined, part.short]) {
    const tokens = text === undefined ? part.tokens : count(text) + SEAM
    if (text !== undefined && (text === part.short ? tokens < part.tokens : tokens <= most + SEAM))
      return { text, tokens }
  }
  return null
}

function isPassing({ kind }: Part): boolean {
  return kind === 'need' || kind === 'past'
}

function whyDropped({ kind, rank = 0 }: Part, limit: number): string {
  return `over the limit of ${limit} tokens (\`context.maxTokens\`); a part of kind ${kind} has rank ${rank}, and greater ranks go first`
}

function tooLarge(manifest: Manifest): string {
  const largest = [...manifest.parts].sort((a, b) => b.tokens - a.tokens)[0]
  const cure =
    largest?.kind === 'steering'
      ? `give ${largest.source} the front matter \`inclusion: fileMatch\` or \`manual\`, or shorten it`
      : 'link the task to fewer sections'
  return (
    `the parts that must be in the prompt have ${manifest.tokens} tokens, and the limit is ${manifest.limit} ` +
    `(the largest is ${largest?.source}, ${largest?.tokens} tokens). ` +
    `Raise \`context.maxTokens\` in agent.yaml, or ${cure}.`
  )
}
