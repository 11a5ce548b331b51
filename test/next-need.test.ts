import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWant } from '../src/core/prompt/want.ts'
import { eventsOf, next } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const LONG = Array.from({ length: 3_000 }, (_, line) => `export const value${line} = ${line}`).join('\n')
const FILES = {
  'src/limits/least.ts':
    'export const least = 1\nexport function leastOf(values: number[]): number {\n  return Math.min(...values)\n}\n',
  'src/long.ts': LONG,
  '.env': 'PASSWORD=hunter2-is-planted\n',
}

describe('a model that asks before it answers', () => {
  it('gets files, ranges, symbols and lines of the base, and what it has seen stays a prefix', async () => {
    const repository = await makeRepository({ files: FILES })
    const model = await scriptModel({
      author: ['I lack one file.\n\nNEED src/limits/least.ts\nNEED src/nowhere.ts', AUTHOR],
      implementer: ['NEED src/long.ts:10-12\nNEED symbol leastOf', 'NEED search Math.min\nNEED .env', RIGHT],
    })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    const [first, second] = model.asked('author')
    expect(second).toContain('# You asked for src/limits/least.ts\n')
    expect(second).toContain('return Math.min(...values)')
    expect(second).toContain('# You asked for src/nowhere.ts\n\nThere is no such file')
    expect(second!.startsWith(first!.trimEnd())).toBe(true)
    const [one, two, three] = model.asked('implementer')
    expect(two).toContain('## File src/long.ts, lines 10 to 12 of 3000')
    expect(two).toContain('export const value9 = 9\nexport const value10 = 10\nexport const value11 = 11\n')
    expect(two).not.toContain('value12')
    expect(two).toContain('export function leastOf')
    expect(two!.startsWith(one!.trimEnd())).toBe(true)
    expect(three).toContain('src/limits/least.ts:3: return Math.min(...values)')
    expect(three).toContain('.env is not shown to models')
    expect(three!.startsWith(two!.trimEnd())).toBe(true)
    expect(model.server.requests.map(({ prompt }) => prompt).join()).not.toContain('hunter2')
    const told = eventsOf(run, 'need.answered').map(({ role, wants }) => [role, wants.map(({ found }) => found)])
    expect(told).toEqual([
      ['author', [true, false]],
      ['implementer', [true, true]],
      ['implementer', [true, true]],
    ])
    expect(run.result.tasks[0]).toMatchObject({ attempts: 1 })
  })

  it('gets no more than its share of tokens, and is told', async () => {
    const repository = await makeRepository({ files: FILES })
    await repository.commit({
      'agent.yaml': 'context: { maxTokens: 8000 }\nlevel: { seeds: 1, runs: 50, schedules: 20, chaosSeconds: 0 }\n',
    })
    const model = await scriptModel({ author: [AUTHOR], implementer: ['NEED src/long.ts', RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(model.asked('implementer')[1]).toContain('(cut here: your share of tokens for what you ask for is used up)')
    const [told] = eventsOf(run, 'need.answered')
    expect(told!.wants[0]!.tokens).toBeLessThanOrEqual(2_400)
    expect(told!.wants[0]!.tokens).toBeGreaterThan(2_000)
  })

  it('has six rounds; then an answer without a patch counts as one that could not be applied', async () => {
    const repository = await makeRepository({ files: FILES })
    const asks = Array.from({ length: 7 }, (_, round) => `NEED src/long.ts:${round + 1}`)
    const model = await scriptModel({ author: [AUTHOR], implementer: [...asks, RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(model.asked('implementer').at(-1)).toContain('You have asked 6 times.')
    expect(eventsOf(run, 'need.answered')).toHaveLength(6)
  })
})

describe('a secret', () => {
  it('in a file or in the environment reaches neither the model, nor the journal, nor the screen', async () => {
    const key = `ghp_${'a1B2c3D4e5'.repeat(4)}`
    const repository = await makeRepository({
      files: { 'src/client.ts': `export const client = { key: '${key}', name: 'planted-in-the-shell' }\n` },
    })
    repository.env['SERVICE_PASSWORD'] = 'planted-in-the-shell'
    const model = await scriptModel({ author: ['NEED src/client.ts', AUTHOR], implementer: [RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(model.asked('author')[1]).toContain("{ key: '***', name: '***' }")
    const files = await readdir(run.result.journal!, { recursive: true, withFileTypes: true })
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
    const everything = [run.stdout, run.stderr, ...(await Promise.all(texts))].join('\n')
    expect(everything).toContain('src/client.ts')
    expect(everything).not.toMatch(/a1B2c3D4e5|planted-in/)
  })
})

describe('a NEED line', () => {
  const known = (path: string) => ['src/a.ts', 'a b.md', 'Makefile'].includes(path)

  it.each([
    ['src/a.ts', { kind: 'file', path: 'src/a.ts', from: null, to: null }],
    ['`./src/a.ts`', { kind: 'file', path: 'src/a.ts', from: null, to: null }],
    ['a b.md', { kind: 'file', path: 'a b.md', from: null, to: null }],
    ['Makefile', { kind: 'file', path: 'Makefile', from: null, to: null }],
    ['src/a.ts:10-20', { kind: 'file', path: 'src/a.ts', from: 10, to: 20 }],
    ['src/a.ts#L10-L20', { kind: 'file', path: 'src/a.ts', from: 10, to: 20 }],
    ['src/a.ts lines 20-10', { kind: 'file', path: 'src/a.ts', from: 10, to: 20 }],
    ['src/a.ts:7', { kind: 'file', path: 'src/a.ts', from: 7, to: 7 }],
    ['src/not-there.ts', { kind: 'file', path: 'src/not-there.ts', from: null, to: null }],
    ['symbol JobQueue', { kind: 'symbol', name: 'JobQueue' }],
    ['JobQueue', { kind: 'symbol', name: 'JobQueue' }],
    ['search "two words"', { kind: 'search', text: 'two words' }],
    ['symbol: `JobQueue`', { kind: 'symbol', name: 'JobQueue' }],
    ['where is Clock defined', null],
    ['', null],
  ])('%s', (line, want) => {
    expect(readWant(line, known)).toEqual(want)
  })
})
