import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { createPlainView, type PlainOptions } from '../../src/ui/plain.ts'
import { spentWords } from '../../src/ui/report/words.ts'
import { teethWords } from '../../src/ui/teeth-lines.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { anySequence } from './events.ts'
import { counterexample, twoAttempts } from './fixture.ts'

function shown(events: StampedEvent[], options: Partial<PlainOptions> = {}): string {
  let out = ''
  const view = createPlainView({ write: (text) => (out += text), color: false, quiet: false, ...options })
  for (const event of events) view(event)
  return out
}

const at = (t: number, event: object) => ({ v: 1, t, ...event }) as StampedEvent
const result = (fields: object) => ({
  type: 'run.result',
  status: 'failed',
  exitCode: 3,
  message: 'task 2 was not verified in 3 attempts',
  tokens: { input: 0, output: 0, cached: 0 },
  usd: null,
  journal: null,
  tasks: [],
  ...fields,
})

test('a run of two attempts reads well', () => {
  expect(shown(twoAttempts, { unicode: true })).toMatchInlineSnapshot(`
    "  run           20260114-101502-7f3a on main at 932ab94
      model         anthropic/some-model
      journal       .agent/runs/20260114-101502-7f3a

    job-queue/2  Implement failure detection and reassignment
      WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed and reassign its jobs
      within 45 s, each to exactly one worker.
      test: Chaos test with network partition

    ✓ isolation     bwrap: full; 6 of 6 probes held
      prompt        for the author: 1,280 of 60,000 tokens, 3 parts
    ✓ baseline      41 tests, 0 red before any change                                              2.1 s
      author        about 1,900 tokens so far                                                       20 s
    ✓ author        1,310 tokens in, 2,480 out; $0.0411                                           22.0 s
    ✓ patch         create test/detector.chaos.test.ts (tests)
    ✓ red-throwing  8 of 8 tests red, as they must be                                              1.2 s
    ✓ frozen        8 tests frozen, red 8/8: test/detector.chaos.test.ts

    attempt 1 of 3
      prompt        for the implementer: 2,020 of 60,000 tokens, 3 parts; left out: symbol map
    ✓ implementer   2,050 tokens in (310 cached), 1,610 out; $0.0302                              13.3 s
    ✓ patch         create src/detector.ts, edit src/queue.ts
    ✓ build         passed                                                                         1.1 s
    ✗ chaos         1 of 8 tests failed; 418 schedules over 3 seeds                                4.1 s
      │ test     test/detector.chaos.test.ts > failure detection > reassigns the jobs of a worker that
      │          is cut off
      │ shrunk   [
      │            {"kind":"partition","at":7200,"heal":51000,"between":[["w1"],["q","w2"]]},
      │            [{"id":"j1","submit":0,"work":60000}]
      │          ]
      │ message  AssertionError: job j1 was held by w1 and w2 at 52,400 ms
      │          - Expected
      │          + Received
      │            Array [
      │          -   "w2",
      │          +   "w1",
      │          +   "w2",
      │            ]
      │              at test/detector.chaos.test.ts:88:31
      │ history  last 12 of 14 events
      │          [   5010 ms] w1 -> q: heartbeat 1
      │          [   7200 ms] partition {w1} | {q, w2}
      │          [  10010 ms] w1 -> q: heartbeat 2 (dropped)
      │          [  15010 ms] w1 -> q: heartbeat 3 (dropped)
      │          [  20010 ms] w1 -> q: heartbeat 4 (dropped)
      │          [  35010 ms] q: marks w1 failed
      │          [  35010 ms] q -> w2: run j1
      │          [  35020 ms] w2: starts j1
      │          [  51000 ms] partition heals
      │          [  52350 ms] w1 -> q: heartbeat 11
      │          [  52360 ms] q: un-marks w1, keeps its lease on j1
      │          [  52400 ms] q: lease table {j1: [w1, w2]}
      │ replay: seed -1873264011, path 417:2:0:3 (run 20260114-101502-7f3a)
    ✗ verdict       job-queue/2 failed at attempt 1: 1 of 8 frozen tests is red
      decision      retry: a new counterexample, 2 attempts are left

    attempt 2 of 3
      prompt        for the implementer: 3,940 of 60,000 tokens, 1 part; left out: symbol map
      implementer   about 1,225 tokens so far                                                       15 s
    ✓ implementer   3,970 tokens in (2,020 cached), 1,720 out; $0.0318                            17.9 s
    ✓ patch         create src/detector.ts, edit src/queue.ts
    ✓ chaos         8 tests passed; 2,000 schedules over 10 seeds                                  5.1 s
    ✓ final         the whole suite: 49 tests passed                                               3.1 s
    ✓ verdict       job-queue/2 verified at attempt 2: 8 of 8 frozen tests green, suite 49/49
                    0 of 2,000 schedules failed: below 0.15 % at 95 %
      decision      commit: verified
    ✓ commit        4f2a1bc job-queue 2: failure detection and reassignment
    ✓ landed        4f2a1bc on main

    ✓ verified      task 2 of job-queue landed on main
      task          job-queue/2: 2 attempts, commit 4f2a1bc
      evidence      tests red 8/8; tests green 8/8; chaos 0 of 2,000 schedules failed (below 0.15 % at
                    95 %); teeth 10 wrong versions: 9 killed, 1 not explained; suite 49/49
      tokens        7,330 in (2,330 cached), 5,810 out
      money         $0.1031
      time          1 min 08 s
      journal       .agent/runs/20260114-101502-7f3a
      report        npx agent report 20260114-101502-7f3a --html .agent/report.html
    "
  `)
})

test('without Unicode everything stays within ASCII', () => {
  expect(shown(twoAttempts, { width: 80 })).toMatch(/^[\x20-\x7e\n]*$/)
})

test('quiet leaves verdicts, commits, landings and the summary', () => {
  expect(shown(twoAttempts, { quiet: true, unicode: true })).toMatchInlineSnapshot(`
    "✗ verdict       job-queue/2 failed at attempt 1: 1 of 8 frozen tests is red
    ✓ verdict       job-queue/2 verified at attempt 2: 8 of 8 frozen tests green, suite 49/49
                    0 of 2,000 schedules failed: below 0.15 % at 95 %
    ✓ commit        4f2a1bc job-queue 2: failure detection and reassignment
    ✓ landed        4f2a1bc on main

    ✓ verified      task 2 of job-queue landed on main
      task          job-queue/2: 2 attempts, commit 4f2a1bc
      evidence      tests red 8/8; tests green 8/8; chaos 0 of 2,000 schedules failed (below 0.15 % at
                    95 %); teeth 10 wrong versions: 9 killed, 1 not explained; suite 49/49
      tokens        7,330 in (2,330 cached), 5,810 out
      money         $0.1031
      time          1 min 08 s
      journal       .agent/runs/20260114-101502-7f3a
      report        npx agent report 20260114-101502-7f3a --html .agent/report.html
    "
  `)
})

test('quiet still tells that the model could not be reached', () => {
  const usage = { input: 0, output: 0, cached: 0 }
  const failed = {
    type: 'model.finished',
    ok: false,
    message: 'rate limit',
    usage,
    usd: null,
    model: 'm',
    note: null,
    ms: 900,
  }
  expect(shown([at(0, failed)], { quiet: true })).toContain('FAIL model         rate limit')
})

test('colour adds nothing but colour, and without it there is none', () => {
  const colored = shown(twoAttempts, { color: true })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  const sgr = /\x1b\[\d+m/g
  expect(colored).toMatch(sgr)
  expect(colored.replace(sgr, '')).toBe(shown(twoAttempts))
  expect(shown(twoAttempts)).not.toMatch(sgr)
})

test('an unsuccessful run ends with its exit code in words and an honest price', () => {
  expect(shown([at(61_000, result({}))], { unicode: true })).toMatchInlineSnapshot(`
    "✗ failed        task 2 was not verified in 3 attempts
      tokens        0 in, 0 out
      money         price unknown
      time          1 min 01 s
      exit 3: not verified within its attempts; see docs/troubleshooting.md#exit-3
    "
  `)
})

test('tests that stayed too weak are told apart from failed attempts', () => {
  expect(shown([at(0, result({ status: 'unverifiable' }))])).toContain('exit 3: no tests that can judge it')
  expect(shown([at(0, result({ exitCode: 130, status: 'interrupted' }))])).toContain('exit 130: interrupted')
})

test('what an earlier run was billed for is no price of this one, and is in the sum of both', () => {
  const none = { input: 0, output: 0, cached: 0 }
  const answer = { type: 'model.finished', ok: true, message: null, usage: none, usd: 0, model: 'm', note: null }
  const tokens = { input: 3_944, output: 272, cached: 0 }
  const started = {
    type: 'run.started',
    run: 'r',
    model: 'm',
    base: '0123456789',
    branch: null,
    journal: 'j',
    note: null,
  }
  const told = shown([
    at(0, { ...started, earlierMs: 65_000 }),
    at(0, { ...answer, earlier: { ...none, input: 11_577, output: 6_120 } }),
    at(4_000, result({ tokens })),
  ])
  expect(told).toContain('earlier run: 11,577 tokens in, 6,120 out ')
  expect(told).toContain(
    'tokens        this run 3,944 in, 272 out; with the runs it goes on with 15,521 in, 6,392 out\n',
  )
  expect(told).toMatch(/time +this run 4.* s; with the runs it goes on with 1 min 09 s/)
})

test('several tasks end as a table', () => {
  const evidence = { red: null, green: null, property: null, chaos: null, teeth: null, suite: null }
  const tasks = [
    { spec: 'job-queue', task: '2', status: 'verified', commit: '4f2a1bc09e8d', attempts: 2, evidence },
    { spec: 'job-queue', task: '3.1', status: 'failed', commit: null, attempts: 12, evidence },
  ]
  const lines = shown([at(0, result({ tasks }))]).split('\n')
  const start = lines.findIndex((line) => line.includes('attempts  commit'))
  expect(lines.slice(start, start + 3)).toEqual([
    '     task           status    attempts  commit',
    '     job-queue/2    verified         2  4f2a1bc',
    '     job-queue/3.1  failed          12  -',
  ])
})

test('a verified commit that could not land says where it waits and why', () => {
  const event = {
    type: 'landed',
    spec: 'job-queue',
    task: '2',
    commit: '4f2a1bc09e8d',
    ref: null,
    waiting: 'refs/heads/specproof/job-queue--2',
    reason: 'main has moved',
  }
  expect(shown([at(0, event)])).toContain('4f2a1bc waits on branch specproof/job-queue--2: main has moved')
  const [began] = twoAttempts
  const replayed = shown([{ ...began, replays: '20260113-080000-1a2b' } as StampedEvent, at(1, event)])
  expect(replayed).toMatch(/waiting +4f2a1bc waited on branch specproof\/job-queue--2 then, not now\n/)
})

const finished = (fields: object) =>
  at(0, {
    ...{ type: 'check.finished', stage: 'tests', status: 'failed', passed: 0, failed: 2, seeds: [], runs: 0 },
    ...{ counterexample: null, message: null, ms: 900, ...fields },
  })

test('red on a stub is good news and shows no counterexample; green there is pointed out', () => {
  const red = shown([finished({ stage: 'red-throwing', counterexample })])
  expect(red).toMatch(/^ok {3}red-throwing {2}2 of 2 tests red, as they must be +0\.9 s\n$/)
  expect(shown([finished({ stage: 'red-empty', passed: 1 })])).toMatch(/^! {4}red-empty/)
})

test('a failure without a counterexample shows the first lines of its message', () => {
  const message = Array.from({ length: 9 }, (_, i) => `line ${i + 1}`).join('\n')
  const lines = shown([finished({ status: 'broken', failed: 0, message })]).split('\n')
  expect(lines[0]).toMatch(/^FAIL tests {9}does not build or cannot be collected/)
  expect(lines.slice(1)).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((i) => `       line ${i}`),
    '       (3 more lines in the journal)',
    '',
  ])
})

test('a picture takes the place of the last events where it fits, and is never wrapped', () => {
  const picture = [
    '        t  a      b',
    '        5  +------x   lost (partition): beat',
    `       10  |      |   ${'x'.repeat(45)}`,
  ]
  const drawn = { ...counterexample, picture }
  expect(shown([finished({ counterexample: drawn })])).toContain('picture          t  a      b\n')
  expect(shown([finished({ counterexample: drawn })])).not.toContain('history')
  expect(shown([finished({ counterexample: drawn })], { width: 72 })).toContain('history  last 12 of 14 events')
})

test('a counterexample without a seed promises no replay', () => {
  expect(shown([finished({ counterexample })])).toContain('replay: seed -1873264011, path 417:2:0:3')
  expect(shown([finished({ counterexample: { ...counterexample, seed: null } })])).not.toContain('replay')
})

test('while a stage runs, there is a sign of life every 15 s and not more', () => {
  const start = at(0, { type: 'check.started', stage: 'chaos', tests: null, seeds: null, runs: null })
  const progress = Array.from({ length: 600 }, (_, i) =>
    at(100 * (i + 1), { type: 'check.progress', stage: 'chaos', done: i, total: 2000, runs: i, failed: 0 }),
  )
  const lines = shown([start, ...progress])
    .trim()
    .split('\n')
  expect(lines.map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    'chaos 149 of 2,000 tests, 0 failed 15 s',
    'chaos 299 of 2,000 tests, 0 failed 30 s',
    'chaos 449 of 2,000 tests, 0 failed 45 s',
    'chaos 599 of 2,000 tests, 0 failed 1 min 00 s',
  ])
})

test('where nobody tells how many tests there are, those that are through are called tests', () => {
  const start = at(0, { type: 'check.started', stage: 'property', tests: null, seeds: null, runs: null })
  const progress = { type: 'check.progress', stage: 'property', done: 1, total: null, runs: 5_000, failed: 0 } as const
  const [line = ''] = shown([start, at(16_000, progress)])
    .trim()
    .split('\n')
  expect(line.trim().replace(/ +/g, ' ')).toBe('property 1 test through, 0 failed, 5,000 cases so far 16 s')
})

test('a long time has the form of the clock that ticks, and a space before it', () => {
  const lines = (ms: number, width: number) =>
    shown([finished({ stage: 'chaos', runs: 1_200_000, least: 600_000, ms })], { width })
      .trimEnd()
      .split('\n')
  for (const [ms, time] of [
    [168_000, '2 min 48 s'],
    [768_000, '12 min 48 s'],
    [37_320_000, '10 h 22 min'],
  ] as const)
    for (const width of [40, 61, 80, 100]) {
      const [first = ''] = lines(ms, width)
      expect(first).toMatch(new RegExp(`\\S +${time}$`))
      expect(displayWidth(first)).toBe(width)
    }
})

/** The lines of a log whose clock goes on for so long after the last event. */
function waited(events: StampedEvent[], seconds: number): string[] {
  let out = ''
  const view = createPlainView({ write: (text) => (out += text), color: false, quiet: false })
  for (const event of events) view(event)
  out = ''
  for (let second = 1; second <= seconds; second++) view.waiting(1_000 * second)
  const lines = out.trim().split('\n')
  return lines.map((line) => line.trim().replace(/ +/g, ' '))
}

const asked = { type: 'model.started', role: 'author', attempt: 1, round: 1, model: 'm' }

test('while a model is silent, the log says what is waited for, and less often the longer that takes', () => {
  expect(waited([at(0, asked)], 600)).toEqual(
    [
      ...['15 s', '30 s', '45 s', '1 min 00 s', '1 min 30 s', '2 min 00 s', '2 min 30 s', '3 min 00 s', '3 min 30 s'],
      ...[
        '4 min 00 s',
        '4 min 30 s',
        '5 min 00 s',
        '6 min 00 s',
        '7 min 00 s',
        '8 min 00 s',
        '9 min 00 s',
        '10 min 00 s',
      ],
    ].map((time) => `author waiting for the first token ${time}`),
  )
  const busy = {
    type: 'model.retrying',
    role: 'author',
    attempt: 1,
    round: 1,
    model: 'm',
    tries: 1,
    reason: 'rate limit',
    waitMs: 60_000,
  }
  expect(waited([at(0, asked), at(0, busy)], 15)).toEqual(['author asked again soon: rate limit 15 s'])
  expect(waited([at(0, asked), at(0, { type: 'model.delta', chars: 40 })], 15)).toEqual([
    'author about 10 tokens so far, none for 15 s 15 s',
  ])
  const thinks = at(12_000, { type: 'model.delta', chars: 0, hidden: 4_800 })
  expect(waited([at(0, asked), thinks], 15)).toEqual(['author thinking, about 1,200 tokens so far 15 s'])
  const answers = at(14_000, { type: 'model.delta', chars: 400 })
  expect(waited([at(0, asked), thinks, answers], 15)).toEqual(['author about 1,300 tokens so far 15 s'])
})

test('where it is known when a silent model is given up, the line that waits for it says so', () => {
  const line = (tries: number, ms: number, ...more: StampedEvent[]) =>
    waited([at(0, { ...asked, silence: { ms, tries } }), ...more], 15)
  expect(line(3, 300_000)).toEqual(['author waiting for the first token (3 tries, each up to 5 min of silence) 15 s'])
  expect(line(1, 90_000)).toEqual(['author waiting for the first token (gives up after 1 min 30 s of silence) 15 s'])
  expect(line(3, 300_000, at(0, { type: 'model.delta', chars: 40 }))).toEqual([
    'author about 10 tokens so far, none for 15 s 15 s',
  ])
  // A service that sends signs of life is not given up: the limit is not told as one that was overrun.
  expect(line(3, 11_000)).toEqual(['author waiting for the first token (3 tries, each up to 11 s of silence) 15 s'])
  expect(line(3, 9_000)).toEqual(['author waiting for the first token (the service keeps the connection open) 15 s'])
  // What counts is the time since it was asked last.
  const again = (waitMs: number) =>
    at(0, {
      ...{ type: 'model.retrying', role: 'author', attempt: 1, round: 1, model: 'm', tries: 1 },
      reason: 'busy',
      waitMs,
    })
  expect(line(3, 9_000, again(5_000))).toEqual([
    'author waiting for the first token (3 tries, each up to 9 s of silence) 15 s',
  ])
  expect(line(3, 9_000, again(0))).toEqual([
    'author waiting for the first token (the service keeps the connection open) 15 s',
  ])
  expect(line(3, 9_000, again(16_000))).toEqual(['author asked again soon: busy 15 s'])
  const fallback = {
    type: 'model.fallback',
    role: 'author',
    attempt: 1,
    round: 1,
    from: 'm',
    to: 'n',
    reason: 'outage',
  }
  expect(line(3, 300_000, at(0, fallback))).toEqual(['author waiting for the first token 15 s'])
  expect(line(3, 300_000, at(0, { ...fallback, silence: { ms: 40_000, tries: 2 } }))).toEqual([
    'author waiting for the first token (2 tries, each up to 40 s of silence) 15 s',
  ])
})

test('so does a stage that tells nothing of itself, and each of several tasks; what has ended is silent', () => {
  const build = { type: 'check.started', stage: 'build', tests: null, seeds: null, runs: null }
  expect(waited([at(0, build)], 20)).toEqual(['build still at work 15 s'])
  expect(waited([at(0, { ...asked, of: 'q/1' }), at(0, { ...asked, of: 'q/2' })], 20)).toEqual([
    'q/1 | author waiting for the first token 15 s',
    'q/2 | author waiting for the first token 15 s',
  ])
  expect(waited([at(0, asked), at(0, result({}))], 60)).toEqual([''])
})

test('any events in any order are shown within the width and without control characters', () => {
  fc.assert(
    fc.property(anySequence, fc.integer({ min: 40, max: 120 }), fc.boolean(), (events, width, unicode) => {
      for (const line of shown(events, { width, unicode }).split('\n')) {
        expect(line).not.toMatch(/\p{Cc}/u)
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }
    }),
    { numRuns: 300 },
  )
})

test('code that an added test finds wrong is told first, and not by the wrong versions that live', () => {
  const counts = { attempt: 1, mode: 'required', killed: 26, allowed: 0, unexplained: 7, total: 33 }
  const finished = {
    ...{ type: 'teeth.finished', spec: 'q', task: '1', ...counts, errors: 0, timeouts: 2, notRun: 0, refused: 0 },
    ...{ possible: 90, answered: true, wrong: 1, note: null, ms: 2_300, strict: [] },
    survivors: [{ path: 'src/queue.ts', line: 7, what: 'a -> b', status: 'survived', reason: null }],
  }
  expect(shown([at(1, finished)], { unicode: true })).toMatchInlineSnapshot(`
    "✗ teeth         the code is wrong: 1 added test found it, and an arbiter agrees. The           2.3 s
                    others had killed 26 of 35 wrong versions
    "
  `)
})

test('of what an author made, tests and stubs are told apart', () => {
  const files = [
    { path: 'src/queue.ts', action: 'create', is: 'stub' as const },
    { path: 'test/queue.test.ts', action: 'create', is: 'tests' as const },
    { path: 'src/api.ts', action: 'edit' },
  ]
  expect(shown([at(1, { type: 'patch.applied', role: 'author', files })])).toContain(
    'create src/queue.ts (stub, to be filled), create test/queue.test.ts (tests), edit\n',
  )
})

test('parts of tests stand beside the tests that they belong to, where there are any', () => {
  const frozen = { type: 'tests.frozen' as const, files: ['a_test.go'], tests: 3, red: '3/3', reused: false }
  expect(shown([at(1, frozen)])).toContain(' 3 tests frozen, red 3/3: a_test.go\n')
  expect(shown([at(1, { ...frozen, withParts: 6 })])).toContain(
    ' 3 tests (6 with their subtests) frozen, red 3/3: a_test.go\n',
  )
})

test('what the strengthener made and what its tests killed stand beside what died, each alone too', () => {
  const counts = { attempt: 1, mode: 'required', killed: 26, allowed: 0, unexplained: 0, total: 26 }
  const finished = {
    ...{
      type: 'teeth.finished' as const,
      spec: 'q',
      task: '1',
      ...counts,
      errors: 0,
      timeouts: 0,
      notRun: 0,
      refused: 0,
    },
    ...{ possible: 90, answered: true, note: null, ms: 2_300, strict: [], survivors: [] },
  }
  const words = (more: object) => teethWords({ ...finished, ...more })
  const added = { killed: 4, tests: 2, files: ['test/more.test.ts'] }
  const only = '(4 only by the 2 tests that it added: test/more.test.ts)'
  expect(words({})).toBe('26 wrong versions: 26 killed')
  expect(words({ own: 0 })).toBe('26 wrong versions: 26 killed')
  expect(words({ own: 5 })).toBe('26 wrong versions (5 made by the strengthener): 26 killed')
  expect(words({ added })).toBe(`26 wrong versions: 26 killed ${only}`)
  expect(words({ own: 5, added })).toBe(`26 wrong versions (5 made by the strengthener): 26 killed ${only}`)
})

test('wrong versions that live are named with their place', () => {
  const counts = { attempt: 1, mode: 'required', killed: 35, allowed: 1, unexplained: 4, total: 40 }
  const lives = (line: number, status = 'survived') => ({
    ...{ path: 'src/queue.ts', line, what: 'index > 0 -> index >= 0', status, reason: null },
  })
  const finished = {
    ...{ type: 'teeth.finished', spec: 'q', task: '1', ...counts, errors: 0, timeouts: 2, notRun: 0, refused: 3 },
    ...{ possible: 90, answered: false, note: null, ms: 2_300 },
    strict: [
      { version: 'from the end', test: 'in order (1.1)', ruling: 'test-wrong', reason: '1.1 names no order' },
      { version: 'never', test: 'in order (1.1)', ruling: 'code-wrong', reason: '1.1 demands it' },
    ],
    survivors: [lives(7), lives(9, 'timeout'), lives(12, 'unreached'), lives(40, 'allowed'), lives(44), lives(50)],
  }
  expect(shown([at(1, finished)], { unicode: true })).toMatchInlineSnapshot(`
    "! teeth         42 wrong versions: 35 killed, 1 within the spec, as the strengthener           2.3 s
                    reads it, 4 not explained (no model answered about them), 2 not judged (2 did not
                    end)
        lives: src/queue.ts:7: index > 0 -> index >= 0
        lives: src/queue.ts:12: index > 0 -> index >= 0 (no test runs it)
        lives: src/queue.ts:44: index > 0 -> index >= 0
        and 1 more
        within the spec: src/queue.ts:40 index > 0 -> index >= 0
        "in order (1.1)" refuses "from the end", which may be right; the arbiter finds the test wrong:
        1.1 names no order
    "
  `)
})

test('one to three that keep to the words of the specification are named with the reason, more in the report alone', () => {
  const counts = { attempt: 1, mode: 'required', killed: 9, allowed: 2, unexplained: 0, total: 11 }
  const within = (line: number, more: object) => ({
    ...{ path: 'src/a.ts', line, what: 'a && b -> a', status: 'allowed', reason: '1.2 "IF a player presses"', ...more },
  })
  const finished = {
    ...{ type: 'teeth.finished', spec: 'q', task: '1', ...counts, errors: 0, timeouts: 0, notRun: 0, refused: 0 },
    ...{ possible: 90, answered: true, note: null, ms: 2_300, strict: [] },
  }
  const survivors = [within(35, { because: 'it behaves the same,\nsince b is a.' }), within(8, {})]
  const told = shown([at(1, { ...finished, survivors })], { width: 200 })
  expect(told).toContain('    within the spec: src/a.ts:35 a && b -> a: it behaves the same, since b is a\n')
  expect(told).toContain('    within the spec: src/a.ts:8 a && b -> a (by 1.2 "IF a player presses")\n')
  const many = [...survivors, ...survivors]
  expect(shown([at(1, { ...finished, allowed: 4, survivors: many })])).not.toContain('src/a.ts')
})

test('what it says to type is what works from where the user is', () => {
  const command = 'npx agent --cwd /tmp/specproof-demo-fvY1qs'
  expect(shown(twoAttempts, { command })).toContain(`  report        ${command} report --html .agent/report.html\n`)
})

test('where no model was asked there is no price, and where an answer cost nothing there is one', () => {
  expect(shown([at(61_000, result({ usd: 0 }))])).not.toContain('money')
  expect(shown([at(61_000, result({ usd: 0, tokens: { input: 9, output: 1, cached: 0 } }))])).toContain('$0.00')
})

test('a prompt that was shortened far below its limit says for which aim', () => {
  const why = 'the aim is 3,000 tokens, context.aimTokens'
  const built = {
    ...{
      type: 'prompt.built',
      spec: 'a',
      task: '1',
      role: 'author',
      attempt: 0,
      round: 1,
      tokens: 4_714,
      limit: 60_000,
    },
    ...{ parts: [], dropped: [], shortened: [{ source: 'symbol map', tokens: 900, why }] },
  }
  expect(shown([at(1, built)]).replace(/\s+/g, ' ')).toContain(`4,714 of 60,000 tokens, 0 parts (1 shortened: ${why})`)
})

test('a recording is named by its folder, whose path has no slash too many', () => {
  const started = { run: 'r', model: 'recorded//tmp/replies', base: 'b', branch: null, journal: 'j', note: null }
  const text = shown([at(0, { type: 'run.started', ...started, limits: { maxTokens: null, maxUsd: null } })])
  expect(text).toContain('recorded replies in /tmp/replies')
  expect(text).not.toContain('//')
})

test('a report of a task that nobody was asked about has no sums', () => {
  const spent = { calls: 0, input: 0, output: 0, cached: 0, usd: 0, priced: true }
  const none = { ...spent, earlier: { calls: 0, input: 0, output: 0 } } as unknown as Parameters<typeof spentWords>[0]
  expect(spentWords(none)).toBe('no model was asked')
  expect(spentWords({ ...none, calls: 1 })).toBe('1 question, 0 tokens in, 0 out, $0.00')
})
