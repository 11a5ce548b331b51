import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { DEFAULT_LEVEL, type Settings } from '../core/settings.ts'
import type { Model } from '../io/models/model.ts'
import { priceOf } from '../io/models/prices.ts'
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
  record?: string
}

const DEFAULTS = { attempts: 3, maxTokens: 1_000_000, maxMinutes: 240, promptTokens: 60_000, outputTokens: 32_000 }

export function modelName(flags: RunFlags, config: Config): string {
  const name = flags.model ?? config.model
  if (name) return name
  throw new UserError(
    'No model is named. Use --model provider/model (anthropic/..., openai/..., openai-compatible/..., recorded/DIR) or set `model:` in agent.yaml.',
  )
}

/** Flags over agent.yaml over defaults. Throws UserError for what cannot be kept. */
export function settingsOf(flags: RunFlags, config: Config, model: Model): Settings {
  if (flags.require !== undefined && flags.require !== 'verified') {
    throw new UserError(`--require ${flags.require}: the only level that can be required is "verified".`)
  }
  const price = priceOf(model.name, model.name.slice(model.name.indexOf('/') + 1), config.prices)
  const maxUsd = numberFlag('--max-usd', flags.maxUsd, 0, false) ?? config.maxUsd ?? null
  const limited = maxUsd !== null || config.task?.maxUsd !== undefined
  if (limited && !price && !model.name.startsWith('recorded/')) {
    throw new UserError(
      `${maxUsd === null ? 'task.maxUsd' : '--max-usd'} cannot be kept: the price of ${model.name} is not known. Set it in agent.yaml: \`prices: { ${model.name}: { input: ..., output: ... } }\` (US dollars per million tokens).`,
    )
  }
  const outputLimit = Math.min(config.maxOutputTokens ?? DEFAULTS.outputTokens, model.outputTokens)
  const room = model.contextTokens - outputLimit - 1_000
  const level = config.level ?? {}
  return {
    model: model.name,
    specRoots: config.specs ?? [],
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
    price,
    promptLimit: Math.min(config.context?.maxTokens ?? DEFAULTS.promptTokens, room),
    outputLimit,
    level: {
      seeds: level.seeds ?? DEFAULT_LEVEL.seeds,
      runs: level.runs ?? DEFAULT_LEVEL.runs,
      schedules: level.schedules ?? DEFAULT_LEVEL.schedules,
      chaosMs: level.chaosSeconds === undefined ? DEFAULT_LEVEL.chaosMs : level.chaosSeconds * 1_000,
      maxMinutes: level.maxMinutes ?? DEFAULT_LEVEL.maxMinutes,
    },
    checksKey: checksKeyOf(config),
    requireVerified: flags.require === 'verified',
    freshTests: flags.freshTests ?? false,
    reviewTests: flags.reviewTests ?? false,
    land: flags.land,
  }
}

function checksKeyOf({ build, env, show, setup, carry, services, limits }: Config): string {
  return sha256(JSON.stringify({ build, env, show, setup, carry, services, limits }))
}
