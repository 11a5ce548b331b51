import { z } from 'zod'
import type { Role } from '../world.ts'
import { splitVariable, whyRefused } from './box-variables.ts'
import { folderOf } from './projects.ts'
import { ROLES } from './settings.ts'

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cached: z.number().min(0).optional(),
  written: z.number().min(0).optional(),
  upTo: z.int().min(1).optional(),
})

const MODELS = 'expected `provider/model`, or a list of them: the first is asked first'
const modelList = z.union([z.string().min(1, MODELS), z.array(z.string().min(1, MODELS)).min(1, MODELS)], MODELS)

const role = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  maxOutputTokens: z.int().min(1_000).optional(),
})

/** An agent that is run as a program of the user's, asked as `command/NAME`. */
const command = z.strictObject({
  /** Shell command; it gets the prompt on its standard input. */
  run: z.string().min(1),
  /** `text`: it prints its answer; `edits`: it edits files where it is started. */
  mode: z.enum(['text', 'edits']).optional(),
  seconds: z.number().positive().max(86_400).optional(),
})

/** One entry for each role that asks a model. */
function byRole<T extends z.ZodType>(entry: T) {
  return z.strictObject(
    Object.fromEntries(ROLES.map((name) => [name, entry.optional()])) as Record<Role, z.ZodOptional<T>>,
  )
}

/** Whether a pattern can be matched in time that grows with the line alone. */
function isLinear(pattern: string): boolean {
  try {
    new RegExp(pattern)
  } catch {
    return false
  }
  const plain = pattern.replace(/\\[^\dk]|\[(?:\\.|[^\]\\])*\]/g, '')
  return !/\(\?<?[=!]|\\[1-9k]/.test(plain)
}

/** `redis-server --port 6400`, started inside the box before the checks. */
const service = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'expected a name of letters, digits, `-` and `_`'),
  /** Shell command; it runs in the project's folder and stays in the foreground. */
  run: z.string().min(1),
  /** When it counts as started: a port answers, a command succeeds, or a line of its output matches. */
  ready: z.union(
    [
      z.strictObject({ port: z.int().min(1).max(65_535) }),
      z.strictObject({ command: z.string().min(1) }),
      z.strictObject({
        output: z
          .string()
          .min(1)
          .refine(isLinear, 'expected a regular expression without lookaround and backreferences'),
      }),
    ],
    'expected one of `{ port: 5432 }`, `{ command: pg_isready }` and `{ output: ready to accept }`',
  ),
  /** How long it may take until then. */
  seconds: z.number().positive().max(600).optional(),
  env: z.record(z.string(), z.string()).optional(),
})

/** A command that judges beside the test runner, or in its place. */
const check = z.strictObject({
  /** Left out: the command itself. */
  name: z.string().min(1).optional(),
  /** Shell command; it runs in the project's folder. */
  run: z.string().min(1),
  /** Where it writes JUnit XML. */
  report: z
    .string()
    .regex(
      /^(?!\/|[A-Za-z]:)(?:(?!\.\.?\/)[^*/]+\/)*[^/]+$/,
      'expected a path inside the project, with `*` in its last part only: `build/junit/*.xml`',
    )
    .optional(),
})

const runner = z.enum(['vitest', 'node:test', 'jest', 'pytest', 'go'])

const inside = (dir: string) => !/^(?:\/|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(dir)

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(=[^\0]*)?$/, 'expected NAME or NAME=value')
  .superRefine((entry, context) => {
    const { name, value } = splitVariable(entry)
    const why = whyRefused(name, value)
    if (why !== null) context.addIssue({ code: 'custom', message: `${name} is refused: ${why}` })
  })

const shellCommand = z.string().min(1)
const commandList = z.union([shellCommand, z.array(shellCommand)], 'expected a shell command, or a list of them')

const megabytes = z.number().positive().optional()

/** agent.yaml. Everything is optional; names and defaults are documented in docs/configuration.md. */
const level = z.strictObject({
  seeds: z.int().min(1).max(100).optional(),
  runs: z.int().min(1).optional(),
  schedules: z.int().min(1).optional(),
  chaosSeconds: z.number().min(0).optional(),
  mutants: z.int().min(1).max(1_000).optional(),
  teethSeconds: z.number().positive().max(3_600).optional(),
  maxMinutes: z.number().positive().optional(),
})
const suiteLevel = level.pick({ seeds: true, runs: true, maxMinutes: true })

const checkList = z
  .array(check)
  .refine(
    (all) => new Set(all.map(({ name, run }) => name ?? run)).size === all.length,
    'two checks have the same name',
  )

/** A package of the repository that is built and tested in a folder of its own. */
const project = z.strictObject({
  /** From the repository's root; `.` is the root itself. */
  dir: z.string().min(1).refine(inside, 'expected a folder inside the repository, such as `packages/api`, or `.`'),
  /** Names or folders of the specs that work in it; those that lie in it do anyway. */
  specs: z.array(z.string().min(1)).optional(),
  runner: runner.optional(),
  build: z.string().min(1).optional(),
  checks: checkList.optional(),
  /** Shell commands that install what this package alone needs, run in it after the set-up of the repository. */
  setup: z.array(z.string().min(1)).optional(),
  /** Over the `level` of the repository. */
  level: level.optional(),
})

/** What agent.yaml may hold. */
export const configSchema = z.strictObject({
  /** Of all roles that `models` does not name. */
  model: z.string().min(1).optional(),
  /** Further folders that hold specs, from the repository's root: `packages/api/specs`. */
  specs: z.array(z.string().min(1).refine(inside, 'expected a folder inside the repository')).optional(),
  models: byRole(modelList).optional(),
  /** Who answers when a model is out of reach. */
  fallback: z.array(z.string().min(1)).optional(),
  roles: byRole(role).optional(),
  commands: z
    .record(z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'expected a name of letters, digits, `.`, `_` and `-`'), command)
    .optional(),
  /** How often and how long in all a question is asked again that a service could not answer. */
  retries: z
    .strictObject({
      most: z.int().min(0).max(20).optional(),
      seconds: z.number().min(0).max(3_600).optional(),
      /** A stream that is silent for so long counts as cut. */
      silence: z.number().min(1).max(3_600).optional(),
    })
    .optional(),
  baseUrl: z.url().optional(),
  attempts: z.int().min(1).max(20).optional(),
  maxTokens: z.int().min(1).optional(),
  maxUsd: z.number().min(0).optional(),
  maxMinutes: z.number().min(0).optional(),
  /** Limits of a single task; those above are of a whole run. */
  task: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      maxUsd: z.number().min(0).optional(),
      maxMinutes: z.number().min(0).optional(),
    })
    .optional(),
  context: z
    .strictObject({
      maxTokens: z.int().min(500).optional(),
      /** Beyond this parts take their short form; nothing is dropped for it. */
      aimTokens: z.int().min(500).optional(),
      /** Names of steering with `inclusion: manual` that every task gets. */
      steering: z.array(z.string().min(1)).optional(),
      /** Globs of files that no model may see, beside the usual ones of secrets. */
      deny: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  /** Tokens of one answer. */
  maxOutputTokens: z.int().min(1_000).optional(),
  /** US dollars per million tokens, by model name. */
  prices: z.record(z.string(), price).optional(),
  /** Which test runner judges, where it cannot be told from package.json. */
  runner: runner.optional(),
  /** Shell command that must succeed before tests run. */
  build: z.string().min(1).optional(),
  checks: checkList.optional(),
  /** Packages with a runner, a build and checks of their own. */
  projects: z
    .array(project)
    .refine(
      (all) => new Set(all.map(({ dir }) => folderOf(dir))).size === all.length,
      'two projects have the same `dir`',
    )
    .optional(),
  /** Commands of the user around each task, outside the box. */
  hooks: z
    .strictObject({
      before_task: commandList.optional(),
      after_task: commandList.optional(),
      /** After a task that was not committed. */
      on_failure: commandList.optional(),
      /** How long one command may take. */
      seconds: z.number().positive().max(3_600).optional(),
    })
    .optional(),
  /** How hard an attempt is judged. */
  level: level.optional(),
  /** What is judged less often, where it differs from its default or from `level`. */
  levels: z
    .strictObject({ commit: suiteLevel.optional(), checkpoint: suiteLevel.optional(), nightly: level.optional() })
    .optional(),
  /** Whether the frozen tests must kill wrong versions of the change. */
  teeth: z.enum(['required', 'report', 'off']).optional(),
  isolation: z.enum(['auto', 'bwrap', 'unshare', 'srt', 'none']).optional(),
  /** Variables that the box gets: `NAME` with its value here, or `NAME=value`. */
  env: z.array(variable).optional(),
  /** Further host paths that are visible in the box, read-only. */
  show: z.array(z.string().startsWith('/', 'expected an absolute path')).optional(),
  /** Shell commands that install the dependencies; empty: nothing to install. Detected where it is left out. */
  setup: z.array(z.string().min(1)).optional(),
  /** Git-ignored paths of the checkout that appear in the box: read-only, or as a writable copy that is thrown away. */
  carry: z
    .array(
      z.union([z.string().min(1), z.strictObject({ path: z.string().min(1), mode: z.enum(['read-only', 'overlay']) })]),
    )
    .optional(),
  services: z
    .array(service)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two services have the same name')
    .optional(),
  limits: z
    .strictObject({
      processes: z.int().min(16).optional(),
      memoryMB: megabytes,
      fileMB: megabytes,
      diskMB: megabytes,
      tmpMB: megabytes,
      outputMB: megabytes,
      cpuSeconds: z.number().min(1).optional(),
      journalMB: megabytes,
    })
    .optional(),
})

export type Config = z.infer<typeof configSchema>
export type HooksConfig = NonNullable<Config['hooks']>
export type ProjectConfig = NonNullable<Config['projects']>[number]
export type CommandConfig = z.infer<typeof command>
export type ServiceConfig = z.infer<typeof service>
