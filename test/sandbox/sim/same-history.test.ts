import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { fingerprint } from './histories.ts'

const FULL = process.env['SPECPROOF_FULL'] === '1'
const SEEDS = FULL ? 1_000 : 40
/** Another Node, for example of the package `node@22`. */
const OTHER_NODE = process.env['SPECPROOF_OTHER_NODE']

async function printedBy(node: string): Promise<string[]> {
  const args = [join(import.meta.dirname, 'histories.ts'), '0', `${SEEDS}`]
  const { stdout } = await promisify(execFile)(node, args, { maxBuffer: 1 << 26 })
  return stdout.trimEnd().split('\n')
}

it(`${SEEDS} seeds give the same histories, byte for byte: in another order, and in another process`, async () => {
  const first: string[] = []
  for (let seed = 0; seed < SEEDS; seed += 1) first.push(await fingerprint(seed))
  const again: string[] = []
  for (let seed = SEEDS - 1; seed >= 0; seed -= 1) again.unshift(await fingerprint(seed))
  expect(again).toEqual(first)
  expect(new Set(first.map((line) => line.split(' ')[2])).size).toBe(SEEDS)
  expect(await printedBy(process.execPath)).toEqual(first)
}, 600_000)

it.skipIf(OTHER_NODE === undefined)(
  `the Node of SPECPROOF_OTHER_NODE gives the same as ${process.version}`,
  async () => {
    const { stdout } = await promisify(execFile)(OTHER_NODE!, ['--version'])
    console.log(`${SEEDS} seeds: ${process.version} and ${stdout.trim()}`)
    expect(await printedBy(OTHER_NODE!)).toEqual(await printedBy(process.execPath))
  },
  600_000,
)
