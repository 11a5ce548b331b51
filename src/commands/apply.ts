import { readFileSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EXIT, UserError } from '../core/errors.ts'
import { describeRefusals } from '../core/patch/describe-refusals.ts'
import {
  partsOfOperation,
  type Refusal,
  type RefusalCode,
  type Reply,
  type ResolvedChange,
} from '../core/patch/patch.ts'
import { readReply } from '../core/patch/read-reply.ts'
import { applyToFolder, type FolderResult } from '../io/patch/apply-folder.ts'
import { realFiles } from '../io/patch/file-layer.ts'
import { isInterrupted, recoverFolder } from '../io/patch/write-patch.ts'
import type { GlobalOptions } from './options.ts'

export interface ApplyFlags {
  reply: string
  dir?: string
  check?: boolean
  allow?: string[]
}

/** How the refusal of an answer as a whole is told; no file is concerned. */
const ANSWER = '(answer)'

/** `agent apply`: a model's reply applied to a folder, with or without git; 3 where it is refused. */
export async function applyCommand(options: GlobalOptions, flags: ApplyFlags): Promise<number> {
  const check = flags.check ?? false
  const root = await folderOf(resolve(options.cwd, flags.dir ?? '.'))
  if (check && isInterrupted(realFiles, root))
    throw new UserError(
      `An earlier patch was interrupted in ${root}; \`agent apply\` without --check finishes it first.`,
    )
  const recovered = check ? [] : recoverFolder(realFiles, root)
  if (recovered.length > 0)
    process.stderr.write(`agent: an interrupted patch was brought to its end first: ${recovered.join(', ')}\n`)
  const text = await replyText(options.cwd, flags.reply)
  const result = await judge(text, root, { check, allow: flags.allow ?? [] })
  if (options.json) process.stdout.write(`${JSON.stringify(asJson(result, check, recovered))}\n`)
  else
    process.stdout.write(
      result.ok ? described(result.changes, check) : `${describeRefusals(result.refused)}\n${fitting(result)}`,
    )
  return result.ok ? EXIT.done : EXIT.failed
}

async function folderOf(dir: string): Promise<string> {
  const stats = await stat(dir).catch(() => null)
  if (!stats?.isDirectory()) throw new UserError(`There is no folder ${dir}.`)
  return realpath(dir)
}

/** null: not UTF-8. */
async function replyText(cwd: string, name: string): Promise<string | null> {
  let bytes: Buffer
  try {
    bytes = readFileSync(name === '-' ? 0 : resolve(cwd, name))
  } catch (error) {
    throw new UserError(`--reply ${name}: cannot be read: ${(error as Error).message}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Reads a reply and applies it to a folder. `text` null: it is not UTF-8. */
export async function judge(
  text: string | null,
  root: string,
  options: { check: boolean; allow: string[] },
): Promise<FolderResult> {
  if (text === null)
    return { ok: false, refused: [wholeAnswer('unreadable', 'The reply is not text in UTF-8.')], fits: [] }
  const reply = readReply(text)
  if (reply.kind === 'patch') return applyToFolder(reply.patch, root, options)
  const refused = withoutPatch(reply)
  const read = reply.kind === 'unreadable' ? (reply.read ?? []) : []
  if (read.length === 0) return { ok: false, refused, fits: [] }
  const rest = await applyToFolder({ operations: read }, root, { ...options, check: true })
  if (!rest.ok) return { ok: false, refused: [...refused, ...rest.refused], fits: rest.fits }
  return { ok: false, refused, fits: read.flatMap(partsOfOperation) }
}

function wholeAnswer(code: RefusalCode, message: string, line?: number): Refusal {
  return { path: ANSWER, block: null, code, message, nearest: null, ...(line === undefined ? {} : { line }) }
}

function withoutPatch(reply: Exclude<Reply, { kind: 'patch' }>): Refusal[] {
  if (reply.kind === 'need') return [wholeAnswer('need', `The reply asks for ${reply.wants.join(', ')}.`)]
  if (reply.kind !== 'unreadable') return [wholeAnswer(reply.kind, `The reply says: ${reply.reason}`)]
  return reply.problems.map(({ line, message }) => wholeAnswer('unreadable', `Line ${line}: ${message}`, line))
}

function asJson(result: FolderResult, check: boolean, recovered: string[]): object {
  const more = { check, ...(recovered.length > 0 ? { recovered } : {}) }
  if (!result.ok) return { applied: false, files: [], refused: result.refused, fits: result.fits, ...more }
  return { applied: !check, files: filesOf(result.changes), refused: [], ...more }
}

/** One entry for each file, a move told once under its old path. */
function filesOf(changes: readonly ResolvedChange[]): object[] {
  const targets = new Set(changes.map(({ to }) => to))
  return changes
    .filter(({ path, action }) => action !== 'move' || !targets.has(path))
    .map(({ path, action, blocks, to }) => {
      const moved = to === undefined ? undefined : changes.find((change) => change.path === to)
      return { path, action, ...(to === undefined ? {} : { to }), blocks: moved?.blocks ?? blocks }
    })
}

function described(changes: readonly ResolvedChange[], check: boolean): string {
  const targets = new Set(changes.map(({ to }) => to))
  const lines = changes
    .filter(({ path, action }) => action !== 'move' || !targets.has(path))
    .map(({ path, action, blocks, to }) => {
      const loose = [...new Set(blocks.map(({ rung }) => rung).filter((rung) => rung !== 'exact'))]
      return `${action} ${path}${to === undefined ? '' : ` to ${to}`}${loose.length > 0 ? ` (${loose.join(', ')})` : ''}`
    })
  return `${[check ? 'The patch fits; nothing was written.' : 'The patch was applied.', ...lines].join('\n')}\n`
}

function fitting(result: FolderResult): string {
  if (result.ok || result.fits.length === 0) return ''
  const names = result.fits.map(({ path, block }) => (block === null ? path : `${path}, block ${block}`))
  return `\nThese parts fit as they are:\n${names.map((name) => `- ${name}\n`).join('')}`
}
