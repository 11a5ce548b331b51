import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs'
import { access, appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EVENT_VERSION } from '../../core/event-version.ts'
import type { Event, StampedEvent } from '../../core/events.ts'
import { type Mask, maskValue } from '../../core/mask.ts'
import type { ModelRequest, ModelResult } from '../../world.ts'
import { openCallLog } from './call-log.ts'
import type { CallLog } from './calls.ts'
import { DEFAULT_JOURNAL_MB, type Room, roomOf } from './room.ts'

type Reply = Extract<ModelResult, { ok: true }>

/**
 * What happened in one run: `.agent/runs/<run>/events.jsonl` and `calls.jsonl`, and beside them every prompt and reply as a file.
 */
export interface Journal {
  /** Folder of the run. */
  dir: string
  /** Every call of the World. */
  calls: CallLog
  /**
   * Stamps an event, writes it and answers it. Never throws: what a full disk does not take is found out at the next call, before
   * money is spent.
   */
  write(event: Event, t: number, of?: string): StampedEvent
  prompt(request: ModelRequest): Promise<void>
  reply(request: ModelRequest, result: Reply): Promise<void>
  /** Keeps what a replay has to know beside the answers: `run.json`. */
  describe(run: object): Promise<void>
  close(): void
}

/** Streamed text is not worth a line each; the reply is kept whole. */
const NOT_KEPT: Event['type'][] = ['model.delta', 'check.progress']

const MB = 1024 ** 2
const UNCAPPED = roomOf(DEFAULT_JOURNAL_MB * MB, () => {})

/** Throws what the file system throws. */
export async function openJournal(root: string, run: string, mask: Mask, room: Room = UNCAPPED): Promise<Journal> {
  const dir = join(root, '.agent', 'runs', run)
  for (const name of ['prompts', 'replies']) await makeFolder(root, join(dir, name))
  const file = openSync(join(dir, 'events.jsonl'), 'a')
  const calls = openCallLog(dir, mask, room)
  let open = true
  return {
    dir,
    calls,
    write(event, t, of) {
      const mark = of === undefined ? {} : { of }
      const stamped: StampedEvent = { v: EVENT_VERSION, t: Math.round(t), ...mark, ...event }
      if (open && !NOT_KEPT.includes(event.type))
        quietly(() => writeSync(file, `${JSON.stringify(maskValue(stamped, mask))}\n`))
      if (open && event.type === 'run.result') quietly(() => fsyncSync(file))
      return stamped
    },
    async prompt(request) {
      const text = mask(`${request.system}\n\n---\n\n${request.prompt}`)
      if (room.take(text.length)) await writeFile(join(dir, 'prompts', nameOf(request)), text)
    },
    async reply(request, { text, truncated, usage, usd, model }) {
      const path = join(dir, 'replies', nameOf(request))
      await writeFile(path, mask(text))
      await writeFile(`${path}.json`, JSON.stringify({ truncated, usage, usd, model }))
    },
    describe: (described) => writeFile(join(dir, 'run.json'), JSON.stringify(maskValue(described, mask))),
    close() {
      if (open) calls.close()
      if (open) closeSync(file)
      open = false
    },
  }
}

function quietly(write: () => void): void {
  try {
    write()
  } catch {}
}

/** Node says of a disk that cannot be written that the folder is not there: the true reason is asked for. */
async function makeFolder(root: string, dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true })
  } catch (error) {
    for (const place of [root, join(root, '.agent'), join(root, '.agent', 'runs')])
      await access(place, constants.W_OK).catch((why: NodeJS.ErrnoException) => {
        if (why.code !== 'ENOENT') throw why
      })
    throw error
  }
}

/** Answers null where the run got no answer to this question. */
export async function readJournaledReply(
  replies: string,
  request: ModelRequest,
): Promise<Pick<Reply, 'text' | 'truncated' | 'usage' | 'usd' | 'model'> | null> {
  const path = join(replies, nameOf(request))
  try {
    const told = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Omit<Reply, 'text'>
    return { ...told, text: await readFile(path, 'utf8') }
  } catch {
    return null
  }
}

/** File of a prompt and of its reply in their folders. */
export function nameOf(request: Pick<ModelRequest, 'spec' | 'task' | 'role' | 'attempt' | 'round'>): string {
  return `${`${request.spec}-${request.task}`.replaceAll('/', '.')}-${request.role}-${request.attempt}-${request.round}.md`
}

/** Keeps `.agent/` out of git without touching the project's own .gitignore. */
export async function excludeFromGit(commonDir: string): Promise<void> {
  const path = join(commonDir, 'info', 'exclude')
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text.split(/\r?\n/).some((line) => line.trim() === '.agent/' || line.trim() === '/.agent/')) return
  await mkdir(join(commonDir, 'info'), { recursive: true })
  await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}/.agent/\n`)
}
