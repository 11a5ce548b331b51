import { isTestPath } from '../core/patch/test-paths.ts'
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
  return [...new Set([...tree.paths.filter(isTestPath), ...collected, ...(await reachedByConfig(tree.paths, read))])]
}
