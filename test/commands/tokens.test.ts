import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenCounters } from '../../src/commands/tokens.ts'

const TEXTS = ['', 'The queue SHALL give every job an id.', 'x'.repeat(900), '<|endoftext|>', 'Größe: 10 µs, 数']

it('what was counted is kept for the next run, by its vocabulary, and what that did not ask for is forgotten', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-tokens-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const models = ['openai/gpt-4', 'anthropic/m']
  const bare = await tokenCounters(models)
  expect(bare.save).toBeUndefined()
  const kept = async () =>
    JSON.parse(await readFile(join(dir, 'counts.json'), 'utf8')) as { entries: [string, number][] }
  for (const texts of [TEXTS, TEXTS, TEXTS.slice(0, 1)]) {
    const counters = await tokenCounters(models, dir)
    for (const text of texts) {
      expect(counters.count(text)).toBe(bare.count(text))
      expect(counters.countFor('openai/gpt-4')(text)).toBe(bare.countFor('openai/gpt-4')(text))
    }
    await counters.save?.()
    expect((await kept()).entries).toHaveLength(2 * texts.length)
  }
  // They are taken from there, and not counted again.
  const file = await kept()
  await writeFile(
    join(dir, 'counts.json'),
    JSON.stringify({ ...file, entries: file.entries.map(([key]) => [key, 77]) }),
  )
  expect((await tokenCounters(models, dir)).count('')).toBe(77)
  // A run that counts nothing leaves them as they are.
  await (await tokenCounters(models, dir)).save?.()
  expect(await readdir(dir)).toEqual(['counts.json'])
  expect((await kept()).entries).toHaveLength(2)
})
