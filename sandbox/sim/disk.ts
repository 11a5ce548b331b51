import { DiskImage } from './disk-image.ts'
import type { Owner } from './entry.ts'
import type { Scheduler } from './scheduler.ts'
import type { Disk } from './types.ts'

const NAMES = {
  ENOENT: 'no such file',
  ENOSPC: 'no space left on the disk',
  EIO: 'the disk fails',
} as const

/** What faults do to one node's disk, and what lies on it. Outlives crashes of the node. */
export class DiskState {
  readonly image = new DiskImage()
  /** Number of faults of that kind in force. */
  full = 0
  failing = 0
  /** ms that each asynchronous call takes longer. */
  slow = 0
  /** Positions whose bit turns over as soon as there is a byte. */
  readonly corruptions = new Set<number>()
  /** When the last asynchronous call ends: they keep their order. */
  busyUntil = 0
}

export interface DiskOptions {
  owner: Owner
  state: DiskState
  scheduler: Scheduler
  /** ms */
  latency: number
  /** False: the life that this disk was given to is over, or the node is down. */
  alive(): boolean
  /** The test itself looks: no fault keeps it from that. */
  immune?: boolean
}

/** The disk as one life of a node sees it. */
export function createDisk(options: DiskOptions): Disk {
  const sync = synchronous(options)
  const later = <T>(operation: () => T) => eventually(options, operation)
  return {
    ...sync,
    read: (path) => later(() => sync.readSync(path)),
    readText: (path) => later(() => sync.readTextSync(path)),
    write: (path, data) => withBytes(data, (bytes) => later(() => sync.writeSync(path, bytes))),
    append: (path, data) => withBytes(data, (bytes) => later(() => sync.appendSync(path, bytes))),
    fsync: (path) => later(() => sync.fsyncSync(path)),
    rename: (from, to) => later(() => sync.renameSync(from, to)),
    remove: (path) => later(() => sync.removeSync(path)),
    fsyncDir: () => later(() => sync.fsyncDirSync()),
    list: () => later(() => sync.listSync()),
  }
}

type Synchronous = Pick<Disk, Extract<keyof Disk, `${string}Sync`>>

function synchronous({ owner, state, alive, immune = false }: DiskOptions): Synchronous {
  const { image } = state
  const touch = (path: string | null, mustExist: boolean) => {
    if (!alive()) throw refusal('EIO', owner, 'of a node that is down')
    if (state.failing > 0 && !immune) throw refusal('EIO', owner, path)
    if (mustExist && !image.has(path!)) throw refusal('ENOENT', owner, path)
  }
  const change = (path: string, data: string | Uint8Array, how: 'write' | 'append') => {
    touch(path, false)
    const bytes = bytesOf(data)
    if (state.full > 0 && !immune && bytes.length > 0) throw refusal('ENOSPC', owner, path)
    image[how](path, bytes)
    corruptDue(state)
  }
  const read = (path: string) => {
    touch(path, true)
    return image.read(path)
  }
  return {
    readSync: read,
    readTextSync: (path) => new TextDecoder().decode(read(path)),
    writeSync: (path, data) => change(path, data, 'write'),
    appendSync: (path, data) => change(path, data, 'append'),
    fsyncSync: (path) => {
      touch(path, true)
      image.fsync(path)
    },
    renameSync: (from, to) => {
      touch(from, true)
      image.rename(from, to)
    },
    removeSync: (path) => {
      touch(path, true)
      image.remove(path)
    },
    fsyncDirSync: () => {
      touch(null, false)
      image.fsyncDir()
    },
    listSync: () => {
      touch(null, false)
      return image.list()
    },
    existsSync: (path) => {
      touch(null, false)
      return image.has(path)
    },
  }
}

/** Turns bits over that a fault has asked for before there was anything to turn. */
export function corruptDue({ corruptions, image }: DiskState): boolean {
  let done = false
  for (const position of corruptions) {
    if (!image.corrupt(position)) break
    corruptions.delete(position)
    done = true
  }
  return done
}

/** The data is taken when the call is made: the caller may go on to use its buffer. */
function withBytes(data: string | Uint8Array, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  try {
    return write(bytesOf(data))
  } catch (error) {
    return Promise.reject(error)
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  if (data instanceof Uint8Array) return data.slice()
  throw new TypeError('a disk takes strings and Uint8Arrays')
}

function eventually<T>({ owner, state, scheduler, latency, alive }: DiskOptions, operation: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    // A node that is down never hears of it again.
    if (!alive()) return
    state.busyUntil = Math.max(scheduler.now + latency + state.slow, state.busyUntil)
    const run = () => {
      try {
        resolve(operation())
      } catch (error) {
        reject(error)
      }
    }
    scheduler.setTimer(owner, state.busyUntil, run, 'disk operation')
  })
}

function refusal(code: keyof typeof NAMES, { name }: Owner, path: string | null): Error {
  const what = path === null ? '' : ` (${path})`
  return Object.assign(new Error(`${code}: ${NAMES[code]}${what}, disk of "${name}"`), { code })
}
