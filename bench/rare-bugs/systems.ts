import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyPatch } from '../../src/core/patch/apply.ts'
import type { FileChange } from '../../src/core/patch/patch.ts'
import { readReply } from '../../src/core/patch/read-reply.ts'
import { makeDemoRepository } from '../../src/io/demo.ts'
import { makeCommit } from '../../src/io/git/commit.ts'
import { git } from '../../src/io/git/git.ts'
import { openTree } from '../../src/io/git/tree.ts'

const RECORDINGS = join(import.meta.dirname, '..', '..', 'recordings')

/** A demo repository with all tasks of a spec as their recordings answered them. Answers its folder and its last commit. */
export async function finishedSystem(system: string): Promise<{ dir: string; commit: string }> {
  const dir = await makeDemoRepository(system)
  let commit = await git(dir, ['rev-parse', 'HEAD'])
  const folder = join(RECORDINGS, system, system)
  for (const task of (await readdir(folder)).sort((a, b) => Number(a) - Number(b))) {
    for (const role of ['author', 'implementer']) commit = await withReply(dir, commit, join(folder, task), role)
  }
  await git(dir, ['reset', '--quiet', '--hard', commit])
  return { dir, commit }
}

/** The last patch that a role answered: answers before it asked for files, or were red. */
async function withReply(dir: string, parent: string, folder: string, role: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${role}-`) && name.endsWith('.md')).sort()
  const reply = readReply(await readFile(join(folder, names.at(-1)!), 'utf8'))
  if (reply.kind !== 'patch') throw new Error(`${folder}/${names.at(-1)} holds no patch`)
  const tree = await openTree(dir, parent)
  // A stub may be given whole, as if it were not there.
  const once = await applyPatch(reply.patch, tree.read)
  const stubs = once.ok ? [] : once.refused.filter(({ code }) => code === 'exists').map(({ path }) => path)
  const applied = await applyPatch(reply.patch, async (path) =>
    stubs.includes(path) ? { kind: 'absent' } : tree.read(path),
  )
  if (!applied.ok) throw new Error(`${folder}/${names.at(-1)}: ${JSON.stringify(applied.refused)}`)
  return (await makeCommit(dir, { parent, changes: applied.changes, message: `${role} of ${folder}` })).commit
}

/** A commit in which one place of one file reads otherwise. Throws where the place is not there exactly once. */
export async function withBug(
  dir: string,
  parent: string,
  { file, search, replace, name }: { file: string; search: string; replace: string; name: string },
): Promise<string> {
  const found = await (await openTree(dir, parent)).read(file)
  const text = found.kind === 'text' ? found.text : ''
  if (text.split(search).length !== 2)
    throw new Error(`"${name}": ${file} holds this ${text.split(search).length - 1} times:\n${search}`)
  const change: FileChange = { path: file, action: 'edit', content: text.replace(search, () => replace), blocks: [] }
  return (await makeCommit(dir, { parent, changes: [change], message: name })).commit
}
