import { mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../alive.ts'

const NAME = /^specproof-probe-(\d+)-(\d+)-/

/** A new folder for what a probe plants, resolved. Those of programs that were killed while they probed are removed. */
export async function makeProbeFolder(): Promise<string> {
  const namespace = await namespaceOfPids()
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, its, pid] = NAME.exec(name) ?? []
    // In another namespace the number is another process. What belongs to another user cannot be removed.
    if (its === namespace && !isAlive(Number(pid)))
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {})
  }
  return realpath(await mkdtemp(join(tmpdir(), `specproof-probe-${namespace}-${process.pid}-`)))
}

/** '0' where the system has none. */
async function namespaceOfPids(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '')
  return /\d+/.exec(link)?.[0] ?? '0'
}
