/**
 * Runs one round of attempts, for tests that need a process of their own around it.
 * ESCAPE_REQUEST: JSON `Request`. ESCAPE_SECRET holds the nonce. Writes `Outcome[]` as JSON to the file of the request.
 */
import { writeFileSync } from 'node:fs'
import { createBwrapBox } from '../../src/io/box/bwrap.ts'
import { createSrtBox } from '../../src/io/box/srt.ts'
import { createOwnPathBox } from '../../src/io/box/srt-own-path.ts'
import { createUnshareBox } from '../../src/io/box/unshare.ts'
import type { Weakness } from './attempt.ts'
import { ATTEMPTS } from './attempts.ts'
import { type Outcome, runRound } from './round.ts'
import { weakBox } from './weak.ts'

export interface Request {
  /** `weak`: every attempt in the weak box that it names; the caller has put us in namespaces of our own. */
  box: 'unshare' | 'bwrap' | 'srt' | 'srt, own path' | 'weak'
  /** Names of the attempts to run. */
  names: string[]
  report: string
}

const { box, names, report } = JSON.parse(process.env.ESCAPE_REQUEST!) as Request
const nonce = process.env.ESCAPE_SECRET!.replace(/^.*-/, '')
const chosen = ATTEMPTS.filter(({ name }) => names.includes(name))

async function weakRounds(): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const weakness of ['rights', 'naked-user', 'naked-root'] satisfies Weakness[]) {
    const attempts = chosen.filter((attempt) => attempt.weakness === weakness)
    if (attempts.length > 0) outcomes.push(...(await runRound(weakBox(weakness), attempts, nonce, weakness)))
  }
  return outcomes
}

const BOXES = { unshare: createUnshareBox, bwrap: createBwrapBox, srt: createSrtBox, 'srt, own path': createOwnPathBox }

const outcomes =
  box === 'weak' ? await weakRounds() : await runRound(BOXES[box](), chosen, nonce, null, box !== 'srt, own path')
writeFileSync(report, JSON.stringify(outcomes))
