import type { Disk, Net } from 'specproof/sim'
import { createStore, type FencedStore } from './store.ts'

const STORE = 'store'
const FILE = 'writes'

interface Write {
  readonly token: number
  readonly sequence: number
  readonly value: string
}

/** Runs on the node `store`, is its only receiver, and is called again after each crash. Answers its store, for tests to look at. */
export function startStore(net: Net, disk: Disk): FencedStore {
  const store = createStore()
  let lastSequence = 0
  let recovered = false
  let before: Promise<void> = Promise.resolve()

  function recover(): void {
    const text = disk.existsSync(FILE) ? disk.readTextSync(FILE) : ''
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) {
      disk.writeSync(FILE, whole)
      disk.fsyncSync(FILE)
    }
    for (const line of whole.split('\n').slice(0, -1)) apply(parse(line))
    recovered = true
  }

  function apply(write: Write): void {
    store.write(write.token, write.value)
    lastSequence = write.sequence
  }

  function isLate({ token, sequence }: Write): boolean {
    const greatest = store.greatestToken()
    return token < greatest || (token === greatest && sequence <= lastSequence)
  }

  async function judge(from: string, write: Write): Promise<void> {
    if (!recovered) recover()
    const { token, sequence } = write
    const applied = !isLate(write)
    if (applied) {
      await disk.append(FILE, `${token} ${sequence} ${write.value}\n`)
      await disk.fsync(FILE)
      apply(write)
    }
    net.send(STORE, from, { type: 'written', token, sequence, applied })
  }

  try {
    recover()
  } catch {
    // The disk is at fault, maybe not for long: the next write tries again.
  }
  net.onMessage(STORE, (from, message) => {
    const write = readWrite(message)
    // One that the disk refuses must not keep those behind it waiting.
    if (write !== undefined) before = before.then(() => judge(from, write)).catch(() => {})
  })
  return store
}

function readWrite(message: unknown): Write | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type, token, sequence, value } = message as Record<string, unknown>
  if (type !== 'write' || typeof token !== 'number' || typeof sequence !== 'number' || typeof value !== 'string')
    return undefined
  return { token, sequence, value }
}

function parse(line: string): Write {
  const [token = '', sequence = ''] = line.split(' ', 2)
  return { token: Number(token), sequence: Number(sequence), value: line.slice(token.length + sequence.length + 2) }
}
