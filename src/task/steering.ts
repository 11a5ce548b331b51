import type { Part } from '../core/prompt/prompt.ts'
import { renderFile, renderSteering } from '../core/prompt/sections.ts'
import { resolveRelative } from '../core/prompt/select-files.ts'
import { namedIn, reader } from './files.ts'
import type { Scene } from './state.ts'

/** Limits of what steering pulls in by `#[[file:path]]`. */
const MOST_FILES = 10
const MOST_CHARACTERS = 20_000

/** Steering that applies, each file followed by what it refers to. The same for every role and question of a task. */
export async function steeringParts(scene: Scene): Promise<Part[]> {
  const read = reader(scene, [])
  const parts: Part[] = []
  const pulled = new Set<string>()
  for (const { steering } of scene.plan.steering.applied) {
    parts.push({ kind: 'steering', source: steering.path, text: renderSteering(steering), mandatory: true })
    for (const written of steering.files) {
      const path = resolved(steering.path, written, scene.tree.paths)
      if (path === null || pulled.has(path) || pulled.size >= MOST_FILES) continue
      pulled.add(path)
      const text = await read(path)
      if (text === null) continue
      const long = text.length > MOST_CHARACTERS
      const shown = long ? `${text.slice(0, text.lastIndexOf('\n', MOST_CHARACTERS) + 1)}...` : text
      const name = long ? `${path} (the beginning; ${steering.path} refers to it)` : path
      parts.push({ kind: 'file', source: path, text: renderFile(name, shown), mandatory: false, rank: 1 })
    }
  }
  return parts
}

/** Files that the spec or its steering names and that bring nothing into a prompt, and why: for the manifest. */
export async function lostReferences(scene: Scene): Promise<{ source: string; why: string }[]> {
  const { plan, tree } = scene
  const references = plan.steering.applied.flatMap(({ steering }) =>
    steering.files.map((written) => ({
      source: `${steering.path}: #[[file:${written}]]`,
      path: resolved(steering.path, written, tree.paths),
    })),
  )
  const named = namedIn(plan, tree.paths).map((path) => ({ source: path, path }))
  const lost: { source: string; why: string }[] = []
  for (const { source, path } of [...references, ...named]) {
    const why = path === null ? 'there is no such file in the repository' : await whyNotShown(scene, path)
    if (why !== null) lost.push({ source, why })
  }
  return lost
}

async function whyNotShown(scene: Scene, path: string): Promise<string | null> {
  if (scene.around.deny(path)) return 'it is not shown to models (it may hold secrets)'
  return (await reader(scene, [])(path)) === null ? 'it is no text file, or far too large' : null
}

/** A path as written from the repository's root, or from the steering file's own folder. */
function resolved(from: string, written: string, paths: readonly string[]): string | null {
  const folder = from.split('/').slice(0, -1)
  return (
    [resolveRelative([], written), resolveRelative(folder, written)].find(
      (path) => path !== null && paths.includes(path),
    ) ?? null
  )
}
