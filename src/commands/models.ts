import { calibrationKey, readRatios } from '../core/calibration.ts'
import type { Config } from '../core/config.ts'
import { listPrice, PRICE_SOURCES } from '../core/prices.ts'
import { ROLES, type Settings } from '../core/settings.ts'
import type { Memory } from '../io/journal/memory.ts'
import type { Gate } from '../io/models/gate.ts'
import type { Model } from '../io/models/model.ts'
import { NotGivenError } from '../io/models/model-name.ts'
import { openModel } from '../io/models/open-model.ts'
import type { TreeSource } from '../io/models/scratch-tree.ts'
import type { Role } from '../world.ts'
import type { RunFlags } from './settings.ts'

/** Whose model a role gets that agent.yaml does not name: tests are written by the author's, disputes go to another's. */
const STANDS_IN: Record<Role, Role> = {
  author: 'author',
  implementer: 'implementer',
  strengthener: 'author',
  arbiter: 'implementer',
  migrator: 'author',
}

export interface ModelNames {
  roles: Record<Role, string[]>
  fallback: string[]
}

/**
 * Who is asked by whom: `--model` for all, else `models:`, else `model:` of agent.yaml. `person`: whose change is adopted; it stands in for
 * the implementer, and for whom nobody is named.
 */
export function modelNames(flags: Pick<RunFlags, 'model'>, config: Config, person?: string): ModelNames {
  const listOf = (role: Role): string[] => {
    if (person !== undefined && role === 'implementer') return [person]
    const named = flags.model ?? config.models?.[role] ?? config.model ?? config.models?.[STANDS_IN[role]]
    if (named === undefined || named === '') {
      if (person !== undefined) return [person]
      throw new NotGivenError(noModel(role, config))
    }
    return typeof named === 'string' ? [named] : named
  }
  const roles = Object.fromEntries(ROLES.map((role) => [role, listOf(role)])) as Record<Role, string[]>
  const live = Object.values(roles)
    .flat()
    .some((name) => !isRecorded(name))
  // A replay needs neither a network nor keys.
  return { roles, fallback: live ? (config.fallback ?? []) : [] }
}

function noModel(role: Role, config: Config): string {
  const names = '(anthropic/..., openai/..., openai-compatible/..., command/..., recorded/DIR)'
  if (config.models)
    return `No model is named for the ${role}. Set \`models.${role}\` or \`model:\` in agent.yaml ${names}.`
  return `No model is named. Use --model provider/model ${names} or set \`model:\` in agent.yaml.`
}

/** A recording, or a person. */
export function costsNothing(name: string): boolean {
  return isRecorded(name) || isPerson(name)
}

/** Stands in for models where a person's change is adopted. */
export function isPerson(name: string): boolean {
  return name.startsWith('person/')
}

export function isRecorded(name: string): boolean {
  return name.startsWith('recorded/')
}

export function allNames({ roles, fallback }: ModelNames): string[] {
  return [...new Set([...Object.values(roles).flat(), ...fallback])]
}

/** Opens each model once; those of one service share its waits. */
export async function openModels(
  names: ModelNames,
  config: Config,
  cwd: string,
  tree?: TreeSource,
  person?: Model,
): Promise<Map<string, Model>> {
  const gates = new Map<string, Gate>()
  const models = new Map<string, Model>(person ? [[person.name, person]] : [])
  for (const name of allNames(names)) {
    if (models.has(name)) continue
    const model = await openModel(name, {
      env: process.env,
      cwd,
      gates,
      timing: patienceOf(config),
      ...(tree ? { tree } : {}),
      ...(config.commands ? { commands: config.commands } : {}),
      ...(config.prices ? { prices: config.prices } : {}),
      ...(config.baseUrl ? { baseUrl: config.baseUrl } : {}),
      ...(config.maxOutputTokens ? { maxOutputTokens: config.maxOutputTokens } : {}),
    })
    models.set(name, model)
  }
  return models
}

function patienceOf({ retries }: Config): { tries?: number; totalMs?: number; longestMs?: number; idleMs?: number } {
  const seconds = retries?.seconds
  return {
    ...(retries?.most === undefined ? {} : { tries: retries.most + 1 }),
    ...(retries?.silence === undefined ? {} : { idleMs: retries.silence * 1_000 }),
    ...(seconds === undefined ? {} : { totalMs: seconds * 1_000, longestMs: seconds * 1_000 }),
  }
}

/** What past runs in this repository were billed for each model's prompts, against our counts. */
export async function recallRatios(memory: Memory, names: Iterable<string>): Promise<Record<string, number[]>> {
  const known: [string, number[]][] = []
  for (const name of names) known.push([name, readRatios(await memory.recall(calibrationKey(name)))])
  return Object.fromEntries(known)
}

/** What people have to know of the prices before money is spent, once per run; null: nothing. */
export function priceNote({ models }: Settings, config: Config): string | null {
  const live = Object.keys(models).filter((name) => !costsNothing(name))
  const unknown = live.filter((name) => models[name]!.price === null)
  const listed = live.filter((name) => !hasOwnPrice(name, config) && models[name]!.price !== null)
  const notes = listed.map((name) => {
    const source = PRICE_SOURCES[name.slice(0, name.indexOf('/'))]
    return `price of ${name} as published on ${listPrice(name)?.date} (${source})`
  })
  if (unknown.length > 0)
    notes.push(`the price of ${unknown.join(', ')} is not known: tokens are counted, money is not`)
  return notes.join('; ') || null
}

function hasOwnPrice(name: string, { prices }: Config): boolean {
  return prices?.[name] !== undefined || prices?.[name.slice(name.indexOf('/') + 1)] !== undefined
}
