import { basename, resolve } from 'node:path'
import type { Config } from '../core/config.ts'
import type { Settings } from '../core/settings.ts'
import type { Repository } from '../io/git/repository.ts'
import type { Memory } from '../io/journal/memory.ts'
import type { Model } from '../io/models/model.ts'
import { createPool } from '../io/models/pool.ts'
import type { TreeSource } from '../io/models/scratch-tree.ts'
import { isRecorded, modelNames, openModels, recallRatios } from './models.ts'
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
  const known = new Set<string>()
  for (const name of models.keys()) if ((await vocabularyOf(name)) !== null) known.add(name)
  const ratios = await recallRatios(memory, models.keys())
  const settings = settingsOf(flags, config, { names, models, ratios, known })
  return { model: createPool(models, names.fallback), settings }
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
