import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Mask } from '../../core/mask.ts'
import type { FileChange } from '../../core/patch/patch.ts'
import type { Tree } from '../../world.ts'
import { git, gitBuffer } from '../git/git.ts'
import { decodeBlob, openTree } from '../git/tree.ts'

/** What a tree for editing is made from. */
export interface TreeSource {
  /** The repository. */
  root: string
  commonDir: string
  /** Files that no model may see: they are not there. */
  deny(path: string): boolean
  mask: Mask
  /** Folder for throw-away files. */
  scratch(): string
}

export interface ScratchTree {
  /** Files of the base, without any `.git`. */
  dir: string
  /** How it looked before, and how it looks now; ignored files and what lies in a `.git` do not count. */
  compare(): Promise<{ before: Tree; after: Tree; changed: string[] }>
  /** The change of one file as a unified diff with so many lines of context. */
  diff(path: string, context: number): Promise<string>
  close(): Promise<void>
}

/** Neither filters nor settings of the user or the project have a say. */
const ALONE = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

/** Lays out a commit with what lies upon it, for a program to edit. Its index and objects lie elsewhere. */
export async function openScratchTree(
  source: TreeSource,
  base: { commit: string; overlay: FileChange[] },
): Promise<ScratchTree> {
  await mkdir(source.scratch(), { recursive: true })
  const home = await mkdtemp(join(source.scratch(), 'edits-'))
  const dir = join(home, 'tree')
  const gitDir = join(home, 'index.git')
  const env = { ...ALONE, GIT_DIR: gitDir, GIT_WORK_TREE: dir }
  await mkdir(dir)
  const format = await git(source.root, ['rev-parse', '--show-object-format'])
  await git(home, ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, gitDir], { env: ALONE })
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
  await appendFile(join(gitDir, 'objects', 'info', 'alternates'), `${join(source.commonDir, 'objects')}\n`)
  await git(dir, ['read-tree', base.commit], { env })
  await git(dir, ['checkout-index', '--all', '--force'], { env })
  await cover(dir, base, source)
  const record = async () => {
    await git(dir, ['add', '--all'], { env })
    return git(dir, ['write-tree'], { env })
  }
  const before = await record()
  return {
    dir,
    async compare() {
      const after = await record()
      const names = await gitBuffer(dir, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', before, after], {
        env,
      })
      const changed = names.toString('utf8').split('\0').filter(Boolean)
      return { before: await openTree(gitDir, before), after: await openTree(gitDir, after), changed }
    },
    async diff(path, context) {
      const after = await git(dir, ['write-tree'], { env })
      const how = ['-p', '--no-renames', '--no-color', '--no-ext-diff', '--no-textconv', `--unified=${context}`]
      const out = await gitBuffer(dir, ['diff-tree', '-r', ...how, before, after, '--', `:(literal)${path}`], { env })
      return out.toString('utf8')
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** Stubs are laid upon the base; what no model may see is taken away, and secrets in the rest are masked. */
async function cover(dir: string, base: { commit: string; overlay: FileChange[] }, source: TreeSource): Promise<void> {
  for (const { path, content } of base.overlay) {
    if (content === null) await rm(join(dir, path), { force: true })
    else {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), content)
    }
  }
  const tree = await openTree(source.root, base.commit)
  for (const path of tree.paths) {
    const file = join(dir, path)
    if (source.deny(path)) {
      await rm(file, { force: true })
      continue
    }
    const bytes = await readFile(file).catch(() => null)
    const known = bytes === null ? null : decodeBlob(bytes)
    if (known?.kind !== 'text' || (await tree.read(path)).kind !== 'text') continue
    const masked = source.mask(known.text)
    if (masked !== known.text) await writeFile(file, masked)
  }
}
