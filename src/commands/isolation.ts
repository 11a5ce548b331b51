import type { Config } from '../core/config.ts'
import { diskTrouble, diskWords, UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import { didYouMean } from '../core/nearest.ts'
import type { Box } from '../io/box/box.ts'
import { createBwrapBox } from '../io/box/bwrap.ts'
import { type Choice, candidates, chooseAuto, type Rejected } from '../io/box/choose.ts'
import { createNoneBox } from '../io/box/none.ts'
import { createSrtBox } from '../io/box/srt.ts'
import { createUnshareBox, prepareTree } from '../io/box/unshare.ts'
import type { Unready } from '../world.ts'

export interface Isolation {
  /** Backends to try, the first that holds is taken. More than one only with `auto`. */
  boxes: Box[]
  /** Makes a worktree writable for what runs in the box: all of it, or these paths in it. */
  prepareTree(dir: string, paths?: string[]): Promise<void>
  /** What trying the boxes shows: once for all workers of a run. Left out: nobody has begun. */
  tried?: Promise<Choice>
  /** The same, when it has been told. */
  told?: Promise<Isolated>
}

/** A backend that is named is never replaced by another, and `none` is never chosen by itself. */
export function chooseIsolation(flag: string | undefined, config: Config): Isolation {
  const wanted = flag ?? config.isolation ?? 'auto'
  switch (wanted) {
    case 'auto':
      return { boxes: candidates(), prepareTree }
    case 'bwrap':
      return { boxes: [createBwrapBox()], prepareTree }
    case 'unshare':
      return { boxes: [createUnshareBox()], prepareTree }
    case 'none':
      return { boxes: [createNoneBox()], prepareTree: async () => {} }
    case 'srt':
      return { boxes: [createSrtBox()], prepareTree }
    default:
      throw new UserError(
        `--isolation ${wanted}: expected auto, bwrap, unshare, srt or none.${didYouMean(wanted, ['auto', 'bwrap', 'unshare', 'srt', 'none'])}`,
      )
  }
}

export type Isolated = { ok: true; box: Box } | { ok: false; unready: Unready }

/** Tries the boxes for real, once, however often it is asked: a fifth of a second, best begun before it is needed. */
export function tryBoxes(isolation: Isolation, repository: string): Promise<Choice> {
  isolation.tried ??= chooseAuto(repository, isolation.boxes)
  // Whoever needs it is told of its trouble.
  isolation.tried.catch(() => {})
  return isolation.tried
}

/** The same, and tells which one is in force. */
export function isolate(isolation: Isolation, repository: string, tell: (event: Event) => void): Promise<Isolated> {
  isolation.told ??= chosen(isolation, repository, tell)
  return isolation.told
}

async function chosen(isolation: Isolation, repository: string, tell: (event: Event) => void): Promise<Isolated> {
  const choice = await tryBoxes(isolation, repository)
  if (!choice.box) {
    const message = whyNone(choice.rejected)
    // A box that cannot even be planted says nothing about the box.
    const disk = diskTrouble(new Error(message))
    return { ok: false, unready: disk ? fullDisk(disk) : { status: 'isolation', message } }
  }
  const { box, probe } = choice
  const checks = probe.checks.map(({ name, held }) => ({ name, held }))
  tell({ type: 'isolation.ready', backend: box.name, level: probe.level, checks })
  return { ok: true, box }
}

function fullDisk(trouble: string): Unready {
  return { status: 'environment', message: diskWords(trouble) }
}

function whyNone(rejected: Rejected[]): string {
  return rejected.map(({ name, reason, advice }) => `${name}: ${reason.replace(/\.?$/, '.')} ${advice}`).join('\n')
}
