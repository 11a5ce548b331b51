import type { Counterexample } from '../../src/core/event-parts.ts'
import type { Event, StampedEvent } from '../../src/core/events.ts'

const task = { spec: 'job-queue', task: '2' }
const model = 'anthropic/some-model'

export const counterexample: Counterexample = {
  test: 'test/detector.chaos.test.ts > failure detection > reassigns the jobs of a worker that is cut off',
  message:
    'AssertionError: job j1 was held by w1 and w2 at 52,400 ms\n\n- Expected\n+ Received\n\n  Array [\n-   "w2",\n+   "w1",\n+   "w2",\n  ]\n    at test/detector.chaos.test.ts:88:31',
  value:
    '[{"kind":"partition","at":7200,"heal":51000,"between":[["w1"],["q","w2"]]},[{"id":"j1","submit":0,"work":60000}]]',
  seed: -1873264011,
  path: '417:2:0:3',
  shrinks: 23,
  history: [
    '[      0 ms] q: accepts j1',
    '[     10 ms] q -> w1: run j1',
    '[   5010 ms] w1 -> q: heartbeat 1',
    '[   7200 ms] partition {w1} | {q, w2}',
    '[  10010 ms] w1 -> q: heartbeat 2 (dropped)',
    '[  15010 ms] w1 -> q: heartbeat 3 (dropped)',
    '[  20010 ms] w1 -> q: heartbeat 4 (dropped)',
    '[  35010 ms] q: marks w1 failed',
    '[  35010 ms] q -> w2: run j1',
    '[  35020 ms] w2: starts j1',
    '[  51000 ms] partition heals',
    '[  52350 ms] w1 -> q: heartbeat 11',
    '[  52360 ms] q: un-marks w1, keeps its lease on j1',
    '[  52400 ms] q: lease table {j1: [w1, w2]}',
  ],
}

const clean = { counterexample: null, message: null }

const opening: [number, Event][] = [
  [
    0,
    {
      type: 'run.started',
      run: '20260114-101502-7f3a',
      model,
      base: '932ab94c1d5e8f7a6b4c3d2e1f0a9b8c7d6e5f4a',
      branch: 'refs/heads/main',
      journal: '.agent/runs/20260114-101502-7f3a',
      note: null,
    },
  ],
  [
    40,
    {
      type: 'task.selected',
      ...task,
      title: 'Implement failure detection and reassignment',
      requirement:
        'WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed and reassign its jobs within 45 s, each to exactly one worker.',
      test: 'Chaos test with network partition',
      attempts: 3,
    },
  ],
  [
    220,
    {
      type: 'isolation.ready',
      backend: 'bwrap',
      level: 'full',
      checks: ['write', 'connect', 'remount', 'socket', 'secret', 'setsid'].map((name) => ({ name, held: true })),
    },
  ],
  [230, { type: 'check.started', stage: 'baseline', tests: null, seeds: null, runs: null }],
  [
    240,
    {
      type: 'prompt.built',
      ...task,
      role: 'author',
      attempt: 1,
      round: 1,
      tokens: 1280,
      limit: 60000,
      parts: [
        { kind: 'rules', source: 'rules', tokens: 310, mandatory: true },
        { kind: 'slice', source: 'specs/job-queue', tokens: 405, mandatory: true },
        { kind: 'kit', source: 'simulation kit', tokens: 565, mandatory: true },
      ],
      dropped: [],
    },
  ],
  [250, { type: 'model.started', role: 'author', attempt: 1, round: 1, model }],
  [
    2330,
    {
      type: 'check.finished',
      stage: 'baseline',
      status: 'passed',
      passed: 41,
      failed: 0,
      seeds: [],
      runs: 0,
      ms: 2100,
      ...clean,
    },
  ],
  [2340, { type: 'baseline.finished', status: 'passed', tests: 41, red: 0, cached: false, ms: 2110 }],
  [9000, { type: 'model.delta', chars: 2600 }],
  [17000, { type: 'model.delta', chars: 3100 }],
  [21000, { type: 'model.delta', chars: 1900 }],
  [
    22250,
    {
      type: 'model.finished',
      ok: true,
      message: null,
      usage: { input: 1310, output: 2480, cached: 0 },
      usd: 0.0411,
      model,
      note: null,
      ms: 22000,
    },
  ],
  [
    22260,
    {
      type: 'patch.applied',
      role: 'author',
      files: [{ path: 'test/detector.chaos.test.ts', action: 'create', is: 'tests' }],
    },
  ],
  [22270, { type: 'check.started', stage: 'red-throwing', tests: 8, seeds: 1, runs: 20 }],
  [
    23470,
    {
      type: 'check.finished',
      stage: 'red-throwing',
      status: 'failed',
      passed: 0,
      failed: 8,
      seeds: [],
      runs: 0,
      ms: 1200,
      ...clean,
    },
  ],
  [23480, { type: 'tests.frozen', files: ['test/detector.chaos.test.ts'], tests: 8, red: '8/8', reused: false }],
]

const firstAttempt: [number, Event][] = [
  [
    23500,
    {
      type: 'prompt.built',
      ...task,
      role: 'implementer',
      attempt: 1,
      round: 1,
      tokens: 2020,
      limit: 60000,
      parts: [
        { kind: 'rules', source: 'rules', tokens: 310, mandatory: true },
        { kind: 'slice', source: 'specs/job-queue', tokens: 405, mandatory: true },
        { kind: 'file', source: 'src/queue.ts', tokens: 1305, mandatory: false },
      ],
      dropped: [{ source: 'symbol map', tokens: 61200, why: 'over the limit' }],
    },
  ],
  [23510, { type: 'model.started', role: 'implementer', attempt: 1, round: 1, model }],
  [31000, { type: 'model.delta', chars: 4120 }],
  [
    36810,
    {
      type: 'model.finished',
      ok: true,
      message: null,
      usage: { input: 2050, output: 1610, cached: 310 },
      usd: 0.0302,
      model,
      note: null,
      ms: 13300,
    },
  ],
  [
    36830,
    {
      type: 'patch.applied',
      role: 'implementer',
      files: [
        { path: 'src/detector.ts', action: 'create' },
        { path: 'src/queue.ts', action: 'edit' },
      ],
    },
  ],
  [36840, { type: 'check.started', stage: 'build', tests: null, seeds: null, runs: null }],
  [
    37940,
    {
      type: 'check.finished',
      stage: 'build',
      status: 'passed',
      passed: 0,
      failed: 0,
      seeds: [],
      runs: 0,
      ms: 1100,
      ...clean,
    },
  ],
  [37950, { type: 'check.started', stage: 'chaos', tests: 8, seeds: 10, runs: 200 }],
  [38500, { type: 'check.progress', stage: 'chaos', done: 240, total: 2000, runs: 240, failed: 0 }],
  [39100, { type: 'check.progress', stage: 'chaos', done: 418, total: 2000, runs: 418, failed: 1 }],
  [
    42050,
    {
      type: 'check.finished',
      stage: 'chaos',
      status: 'failed',
      passed: 7,
      failed: 1,
      seeds: [-1873264011, 99120, 5512],
      runs: 418,
      counterexample,
      message: '1 of 8 tests failed',
      ms: 4100,
    },
  ],
  [
    42060,
    { type: 'verdict', ...task, attempt: 1, status: 'failed', bound: null, summary: '1 of 8 frozen tests is red' },
  ],
  [
    42070,
    { type: 'decision', ...task, attempt: 1, decision: 'retry', reason: 'a new counterexample, 2 attempts are left' },
  ],
]

const secondAttempt: [number, Event][] = [
  [
    42100,
    {
      type: 'prompt.built',
      ...task,
      role: 'implementer',
      attempt: 2,
      round: 1,
      tokens: 3940,
      limit: 60000,
      parts: [{ kind: 'attempt', source: 'attempt 1', tokens: 1920, mandatory: true }],
      dropped: [{ source: 'symbol map', tokens: 61200, why: 'over the limit' }],
    },
  ],
  [42110, { type: 'model.started', role: 'implementer', attempt: 2, round: 1, model }],
  [50000, { type: 'model.delta', chars: 2800 }],
  [58000, { type: 'model.delta', chars: 2100 }],
  [
    60010,
    {
      type: 'model.finished',
      ok: true,
      message: null,
      usage: { input: 3970, output: 1720, cached: 2020 },
      usd: 0.0318,
      model,
      note: null,
      ms: 17900,
    },
  ],
  [
    60020,
    {
      type: 'patch.applied',
      role: 'implementer',
      files: [
        { path: 'src/detector.ts', action: 'create' },
        { path: 'src/queue.ts', action: 'edit' },
      ],
    },
  ],
  [60030, { type: 'check.started', stage: 'chaos', tests: 8, seeds: 10, runs: 200 }],
  [62000, { type: 'check.progress', stage: 'chaos', done: 900, total: 2000, runs: 900, failed: 0 }],
  [64000, { type: 'check.progress', stage: 'chaos', done: 1800, total: 2000, runs: 1800, failed: 0 }],
  [
    65130,
    {
      type: 'check.finished',
      stage: 'chaos',
      status: 'passed',
      passed: 8,
      failed: 0,
      seeds: [-1873264011, 31, 32, 33, 34, 35, 36, 37, 38, 39],
      runs: 2000,
      ms: 5100,
      ...clean,
    },
  ],
  [65140, { type: 'check.started', stage: 'final', tests: 49, seeds: null, runs: null }],
  [
    68240,
    {
      type: 'check.finished',
      stage: 'final',
      status: 'passed',
      passed: 49,
      failed: 0,
      seeds: [],
      runs: 0,
      ms: 3100,
      ...clean,
    },
  ],
  [
    68250,
    {
      type: 'verdict',
      ...task,
      attempt: 2,
      status: 'verified',
      bound: '0 of 2,000 schedules failed: below 0.15 % at 95 %',
      summary: '8 of 8 frozen tests green, suite 49/49',
    },
  ],
  [68260, { type: 'decision', ...task, attempt: 2, decision: 'commit', reason: 'verified' }],
]

const commit = '4f2a1bc09e8d7c6b5a49382716050f4e3d2c1b0a'

const closing: [number, Event][] = [
  [
    68300,
    {
      type: 'commit',
      ...task,
      commit,
      tree: '77aa1bc09e8d7c6b5a49382716050f4e3d2c1b0a',
      subject: 'job-queue 2: failure detection and reassignment',
    },
  ],
  [68340, { type: 'landed', ...task, commit, ref: 'refs/heads/main', waiting: null, reason: null }],
  [
    68400,
    {
      type: 'run.result',
      status: 'verified',
      exitCode: 0,
      message: 'task 2 of job-queue landed on main',
      tokens: { input: 7330, output: 5810, cached: 2330 },
      usd: 0.1031,
      journal: '.agent/runs/20260114-101502-7f3a',
      tasks: [
        {
          ...task,
          status: 'verified',
          commit,
          attempts: 2,
          evidence: {
            red: '8/8',
            green: '8/8',
            property: null,
            chaos: { schedules: 2000, failed: 0 },
            teeth: { killed: 9, total: 10 },
            suite: '49/49',
          },
        },
      ],
    },
  ],
]

/** A run of one task: the first attempt fails with a counterexample, the second is verified and lands. */
export const twoAttempts: StampedEvent[] = [...opening, ...firstAttempt, ...secondAttempt, ...closing].map(
  ([t, event]) => ({ v: 1, t, ...event }),
)
