import { setTimeout } from 'node:timers/promises'
import { UserError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { bootId } from '../io/alive.ts'
import type { Memory } from '../io/journal/memory.ts'
import { BUILD } from '../io/package-root.ts'
import type { Tree } from '../world.ts'
import type { Preparation } from './project.ts'

const KEY = 'ready'
/** Bases that are remembered, the latest ones. */
const MOST_BASES = 20
/** By then a question is on its way, milliseconds. */
const ON_ITS_WAY = 100

/** What earlier runs found in order on this machine, since it was started and with the same settings. */
export interface Readiness {
  /** Whether anything was. */
  readonly any: boolean
  knows(tree: Tree, dirs: readonly string[]): boolean
  learn(tree: Tree, dirs: readonly string[]): Promise<void>
  forget(): Promise<void>
}

/** For a run that waits for whatever it needs. */
export const NOTHING_KNOWN: Readiness = {
  any: false,
  knows: () => false,
  learn: async () => {},
  forget: async () => {},
}

/** The program, as it was built, and the time since the machine was started. */
export interface Standing {
  build: string | null
  boot: string
}

export async function standing(): Promise<Standing> {
  return { build: BUILD, boot: await bootId() }
}

/** `settings`: all that decides about the box and what is put into it. */
export async function openReadiness(memory: Memory, { build, boot }: Standing, settings: unknown): Promise<Readiness> {
  const user = process.getuid?.()
  const machine = sha256(JSON.stringify([build, boot, process.execPath, user, process.env['PATH'], settings]))
  const kept = (await memory.recall(KEY)) as { machine?: string; bases?: string[] } | null
  // Sources change without another name, and where nobody tells when the machine was started nothing is known of it.
  const usable = build !== null && boot !== ''
  let bases = usable && kept?.machine === machine && Array.isArray(kept.bases) ? kept.bases : []
  const keep = async () => {
    if (usable) await memory.remember(KEY, { machine, bases }).catch(() => {})
  }
  return {
    any: bases.length > 0,
    knows: (tree, dirs) => bases.includes(baseOf(tree, dirs)),
    async learn(tree, dirs) {
      const base = baseOf(tree, dirs)
      if (bases.at(-1) === base) return
      bases = [...bases.filter((one) => one !== base), base].slice(-MOST_BASES)
      await keep()
    },
    async forget() {
      bases = []
      await keep()
    },
  }
}

function baseOf(tree: Tree, dirs: readonly string[]): string {
  return [tree.hash, ...dirs].join(' ')
}

export interface Believing extends Preparation {
  /** A question has been asked: once it is on its way there is time for what was put off. */
  asked(): void
  /** Resolves once the first question is on its way, where what is needed is believed: what takes the processor begins then. */
  onItsWay(): Promise<void>
  /** Ends with what was begun. */
  settled(): Promise<void>
}

/**
 * Believes what an earlier run found in order, so that a question is asked at once, and tries it all the same before anything runs: in
 * the time of the answer, or when a check asks for it. What is not in order any more is thrown then, as the user's to mend. `always`: is
 * waited for in any case.
 */
export function believe(real: Preparation, readiness: Readiness, always: () => Promise<unknown>): Believing {
  let putOff: (() => Promise<void>) | null = null
  let begun: Promise<void> | null = null
  let leaving: Promise<void> | null = null
  const closed = new AbortController()
  const onItsWay = async () => {
    if (putOff !== null) await leaving
  }
  const ready = async () => {
    await onItsWay()
    if (closed.signal.aborted) return
    begun ??= putOff?.() ?? null
    await begun
  }
  return {
    async prepare(tree, dirs = []) {
      if (readiness.knows(tree, dirs)) {
        const before = begun
        begun = null
        putOff = async () => {
          await before?.catch(() => {})
          const unready = await real.prepare(tree, dirs)
          if (unready === null) return
          await readiness.forget()
          throw new UserError(unready.message, unready.status)
        }
        await always()
        return null
      }
      putOff = null
      const unready = await real.prepare(tree, dirs)
      if (unready === null) await readiness.learn(tree, dirs)
      return unready
    },
    async provide(commit) {
      await ready()
      return real.provide(commit)
    },
    async checks() {
      await ready()
      return real.checks()
    },
    async tooling() {
      await ready()
      return real.tooling()
    },
    asked() {
      // Ended early, nothing is begun any more.
      leaving ??= setTimeout(ON_ITS_WAY, undefined, { signal: closed.signal }).catch(() => {})
      ready().catch(() => {})
    },
    onItsWay,
    async settled() {
      closed.abort()
      await begun?.catch(() => {})
    },
  }
}
