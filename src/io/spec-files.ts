import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import type { BaseFile } from '../core/patch/patch.ts'
import { steeringPaths } from '../core/spec/locate.ts'
import { parseSpec } from '../core/spec/parse.ts'
import type { Spec } from '../core/spec/spec.ts'

/** Folders that hold specs and steering; nothing else is read. */
const ROOTS = ['specs', '.kiro', 'steering']

/** Files of specs and steering as they lie on the disk, committed or not, in the shape of a tree. */
export async function specFilesOnDisk(
  root: string,
): Promise<{ paths: string[]; read(path: string): Promise<BaseFile> }> {
  const found: string[] = []
  for (const name of ROOTS) {
    const entries = await readdir(join(root, name), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (entry.isFile() && entry.name.endsWith('.md'))
        found.push(slashed(relative(root, join(entry.parentPath, entry.name))))
    }
  }
  return {
    paths: found.sort(),
    read: async (path) => {
      const text = await textOf(join(root, path))
      return text === null ? { kind: 'absent' } : { kind: 'text', text }
    },
  }
}

/** Reads one folder as a spec, wherever it lies; null when it is not a folder. */
export async function readSpecFolder(root: string, folder: string): Promise<Spec | null> {
  const dir = resolve(folder)
  if (!(await stat(dir).catch(() => null))?.isDirectory()) return null
  const around = await specFilesOnDisk(root)
  const steering: { path: string; text: string }[] = []
  for (const path of steeringPaths(around.paths)) steering.push({ path, text: (await textOf(join(root, path))) ?? '' })
  const files: { path: string; text: string }[] = []
  for (const name of await readdir(dir)) {
    const text = name.endsWith('.md') ? await textOf(join(dir, name)) : null
    if (text !== null) files.push({ path: name, text })
  }
  const place = slashed(relative(root, dir))
  return parseSpec({
    id: basename(dir),
    dir: place.startsWith('..') ? slashed(dir) : place,
    files,
    steering,
    problems: [],
  })
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}
