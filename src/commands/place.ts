import type { Config } from '../core/config.ts'
import { sha256 } from '../core/hash.ts'
import { listedDirs, placeTask, settingsIn } from '../core/projects.ts'
import { frameworkText } from '../core/prompt/framework.ts'
import { servicesText } from '../core/prompt/services.ts'
import { type Settings, suiteLevels } from '../core/settings.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import { detectProject, type Project, seenFrom } from '../io/checks/detect.ts'
import { loadTemplates, type PromptLanguage } from '../io/templates.ts'
import type { Place, Surroundings } from '../task/state.ts'
import type { Tree } from '../world.ts'
import { detectIn, projectOf, readerOf } from './project.ts'
import { commandChecks, levelOf } from './settings.ts'

type Words = Pick<Surroundings, 'templates' | 'framework' | 'singleFiles'>

const LANGUAGE_OF: Record<string, PromptLanguage> = { pytest: 'python', go: 'go' }

/** What is told of a runner to those who write tests for it. */
export async function wordsFor(
  runner: Project['runner'],
  typed: boolean,
  services: Config['services'],
): Promise<Words> {
  return {
    templates: await loadTemplates(undefined, LANGUAGE_OF[runner ?? ''] ?? 'typescript'),
    framework: frameworkText(runner, typed) + servicesText(services ?? []),
    singleFiles: runner !== null,
  }
}

/** The same for the project in a folder of a tree. */
export async function aroundIn(tree: Pick<Tree, 'paths' | 'read'>, config: Config, dir: string): Promise<Words> {
  const { runner, typed } = await projectOf(tree, config, dir)
  return wordsFor(runner, typed, config.services)
}

/**
 * The package that a task of this tree works in; where it lies in one that nobody has named, that counts only if it says itself how
 * it is tested.
 */
export async function dirOfTask(
  spec: Spec,
  task: Task,
  config: Config,
  tree: Pick<Tree, 'paths' | 'read'>,
): Promise<{ dir: string } | { problem: string }> {
  const placed = placeTask(spec, task, config, tree.paths)
  if ('problem' in placed) return placed
  if (placed.dir !== '' && (placed.sure || (await isTestedItself(tree, placed.dir)))) return { dir: placed.dir }
  const listed = listedDirs(config)
  if (listed.length === 0 || listed.includes('')) return { dir: '' }
  const top = await detectIn(tree, config, '')
  if (!('unsupported' in top)) return { dir: '' }
  const how = `write \`Dir: ${listed[0]}\` into its tasks, \`dir: ${listed[0]}\` into front matter of its tasks.md, or name it under \`specs:\` of a project in agent.yaml`
  return {
    problem: `${spec.dir}/tasks.md:${task.line}: task ${task.id} works in none of the projects (${listed.join(', ')}), and the repository itself cannot be checked: ${top.unsupported}. If it belongs to one, ${how}.`,
  }
}

async function isTestedItself(tree: Pick<Tree, 'paths' | 'read'>, dir: string): Promise<boolean> {
  const seen = seenFrom(dir, readerOf(tree), tree.paths)
  return !('unsupported' in (await detectProject(seen.read, seen.paths)))
}

/** Answers where tasks work, each folder looked at once per tree. */
export function createPlace(config: Config, settings: Settings): NonNullable<Surroundings['place']> {
  const known = new Map<string, Promise<Place>>()
  return async (spec, task, tree) => {
    const found = await dirOfTask(spec, task, config, tree)
    if ('problem' in found) return found
    const { dir } = found
    if (dir === '' && listedDirs(config).length === 0) return { dir, around: {}, settings: {} }
    const key = `${tree.hash} ${dir}`
    const place = known.get(key) ?? placeIn(tree, dir, config, settings)
    known.set(key, place)
    return place
  }
}

async function placeIn(tree: Tree, dir: string, config: Config, settings: Pick<Settings, 'checksKey'>): Promise<Place> {
  const level = levelOf({ level: { ...config.level, ...settingsIn(config, dir).level } })
  // What is judged beside the listed projects is part of what a result holds for.
  const checksKey = listedDirs(config).includes(dir) ? settings.checksKey : sha256(`${settings.checksKey} ${dir}`)
  const own = { level, levels: suiteLevels(level, config.levels), checks: commandChecks(config, dir), checksKey }
  return { dir, around: await aroundIn(tree, config, dir), settings: own }
}
