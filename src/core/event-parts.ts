/** What several events hold: counterexamples, evidence, what became of a task. */
import { z } from 'zod'

export const taskRef = { spec: z.string(), task: z.string() }

/** A shrunk counterexample, in the words that people and the next prompt get. */
export const counterexample = z.object({
  test: z.string(),
  message: z.string(),
  value: z.string().nullable(),
  seed: z.number().nullable(),
  path: z.string().nullable(),
  shrinks: z.number(),
  history: z.array(z.string()),
  picture: z.array(z.string()).optional(),
})
export type Counterexample = z.infer<typeof counterexample>

export const evidenceSummary = z.object({
  /** Frozen tests red on the throwing stub / all that the author wrote. */
  red: z.string().nullable(),
  /** Frozen tests that were added since; left out: none, or an older version wrote it and `red` counts them among all. */
  added: z.number().optional(),
  /** Existing tests that a new interface moved, and those that it made go. */
  moved: z.object({ tests: z.number(), dropped: z.number() }).optional(),
  /** The tests replace others that were kept for the same text. */
  anew: z.boolean().optional(),
  /** Tests of behaviour that was there before. */
  guards: z.number().optional(),
  green: z.string().nullable(),
  /** Of those that are green: tests that run a property, in many cases, and examples. Left out: an older version wrote it, or nobody could see. */
  tests: z.object({ properties: z.number(), examples: z.number() }).optional(),
  property: z.object({ seeds: z.number(), runs: z.number() }).nullable(),
  chaos: z.object({ schedules: z.number(), failed: z.number() }).nullable(),
  /** Wrong versions of the change: killed by the frozen tests, or allowed by the specification, of all that were judged. Further ones had no time, did not end, or ended with an error. */
  teeth: z
    .object({
      ...{ killed: z.number(), total: z.number(), allowed: z.number().optional(), notTried: z.number().optional() },
      ...{ timeouts: z.number().optional(), errors: z.number().optional() },
    })
    .nullable(),
  suite: z.string().nullable(),
  /** Properties of the whole suite on seeds that no prompt has shown: seeds, and cases on each. */
  heldOut: z.object({ seeds: z.number(), runs: z.number() }).nullable().optional(),
  /** Cases that made an earlier attempt fail and are examples of the tests now. */
  kept: z.number().optional(),
})
export type EvidenceSummary = z.infer<typeof evidenceSummary>

export const taskStatus = z.enum([
  'verified',
  'checked',
  'failed',
  'blocked',
  'unverifiable',
  'finding',
  'budget',
  'provider',
  'isolation',
  'tampering',
  'git',
  'environment',
  'nothing',
  'interrupted',
  'usage',
  'bug',
])
export type TaskOutcomeStatus = z.infer<typeof taskStatus>

export const taskResult = z.object({
  ...taskRef,
  status: taskStatus,
  commit: z.string().nullable(),
  attempts: z.number(),
  evidence: evidenceSummary,
})
export type TaskResult = z.infer<typeof taskResult>
