import { isTestPath } from '../core/patch/test-paths.ts'
import { isIn } from '../core/projects.ts'
import { namedInCommands } from '../core/prompt/command-files.ts'
import { reachedByConfig } from '../core/prompt/config-reach.ts'
import type { State } from './state.ts'

/**
 * Existing files that take part in judging: tests by their names, tests that the runner collected whatever their names,
 * and everything that its configuration reaches.
 */
export async function judgesOf(state: State): Promise<string[]> {
  const { tree, baseline } = state
  const read = async (path: string) => {
    const file = await tree.read(path)
    return file.kind === 'text' ? file.text : null
  }
  const collected = (baseline?.tests ?? []).map((test) => test.file)
  const commands = [...state.around.settings.checks.map(({ run }) => run), state.plan.task.verify ?? '']
  const named = namedInCommands(commands, (await read('package.json')) ?? '', tree.paths)
  const { dir } = state.plan
  if (dir !== '') {
    const inside = tree.paths.filter((path) => isIn(dir, path)).map((path) => path.slice(dir.length + 1))
    const own = namedInCommands(commands, (await read(`${dir}/package.json`)) ?? '', inside)
    named.push(...own.map((path) => `${dir}/${path}`))
  }
  const reached = await reachedByConfig([...tree.paths], read)
  return [...new Set([...tree.paths.filter(isTestPath), ...collected, ...reached, ...named])]
}
