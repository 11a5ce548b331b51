import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sample } from '../../../support/sample.ts'
import { judge } from './judge.ts'
import { WRONG } from './wrong.ts'

const schedules = process.env['SPECPROOF_FULL'] === '1' ? 2_000 : 500

const replies = ['reply-1.md', 'reply-2.md', 'reply-3.md']

it.each(sample('replies', replies, 1))(
  'what a model wrote from docs/sim.md alone tells wrong locks from the right one: %s',
  async (file) => {
    const reply = await readFile(join(import.meta.dirname, file), 'utf8')
    const wrongs = sample('wrong locks', [...WRONG], 1)
    const told: string[] = []
    const { compiles, green, dead } = await judge(reply, wrongs, schedules, (line) => told.push(line))
    expect({ compiles, green }, told.join('\n')).toEqual({ compiles: true, green: true })
    expect(dead).toEqual(wrongs.map(({ name }) => name))
  },
  600_000,
)
