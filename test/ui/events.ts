import fc from 'fast-check'
import type { Event, StampedEvent } from '../../src/core/events.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.lorem({ maxCount: 40, mode: 'words' }),
  fc.constantFrom('', '\n', '[{"a":1,"b":[1,2,"]"]}]', '\x1b[2J\x1b]0;title\x07', '日本語のテスト 👩‍👩‍👧', 'a\tb\r\nc'),
)
const maybeText = fc.option(text)
const n = fc.oneof(fc.nat({ max: 5_000_000 }), fc.constantFrom(0, 1))
const maybeN = fc.option(n)
const ms = fc.oneof(fc.nat({ max: 10_000_000 }), fc.double({ min: 0, max: 1e7, noNaN: true }))
const usd = fc.option(fc.double({ min: 0, max: 1000, noNaN: true }))
const usage = fc.record({ input: n, output: n, cached: n })
const taskRef = { spec: text, task: text }
const role = fc.constantFrom('author' as const, 'implementer' as const)
const silence = fc.record({ ms: fc.nat(), tries: fc.nat({ max: 9 }) })
const small = fc.nat({ max: 5 })
const stage = fc.constantFrom(
  'baseline',
  'red-throwing',
  'red-empty',
  'build',
  'tests',
  'property',
  'chaos',
  'final',
  'x',
)
const checkStatus = fc.constantFrom('passed', 'failed', 'empty', 'broken', 'stopped', 'no-results', 'other')
const texts = fc.array(text, { maxLength: 20 })
const status = fc.constantFrom(
  ...(['verified', 'checked', 'failed', 'blocked', 'unverifiable', 'budget', 'provider', 'isolation'] as const),
  ...(['tampering', 'git', 'environment', 'nothing', 'interrupted', 'usage', 'bug'] as const),
)

const counterexample = fc.record({
  test: text,
  message: text,
  value: maybeText,
  seed: fc.option(fc.integer()),
  path: maybeText,
  shrinks: n,
  history: texts,
})

const evidence = fc.record({
  red: maybeText,
  green: maybeText,
  property: fc.option(fc.record({ seeds: n, runs: n })),
  chaos: fc.option(fc.record({ schedules: n, failed: n })),
  teeth: fc.option(
    fc.record(
      { killed: n, total: n, allowed: fc.option(n, { nil: undefined }) },
      { requiredKeys: ['killed', 'total'] },
    ),
  ),
  suite: maybeText,
})

const taskResult = fc.record({ ...taskRef, status, commit: maybeText, attempts: n, evidence })
const part = fc.record({ kind: text, source: text, tokens: n, mandatory: fc.boolean() })
const type = <T extends string>(name: T) => ({ type: fc.constant(name) })

/** One arbitrary for each member of the union. */
const bodies = {
  'run.started': fc.record({
    ...type('run.started'),
    run: text,
    model: text,
    base: text,
    branch: maybeText,
    journal: text,
    note: maybeText,
    earlierMs: fc.option(ms, { nil: undefined }),
  }),
  'hook.finished': fc.record({
    ...type('hook.finished'),
    hook: text,
    command: text,
    ok: fc.boolean(),
    message: maybeText,
    ms,
  }),
  'run.recovered': fc.record({ ...type('run.recovered'), found: fc.array(text, { maxLength: 3 }) }),
  'limit.reached': fc.record({ ...type('limit.reached'), limit: text, message: text }),
  'task.selected': fc.record({
    ...type('task.selected'),
    ...taskRef,
    title: text,
    requirement: maybeText,
    criteria: fc.option(fc.array(fc.record({ id: text, text }), { maxLength: 5 }), { nil: undefined }),
    test: maybeText,
    attempts: n,
  }),
  'services.ready': fc.record({
    ...type('services.ready'),
    services: fc.array(fc.record({ name: text, ms }), { maxLength: 5 }),
  }),
  'runner.chosen': fc.record({ ...type('runner.chosen'), runner: text, why: text }),
  'isolation.ready': fc.record({
    ...type('isolation.ready'),
    backend: text,
    level: text,
    checks: fc.array(fc.record({ name: text, held: fc.boolean() }), { maxLength: 6 }),
  }),
  'toolchains.ready': fc.record({
    ...type('toolchains.ready'),
    found: fc.array(fc.record({ language: text, version: text, where: text }), { maxLength: 4 }),
    missing: fc.array(fc.record({ language: text, why: text }), { maxLength: 3 }),
    variables: fc.array(text, { maxLength: 3 }),
    shown: fc.array(text, { maxLength: 3 }),
    warnings: fc.array(text, { maxLength: 3 }),
  }),
  'setup.started': fc.record({
    ...type('setup.started'),
    managers: texts,
    commands: texts,
    afterPatch: fc.boolean(),
  }),
  'setup.finished': fc.record({
    ...type('setup.finished'),
    how: fc.constantFrom('run', 'cached', 'carried', 'failed', 'other'),
    managers: texts,
    paths: texts,
    afterPatch: fc.boolean(),
    message: maybeText,
    ms,
  }),
  'baseline.finished': fc.record({
    ...type('baseline.finished'),
    status: checkStatus,
    tests: n,
    red: n,
    cached: fc.boolean(),
    ms,
  }),
  'prompt.built': fc.record({
    ...type('prompt.built'),
    ...taskRef,
    role,
    attempt: small,
    round: small,
    tokens: n,
    limit: n,
    parts: fc.array(part, { maxLength: 5 }),
    dropped: fc.array(fc.record({ source: text, tokens: n, why: text }), { maxLength: 5 }),
  }),
  'model.started': fc.record(
    { ...type('model.started'), role, attempt: small, round: small, model: text, silence },
    { requiredKeys: ['type', 'role', 'attempt', 'round', 'model'] },
  ),
  'model.delta': fc.record({ ...type('model.delta'), chars: n, hidden: n }, { requiredKeys: ['type', 'chars'] }),
  'model.finished': fc.record({
    ...type('model.finished'),
    ok: fc.boolean(),
    message: maybeText,
    usage,
    usd,
    model: text,
    note: maybeText,
    ms,
  }),
  'model.retrying': fc.record({
    ...type('model.retrying'),
    role,
    attempt: small,
    round: small,
    model: text,
    tries: small,
    reason: text,
    waitMs: ms,
  }),
  'model.fallback': fc.record({
    ...type('model.fallback'),
    role,
    attempt: small,
    round: small,
    from: text,
    to: text,
    reason: text,
  }),
  'need.answered': fc.record({
    ...type('need.answered'),
    role,
    round: small,
    wants: fc.array(fc.record({ want: text, tokens: n, found: fc.boolean() }), { maxLength: 5 }),
    left: n,
  }),
  'tests.frozen': fc.record({
    ...type('tests.frozen'),
    files: texts,
    tests: n,
    red: text,
    reused: fc.boolean(),
    remarks: fc.option(
      text.map((words) => `Left open: ${words}`),
      { nil: undefined },
    ),
  }),
  'patch.applied': fc.record({
    ...type('patch.applied'),
    role,
    files: fc.array(
      fc.record(
        { path: text, action: text, is: fc.constantFrom('tests' as const, 'stub' as const) },
        { requiredKeys: ['path', 'action'] },
      ),
      { maxLength: 5 },
    ),
  }),
  'patch.refused': fc.record({
    ...type('patch.refused'),
    role,
    reasons: fc.array(fc.record({ path: text, code: text, message: text }), { maxLength: 5 }),
  }),
  'check.started': fc.record({ ...type('check.started'), stage, tests: maybeN, seeds: maybeN, runs: maybeN }),
  'check.progress': fc.record({ ...type('check.progress'), stage, done: n, total: maybeN, runs: n, failed: n }),
  'check.finished': fc.record({
    ...type('check.finished'),
    stage,
    status: checkStatus,
    passed: n,
    failed: n,
    seeds: fc.array(fc.integer(), { maxLength: 5 }),
    runs: n,
    counterexample: fc.option(counterexample),
    message: maybeText,
    ms,
  }),
  verdict: fc.record({
    ...type('verdict'),
    ...taskRef,
    attempt: small,
    status: fc.oneof(status, text),
    bound: maybeText,
    summary: text,
  }),
  decision: fc.record({ ...type('decision'), ...taskRef, attempt: small, decision: text, reason: text }),
  commit: fc.record({ ...type('commit'), ...taskRef, commit: text, tree: text, subject: text }),
  landed: fc.record({
    ...type('landed'),
    ...taskRef,
    commit: text,
    ref: maybeText,
    waiting: maybeText,
    reason: maybeText,
  }),
  'teeth.finished': fc.record({
    ...type('teeth.finished'),
    ...taskRef,
    ...{ attempt: n, mode: text, killed: n, allowed: n, unexplained: n, errors: n, timeouts: n, notRun: n, total: n },
    ...{ refused: n, possible: n, answered: fc.boolean(), note: maybeText, ms: n },
    survivors: fc.array(fc.record({ path: text, line: fc.option(n), what: text, status: text, reason: maybeText }), {
      maxLength: 4,
    }),
    strict: fc.array(fc.record({ version: text, test: text, ruling: maybeText, reason: text }), { maxLength: 2 }),
  }),
  'run.result': fc.record({
    ...type('run.result'),
    status,
    exitCode: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 70, 130, 42),
    message: text,
    tokens: usage,
    usd,
    journal: maybeText,
    tasks: fc.array(taskResult, { maxLength: 4 }),
  }),
} satisfies { [T in Event['type']]: fc.Arbitrary<Extract<Event, { type: T }>> }

export const anyEvent: fc.Arbitrary<Event> = fc.oneof(...Object.values(bodies))

const FREQUENT: Event['type'][] = ['model.delta', 'check.progress', 'model.finished', 'check.finished']
const frequentEvent = fc.oneof(...FREQUENT.map((name) => bodies[name])) as fc.Arbitrary<Event>

/** Valid events in any order, with times that never go back. */
function sequenceOf(event: fc.Arbitrary<Event>, maxStep: number): fc.Arbitrary<StampedEvent[]> {
  return fc.array(fc.tuple(event, fc.nat({ max: maxStep })), { maxLength: 40 }).map((pairs) => {
    let t = 0
    return pairs.map(([body, delta]) => {
      t += delta
      return { v: 1, t, ...body }
    })
  })
}

export const anySequence = sequenceOf(anyEvent, 20_000)
/** Mostly those events that come many times a second. */
export const busySequence = sequenceOf(frequentEvent, 200)
