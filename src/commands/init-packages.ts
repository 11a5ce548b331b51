import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { execa } from 'execa'
import { addCommand, asDirect, GO_LIBRARY, goGetCommand, hasGoLibrary, MANIFESTS } from '../core/init/install.ts'
import type { Survey } from '../core/init/survey.ts'
import { git, tryGit } from '../io/git/git.ts'
import { requireIdentity, uncommitted } from '../io/git/repository.ts'
import { PACKAGE_ROOT, packageVersion } from '../io/package-root.ts'
import { type Step, toDo } from './init-steps.ts'

const WHAT = 'packages'
const NODE_TYPES = '@types/node'

export interface Adding {
  /** What is added, in words. */
  names: string
  /** Where to. */
  to: string
  command: string[]
  /** What is left to do with the manifests. */
  mend?: () => Promise<void>
}

/** rapid, for a Go module at the top that requires no property library; `testing/quick` alone does not shrink. */
export async function goLibrary(root: string, { runner }: Survey): Promise<Adding | null> {
  const path = join(root, 'go.mod')
  const text = 'name' in runner && runner.name === 'go' ? await readFile(path, 'utf8').catch(() => null) : null
  if (text === null || hasGoLibrary(text)) return null
  const mend = async () => writeFile(path, asDirect(await readFile(path, 'utf8')))
  return { names: GO_LIBRARY, to: 'requirements of go.mod', command: goGetCommand(text), mend }
}

/**
 * Only where there is a package.json, and tests of JavaScript: other languages have property libraries of their own. `untyped`: types are
 * checked from now on, and tests of Node need those of Node.
 */
export function missingPackages({ dependencies, manager, runner }: Survey, untyped: boolean): Adding | null {
  if (dependencies === null || ('name' in runner && ['go', 'pytest'].includes(runner.name))) return null
  const inModules = PACKAGE_ROOT.split(sep).includes('node_modules')
  // A clone is installed from where it lies.
  const own = inModules ? `specproof@${packageVersion()}` : PACKAGE_ROOT
  const missing = [
    { name: 'fast-check', wanted: 'fast-check' },
    { name: 'specproof', wanted: own },
    ...(untyped ? [{ name: NODE_TYPES, wanted: NODE_TYPES }] : []),
  ].filter(({ name }) => !dependencies.has(name))
  if (missing.length === 0) return null
  const command = addCommand(
    manager,
    missing.map(({ wanted }) => wanted),
  )
  return { names: missing.map(({ name }) => name).join(' and '), to: 'development dependencies', command }
}

/**
 * Commits the manifest and the lockfile alone; whatever else is staged stays as it is. In a new project, where none of them has been
 * committed yet, they are left for the first commit.
 */
export async function addPackages(root: string, adding: Adding): Promise<Step> {
  const dirty = await uncommitted(root, MANIFESTS)
  if (dirty.length === 0) return addInCommit(root, adding)
  const { names, command } = adding
  const tracked = await git(root, ['ls-files', '--', ...MANIFESTS])
  if (tracked === '') return addToNew(root, adding, dirty)
  const text = `${names}: not added, because of changes to ${dirty.join(' and ')} that are not committed; commit them, or run \`${command.join(' ')}\` yourself`
  return names === NODE_TYPES ? toDo(WHAT, text) : failed(text)
}

async function addToNew(root: string, adding: Adding, dirty: readonly string[]): Promise<Step> {
  const before = new Map<string, string>()
  for (const path of dirty) before.set(path, await readFile(join(root, path), 'utf8'))
  const problem = await install(root, adding)
  const files = await uncommitted(root, MANIFESTS)
  if (problem === null) return { what: WHAT, status: 'written', text: `${adding.names}, in ${files.join(' and ')}` }
  for (const path of files) if (!before.has(path)) await rm(join(root, path), { force: true })
  for (const [path, text] of before) await writeFile(join(root, path), text)
  return failed(problem)
}

async function addInCommit(root: string, adding: Adding): Promise<Step> {
  await requireIdentity(root)
  const problem = await install(root, adding)
  if (problem !== null) {
    await restore(root)
    return failed(problem)
  }
  const { names } = adding
  const changed = await uncommitted(root, MANIFESTS)
  await git(root, ['add', '--', ...changed])
  const message = `Add ${names} for property tests`
  const committed = await tryGit(root, ['commit', '--quiet', '--only', '--message', message, '--', ...changed])
  if (!committed.ok) {
    await restore(root)
    return failed(`${names}: not added, because git does not commit: ${committed.message}`)
  }
  const hash = await git(root, ['rev-parse', '--short', 'HEAD'])
  return { what: WHAT, status: 'committed', text: `${names}, in commit ${hash}: ${changed.join(', ')}` }
}

/** What keeps the packages from being installed; null: they are. */
async function install(root: string, { names, command, mend }: Adding): Promise<string | null> {
  const [program = 'npm', ...args] = command
  const ended = await execa(program, args, { cwd: root, reject: false, stdin: 'ignore', all: true, timeout: 600_000 })
  if (!ended.failed) {
    await mend?.()
    return null
  }
  const last = (ended.all ?? '').trim().split('\n').filter(Boolean).slice(-3).join(' ')
  return `${names}: \`${command.join(' ')}\` failed: ${last || ended.shortMessage}`
}

const failed = (text: string): Step => ({ what: WHAT, status: 'failed', text })

/** Takes back what an installation has left that came to no commit; before it, none of these files differed from HEAD. */
async function restore(root: string): Promise<void> {
  const changed = await uncommitted(root, MANIFESTS)
  if (changed.length === 0) return
  await tryGit(root, ['reset', '--quiet', 'HEAD', '--', ...changed])
  const tracked = (await git(root, ['ls-files', '--', ...changed])).split('\n').filter(Boolean)
  if (tracked.length > 0) await tryGit(root, ['checkout', 'HEAD', '--', ...tracked])
  for (const path of changed) if (!tracked.includes(path)) await rm(join(root, path), { force: true })
}
