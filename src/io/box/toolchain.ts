import { access, constants, open, realpath, stat } from 'node:fs/promises'
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'
import { runProgram } from '../run-program.ts'
import { isSystemPath, SYSTEM_BINS } from './system.ts'

export interface Toolchain {
  /** Host paths to mount read-only at the same path, for `BoxPolicy.readOnly`. */
  readOnly: string[]
  /** Value of PATH inside. */
  path: string
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

async function isProgram(path: string): Promise<boolean> {
  const usable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
  return usable && (await stat(path)).isFile()
}

/** The first of the folders that holds the program, with its name. */
export async function firstOnPath(dirs: string[], name: string): Promise<string | null> {
  for (const dir of dirs) {
    if (await isProgram(join(dir, name))) return join(dir, name)
  }
  return null
}

async function isBinary(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === '\x7fELF'
  } finally {
    await file.close()
  }
}

/** The binary that runs in the end. Version managers put a script or a program of their own in its place: those are asked. */
async function realNode(found: string): Promise<string> {
  const real = await realpath(found)
  if (['node', 'nodejs'].includes(basename(real)) && (await isBinary(real))) return real
  const asked = await runProgram(found, ['-p', 'process.execPath'], { timeoutMs: 10_000 })
  return asked.exitCode === 0 && isAbsolute(asked.stdout) ? realpath(asked.stdout) : real
}

/** The folder of the npm package that holds `node`, when it was installed as one. */
function enclosingPackage(node: string): string | null {
  const parts = node.split('/')
  const at = parts.lastIndexOf('node_modules')
  if (at < 0) return null
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2
  return parts.slice(0, at + length).join('/')
}

/** What has to be visible for this binary. */
async function foldersFor(node: string): Promise<string[]> {
  const inPackage = enclosingPackage(node)
  if (inPackage !== null) return [inPackage]
  const bin = dirname(node)
  const npm = join(dirname(bin), 'lib/node_modules/npm')
  // A folder of its own for Node, as archives and version managers make it. Others hold more than concerns the box.
  if (basename(bin) === 'bin' && (await exists(npm))) return [bin, npm]
  return [node]
}

/**
 * What the `node` found first on a PATH needs to run inside a box, with the npm and npx next to it if there are any.
 * Without a `node` on that PATH, only the system's folders remain.
 */
export async function nodeToolchain(path: string): Promise<Toolchain> {
  const dirs = path.split(delimiter).filter(isAbsolute)
  const visible: string[] = []
  for (const dir of dirs) {
    if (isSystemPath(dir) && (await exists(dir))) visible.push(dir)
  }
  for (const dir of SYSTEM_BINS) if (await exists(dir)) visible.push(dir)
  const found = await firstOnPath(dirs, 'node')
  if (found === null) return { readOnly: [], path: [...new Set(visible)].join(delimiter) }
  const node = await realNode(found)
  const folders = isSystemPath(node) ? [] : await foldersFor(node)
  // A link in a system folder may have another name for it, or lie there for another user's Node only.
  const first = isSystemPath(node) && isSystemPath(found) ? dirname(found) : dirname(node)
  return { readOnly: folders, path: [...new Set([first, ...visible])].join(delimiter) }
}
