import { basename, resolve } from 'node:path'
import type { Config } from '../core/config.ts'
import type { Settings } from '../core/settings.ts'
import type { Repository } from '../io/git/repository.ts'
import type { Memory } from '../io/journal/memory.ts'
import type { Model } from '../io/models/model.ts'
import { NotGivenError, parseModelName } from '../io/models/model-name.ts'
import { createPool } from '../io/models/pool.ts'
import type { TreeSource } from '../io/models/scratch-tree.ts'
import { allNames, isRecorded, type ModelNames, modelNames, openModels, recallRatios } from './models.ts'
import type { GlobalOptions } from './options.ts'
import { type RunFlags, settingsOf } from './settings.ts'
import { vocabularyOf } from './tokens.ts'

/** Opens whom the flags and agent.yaml name, and makes the settings of the run from what they can do. */
export async function openForRun(
  options: GlobalOptions,
  flags: RunFlags,
  config: Config,
  memory: Memory,
  { adopted, ...tree }: TreeSource & { adopted: Model | null },
): Promise<{ model: Model; settings: Settings }> {
  const names = modelNames(flags, config, adopted?.name)
  const models = await openModels(names, config, options.cwd, tree, adopted ?? undefined)
  const settings = await settingsWith(flags, config, memory, names, models)
  return { model: createPool(models, names.fallback), settings }
}

async function settingsWith(
  flags: RunFlags,
  config: Config,
  memory: Memory,
  names: ModelNames,
  models: ReadonlyMap<string, Model>,
): Promise<Settings> {
  const all = allNames(names)
  const known = new Set<string>()
  for (const name of all) if ((await vocabularyOf(name)) !== null) known.add(name)
  const ratios = await recallRatios(memory, all)
  return settingsOf(flags, config, { names, models, ratios, known })
}

/** Throws for what is wrong in the flags and agent.yaml without opening a model: nobody has to be named, and no key to be set. */
export async function requireRight(flags: RunFlags, config: Config, memory: Memory): Promise<void> {
  const names = namesGiven(flags, config)
  for (const name of allNames(names)) parseModelName(name)
  await settingsWith(flags, config, memory, names, new Map())
}

function namesGiven(flags: RunFlags, config: Config): ModelNames {
  try {
    return modelNames(flags, config)
  } catch (error) {
    if (!(error instanceof NotGivenError)) throw error
    return { roles: { author: [], implementer: [], strengthener: [], arbiter: [], migrator: [] }, fallback: [] }
  }
}

/** A model whose answers are kept in a folder, too. */
export async function recorder(model: Model, dir: string, { root }: Repository): Promise<Model> {
  const { record } = await import('../io/models/record.ts')
  return record(model, dir, basename(root))
}

/** The recording that a run replays, for the seeds that lie in it. */
export function folderOfRecording({ roles }: Settings, cwd: string): string | null {
  const recorded = roles.implementer.models.find(isRecorded)
  return recorded === undefined ? null : resolve(cwd, recorded.slice('recorded/'.length))
}
