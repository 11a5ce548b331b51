import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../core/hash.ts'
import { type Mask, maskValue } from '../../core/mask.ts'
import { CALLS_VERSION, type CallLog, type CallRecord } from './calls.ts'
import type { Room } from './room.ts'

const FILE = 'calls.jsonl'
/** Folder of what is too long for a line. */
const BESIDE = 'large'
const LONGEST_LINE = 16_384

/** How a record stands in the file: a long value in a file of its own, one that holds a secret without it. */
type Written = Omit<CallRecord, 'value'> & {
  value?: unknown
  /** File of the value. */
  large?: string
  /** Bytes of a value for which there was no room. */
  omitted?: number
  /** Secrets were taken out of the value, so it is not what was answered. */
  masked?: true
}

/** The calls of a run: `calls.jsonl` in its folder, a line each. Throws what the file system throws. */
export function openCallLog(dir: string, mask: Mask, room: Room): CallLog & { close(): void } {
  const file = openSync(join(dir, FILE), 'a', 0o600)
  const beside = join(dir, BESIDE)
  return {
    append(record, lasting) {
      const { value, error, ...rest } = record
      const kept = maskValue(value, mask)
      const text = kept === undefined ? undefined : JSON.stringify(kept)
      const written: Written = kept === value ? rest : { ...rest, masked: true }
      if (error !== undefined) written.error = mask(error)
      if (text !== undefined && text.length <= LONGEST_LINE) written.value = kept
      else if (text !== undefined && (record.call === 'askModel' || room.take(text.length)))
        written.large = writeBeside(beside, text, lasting)
      else if (text !== undefined) written.omitted = text.length
      writeSync(file, `${JSON.stringify(written)}\n`)
      if (lasting) fsyncSync(file)
    },
    close: () => closeSync(file),
  }
}

/** By its hash, so that what is answered twice lies there once. */
function writeBeside(dir: string, text: string, lasting: boolean): string {
  mkdirSync(dir, { recursive: true })
  const name = `${sha256(text).slice(0, 32)}.json`
  if (existsSync(join(dir, name))) return name
  const file = openSync(join(dir, name), 'w', 0o600)
  try {
    writeSync(file, text)
    if (lasting) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return name
}

/**
 * The records of a run, oldest first. A line that a kill has cut is left out, and so are values that were not kept as they were:
 * whoever asks again gets a fresh answer. Empty where there is no such file, or another version wrote it.
 */
export async function readCalls(dir: string): Promise<CallRecord[]> {
  const text = await readFile(join(dir, FILE), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line): CallRecord[] => {
    const written = parse(line)
    if (written === null || written.v !== CALLS_VERSION) return []
    const { large, omitted: _, masked, ...record } = written
    if (large !== undefined) record.value = valueIn(join(dir, BESIDE, large))
    if (masked && record.call !== 'askModel') delete record.value
    return [record]
  })
}

function parse(line: string): Written | null {
  try {
    return line === '' ? null : (JSON.parse(line) as Written)
  } catch {
    return null
  }
}

function valueIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
