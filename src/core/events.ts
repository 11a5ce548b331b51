import { z } from 'zod'
import { counterexample, taskRef, taskResult, taskStatus } from './event-parts.ts'
import { ROLES } from './settings.ts'
import { teethFinished } from './teeth-event.ts'

const usage = z.object({ input: z.number(), output: z.number(), cached: z.number(), written: z.number().optional() })
const role = z.enum(ROLES)

const part = z.object({ kind: z.string(), source: z.string(), tokens: z.number(), mandatory: z.boolean() })
const dropped = z.object({ source: z.string(), tokens: z.number(), why: z.string() })

/** A model that sends nothing for `ms` is asked again, `tries` times in all. Left out: it may be silent, or an older version wrote it. */
const silence = z.object({ ms: z.number(), tries: z.number() })

const bodies = [
  z.object({
    type: z.literal('run.started'),
    run: z.string(),
    model: z.string(),
    base: z.string(),
    branch: z.string().nullable(),
    journal: z.string(),
    note: z.string().nullable(),
    /** Of the run; null is no limit. Left out: an older version wrote it. */
    limits: z
      .object({ maxTokens: z.number().nullable(), maxUsd: z.number().nullable(), maxMinutes: z.number().nullable() })
      .optional(),
    /** The run that it replays: nothing lands. Left out: it is none. */
    replays: z.string().optional(),
    /** How long the runs took that it goes on with, milliseconds. Left out: there are none. */
    earlierMs: z.number().optional(),
  }),
  /** What runs that were killed had left, and what became of it; a sentence each. */
  z.object({ type: z.literal('run.recovered'), found: z.array(z.string()) }),
  /** A limit that ends nothing: something is left out from here on. */
  z.object({ type: z.literal('limit.reached'), limit: z.string(), message: z.string() }),
  z.object({
    type: z.literal('task.selected'),
    ...taskRef,
    title: z.string(),
    /** What must hold, in short where it is long. */
    requirement: z.string().nullable(),
    /** All criteria that it validates, in full. Left out: there are fewer than two, or an older version wrote it. */
    criteria: z.array(z.object({ id: z.string(), text: z.string() })).optional(),
    test: z.string().nullable(),
    attempts: z.number(),
    /** Where its checkbox stands. */
    file: z.string().optional(),
    line: z.number().optional(),
  }),
  z.object({
    type: z.literal('isolation.ready'),
    backend: z.string(),
    level: z.string(),
    checks: z.array(z.object({ name: z.string(), held: z.boolean() })),
  }),
  /** Each of `services:` was started once for real, in this order, and ended again. */
  z.object({
    type: z.literal('services.ready'),
    services: z.array(z.object({ name: z.string(), ms: z.number() })),
  }),
  z.object({
    type: z.literal('toolchains.ready'),
    found: z.array(z.object({ language: z.string(), version: z.string(), where: z.string() })),
    missing: z.array(z.object({ language: z.string(), why: z.string() })),
    /** Names of the variables that agent.yaml gives to the box. */
    variables: z.array(z.string()),
    shown: z.array(z.string()),
    warnings: z.array(z.string()),
  }),
  /** Which test runner judges the project, and why that one. */
  z.object({
    type: z.literal('runner.chosen'),
    runner: z.string(),
    why: z.string(),
    /** Folder of the project; left out: the top of the repository. */
    dir: z.string().optional(),
    /** What no check of the project sees, in words. */
    unchecked: z.string().optional(),
  }),
  z.object({
    type: z.literal('setup.started'),
    /** Package managers that were detected, or `setup` for the commands of agent.yaml. */
    managers: z.array(z.string()),
    commands: z.array(z.string()),
    /** True when a permitted change of a lockfile or manifest is installed. */
    afterPatch: z.boolean(),
  }),
  z.object({
    type: z.literal('setup.finished'),
    /** `run`, `cached` (an earlier run has made it), `carried` (the checkout has it), `failed`. */
    how: z.string(),
    managers: z.array(z.string()),
    /** What the box is shown of it. */
    paths: z.array(z.string()),
    afterPatch: z.boolean(),
    message: z.string().nullable(),
    ms: z.number(),
  }),
  z.object({
    type: z.literal('baseline.finished'),
    status: z.string(),
    tests: z.number(),
    red: z.number(),
    cached: z.boolean(),
    ms: z.number(),
  }),
  z.object({
    type: z.literal('prompt.built'),
    ...taskRef,
    role,
    attempt: z.number(),
    round: z.number(),
    tokens: z.number(),
    limit: z.number(),
    parts: z.array(part),
    dropped: z.array(dropped),
    /** Parts in their short form; `tokens` of the whole one. */
    shortened: z.array(dropped).optional(),
  }),
  z.object({
    type: z.literal('model.started'),
    ...{ role, attempt: z.number(), round: z.number(), model: z.string() },
    silence: silence.optional(),
  }),
  /** Characters of the answer that came, and those of thoughts, which are no part of it. */
  z.object({ type: z.literal('model.delta'), chars: z.number(), hidden: z.number().optional() }),
  z.object({
    type: z.literal('model.finished'),
    ok: z.boolean(),
    message: z.string().nullable(),
    usage,
    usd: z.number().nullable(),
    model: z.string(),
    note: z.string().nullable(),
    /** Tokens of the prompt as we reckoned them before, and as the service counted them. */
    estimated: z.number().optional(),
    counted: z.number().optional(),
    /** It answered an earlier run, which was billed for this, and was not asked again; left out: it was asked now. */
    earlier: usage.optional(),
    ms: z.number(),
  }),
  /** A service could not answer; the same question is asked again after a wait. */
  z.object({
    type: z.literal('model.retrying'),
    role,
    attempt: z.number(),
    round: z.number(),
    model: z.string(),
    /** How often it was asked so far. */
    tries: z.number(),
    reason: z.string(),
    waitMs: z.number(),
  }),
  /** A model is out of reach, and another one is asked in its place. */
  z.object({
    type: z.literal('model.fallback'),
    role,
    attempt: z.number(),
    round: z.number(),
    from: z.string(),
    to: z.string(),
    reason: z.string(),
    silence: silence.optional(),
  }),
  z.object({
    type: z.literal('need.answered'),
    role,
    round: z.number(),
    wants: z.array(z.object({ want: z.string(), tokens: z.number(), found: z.boolean() })),
    /** Tokens that are left for further questions. */
    left: z.number(),
  }),
  z.object({
    type: z.literal('tests.frozen'),
    files: z.array(z.string()),
    /** Test functions. */
    tests: z.number(),
    /** With their parts (`t.Run` of Go), which are judged one by one; left out: there are none. */
    withParts: z.number().optional(),
    red: z.string(),
    reused: z.boolean(),
    /** They are a person's own, which a `Test:` line names. */
    own: z.boolean().optional(),
    /** What their author said beside the files, such as what the specification leaves open. Left out: nothing. */
    remarks: z.string().optional(),
  }),
  z.object({
    type: z.literal('patch.applied'),
    role,
    files: z.array(
      z.object({
        path: z.string(),
        action: z.string(),
        /** Of an author: tests, or a stub (signatures without behaviour) that the implementer fills. Left out: neither is meant, or an older version wrote it. */
        is: z.enum(['tests', 'stub']).optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('patch.refused'),
    role,
    reasons: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  }),
  z.object({
    type: z.literal('check.started'),
    stage: z.string(),
    tests: z.number().nullable(),
    seeds: z.number().nullable(),
    runs: z.number().nullable(),
  }),
  z.object({
    type: z.literal('check.progress'),
    stage: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    runs: z.number(),
    failed: z.number(),
    /** Wrong versions are tried against added tests: so many of those that are. `done` and `total` are of all wrong versions. Left out: they are not. */
    added: z.object({ done: z.number(), total: z.number() }).optional(),
  }),
  z.object({
    type: z.literal('check.finished'),
    stage: z.string(),
    status: z.string(),
    passed: z.number(),
    failed: z.number(),
    seeds: z.array(z.number()),
    /** Cases of all properties on all seeds. */
    runs: z.number(),
    /** Those of the property that drew the fewest; left out: an older version wrote it, or there is no property. */
    least: z.number().optional(),
    counterexample: counterexample.nullable(),
    message: z.string().nullable(),
    /** In an earlier run, where `earlier` says so. */
    ms: z.number(),
    /** It ran in an earlier run, which this one goes on with; left out: it did not. */
    earlier: z.literal(true).optional(),
  }),
  teethFinished,
  z.object({
    type: z.literal('verdict'),
    ...taskRef,
    attempt: z.number(),
    status: z.string(),
    bound: z.string().nullable(),
    summary: z.string(),
  }),
  /** A command of `hooks:` has ended. */
  z.object({
    type: z.literal('hook.finished'),
    hook: z.string(),
    command: z.string(),
    ok: z.boolean(),
    message: z.string().nullable(),
    ms: z.number(),
  }),
  z.object({ type: z.literal('decision'), ...taskRef, attempt: z.number(), decision: z.string(), reason: z.string() }),
  z.object({ type: z.literal('commit'), ...taskRef, commit: z.string(), tree: z.string(), subject: z.string() }),
  z.object({
    type: z.literal('landed'),
    ...taskRef,
    commit: z.string(),
    ref: z.string().nullable(),
    waiting: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  z.object({
    type: z.literal('run.result'),
    status: taskStatus,
    exitCode: z.number(),
    message: z.string(),
    tokens: usage,
    usd: z.number().nullable(),
    journal: z.string().nullable(),
    /** How far our counts of prompts were from what was billed, as shares of it; left out: nothing was billed. */
    estimate: z.object({ prompts: z.number(), mean: z.number(), worst: z.number() }).optional(),
    tasks: z.array(taskResult),
  }),
] as const

/** What happened, as the loops tell it. Listeners add nothing to it and only show it. */
export const eventBody = z.discriminatedUnion('type', [...bodies])
export type Event = z.infer<typeof eventBody>
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>

/**
 * An event as it is written: schema version and milliseconds since the start of the run. `of`: the task that it is about
 * (`spec/task`), where several are at work at once; left out: there is one.
 */
export type StampedEvent = Event & { v: number; t: number; of?: string }
