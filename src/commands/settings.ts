import { calibrate } from '../core/calibration.ts'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { priceOf } from '../core/prices.ts'
import { folderOf, specRootsOf } from '../core/projects.ts'
import {
  DEFAULT_LEVEL,
  DEFAULT_LEVELS,
  type ModelFacts,
  ROLES,
  type RoleSettings,
  type Settings,
  suiteLevels,
} from '../core/settings.ts'
import type { Model } from '../io/models/model.ts'
import type { CommandCheck, Role } from '../world.ts'
import { allNames, costsNothing, isPerson, type ModelNames } from './models.ts'
import { numberFlag } from './options.ts'

/** Flags of `next` and `run`, as text. */
export interface RunFlags {
  spec?: string
  task?: string
  model?: string
  attempts?: string
  maxTokens?: string
  maxUsd?: string
  maxMinutes?: string
  require?: string
  reviewTests?: boolean
  freshTests?: boolean
  isolation?: string
  land: boolean
  dryRun?: boolean
  /** Judges what lies in the checkout as the implementer's answer. */
  adopt?: boolean
  record?: string
  /** Tasks at work at once, of `run`. */
  parallel?: string
  annotations?: string
  summary?: string
  junit?: string
}

export const DEFAULTS = {
  attempts: 3,
  maxTokens: 1_000_000,
  maxMinutes: 240,
  promptTokens: 60_000,
  outputTokens: 32_000,
}

/** Each has a worktree, a box and a connection to the model. */
export const MOST_WORKERS = 32

/** How many tasks `--parallel` wants at work at once. Throws UserError. */
export function parallelOf({ parallel }: RunFlags): number {
  const wanted = numberFlag('--parallel', parallel, 1, true) ?? 1
  if (wanted <= MOST_WORKERS) return wanted
  throw new UserError(`--parallel ${wanted}: at most ${MOST_WORKERS} tasks can be at work at once.`)
}

export interface OpenedModels {
  names: ModelNames
  models: ReadonlyMap<string, Model>
  /** Billed tokens by ours of past prompts, by model. */
  ratios?: Record<string, number[]>
  /** Models whose own vocabulary we count with. */
  known?: ReadonlySet<string>
}

/** Flags over agent.yaml over defaults. Throws UserError for what cannot be kept. */
export function settingsOf(flags: RunFlags, config: Config, opened: OpenedModels): Settings {
  if (flags.require !== undefined && flags.require !== 'verified') {
    throw new UserError(`--require ${flags.require}: the only level that can be required is "verified".`)
  }
  const roles = Object.fromEntries(ROLES.map((role) => [role, roleOf(role, config, opened)])) as Settings['roles']
  const maxUsd = numberFlag('--max-usd', flags.maxUsd, 0, false) ?? config.maxUsd ?? null
  const facts = Object.fromEntries(allNames(opened.names).map((name) => [name, factsOf(name, config, opened)]))
  if (maxUsd !== null || config.task?.maxUsd !== undefined) {
    const longest = Math.max(...Object.values(roles).map(({ promptLimit }) => promptLimit))
    requirePrices(maxUsd === null ? 'task.maxUsd' : '--max-usd', facts, longest)
  }
  return {
    roles,
    fallback: opened.names.fallback,
    models: facts,
    specRoots: specRootsOf(config),
    attempts: numberFlag('--attempts', flags.attempts, 1, true) ?? config.attempts ?? DEFAULTS.attempts,
    limits: {
      maxTokens: numberFlag('--max-tokens', flags.maxTokens, 1, true) ?? config.maxTokens ?? DEFAULTS.maxTokens,
      maxUsd,
      maxMinutes: numberFlag('--max-minutes', flags.maxMinutes, 0, false) ?? config.maxMinutes ?? DEFAULTS.maxMinutes,
    },
    taskLimits: {
      maxTokens: config.task?.maxTokens ?? null,
      maxUsd: config.task?.maxUsd ?? null,
      maxMinutes: config.task?.maxMinutes ?? null,
    },
    level: levelOf(config),
    levels: suiteLevels(levelOf(config), config.levels),
    checks: commandChecks(config),
    teeth: teethOf(config, opened.names),
    checksKey: checksKeyOf(config, flags.isolation),
    requireVerified: flags.require === 'verified',
    freshTests: flags.freshTests ?? false,
    ...(flags.adopt ? { adopting: true } : {}),
    reviewTests: flags.reviewTests ?? false,
    land: flags.land,
  }
}

/** How much is run of everything, where agent.yaml says nothing by default. */
export function levelOf({ level = {} }: Pick<Config, 'level'>): Settings['level'] {
  return withDefaults(level)
}

/** Of ticked tasks that are judged at night: what is told of it; for the rest more than in an attempt, and never less. */
export function nightlyOf({ level, levels }: Pick<Config, 'level' | 'levels'>): Settings['level'] {
  const attempt = withDefaults(level ?? {})
  const { seeds, schedules, maxMinutes } = DEFAULT_LEVELS.nightly
  const more = {
    seeds: Math.max(seeds, attempt.seeds),
    schedules: Math.max(schedules, attempt.schedules),
    maxMinutes: Math.max(maxMinutes, attempt.maxMinutes),
  }
  return withDefaults({ ...level, ...more, ...levels?.nightly })
}

function withDefaults(level: NonNullable<Config['level']>): Settings['level'] {
  return {
    seeds: level.seeds ?? DEFAULT_LEVEL.seeds,
    runs: level.runs ?? DEFAULT_LEVEL.runs,
    schedules: level.schedules ?? DEFAULT_LEVEL.schedules,
    chaosMs: level.chaosSeconds === undefined ? DEFAULT_LEVEL.chaosMs : level.chaosSeconds * 1_000,
    mutants: level.mutants ?? DEFAULT_LEVEL.mutants,
    teethMs: level.teethSeconds === undefined ? DEFAULT_LEVEL.teethMs : level.teethSeconds * 1_000,
    maxMinutes: level.maxMinutes ?? DEFAULT_LEVEL.maxMinutes,
  }
}

/** Where nobody can be asked about wrong versions that live, they are reported. */
function teethOf({ teeth = 'required' }: Config, { roles }: ModelNames): Settings['teeth'] {
  return teeth === 'required' && isPerson(roles.strengthener[0] ?? '') ? 'report' : teeth
}

/** A prompt has to fit whoever may answer it. */
function roleOf(role: Role, config: Config, { names, models }: OpenedModels): RoleSettings {
  const { temperature, effort, maxOutputTokens } = config.roles?.[role] ?? {}
  const own = names.roles[role]
  const able = [...own, ...names.fallback].flatMap((name) => models.get(name) ?? [])
  const shallow = own.find((name) => name.startsWith('anthropic/') && (effort === 'none' || effort === 'minimal'))
  if (shallow) throw new UserError(`roles.${role}.effort: ${shallow} knows low, medium, high, xhigh and max only.`)
  const wanted = maxOutputTokens ?? config.maxOutputTokens ?? DEFAULTS.outputTokens
  const outputLimit = Math.min(wanted, ...able.map(({ outputTokens }) => outputTokens))
  const room = Math.min(...able.map(({ contextTokens }) => contextTokens)) - outputLimit - 1_000
  return {
    models: own,
    promptLimit: Math.min(config.context?.maxTokens ?? DEFAULTS.promptTokens, room),
    outputLimit,
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { effort }),
  }
}

function factsOf(name: string, config: Config, { models, ratios, known }: OpenedModels): ModelFacts {
  const { silence } = models.get(name) ?? {}
  return {
    price: costsNothing(name) ? null : priceOf(name, config.prices),
    tokens: calibrate(name, known?.has(name) ?? false, ratios?.[name] ?? []),
    ...(silence ? { silence } : {}),
  }
}

function requirePrices(flag: string, facts: Record<string, ModelFacts>, promptLimit: number): void {
  for (const [name, { price, tokens }] of Object.entries(facts)) {
    if (costsNothing(name)) continue
    if (!price)
      throw new UserError(
        `${flag} cannot be kept: the price of ${name} is not known. Set it in agent.yaml: \`prices: { ${name}: { input: ..., output: ... } }\` (US dollars per million tokens), or leave ${flag} out: tokens and minutes are limited all the same.`,
      )
    if (price.upTo !== undefined && promptLimit * tokens.ratio * tokens.margin > price.upTo)
      throw new UserError(
        `${flag} cannot be kept: the price of ${name} is known for prompts of up to ${price.upTo} tokens only. Set \`context.maxTokens\` to less, or the price in agent.yaml.`,
      )
  }
}

/** Commands that judge beside the test runner: those of a project first, then those of the whole repository, which run at its top. */
export function commandChecks(config: Pick<Config, 'checks' | 'projects'>, dir = ''): CommandCheck[] {
  const own = config.projects?.find((one) => folderOf(one.dir) === dir)?.checks
  return [...checksIn(own, dir), ...checksIn(config.checks, '')]
}

/** All commands of a whole suite; of two with one name each goes by its folder as well. */
export function suiteCommands(config: Config, projects: readonly { dir: string }[]): CommandCheck[] {
  const dirs = projects.map(({ dir }) => dir)
  const own = (config.projects ?? []).flatMap(({ dir, checks }) =>
    dirs.includes(folderOf(dir)) ? checksIn(checks, folderOf(dir)) : [],
  )
  return [...own, ...checksIn(config.checks, '')]
}

function checksIn(checks: Config['checks'], dir: string): CommandCheck[] {
  const place = dir === '' ? {} : { dir }
  const named = (name: string) => (dir === '' ? name : `${dir}: ${name}`)
  return (checks ?? []).map(({ name, run, report }) => ({
    ...{ name: named(name ?? run), run, report: report ?? null },
    ...place,
  }))
}

function checksKeyOf(config: Config, box: string | undefined): string {
  const { runner, checks, build, env, show, setup, carry, services, projects } = config
  const { journalMB: _, ...limits } = config.limits ?? {}
  const isolation = box ?? config.isolation ?? 'auto'
  return sha256(
    JSON.stringify({ isolation, runner, checks, build, env, show, setup, carry, services, limits, projects }),
  )
}
