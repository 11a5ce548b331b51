import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { planOf } from '../../src/begin.ts'
import { applyPatch } from '../../src/core/patch/apply.ts'
import type { BaseFile, FileChange } from '../../src/core/patch/patch.ts'
import { readReply } from '../../src/core/patch/read-reply.ts'
import { isTestPath } from '../../src/core/patch/test-paths.ts'
import { scanFile } from '../../src/core/symbols/scan.ts'
import type { FileSymbols } from '../../src/core/symbols/symbols.ts'
import { loadSpecs } from '../../src/task/load-specs.ts'
import type { Frozen, Plan } from '../../src/task/state.ts'
import type { Tree, World } from '../../src/world.ts'
import { RECORDING } from './job-queue.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A tree of files in memory. */
export function memoryTree(files: Record<string, string>): Tree {
  return {
    commit: '0'.repeat(40),
    hash: '0'.repeat(40),
    paths: Object.keys(files).sort(),
    async read(path): Promise<BaseFile> {
      const text = files[path]
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text }
    },
    ignored: async () => [],
  }
}

/** The symbols of a tree in memory, without a parser. */
export function memorySymbols(tree: Tree): World['symbols'] {
  return async () => {
    const files: FileSymbols[] = []
    for (const path of tree.paths) {
      const file = await tree.read(path)
      const found = file.kind === 'text' ? scanFile(path, file.text) : null
      if (found) files.push(found)
    }
    return { files, signatures: async () => new Map() }
  }
}

/** What the author and then the implementer of a task stand before. */
export interface RecordedTask {
  plan: Plan
  tree: Tree
  frozen: Frozen
}

async function filesOf(from: string, to: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(join(ROOT, from), { withFileTypes: true })) {
    if (entry.isFile()) files[`${to}${entry.name}`] = await readFile(join(ROOT, from, entry.name), 'utf8')
  }
  return files
}

/** All files below a folder of this repository, by their paths in it behind `to`. */
export async function filesBelow(from: string, to = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const base = join(ROOT, from)
  for (const entry of await readdir(base, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[to + path.slice(base.length + 1)] = await readFile(path, 'utf8')
  }
  return files
}

export async function jobQueueFiles(): Promise<Record<string, string>> {
  return {
    '.gitignore': 'node_modules/\n',
    ...(await filesOf('sandbox/targets/typescript', '')),
    ...(await filesOf('specs/job-queue', 'specs/job-queue/')),
    ...(await filesOf('specs/steering', 'specs/steering/')),
  }
}

/** The tasks of the demo in their order, each on a tree that holds what the recording answered for those before. */
export async function* recordedTasks(): AsyncGenerator<RecordedTask> {
  const files = await jobQueueFiles()
  const { specs } = await loadSpecs(memoryTree(files))
  for (const { id } of specs[0]!.tasks) {
    const tree = memoryTree({ ...files })
    const spec = (await loadSpecs(tree)).specs[0]!
    const plan = await planOf(spec, spec.tasks.find((task) => task.id === id)!, tree)
    const written = await applied(await reply(id, 'author'), tree)
    const tests = written.filter((change) => isTestPath(change.path))
    const stubs = written.filter((change) => !isTestPath(change.path))
    const names = namesIn(tests)
    yield {
      plan,
      tree,
      frozen: {
        files: tests,
        stubs,
        ids: names,
        names,
        red: '',
        redCount: names.length,
        remarks: '',
        author: 'recorded',
      },
    }
    for (const change of written) files[change.path] = change.content!
    for (const change of await applied(await reply(id, 'implementer'), memoryTree(files)))
      files[change.path] = change.content!
  }
}

async function reply(task: string, role: string): Promise<string> {
  return readFile(join(RECORDING, 'job-queue', task, `${role}-1-1.md`), 'utf8')
}

async function applied(text: string, tree: Tree): Promise<FileChange[]> {
  const read = readReply(text)
  if (read.kind !== 'patch') throw new Error(`the recording holds ${read.kind}`)
  const result = await applyPatch(read.patch, tree.read)
  if (!result.ok) throw new Error(JSON.stringify(result.refused))
  return result.changes
}

function namesIn(tests: FileChange[]): string[] {
  return tests.flatMap(({ content }) =>
    [...(content ?? '').matchAll(/\b(?:it|test)\(\s*(["'`])(.*?)\1/g)].map((match) => match[2]!),
  )
}
