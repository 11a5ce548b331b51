import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { ModelRequest } from '../../world.ts'

/**
 * The files of a recording:
 *
 *     DIR/recording.json                               what the folder is: RecordingInfo
 *     DIR/<spec>/<task>/<role>-<attempt>-<round>.md    a reply, byte for byte as answered
 *     DIR/<spec>/<task>/<role>-<attempt>-<round>.json  about that reply: ReplyInfo
 *
 * A slash in a spec or task id makes a folder; other characters than letters, digits, `.`, `_` and `-` are written
 * as in a URL. Replies are found by these five names alone: the prompt may have changed since, and `promptVersion` and
 * `promptHash` tell.
 */
export interface RecordingPaths {
  reply: string
  info: string
}

const tokens = z.number().int().nonnegative()

const recordingInfo = z.object({
  version: z.literal(1),
  label: z.string(),
  /** Who answered, `provider/model`. */
  model: z.string(),
  /** ISO 8601. */
  recordedAt: z.string(),
  note: z.string().nullable().default(null),
  /** The model's sizes, so that prompts are cut as they were. */
  contextTokens: tokens.optional(),
  outputTokens: tokens.optional(),
})
export type RecordingInfo = z.infer<typeof recordingInfo>

const replyInfo = z.object({
  promptVersion: z.string(),
  /** SHA-256 in hex of system + "\n" + prompt. */
  promptHash: z.string(),
  model: z.string(),
  usage: z.object({ input: tokens, output: tokens, cached: tokens, written: tokens.optional() }),
  usd: z.number().nullable(),
  /** The reply had reached its bound. */
  truncated: z.boolean().default(false),
  /** Of a strengthener's: `survivorsHash` of the question. */
  survivors: z.string().optional(),
  /** Seeds that the reply was judged with, as far as somebody noted them. */
  seeds: z.unknown().optional(),
})
export type ReplyInfo = z.infer<typeof replyInfo>

export type Read<T> = { ok: true; value: T } | { ok: false; missing: boolean; reason: string }

type ReplyKey = Pick<ModelRequest, 'spec' | 'task' | 'role' | 'attempt' | 'round'>

export function pathsOf(dir: string, key: ReplyKey): RecordingPaths {
  const folder = join(dir, ...`${key.spec}/${key.task}`.split('/').map(safeSegment))
  const stem = join(folder, `${safeSegment(key.role)}-${key.attempt}-${key.round}`)
  return { reply: `${stem}.md`, info: `${stem}.json` }
}

/** No id may lead out of the recording. */
function safeSegment(segment: string): string {
  if (segment === '') return '%'
  if (/^\.+$/.test(segment)) return segment.replaceAll('.', '%2E')
  return segment.replace(/[^\w.-]/gu, percentEncode)
}

function percentEncode(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&')
}

export function promptHash(request: Pick<ModelRequest, 'system' | 'prompt'>): string {
  return createHash('sha256').update(`${request.system}\n${request.prompt}`).digest('hex')
}

/** Hash of the survivors that a strengthener is asked about; null: it is another question. Its answer names them by their numbers. */
export function survivorsHash({ role, prompt }: Pick<ModelRequest, 'role' | 'prompt'>): string | null {
  const from = role === 'strengthener' ? prompt.indexOf('\n# Survivors\n') : -1
  if (from < 0) return null
  return createHash('sha256')
    .update(prompt.slice(from, prompt.lastIndexOf('\n# Your role')))
    .digest('hex')
}

export function recordingFile(dir: string): string {
  return join(dir, 'recording.json')
}

export function readRecordingInfo(dir: string): Promise<Read<RecordingInfo>> {
  return readJson(recordingFile(dir), recordingInfo)
}

export async function readReply(paths: RecordingPaths): Promise<Read<{ text: string; info: ReplyInfo }>> {
  const info = await readJson(paths.info, replyInfo)
  if (!info.ok) return info
  try {
    return { ok: true, value: { text: await readFile(paths.reply, 'utf8'), info: info.value } }
  } catch (error) {
    return unreadable(paths.reply, error)
  }
}

async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<Read<z.infer<S>>> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    return unreadable(path, error)
  }
  try {
    const parsed = schema.safeParse(JSON.parse(content))
    if (parsed.success) return { ok: true, value: parsed.data }
    const issue = parsed.error.issues[0]
    return { ok: false, missing: false, reason: `${path}: ${issue?.path.join('.')}: ${issue?.message}` }
  } catch {
    return { ok: false, missing: false, reason: `${path} is not JSON` }
  }
}

function unreadable(path: string, error: unknown): { ok: false; missing: boolean; reason: string } {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const missing = code === 'ENOENT' || code === 'ENOTDIR'
  return { ok: false, missing, reason: missing ? `${path} does not exist` : `${path} cannot be read (${code})` }
}

/** Writes the description of a folder, unless it has one. */
export async function writeRecordingInfo(dir: string, info: RecordingInfo): Promise<void> {
  await mkdir(dir, { recursive: true })
  try {
    await writeFile(recordingFile(dir), json(info), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The description goes last: without it a half-written reply does not count. */
export async function writeReply(paths: RecordingPaths, text: string, info: ReplyInfo): Promise<void> {
  await mkdir(dirname(paths.reply), { recursive: true })
  await rm(paths.info, { force: true })
  await writeWhole(paths.reply, text)
  await writeWhole(paths.info, json(info))
}

async function writeWhole(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  await writeFile(temporary, content)
  await rename(temporary, path)
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
