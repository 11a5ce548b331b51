import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Model } from '../../src/io/models/model.ts'
import { openModel } from '../../src/io/models/open-model.ts'
import { record } from '../../src/io/models/record.ts'
import type { ModelRequest, ModelResult } from '../../src/world.ts'
import { type Answer, type ModelServer, startModelServer } from '../support/model-server.ts'

const request: ModelRequest = {
  model: 'test/model',
  spec: 'demo',
  task: '2/3',
  role: 'author',
  attempt: 1,
  round: 2,
  promptVersion: '7',
  system: 'Be brief.',
  prompt: 'Say something.',
  maxOutputTokens: 500,
}

let server: ModelServer
let answer: Answer = { text: '' }
let folder: string

beforeAll(async () => {
  server = await startModelServer(() => answer)
  folder = await mkdtemp(join(tmpdir(), 'specproof-recording-'))
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

async function recorder(dir: string): Promise<Model> {
  const env = { OPENAI_BASE_URL: server.openaiUrl }
  const prices = { m: { input: 1, output: 2 } }
  const model = await openModel('openai-compatible/m', { env, prices, cwd: '/' })
  return record(model, join(folder, dir), 'the test')
}

function ask(model: Model, changes: Partial<ModelRequest> = {}): Promise<ModelResult> {
  return model.ask({ ...request, ...changes }, { signal: new AbortController().signal, onDelta: () => {} })
}

const replay = (dir: string) => openModel(`recorded/${dir}`, { env: {}, cwd: folder })

describe('a recorded model', () => {
  test.each([
    ['CRLF and no final newline', 'one\r\ntwo'],
    ['a byte order mark', '\uFEFFone\n'],
    ['nothing at all', ''],
    ['other scripts', '日本語 😀\u0000\u2028\n\n'],
  ])('repeats a reply byte for byte: %s', async (name, text) => {
    answer = { text }
    await ask(await recorder(name))
    const file = join(folder, name, 'demo', '2', '3', 'author-1-2.md')
    expect(await readFile(file)).toEqual(Buffer.from(text))
    expect(await ask(await replay(name))).toMatchObject({ ok: true, text })
  })

  test('repeats any text', async () => {
    const model = await recorder('any')
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        answer = { text }
        await ask(model)
        expect(await ask(await replay('any'))).toMatchObject({ ok: true, text })
      }),
      { numRuns: 40 },
    )
  })

  test('tells whether a strengthener numbers the survivors of this question or others', async () => {
    answer = { text: 'ALLOWED 1: any' }
    const about = (survivors: string, role = 'Be strict.') => ({
      role: 'strengthener' as const,
      prompt: `# Task\n\n# Survivors\n\n${survivors}\n\n# Your role: test strengthener\n\n${role}`,
    })
    await ask(await recorder('numbers'), about('## Survivor 1: a < b'))
    const again = async (changes: Partial<ModelRequest>) => {
      const result = await ask(await replay('numbers'), changes)
      return result.ok && result.others === true
    }
    expect(await again(about('## Survivor 1: a < b', 'Be kind.'))).toBe(false)
    expect(await again(about('## Survivor 1: a > b'))).toBe(true)
  })

  test('gives the usage, cost, bound and sizes of the model that answered', async () => {
    answer = { text: 'half', truncated: true, usage: { input: 100, cached: 40, output: 9 } }
    const live = await recorder('facts')
    const original = await ask(live)
    const model = await replay('facts')
    const heard: string[] = []
    const signal = new AbortController().signal
    const result = await model.ask(request, { signal, onDelta: (text) => void heard.push(text) })
    // Whether an estimate was right can only be learnt from a service.
    const { promptTokens: _counted, ...kept } = original as Extract<typeof original, { ok: true }>
    expect(result).toEqual({
      ...kept,
      model: 'recorded (openai-compatible/m)',
      note: 'replayed',
    })
    expect(heard.join('')).toBe('half')
    expect(model).toMatchObject({ contextTokens: live.contextTokens, outputTokens: live.outputTokens })
  })

  test('says so once when the prompt has another version today', async () => {
    answer = { text: 'x' }
    await ask(await recorder('versions'))
    const model = await replay('versions')
    const result = await ask(model, { promptVersion: '8', prompt: 'Other words.' })
    expect(result).toHaveProperty('note', "replayed; it answered prompt version 7, and today's is 8 (said once)")
    expect(await ask(model, { promptVersion: '8', prompt: 'Other words.' })).toHaveProperty('note', 'replayed')
  })

  test.each([{ spec: 'other' }, { task: '2' }, { role: 'implementer' as const }, { attempt: 2 }, { round: 1 }])(
    'is exhausted when asked for %o',
    async (changes) => {
      answer = { text: 'x' }
      await ask(await recorder('missing'))
      const { spec, task, role, attempt, round } = { ...request, ...changes }
      const result = await ask(await replay('missing'), changes)
      expect(result).toMatchObject({ ok: false, failure: 'exhausted', usage: { input: 0, output: 0, cached: 0 } })
      const looked = `${spec}/${task}, ${role}, attempt ${attempt}, round ${round}`
      expect(result).toHaveProperty('message', expect.stringContaining(looked))
    },
  )

  test('gives nothing after the signal', async () => {
    answer = { text: 'x' }
    await ask(await recorder('cancelled'))
    const model = await replay('cancelled')
    const result = await model.ask(request, { signal: AbortSignal.abort(), onDelta: () => {} })
    expect(result).toMatchObject({ ok: false, failure: 'cancelled' })
  })
})

describe('recording', () => {
  test('leaves failures out', async () => {
    answer = { status: 400 }
    expect(await ask(await recorder('failed'))).toMatchObject({ ok: false })
    expect(existsSync(join(folder, 'failed'))).toBe(false)
  })

  test('describes the folder once and adds to it later', async () => {
    answer = { text: 'x' }
    await ask(await recorder('twice'))
    const file = join(folder, 'twice', 'recording.json')
    const first = await readFile(file, 'utf8')
    expect(JSON.parse(first)).toMatchObject({ version: 1, label: 'the test', model: 'openai-compatible/m', note: null })
    await ask(await recorder('twice'), { attempt: 2 })
    expect(await readFile(file, 'utf8')).toBe(first)
    expect(await ask(await replay('twice'), { attempt: 2 })).toMatchObject({ ok: true })
  })

  test('keeps every task inside its folder', async () => {
    answer = { text: 'inside' }
    await ask(await recorder('jail'), { spec: '..', task: '../../../../out' })
    expect(existsSync(join(folder, 'jail', '%2E%2E', '%2E%2E'))).toBe(true)
    expect(await ask(await replay('jail'), { spec: '..', task: '../../../../out' })).toMatchObject({ text: 'inside' })
  })

  test('does not lose a reply that cannot be written', async () => {
    answer = { text: 'paid' }
    await ask(await recorder('blocked'))
    const inTheWay = join('blocked', 'recording.json')
    const result = await ask(await recorder(inTheWay))
    expect(result).toMatchObject({ ok: true, text: 'paid', note: expect.stringContaining('not recorded') })
  })
})
