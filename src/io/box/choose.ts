import type { Box, Probe } from './box.ts'
import { createBwrapBox } from './bwrap.ts'
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

/** Backends of `auto`, the quickest first. Never `none`: that has to be asked for. */
export function candidates(): Box[] {
  return [createBwrapBox(), createUnshareBox()]
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
