import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { UserError } from './errors.ts'

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cached: z.number().min(0).optional(),
})

/** agent.yaml. Everything is optional; names and defaults are documented in docs/configuration.md. */
const schema = z.strictObject({
  model: z.string().min(1).optional(),
  baseUrl: z.url().optional(),
  attempts: z.int().min(1).max(20).optional(),
  maxTokens: z.int().min(1).optional(),
  maxUsd: z.number().min(0).optional(),
  maxMinutes: z.number().min(0).optional(),
  context: z.strictObject({ maxTokens: z.int().min(500).optional() }).optional(),
  /** Tokens of one answer. */
  maxOutputTokens: z.int().min(1_000).optional(),
  /** US dollars per million tokens, by model name. */
  prices: z.record(z.string(), price).optional(),
  /** Shell command that must succeed before tests run. */
  build: z.string().min(1).optional(),
  level: z
    .strictObject({
      seeds: z.int().min(1).max(100).optional(),
      runs: z.int().min(1).optional(),
      schedules: z.int().min(1).optional(),
      chaosSeconds: z.number().min(0).optional(),
      maxMinutes: z.number().positive().optional(),
    })
    .optional(),
  isolation: z.enum(['auto', 'bwrap', 'unshare', 'none']).optional(),
})

export type Config = z.infer<typeof schema>

/** Reads agent.yaml. Throws UserError with file, line and what is expected. */
export function parseConfig(file: string, text: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines })
  const broken = document.errors[0]
  if (broken) {
    const message = broken.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
    throw new UserError(`${file}:${broken.linePos?.[0].line ?? 1}: ${message}`)
  }
  const result = schema.safeParse(valuesOf(document, file))
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...issue.path.map(String), ...unknown]
  const at = `${file}:${lineOf(document, path, lines)}`
  if (path.length === 0) throw new UserError(`${at}: expected settings, one a line, such as \`attempts: 3\`.`)
  const where = path.join('.')
  if (unknown.length === 0) throw new UserError(`${at}: \`${where}\`: ${issue.message}`)
  const known = path.length === 1 ? `; known are ${Object.keys(schema.shape).join(', ')}` : ''
  throw new UserError(`${at}: \`${where}\` is not a setting${known}.`)
}

function valuesOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    throw new UserError(`${file}: ${(error as Error).message}`)
  }
}

/** Line of the key that a path leads to, or of the last key on the way that exists. */
function lineOf(document: Document.Parsed, path: string[], lines: LineCounter): number {
  let node: unknown = document.contents
  let offset = 0
  for (const name of path) {
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === name) : null
    if (!pair || !isScalar(pair.key)) break
    offset = pair.key.range?.[0] ?? offset
    node = pair.value
  }
  return lines.linePos(offset).line
}
