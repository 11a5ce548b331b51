import { parseDocument } from 'yaml'
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
  isolation: z.enum(['auto', 'unshare', 'none']).optional(),
})

export type Config = z.infer<typeof schema>

/** Reads agent.yaml. Throws UserError with file, line and what is expected. */
export function parseConfig(file: string, text: string): Config {
  const document = parseDocument(text, { prettyErrors: true })
  const broken = document.errors[0]
  if (broken) throw new UserError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const result = schema.safeParse(document.toJS() ?? {})
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = issue.path.map(String)
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const at = lineOf(text, unknown ?? path.at(-1))
  const where = [...path, ...(unknown ? [unknown] : [])].join('.')
  const known = Object.keys(schema.shape).join(', ')
  throw new UserError(
    unknown && path.length === 0
      ? `${file}:${at}: \`${where}\` is not a setting; known are ${known}.`
      : `${file}:${at}: \`${where}\`: ${issue.message}`,
  )
}

function lineOf(text: string, key: string | undefined): number {
  if (key === undefined) return 1
  const index = text.split(/\r?\n/).findIndex((line) => line.trimStart().startsWith(`${key}:`))
  return index < 0 ? 1 : index + 1
}
