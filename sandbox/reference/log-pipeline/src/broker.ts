import type { Disk, Net } from 'specproof/sim'
import { type Journal, openJournal } from './journal.ts'

const BROKER = 'broker'
const FILE = 'log'

type Entry =
  | { readonly kind: 'record'; readonly producer: string; readonly number: number; readonly value: string }
  | { readonly kind: 'commit'; readonly group: string; readonly offset: number }
  | { readonly kind: 'letter'; readonly group: string; readonly offset: number; readonly error: string }

/** What the journal holds, in the shape in which it is asked for. */
class State {
  readonly values: string[] = []
  /** Offsets of each producer's records, by number less 1. */
  readonly #offsets = new Map<string, number[]>()
  readonly #positions = new Map<string, number>()
  readonly #letters = new Map<string, Map<number, string>>()

  apply(entry: Entry): void {
    if (entry.kind === 'record') {
      this.#offsets.set(entry.producer, [...this.offsetsOf(entry.producer), this.values.length])
      this.values.push(entry.value)
    } else if (entry.kind === 'commit') this.#positions.set(entry.group, entry.offset)
    else this.#letters.set(entry.group, this.lettersOf(entry.group).set(entry.offset, entry.error))
  }

  offsetsOf(producer: string): number[] {
    return this.#offsets.get(producer) ?? []
  }

  positionOf(group: string): number {
    return this.#positions.get(group) ?? 0
  }

  lettersOf(group: string): Map<number, string> {
    return this.#letters.get(group) ?? new Map()
  }
}

interface Request {
  readonly type: string
  readonly request: string
  readonly producer: string
  readonly number: number
  readonly value: string
  readonly group: string
  readonly offset: number
  readonly max: number
  readonly error: string
}

/** What must be written before the answer; null: nothing changes. */
interface Decision {
  entry: Entry | null
  answer: () => Record<string, unknown>
}

/** Runs on the node `broker`, is its only receiver, and is called again after each crash. */
export function startBroker(net: Net, disk: Disk): void {
  let state = new State()
  let journal: Journal | undefined
  let before: Promise<unknown> = Promise.resolve()

  function open(): Journal {
    if (journal !== undefined) return journal
    const fresh = new State()
    journal = openJournal(disk, FILE, (entry) => fresh.apply(entry as Entry))
    state = fresh
    return journal
  }

  async function serve(from: string, message: Request): Promise<void> {
    const opened = open()
    const { entry, answer } = decide(state, message)
    if (entry !== null) {
      await opened.append(entry)
      state.apply(entry)
    }
    net.send(BROKER, from, { ...answer(), request: message.request })
  }

  net.onMessage(BROKER, (from, message) => {
    // The disk may refuse: whoever asked will ask again.
    if (isRequest(message)) before = before.then(() => serve(from, message)).catch(() => {})
  })
}

function decide(state: State, message: Request): Decision {
  const { group, offset, error } = message
  switch (message.type) {
    case 'append':
      return decideAppend(state, message)
    case 'commit': {
      const entry: Entry | null = offset > state.positionOf(group) ? { kind: 'commit', group, offset } : null
      return { entry, answer: () => ({ type: 'position', offset: state.positionOf(group) }) }
    }
    case 'bury': {
      const entry: Entry | null = state.lettersOf(group).has(offset) ? null : { kind: 'letter', group, offset, error }
      return { entry, answer: () => ({ type: 'buried' }) }
    }
    case 'position':
      return { entry: null, answer: () => ({ type: 'position', offset: state.positionOf(group) }) }
    case 'dead':
      return { entry: null, answer: () => ({ type: 'letters', letters: lettersIn(state, group) }) }
    default:
      return { entry: null, answer: () => ({ type: 'records', records: recordsIn(state, message) }) }
  }
}

function decideAppend(state: State, { producer, number, value }: Request): Decision {
  const offsets = state.offsetsOf(producer)
  const known = offsets[number - 1]
  if (known !== undefined) return { entry: null, answer: () => ({ type: 'appended', offset: known }) }
  const expected = offsets.length + 1
  if (number !== expected) return { entry: null, answer: () => ({ type: 'refused', expected }) }
  const offset = state.values.length
  return { entry: { kind: 'record', producer, number, value }, answer: () => ({ type: 'appended', offset }) }
}

function recordsIn({ values }: State, { offset, max }: Request): { offset: number; value: string }[] {
  return values.slice(offset, offset + max).map((value, index) => ({ offset: offset + index, value }))
}

function lettersIn(state: State, group: string): { offset: number; value: string | undefined; error: string }[] {
  const letters = [...state.lettersOf(group)].sort(([one], [other]) => one - other)
  return letters.map(([offset, error]) => ({ offset, value: state.values[offset], error }))
}

/** The fields of each request, and what they are. */
const FIELDS: Record<string, Record<string, string>> = {
  append: { producer: 'string', number: 'number', value: 'string' },
  fetch: { offset: 'number', max: 'number' },
  position: { group: 'string' },
  commit: { group: 'string', offset: 'number' },
  bury: { group: 'string', offset: 'number', error: 'string' },
  dead: { group: 'string' },
}

function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null) return false
  const given = message as Record<string, unknown>
  const fields = typeof given['type'] === 'string' ? FIELDS[given['type']] : undefined
  if (fields === undefined || typeof given['request'] !== 'string') return false
  return Object.entries(fields).every(([name, kind]) => typeof given[name] === kind)
}
