import { type GoManifests, isGoManifest } from '../core/prompt/go-packages.ts'
import type { Tree } from '../world.ts'

/** More modules than these are examples or fixtures. */
const MOST = 40

/** The go.mod and go.work files of a tree, those near its top first. */
export async function goManifests(tree: Pick<Tree, 'paths' | 'read'>): Promise<GoManifests> {
  const depth = (path: string) => path.split('/').length
  const paths = tree.paths.filter((path) => isGoManifest(path) && !/(^|\/)(vendor|testdata)\//.test(path))
  const found = new Map<string, string>()
  for (const path of paths.sort((a, b) => depth(a) - depth(b)).slice(0, MOST)) {
    const file = await tree.read(path)
    if (file.kind === 'text') found.set(path, file.text)
  }
  return found
}
