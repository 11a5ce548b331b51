import { z } from 'zod'
import { taskRef } from './event-parts.ts'

/** Wrong versions of the task's own change were run against its frozen tests. */
export const teethFinished = z.object({
  type: z.literal('teeth.finished'),
  ...taskRef,
  attempt: z.number(),
  /** `required`, or `report`: whatever comes out ends nothing. */
  mode: z.string(),
  killed: z.number(),
  allowed: z.number(),
  unexplained: z.number(),
  /** Counted as neither killed nor survived, as are those that did not end and those that there was no time for. */
  errors: z.number(),
  timeouts: z.number(),
  notRun: z.number(),
  /** What `level.teethSeconds` was; left out: an older version wrote it. */
  seconds: z.number().optional(),
  /** Killed, allowed and unexplained. */
  total: z.number(),
  /** Left out before, because the compiler refuses them. */
  refused: z.number(),
  /** Those of a larger number that were tried, chosen by the run's seed. */
  possible: z.number(),
  /** All that were not killed. */
  survivors: z.array(
    z.object({
      path: z.string(),
      line: z.number().nullable(),
      what: z.string(),
      status: z.string(),
      /** Of an allowed one: the words of the specification that it keeps to. */
      reason: z.string().nullable(),
      /** Of an allowed one: why it keeps to them, as the strengthener says it. Left out: it said nothing of it. */
      because: z.string().optional(),
    }),
  ),
  /** Whether somebody had a word to say about survivors. */
  answered: z.boolean(),
  /** So many tests that were added find the code wrong, by an arbiter's word: that is why the attempt failed, and survivors stand unexplained because nothing else of the answer counts. Left out: none does. */
  wrong: z.number().optional(),
  /**
   * Tests that the strengthener added, and how many wrong versions only they kill. Left out: it added none, or an older version wrote it.
   */
  added: z
    .object({
      ...{ files: z.array(z.string()), tests: z.number(), killed: z.number() },
      /** What the least drawn of their properties held in. Left out: they have none, or an older version wrote it. */
      held: z.object({ seeds: z.number(), runs: z.number() }).optional(),
    })
    .optional(),
  /** How many of all wrong versions a model has made. Left out: none, or an older version wrote it. */
  own: z.number().optional(),
  /** How long models were asked within that time, milliseconds. Left out: an older version wrote it, which counted that in `ms`. */
  askedMs: z.number().optional(),
  /** Frozen tests that refuse a version which a model takes for right; the ruling is the arbiter's, null without one. */
  strict: z.array(
    z.object({ version: z.string(), test: z.string(), ruling: z.string().nullable(), reason: z.string() }),
  ),
  /** Why nothing could be judged, and what of the answer does not count. */
  note: z.string().nullable(),
  ms: z.number(),
})
