import { describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../src/io/models/clock.ts'
import type { Gate } from '../../src/io/models/gate.ts'
import type { Retry } from '../../src/io/models/model.ts'
import { type OpenModelOptions, openModel } from '../../src/io/models/open-model.ts'
import type { ModelRequest } from '../../src/world.ts'
import { type ModelServer, type Script, startModelServer } from '../support/model-server.ts'

/** Without a well-known beginning: it must be masked for what it is. */
const KEY = 'test0123456789abcdef'

const request: ModelRequest = {
  model: 'any',
  spec: 'demo',
  task: '1',
  role: 'implementer',
  attempt: 1,
  round: 1,
  promptVersion: '1',
  system: 'Be brief.',
  prompt: 'Say something.',
  maxOutputTokens: 500,
}

interface Block {
  text: string
  cache_control?: unknown
}

interface Subject {
  name: string
  /** What the bound of the answer is called. */
  bound: string
  env(server: Pick<ModelServer, 'anthropicUrl' | 'openaiUrl'>): Record<string, string>
}

const subjects: Subject[] = [
  {
    name: 'anthropic/test-model',
    bound: 'max_tokens',
    env: (server) => ({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: server.anthropicUrl }),
  },
  {
    name: 'openai/test-model',
    bound: 'max_output_tokens',
    env: (server) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.openaiUrl }),
  },
  {
    name: 'openai-compatible/test-model',
    bound: 'max_tokens',
    env: (server) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.openaiUrl }),
  },
]

/** A clock on which every wait is over at once. */
function patient(): { clock: Clock; waits: number[] } {
  const waits: number[] = []
  let now = 0
  const wait = async (ms: number) => {
    waits.push(ms)
    now += ms
  }
  return { clock: { now: () => now, random: () => 0.5, wait }, waits }
}

async function serve(script: Script): Promise<ModelServer> {
  const server = await startModelServer(script)
  onTestFinished(() => server.close())
  return server
}

function open(subject: Subject, server: ModelServer, more: Partial<OpenModelOptions> = {}) {
  return openModel(subject.name, { env: subject.env(server), cwd: '/', timing: { pauseMs: 1 }, ...more })
}

/** Options of `ask` that keep what they are told. */
function listener(signal = new AbortController().signal) {
  const deltas: string[] = []
  const retries: Retry[] = []
  return {
    signal,
    onDelta: (text: string) => void deltas.push(text),
    onRetry: (retry: Retry) => void retries.push(retry),
    deltas,
    retries,
  }
}

const LONG = 'All work and no play makes a dull test. '.repeat(10)

describe.each(subjects)('$name', (subject) => {
  describe('an answer', () => {
    test('tells how much was thought before it, and has none of that in its text', async () => {
      const server = await serve(() => ({ text: 'Yes.', thoughts: 'Hm, well.' }))
      const hidden: number[] = []
      const options = { ...listener(), onHidden: (characters: number) => void hidden.push(characters) }
      const result = await (await open(subject, server)).ask(request, options)
      expect(result).toMatchObject({ ok: true, text: 'Yes.' })
      expect([hidden, options.deltas.join('')]).toEqual([[9], 'Yes.'])
    })

    test('arrives in pieces that make up the text, with usage and cost', async () => {
      const usage = { input: 1_000, output: 200, cached: 600 }
      const server = await serve(() => ({ text: `${LONG}\r\nüñ😀`, usage }))
      const model = await open(subject, server, { prices: { 'test-model': { input: 3, cached: 0.5, output: 15 } } })
      const heard = listener()
      const result = await model.ask(request, heard)
      expect(result).toEqual({
        ok: true,
        text: `${LONG}\r\nüñ😀`,
        truncated: false,
        usage,
        usd: (400 * 3 + 600 * 0.5 + 200 * 15) / 1_000_000,
        model: subject.name,
        note: null,
        promptTokens: 1_000,
      })
      expect(heard.deltas.length).toBeGreaterThan(3)
      expect(heard.deltas.join('')).toBe(`${LONG}\r\nüñ😀`)
    })

    test('is asked for with the system text, the prompt, the model and the key', async () => {
      const server = await serve(() => ({ text: 'ok' }))
      await (await open(subject, server)).ask(request, listener())
      expect(server.requests).toMatchObject([
        { system: 'Be brief.', prompt: 'Say something.', model: 'test-model', body: { [subject.bound]: 500 } },
      ])
      expect(JSON.stringify(server.requests[0]?.headers)).toContain(KEY)
    })

    test('is bounded by the model when the request allows more', async () => {
      const server = await serve(() => ({ text: 'ok' }))
      const model = await open(subject, server, { maxOutputTokens: 100 })
      await model.ask(request, listener())
      expect(server.requests[0]?.body[subject.bound]).toBe(100)
    })

    test('costs null when no price is known', async () => {
      const server = await serve(() => ({ text: 'ok' }))
      expect(await (await open(subject, server)).ask(request, listener())).toMatchObject({ ok: true, usd: null })
    })

    test('that reached its bound is marked as truncated', async () => {
      const server = await serve(() => ({ text: 'half of', truncated: true }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: true, text: 'half of', truncated: true })
    })

    test('without reported usage is counted by its characters, and says so', async () => {
      const server = await serve(() => ({ text: 'x'.repeat(400), usage: null }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: true, usage: { input: 6, output: 100, cached: 0 } })
      expect(result).toHaveProperty('note', expect.stringContaining('estimated'))
    })

    test('that is empty is an answer, and is paid', async () => {
      const server = await serve(() => ({ text: '', usage: { input: 50, output: 0 } }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: true, text: '', truncated: false, usage: { input: 50, output: 0 } })
    })

    test('survives a listener that throws', async () => {
      const server = await serve(() => ({ text: LONG }))
      const onDelta = () => {
        throw new Error('broken screen')
      }
      const signal = new AbortController().signal
      expect(await (await open(subject, server)).ask(request, { signal, onDelta })).toMatchObject({ text: LONG })
    })

    test('that the model refuses to give is a failure, and is paid', async () => {
      const server = await serve(() => ({ text: 'I', refused: true, usage: { input: 50, output: 2 } }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'refused', usage: { input: 50, output: 2, cached: 0 } })
    })
  })

  describe('an error before the stream', () => {
    test.each([
      ['seconds', { retryAfter: 0.05 }, 50],
      ['milliseconds', { headers: { 'retry-after-ms': '60', 'retry-after': '9' } }, 60],
    ])('429 is waited out as long as the service says, in %s, and the wait is told', async (_unit, wait, least) => {
      const server = await serve(({ n }) => (n === 1 ? { status: 429, ...wait } : { text: 'later' }))
      const heard = listener()
      const result = await (await open(subject, server)).ask(request, heard)
      expect(result).toMatchObject({ ok: true, text: 'later', note: 'asked 2 times' })
      expect(heard.retries).toEqual([
        { model: subject.name, tries: 1, reason: 'rate limit (HTTP 429): scripted', waitMs: expect.any(Number) },
      ])
      expect(heard.retries[0]!.waitMs).toBeGreaterThanOrEqual(least)
      expect(heard.retries[0]!.waitMs).toBeLessThanOrEqual(least * 1.1 + 1)
    })

    test('429 without a wait is asked again after pauses that double', async () => {
      const server = await serve(({ n }) => (n < 4 ? { status: 429 } : { text: 'later' }))
      const heard = listener()
      const { clock, waits } = patient()
      const model = await open(subject, server, { clock, timing: {} })
      expect(await model.ask(request, heard)).toMatchObject({ ok: true, text: 'later' })
      expect(heard.retries.map(({ waitMs }) => waitMs)).toEqual([750, 1_500, 3_000])
      expect(waits).toEqual([750, 1_500, 3_000])
    })

    test('429 with a wait of an hour fails at once', async () => {
      const server = await serve(() => ({ status: 429, retryAfter: 3_600, message: 'come back later' }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'rate-limit' })
      expect(result).toHaveProperty('message', expect.stringContaining('come back later'))
      expect(server.requests).toHaveLength(1)
    })

    test('all waits of a question together are bounded', async () => {
      const server = await serve(() => ({ status: 529, retryAfter: 50 }))
      const heard = listener()
      const { clock, waits } = patient()
      const model = await open(subject, server, { clock, timing: { tries: 100, totalMs: 120_000 } })
      expect(await model.ask(request, heard)).toMatchObject({ ok: false, failure: 'outage' })
      expect(waits).toEqual([52_500, 52_500])
    })

    test('a wait that one question is told holds for all questions to the service', async () => {
      const server = await serve(({ n }) => (n === 1 ? { status: 429, retryAfter: 0.2 } : { text: 'later' }))
      const gates = new Map<string, Gate>()
      const [first, second] = [listener(), listener()]
      const one = await open(subject, server, { gates })
      const two = await open(subject, server, { gates })
      const asked = new Promise<void>((resolve) => {
        first.onRetry = (retry) => {
          first.retries.push(retry)
          resolve()
        }
      })
      const answers = [one.ask(request, first)]
      await asked
      answers.push(two.ask(request, second))
      expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }])
      expect(second.retries).toMatchObject([{ tries: 0, reason: 'the service told another question to wait' }])
      expect(second.retries[0]!.waitMs).toBeGreaterThan(0)
    })

    test('an account without quota is not asked again', async () => {
      const headers = { 'x-should-retry': 'false' }
      const server = await serve(() => ({ status: 429, message: 'You exceeded your current quota', headers }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'rate-limit' })
      expect(server.requests).toHaveLength(1)
    })

    test.each([
      [429, 'rate-limit'],
      [500, 'outage'],
      [503, 'outage'],
      [529, 'outage'],
    ])('%i again and again ends as %s after four more tries, unpaid', async (status, failure) => {
      const server = await serve(() => ({ status, retryAfter: 0.01 }))
      const heard = listener()
      const result = await (await open(subject, server)).ask(request, heard)
      expect(result).toMatchObject({ ok: false, failure, usage: { input: 0, output: 0, cached: 0 } })
      expect(result).toHaveProperty('message', expect.stringContaining('(asked 5 times)'))
      expect(server.requests).toHaveLength(5)
      expect(heard.retries.map(({ tries }) => tries)).toEqual([1, 2, 3, 4])
      // What an SDK asks again of itself would be asked again twice.
      expect(server.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(Array(5).fill('0'))
    })

    test.each([401, 403])('%i is a matter of the key, which is never shown', async (status) => {
      const message = `bad key ${KEY}, also known as sk-ab*****yz, sent as Bearer abc`
      const server = await serve(() => ({ status, message }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'key' })
      expect(JSON.stringify(result)).not.toMatch(/0123456789|ab\*+yz|Bearer abc/)
      expect(server.requests).toHaveLength(1)
    })

    test.each([400, 404, 413])('%i is not asked again', async (status) => {
      const server = await serve(() => ({ status, message: 'model test-model is not known' }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'bad-request', model: subject.name })
      expect(result).toHaveProperty('message', expect.stringContaining('model test-model is not known'))
      expect(server.requests).toHaveLength(1)
    })

    test('a page instead of a stream points at the base URL', async () => {
      const server = await serve(() => ({ html: '<h1>Welcome</h1>' }))
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'bad-request' })
      expect(result).toHaveProperty('message', expect.stringContaining('base URL'))
      expect(server.requests).toHaveLength(1)
    })

    test('nothing listening is a matter of the network and names the address', async () => {
      const server = await startModelServer(() => ({ text: 'never' }))
      await server.close()
      const result = await (await open(subject, server)).ask(request, listener())
      expect(result).toMatchObject({ ok: false, failure: 'network', usage: { input: 0, output: 0 } })
      expect(result).toHaveProperty('message', expect.stringMatching(new RegExp(`${server.url}.*ECONNREFUSED`)))
    })
  })
})

describe.each(subjects)('a stream of $name', (subject) => {
  const anthropic = subject.name.startsWith('anthropic')
  /** Of a stream cut after 200 characters: one service reports the input at its start, the other at its end. */
  const cutUsage = anthropic ? { input: 1_000, output: 50, cached: 0 } : { input: 6, output: 50, cached: 0 }
  const usage = { input: 1_000, output: 100 }

  test.each([
    ['breaks', { cutAfterChars: 200 }],
    ['ends properly but too early', { cutAfterChars: 200, clean: true }],
    ['reports an overload', { errorAfterChars: 200 }],
    ['turns into what is no JSON', { garbageAfterChars: 200 }],
  ])('that %s is asked again, and both are paid', async (_how, broken) => {
    const server = await serve(({ n }) => ({ text: LONG, usage, ...(n === 1 ? broken : {}) }))
    const heard = listener()
    const result = await (await open(subject, server)).ask(request, heard)
    expect(result).toMatchObject({ ok: true, text: LONG, note: expect.stringContaining('2 times') })
    expect(result.usage).toEqual({ input: cutUsage.input + 1_000, output: cutUsage.output + 100, cached: 0 })
    expect(heard.deltas.join('')).toBe(LONG.slice(0, 200) + LONG)
  })

  test('that breaks for ever is asked three times and paid three times', async () => {
    const server = await serve(() => ({ text: LONG, usage, cutAfterChars: 200 }))
    const result = await (await open(subject, server)).ask(request, listener())
    expect(result).toMatchObject({ ok: false, failure: 'network' })
    expect(result.usage).toEqual({ input: 3 * cutUsage.input, output: 150, cached: 0 })
    expect(server.requests).toHaveLength(3)
  })

  test('that breaks is not asked again when the caller cannot afford it', async () => {
    const server = await serve(() => ({ text: LONG, usage, cutAfterChars: 200 }))
    const asked: unknown[] = []
    const mayRetry = (spent: unknown) => asked.push(spent) < 1
    const result = await (await open(subject, server)).ask(request, { ...listener(), mayRetry })
    expect(result).toMatchObject({ ok: false, failure: 'network', usage: cutUsage })
    expect(asked).toEqual([cutUsage])
    expect(server.requests).toHaveLength(1)
  })

  test('that falls silent counts as broken', async () => {
    const server = await serve(({ n }) => ({ text: LONG, usage, ...(n === 1 ? { hangAfterChars: 200 } : {}) }))
    const model = await open(subject, server, { timing: { idleMs: 300, pauseMs: 1 } })
    const result = await model.ask(request, listener())
    expect(result).toMatchObject({ ok: true, text: LONG })
    expect(server.requests).toHaveLength(2)
  })

  test('that never begins is waited for no longer, and is asked as often as one that falls silent', async () => {
    const server = await serve(() => new Promise<never>(() => {}))
    const model = await open(subject, server, { timing: { idleMs: 100, pauseMs: 1 } })
    expect(model.silence).toEqual({ ms: 100, tries: 3 })
    const result = await model.ask(request, listener())
    expect(result).toMatchObject({ ok: false, failure: 'network' })
    expect(result).toMatchObject({ message: expect.stringContaining('silent for 0.1 s') })
    expect(server.requests).toHaveLength(model.silence!.tries)
    const once = await open(subject, server, { timing: { idleMs: 100, pauseMs: 1, tries: 1 } })
    expect(once.silence).toEqual({ ms: 100, tries: 1 })
    await once.ask(request, listener())
    expect(server.requests).toHaveLength(4)
  })

  test('that is slow but never silent is left alone', async () => {
    const server = await serve(() => ({ text: LONG, chunkDelayMs: 100 }))
    const model = await open(subject, server, { timing: { idleMs: 700, pauseMs: 1 } })
    expect(await model.ask(request, listener())).toMatchObject({ ok: true, note: null })
  })

  test('ends when the signal says so, and what was sent is paid', async () => {
    const server = await serve(() => ({ text: LONG, usage, hangAfterChars: 200 }))
    const abort = new AbortController()
    const heard = listener(abort.signal)
    const onDelta = (text: string) => {
      heard.onDelta(text)
      if (heard.deltas.join('').length === 200) abort.abort()
    }
    const result = await (await open(subject, server)).ask(request, { signal: abort.signal, onDelta })
    expect(result).toMatchObject({ ok: false, failure: 'cancelled', usage: cutUsage })
    expect(server.requests).toHaveLength(1)
  })

  test('is not waited for when the signal comes during the wait for a retry', async () => {
    const abort = new AbortController()
    const server = await serve(() => {
      setTimeout(() => abort.abort(), 100)
      return { status: 429, retryAfter: 50 }
    })
    const result = await (await open(subject, server)).ask(request, listener(abort.signal))
    expect(result).toMatchObject({ ok: false, failure: 'cancelled' })
    expect(server.requests).toHaveLength(1)
  }, 20_000)

  test('is not waited for when the signal comes during the pause after a cut', async () => {
    const server = await serve(() => ({ text: LONG, cutAfterChars: 200 }))
    const abort = new AbortController()
    const model = await open(subject, server, { timing: { pauseMs: 50_000 } })
    const mayRetry = () => {
      setTimeout(() => abort.abort(), 50)
      return true
    }
    const result = await model.ask(request, { ...listener(abort.signal), mayRetry })
    expect(result).toMatchObject({ ok: false, failure: 'cancelled' })
    expect(result.usage.output).toBe(50)
  }, 20_000)

  test('is not opened when the signal has come before', async () => {
    const server = await serve(() => ({ text: 'never' }))
    const result = await (await open(subject, server)).ask(request, listener(AbortSignal.abort()))
    expect(result).toMatchObject({ ok: false, failure: 'cancelled' })
    expect(server.requests).toEqual([])
  })
})

describe('what only one service does', () => {
  test('anthropic: the system text may be cached, and all three kinds of input add up', async () => {
    const server = await serve(() => ({ text: 'ok', usage: { input: 900, cached: 500, created: 300, output: 7 } }))
    const result = await (await open(subjects[0]!, server)).ask(request, listener())
    expect(server.requests[0]?.body.system).toMatchObject([{ cache_control: { type: 'ephemeral' } }])
    expect(result.usage).toEqual({ input: 900, cached: 500, written: 300, output: 7 })
  })

  test('anthropic: each stable beginning of the prompt is a block with a mark, and nothing is lost', async () => {
    const server = await serve(() => ({ text: 'ok' }))
    const model = await open(subjects[0]!, server)
    const { prompt } = request
    await model.ask({ ...request, stable: [4, 10] }, listener())
    await model.ask({ ...request, prompt: `${prompt}\n`, stable: [4, prompt.length] }, listener())
    const sent = server.requests.map(({ body }) => (body.messages as { content: Block[] }[])[0]!.content)
    expect(sent[0]!.map(({ text }) => text)).toEqual(['Say ', 'someth', 'ing.'])
    expect(sent[0]!.map((block) => block.cache_control !== undefined)).toEqual([true, true, false])
    // A last line end alone would be a block that the service refuses.
    expect(sent[1]!.map(({ text }) => text)).toEqual(['Say ', 'something.'])
    expect(sent[1]!.every((block) => block.cache_control !== undefined)).toBe(true)
  })

  test('anthropic: of many blocks four have a mark, and a later question has the same blocks first', async () => {
    const server = await serve(() => ({ text: 'ok' }))
    const model = await open(subjects[0]!, server)
    const prompt = 'steering\n\nslice\n\nrole\n\nanswer\n\n\n\nproblem\n'
    const stable = [8, 15, 21, 29, 31, 40]
    await model.ask({ ...request, prompt: `${prompt.slice(0, 21)}\n`, stable: stable.slice(0, 3) }, listener())
    await model.ask({ ...request, prompt, stable }, listener())
    await model.ask({ ...request, prompt: `${prompt.trimEnd()}\n\nmore\n`, stable: [...stable, 46] }, listener())
    const sent = server.requests.map(({ body }) => (body.messages as { content: Block[] }[])[0]!.content)
    const texts = sent.map((blocks) => blocks.map(({ text }) => text))
    expect(texts[2]).toEqual(['steering', '\n\nslice', '\n\nrole', '\n\nanswer', '\n\n\n\nproblem', '\n\nmore'])
    expect(texts[2]!.slice(0, 5)).toEqual(texts[1])
    expect(texts[1]!.slice(0, 3)).toEqual(texts[0])
    const marks = sent.map((blocks) => blocks.map((block) => block.cache_control !== undefined))
    expect(marks[0]).toEqual([true, true, true])
    expect(marks[2]).toEqual([true, true, true, false, false, true])
    const systems = server.requests.map(({ body }) => (body.system as Block[])[0]!.cache_control !== undefined)
    expect(systems).toEqual([true, false, false])
  })

  test('openai: questions of one spec name the same cache, and no word of it; nothing is kept there', async () => {
    const server = await serve(() => ({ text: 'ok', usage: { input: 90, cached: 40, created: 30, output: 5 } }))
    const model = await open(subjects[1]!, server)
    const result = await model.ask(request, listener())
    await model.ask({ ...request, task: '2', role: 'author', attempt: 2 }, listener())
    await model.ask({ ...request, spec: 'other' }, listener())
    const keys = server.requests.map(({ body }) => body.prompt_cache_key)
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[0])
    expect(JSON.stringify(keys)).not.toContain('demo')
    expect(server.requests[0]!.body).toMatchObject({ store: false, stream: true, instructions: 'Be brief.' })
    expect(result.usage).toEqual({ input: 90, cached: 40, written: 30, output: 5 })
  })

  test.each([
    ['anthropic', { temperature: 0.2, output_config: { effort: 'high' } }],
    ['openai', { temperature: 0.2, reasoning: { effort: 'high' } }],
    ['openai-compatible', { temperature: 0.2, reasoning_effort: 'high' }],
  ])('%s: temperature and effort are sent where they are set, and only there', async (provider, body) => {
    const server = await serve(() => ({ text: 'ok' }))
    const model = await open(subjects.find(({ name }) => name.startsWith(`${provider}/`))!, server)
    await model.ask({ ...request, temperature: 0.2, effort: 'high' }, listener())
    await model.ask(request, listener())
    expect(server.requests[0]!.body).toMatchObject(body)
    for (const key of Object.keys(body)) expect(server.requests[1]!.body).not.toHaveProperty(key)
  })

  test.each(['anthropic', 'openai'])('%s: tokens are counted by the service itself', async (provider) => {
    const server = await serve(() => ({ text: 'never' }))
    const model = await open(subjects.find(({ name }) => name.startsWith(`${provider}/`))!, server)
    expect(await model.count!(request, new AbortController().signal)).toEqual({ ok: true, tokens: 6 })
    await server.close()
    expect(await model.count!(request, new AbortController().signal)).toMatchObject({ ok: false })
  })

  test('openai-compatible: no key is needed, and the configured address goes before the environment', async () => {
    const server = await serve(() => ({ text: 'ok' }))
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    const model = await openModel('openai-compatible/org/m', { env, baseUrl: server.openaiUrl, cwd: '/' })
    expect(await model.ask(request, listener())).toMatchObject({ ok: true })
    expect(server.requests[0]?.model).toBe('org/m')
  })
})
