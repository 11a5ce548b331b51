import type { Box, Probe } from './box.ts'
import { createBwrapBox } from './bwrap.ts'
import { createSrtBox } from './srt.ts'
import { createUnshareBox } from './unshare.ts'

/** A backend that was tried and does not hold here. */
export interface Rejected {
  name: Box['name']
  reason: string
  advice: string
}

/** The first box that holds, with the probe that it passed, and the ones before it; no `box` when none does. */
export type Choice =
  | { box: Box; probe: Probe & { ok: true }; rejected: Rejected[] }
  | { box: null; rejected: Rejected[] }

/**
 * Backends of `auto` in the order in which they are tried. With Perl, `bwrap` and `unshare` are alike and about as quick;
 * without it only `bwrap` filters system calls, and it is the quicker one. Never `none`: that has to be asked for. On
 * Linux never `srt` either: it needs all that the others need, so it holds nowhere where they do not.
 */
export function candidates(platform: NodeJS.Platform = process.platform): Box[] {
  return platform === 'linux' ? [createBwrapBox(), createUnshareBox()] : [createSrtBox(platform)]
}

/** Every backend that protects on this machine, those of `auto` first. */
export function allBoxes(platform: NodeJS.Platform = process.platform): Box[] {
  return platform === 'linux' ? [...candidates(platform), createSrtBox(platform)] : candidates(platform)
}

/**
 * Tries the backends in their order by their probes in `repository`, up to the first that holds.
 * For `auto` only: a backend that was asked for by name is never replaced.
 */
export async function chooseAuto(repository: string, boxes: Box[] = candidates()): Promise<Choice> {
  const rejected: Rejected[] = []
  for (const box of boxes) {
    const probe = await box.probe(repository)
    if (probe.ok) return { box, probe, rejected }
    rejected.push({ name: box.name, reason: probe.reason, advice: probe.advice })
  }
  return { box: null, rejected }
}
