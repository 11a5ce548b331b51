import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { git } from './git/git.ts'

/** Quiet time after a change before it is told, in milliseconds: a commit writes many files. */
const SETTLED = 150

/** Which folders show that something changed. `deep`: with all that lies below them. */
export interface Watched {
  dir: string
  deep: boolean
}

/** Where git writes when HEAD, the index or a branch of ours changes, and where the specs lie. */
export async function placesOf(root: string, dirs: readonly string[]): Promise<Watched[]> {
  const path = (name: string) => git(root, ['rev-parse', '--path-format=absolute', name])
  const [own, common] = [await path('--git-dir'), await path('--git-common-dir')]
  return [
    { dir: root, deep: false },
    { dir: own, deep: false },
    { dir: common, deep: false },
    { dir: join(common, 'refs', 'heads'), deep: true },
    ...dirs.map((dir) => ({ dir: join(root, dir), deep: true })),
  ]
}

/**
 * Waits until something changes in one of the places and then stays quiet for a moment. Answers false when the signal came first. What
 * cannot be watched (a folder that is gone) is left out. Changes between two calls are not seen: start the next one before reading.
 */
export function nextChange(places: readonly Watched[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = []
    let timer: NodeJS.Timeout | undefined
    const end = (changed: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      for (const watcher of watchers) watcher.close()
      resolve(changed)
    }
    const onAbort = () => end(false)
    if (signal.aborted) return resolve(false)
    signal.addEventListener('abort', onAbort)
    const onChange = (_: string, name: string | null) => {
      // Looking at a repository may leave a lock behind for a moment; that is no change.
      if (name?.endsWith('.lock')) return
      clearTimeout(timer)
      timer = setTimeout(() => end(true), SETTLED)
    }
    for (const { dir, deep } of places) {
      try {
        watchers.push(watch(dir, { recursive: deep }, onChange).on('error', () => {}))
      } catch {}
    }
  })
}
