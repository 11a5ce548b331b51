import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { TaskOutcomeStatus } from '../../../src/core/event-parts.ts'
import { EVENT_VERSION } from '../../../src/core/event-version.ts'
import type { Event } from '../../../src/core/events.ts'
import { createMask } from '../../../src/core/mask.ts'
import { resultWithoutRun } from '../../../src/core/result.ts'
import { NO_EVIDENCE } from '../../../src/core/verdict/judge.ts'
import { readCalls } from '../../../src/io/journal/call-log.ts'
import { CALLS_VERSION, type CallRecord } from '../../../src/io/journal/calls.ts'
import { excludeFromGit, openJournal } from '../../../src/io/journal/journal.ts'
import { openMemory } from '../../../src/io/journal/memory.ts'
import { unfinishedRun } from '../../../src/io/journal/past-runs.ts'
import { roomOf } from '../../../src/io/journal/room.ts'
import { readSeeds, writeSeeds } from '../../../src/io/models/recorded-seeds.ts'
import type { ModelRequest } from '../../../src/world.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'specproof-journal-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
})

const DECISION: Event = {
  type: 'decision',
  spec: 'q',
  task: '1',
  attempt: 1,
  decision: 'retry',
  reason: 'two\nlines, "quotes" and \u2028 a separator',
}

const REQUEST: ModelRequest = {
  model: 'test/model',
  spec: 'team/q',
  task: '2/3',
  role: 'implementer',
  attempt: 1,
  round: 2,
  promptVersion: 'v',
  system: 'be brief',
  prompt: 'the key is sk-very-secret',
  maxOutputTokens: 10,
}

const KEY = 'sk-very-secret'
const mask = (text: string) => text.replaceAll(KEY, '***')
const plain = (text: string) => text

const REPLY = {
  ok: true,
  truncated: false,
  usage: { input: 1, output: 2, cached: 0 },
  usd: null,
  model: 'a/b',
  note: null,
} as const

const CALL = (value: unknown): CallRecord => ({ v: CALLS_VERSION, t: 1, call: 'runChecks', key: 'k', value })

describe('the calls of a run', () => {
  it('are read back as they were written, long answers from beside; a line that a kill has cut is no record', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    const long = 'x'.repeat(100_000)
    const calls = [CALL('short'), CALL(long), CALL(long), CALL(null)]
    for (const call of calls) journal.calls.append(call, true)
    journal.close()
    const file = join(journal.dir, 'calls.jsonl')
    expect((await stat(file)).size).toBeLessThan(1_000)
    expect(await readdir(join(journal.dir, 'large'))).toHaveLength(1)
    await appendFile(file, '{"v":1,"t":2,"call":"la')
    expect(await readCalls(journal.dir)).toEqual(calls)
  })

  it('stay within what the journal may hold: long answers are left out then, and that is told once', async () => {
    let told = 0
    const journal = await openJournal(
      root,
      'run-1',
      plain,
      roomOf(150_000, () => told++),
    )
    for (const name of ['a', 'b', 'c']) journal.calls.append(CALL(name.repeat(100_000)), false)
    await journal.prompt({ ...REQUEST, prompt: 'y'.repeat(100_000) })
    // What was paid for is kept all the same.
    const paid = { ...CALL({ ok: true, text: 'd'.repeat(100_000) }), call: 'askModel' }
    journal.calls.append(paid, true)
    journal.close()
    expect(told).toBe(1)
    const calls = await readCalls(journal.dir)
    expect(calls.map(({ value }) => value === undefined)).toEqual([false, true, true, false])
    expect(calls[3]).toEqual(paid)
    expect(await readdir(join(journal.dir, 'prompts'))).toEqual([])
  })

  it('are no answers where a secret was taken out of them', async () => {
    const journal = await openJournal(root, 'run-1', mask)
    journal.calls.append(CALL(`the key is ${KEY}`), false)
    journal.close()
    expect(await readCalls(journal.dir)).toMatchObject([{ call: 'runChecks', key: 'k' }])
    expect((await readCalls(journal.dir))[0]).not.toHaveProperty('value')
  })

  it('can be read whatever the secrets are: behind an escape, in quotes, of digits', async () => {
    const masking = createMask({ DB_PASSWORD: '12345678' })
    const journal = await openJournal(root, 'run-1', masking)
    const paid = { ok: true, text: `"https://api.test/v1?token=Zx81kQpLm29aTr7Yq0"\n`, usd: 0.12345678 }
    journal.calls.append({ ...CALL(paid), call: 'askModel' }, true)
    journal.calls.append({ ...CALL({ seed: 1234567890 }), t: 12345678 }, false)
    journal.calls.append({ ...CALL(undefined), error: `no\n"token=Zx81kQpLm29aTr7Yq0"` }, false)
    await journal.describe({ seed: 1234567890, settings: { env: ['URL="https://a:12345678@b"'] } })
    journal.close()
    expect(await readCalls(journal.dir)).toMatchObject([
      { call: 'askModel', value: { text: '"https://api.test/v1?token=***"\n', usd: 0.12345678 } },
      { t: 12345678, value: { seed: 1234567890 } },
      { error: 'no\n"token=***"' },
    ])
    expect(JSON.parse(await readFile(join(journal.dir, 'run.json'), 'utf8'))).toMatchObject({ seed: 1234567890 })
    expect(await readFile(join(journal.dir, 'run.json'), 'utf8')).not.toContain('a:12345678')
  })
})

describe('a run to go on with', () => {
  const write = async (id: string, status: TaskOutcomeStatus, resumes?: string, tasks: TaskOutcomeStatus[] = []) => {
    const journal = await openJournal(root, id, plain)
    await journal.describe({ wanted: {}, ...(resumes === undefined ? {} : { resumes }) })
    for (const call of ['askModel', 'runChecks', 'recall'])
      journal.calls.append({ ...CALL(`${id} ${call}`), call }, false)
    const told = tasks.map((ended, at) => ({
      ...{ spec: 'q', task: `${at + 1}`, status: ended, commit: null, attempts: 1, evidence: NO_EVIDENCE },
    }))
    journal.write({ ...resultWithoutRun('nothing', ''), status, tasks: told }, 1)
    journal.close()
  }
  const known = async () => (await unfinishedRun(root))?.calls.map(({ value }) => value) ?? null

  it('is one in which a task was cut short, also after another one had failed', async () => {
    await write('run-1', 'failed', undefined, ['verified', 'failed'])
    expect(await known()).toBeNull()
    await write('run-2', 'failed', undefined, ['failed', 'interrupted'])
    expect(await unfinishedRun(root)).toMatchObject({ how: 'ended with interrupted', ids: ['run-2'], ms: 1 })
    await write('run-3', 'failed', 'run-2', ['failed', 'environment'])
    expect(await unfinishedRun(root)).toMatchObject({ how: 'ended with environment', ids: ['run-2', 'run-3'], ms: 2 })
    expect(await known()).toEqual(['run-2 askModel', 'run-2 recall', 'run-3 askModel', 'run-3 recall'])
    // A kill leaves no result, and may cut off the last line.
    await writeFile(join(root, '.agent', 'runs', 'run-3', 'events.jsonl'), '{"t":7,"type":"decision"}\n{"t":90,"ty')
    expect(await unfinishedRun(root)).toMatchObject({ how: 'was killed', ms: 8 })
  })

  it('is one that ended by a mistake of ours, once, and of it only what models answered', async () => {
    await write('run-1', 'provider')
    expect(await known()).toEqual(['run-1 askModel', 'run-1 runChecks', 'run-1 recall'])
    await write('run-2', 'bug', 'run-1')
    expect(await known()).toEqual(['run-1 askModel', 'run-2 askModel'])
    await write('run-3', 'environment', 'run-2')
    expect(await known()).toEqual(['run-1 askModel', 'run-2 askModel', 'run-3 askModel', 'run-3 recall'])
    await write('run-4', 'bug', 'run-3')
    expect(await known()).toHaveLength(4)
    await write('run-5', 'bug', 'run-4')
    expect(await known()).toBeNull()
  })
})

describe('the journal', () => {
  it('holds one JSON line an event, with schema version and whole milliseconds', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    const stamped = journal.write(DECISION, 12.6)
    journal.write({ ...DECISION, attempt: 2 }, 20)
    journal.close()
    expect(stamped).toEqual({ v: EVENT_VERSION, t: 13, ...DECISION })
    expect(journal.dir).toBe(join(root, '.agent', 'runs', 'run-1'))
    const lines = (await readFile(join(journal.dir, 'events.jsonl'), 'utf8')).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toEqual([stamped, { ...stamped, attempt: 2, t: 20 }])
  })

  it('is on disk at once, so that a killed run can be read', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    journal.write(DECISION, 1)
    expect(await readFile(join(journal.dir, 'events.jsonl'), 'utf8')).toContain('"decision"')
    journal.close()
  })

  it('leaves out what only a screen needs, and still stamps it', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    expect(journal.write({ type: 'model.delta', chars: 3 }, 1)).toEqual({
      v: EVENT_VERSION,
      t: 1,
      type: 'model.delta',
      chars: 3,
    })
    journal.close()
    expect(await readFile(join(journal.dir, 'events.jsonl'), 'utf8')).toBe('')
  })

  it('shows no key: not in events, prompts or replies', async () => {
    const journal = await openJournal(root, 'run-1', mask)
    journal.write({ ...DECISION, reason: `the service said ${KEY}` }, 1)
    await journal.prompt(REQUEST)
    await journal.reply(REQUEST, { ...REPLY, text: `you sent ${KEY}` })
    journal.calls.append(CALL(`it printed ${KEY}`), true)
    journal.close()
    const files = await readdir(journal.dir, { recursive: true, withFileTypes: true })
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    )
    expect(texts).toHaveLength(5)
    expect(texts.filter((text) => text.includes('***'))).toHaveLength(4)
    expect(texts.join()).not.toContain(KEY)
  })

  it('keeps prompt and reply as files, also of nested specs and tasks without a number', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    await journal.prompt(REQUEST)
    await journal.reply(REQUEST, { ...REPLY, text: 'answer' })
    journal.close()
    const name = 'team.q-2.3-implementer-1-2.md'
    expect(await readFile(join(journal.dir, 'prompts', name), 'utf8')).toBe(`be brief\n\n---\n\n${REQUEST.prompt}`)
    expect(await readFile(join(journal.dir, 'replies', name), 'utf8')).toBe('answer')
  })

  it('takes events after it was closed without writing them', async () => {
    const journal = await openJournal(root, 'run-1', plain)
    journal.close()
    journal.close()
    expect(journal.write(DECISION, 5)).toMatchObject({ t: 5 })
    expect(await readFile(join(journal.dir, 'events.jsonl'), 'utf8')).toBe('')
  })
})

describe('keeping .agent out of git', () => {
  const exclude = () => readFile(join(root, 'info', 'exclude'), 'utf8')

  it('adds one line, once, below what is there', async () => {
    await mkdir(join(root, 'info'))
    await writeFile(join(root, 'info', 'exclude'), '# mine\n*.log')
    await excludeFromGit(root)
    await excludeFromGit(root)
    expect(await exclude()).toBe('# mine\n*.log\n/.agent/\n')
  })

  it('makes the file where there is none, and adds nothing where the user has the line', async () => {
    await excludeFromGit(root)
    expect(await exclude()).toBe('/.agent/\n')
    await writeFile(join(root, 'info', 'exclude'), 'a\r\n.agent/\r\n')
    await excludeFromGit(root)
    expect(await exclude()).toBe('a\r\n.agent/\r\n')
  })
})

describe('memory between runs', () => {
  it('gives back what was remembered, the last value of a key', async () => {
    const memory = openMemory(root)
    expect(await memory.recall('pins-q-1')).toBe(null)
    await memory.remember('pins-q-1', [1, -2])
    await memory.remember('pins-q-1', { seeds: [3], text: 'ü\n' })
    expect(await openMemory(root).recall('pins-q-1')).toEqual({ seeds: [3], text: 'ü\n' })
    expect(await memory.recall('pins-q-2')).toBe(null)
  })

  it('keeps keys inside its folder', async () => {
    const memory = openMemory(root)
    await memory.remember('pins-../../out/side-2/3', 1)
    expect(await memory.recall('pins-../../out/side-2/3')).toBe(1)
    expect(await readdir(root)).toEqual(['.agent'])
  })

  it('forgets a broken file instead of failing, and can write it anew', async () => {
    const memory = openMemory(root)
    await memory.remember('a', 1)
    const [file] = await readdir(join(root, '.agent', 'memory'))
    await writeFile(join(root, '.agent', 'memory', file!), '{"half": ')
    expect(await memory.recall('a')).toBe(null)
    await memory.remember('a', 2)
    expect(await memory.recall('a')).toBe(2)
  })
})

describe('seeds of a recording', () => {
  it('come back for the attempt they were written for', async () => {
    await writeSeeds(root, 'team/q', '2/3', 1, [5, -7])
    await writeSeeds(root, 'team/q', '2/3', 2, [9])
    expect(await readSeeds(root, 'team/q', '2/3', 1)).toEqual([5, -7])
    expect(await readSeeds(root, 'team/q', '2/3', 2)).toEqual([9])
    expect(await readSeeds(root, 'team/q', '2/4', 1)).toEqual([])
  })

  it('are none where the file holds something else', async () => {
    await writeSeeds(root, 'q', '1', 1, [1])
    await writeFile(join(root, 'q', '1', 'seeds-1.json'), '{"seeds": ["a"]}')
    expect(await readSeeds(root, 'q', '1', 1)).toEqual([])
  })
})
