import { type Operation, type Patch, pathsOfOperation, type Refusal } from './patch.ts'
import {
  AGENT_CONFIG_GLOBS,
  CI_GLOBS,
  GIT_CONFIG_GLOBS,
  globMatcher,
  LOCKFILE_GLOBS,
  MANIFEST_GLOBS,
  RUNNER_CONFIG_GLOBS,
  SNAPSHOT_GLOBS,
  SPEC_FILES,
  SPEC_GLOBS,
  STEERING_GLOBS,
} from './protected-globs.ts'
import { foldPath, pathProblem } from './safe-path.ts'

export type ProtectedKind =
  | 'spec'
  | 'steering'
  | 'frozen-test'
  | 'existing-test'
  | 'new-test'
  | 'runner-config'
  | 'ci'
  | 'lockfile'
  | 'manifest'
  | 'git-config'
  | 'agent-config'
  | 'ignored'
  | 'other-package'

/** What is protected in one project and for one task. Paths are from the repository's root, with forward slashes. */
export interface Protection {
  /** Globs of the task's `Allows:` line; `folder/` means all that lies in it. */
  allows: readonly string[]
  /** Paths of the task's frozen tests. */
  frozen: readonly string[]
  /** Folders of specs and of steering; a steering folder is told by its name. */
  specDirs: readonly string[]
  /** Folders of agent.yaml that hold specs; left out: none. */
  specRoots?: readonly string[]
  /** Paths of the tests of the base tree, also of such that `isTest` does not know by their names. */
  existingTests: readonly string[]
  isTest: (path: string) => boolean
  /** Folder of the package that the task works in; left out: all of the repository. */
  dir?: string
  /** Paths of the patch that git ignores, as it was asked. */
  ignored?: readonly string[]
}

export interface GuardOptions extends Protection {
  /** For the author of tests: only new files, tests among them. */
  createOnly?: boolean
  /** With `createOnly`: ordinary files that may be edited all the same, so that they declare more; left out: none. */
  extends?: (path: string) => boolean
}

/** A refusal of the guard; `kind` is null where the code is not `protected`. */
export interface GuardRefusal extends Refusal {
  kind: ProtectedKind | null
}

/** Kinds that judge the task: reaching for them is tampering. */
export function isJudge(kind: ProtectedKind): boolean {
  return kind === 'spec' || kind === 'steering' || kind === 'frozen-test' || kind === 'existing-test'
}

const matchSpec = globMatcher(SPEC_GLOBS)
const matchSteering = globMatcher(STEERING_GLOBS)
const matchSnapshot = globMatcher(SNAPSHOT_GLOBS)
const BY_NAME = (
  [
    ['agent-config', AGENT_CONFIG_GLOBS],
    ['git-config', GIT_CONFIG_GLOBS],
    ['ci', CI_GLOBS],
    ['lockfile', LOCKFILE_GLOBS],
    ['runner-config', RUNNER_CONFIG_GLOBS],
    ['manifest', MANIFEST_GLOBS],
  ] as const
).map(([kind, globs]) => ({ kind, matches: globMatcher(globs) }))

/**
 * What a path is protected as, whatever the task allows; null: it is an ordinary file. Judges come before all other
 * kinds, so that a runner's setup file among the frozen tests counts as frozen.
 */
export function classify(path: string, protection: Omit<Protection, 'allows'>, exists: boolean): ProtectedKind | null {
  const folded = foldPath(path)
  const among = (paths: readonly string[]) => paths.some((other) => foldPath(other) === folded)
  if (matchSteering(path)) return 'steering'
  const specDir = protection.specDirs.map(folderOf).find((dir) => folded === dir || folded.startsWith(`${dir}/`))
  if (specDir !== undefined) return /(^|\/)steering$/.test(specDir) ? 'steering' : 'spec'
  if (matchSpec(path) || isSpecOf(protection.specRoots ?? [], folded)) return 'spec'
  if (among(protection.frozen)) return 'frozen-test'
  if (protection.dir && !exists && !folded.startsWith(`${foldPath(protection.dir)}/`)) return 'other-package'
  const named = BY_NAME.find(({ matches }) => matches(path))
  if (named !== undefined) return named.kind
  if (among(protection.existingTests)) return 'existing-test'
  if (protection.isTest(path) || matchSnapshot(path)) return exists ? 'existing-test' : 'new-test'
  if (protection.ignored?.includes(path)) return 'ignored'
  return folded.startsWith(protection.dir ? `${foldPath(protection.dir)}/` : '') ? null : 'other-package'
}

const matchSpecFile = globMatcher([SPEC_FILES])

function isSpecOf(roots: readonly string[], folded: string): boolean {
  const inside = (root: string) => root === '' || root === '.' || folded.startsWith(`${root}/`)
  return roots.some((root) => inside(folderOf(root))) && matchSpecFile(folded)
}

function folderOf(dir: string): string {
  return foldPath(dir).replace(/^(\.?\/)+|\/+$/g, '')
}

/**
 * Checks a patch before anything is resolved: no protected path may be touched that `Allows:` does not name, and the author
 * of tests only creates. `exists` answers for the base tree. Unsafe paths are refused as well, since no glob can judge them.
 */
export function createGuard(
  options: GuardOptions,
): (patch: Patch, exists: (path: string) => boolean) => GuardRefusal[] {
  const allowed = globMatcher(options.allows)
  const check = (operation: Operation, path: string, exists: (path: string) => boolean): GuardRefusal | null => {
    const refuse = (code: Refusal['code'], message: string, kind: ProtectedKind | null = null): GuardRefusal => ({
      path,
      block: null,
      code,
      message,
      nearest: null,
      kind,
    })
    const problem = pathProblem(path)
    if (problem !== null) return refuse('unsafe-path', `\`${path}\` cannot be used: ${problem}.`)
    const kind = classify(path, options, exists(path))
    if (kind !== null && !permits(kind, allowed(path), options.createOnly === true)) {
      return refuse('protected', protectedMessage(path, kind, options.dir), kind)
    }
    if (options.createOnly && !creates(operation, exists)) {
      const extended = kind === null && operation.action === 'edit' && exists(path) && options.extends?.(path)
      if (!extended) return refuse('create-only', createOnlyMessage(path, options.extends !== undefined))
    }
    return null
  }
  return (patch, exists) =>
    patch.operations.flatMap((operation) =>
      pathsOfOperation(operation)
        .map((path) => check(operation, path, exists))
        .filter((refusal) => refusal !== null),
    )
}

function creates(operation: Operation, exists: (path: string) => boolean): boolean {
  return (operation.action === 'create' || operation.action === 'replace') && !exists(operation.path)
}

function permits(kind: ProtectedKind, allowed: boolean, createOnly: boolean): boolean {
  if (kind === 'spec' || kind === 'steering' || kind === 'frozen-test') return false
  return allowed || (createOnly && kind === 'new-test')
}

const NAMES: Record<ProtectedKind, string> = {
  spec: 'part of a spec',
  steering: 'steering',
  'frozen-test': 'a frozen test of this task',
  'existing-test': 'an existing test of the project',
  'new-test': 'a new test or helper of tests',
  'runner-config': 'configuration of test runner, compiler or linter',
  ci: 'configuration of continuous integration',
  lockfile: 'a lockfile',
  manifest: 'a manifest of the project',
  'git-config': 'configuration of git, its hooks or a list of what to ignore',
  'agent-config': 'configuration of agents or editors',
  ignored: 'ignored by git, so no commit would hold it',
  'other-package': 'outside of the package of this task',
}

function protectedMessage(path: string, kind: ProtectedKind, dir = ''): string {
  if (kind === 'other-package')
    return `\`${path}\` is protected (${kind}): it is ${NAMES[kind]}, \`${dir}/\`. Paths are from the top of the repository${path.split('/')[0] === dir.split('/')[0] ? '' : `: write \`${dir}/${path}\` if that is meant`}. If the task cannot be done without the other file, answer \`BLOCKED: reason\`: a person can permit it with the line \`Allows: /${path}\` in the task.`
  const what = `\`${path}\` is protected (${kind}): it is ${NAMES[kind]}.`
  if (kind === 'existing-test') {
    return `${what} It judges this task, so nothing you answer can permit a change of it; only the person who owns the task can, with the line \`Allows: ${path}\`. Change the code instead, or answer \`BLOCKED: reason\` if the test is wrong.`
  }
  if (isJudge(kind)) {
    return `${what} It judges this task, so nothing you answer can permit a change of it, and no \`Allows:\` line lifts this. Change the code instead, or answer \`BLOCKED: reason\` if it is wrong.`
  }
  return `${what} This task may not touch it; do without it. If the task cannot be done without it, answer \`BLOCKED: reason\`: a person can permit it with the line \`Allows: ${path}\` in the task.`
}

function createOnlyMessage(path: string, extending: boolean): string {
  const except = extending
    ? ', except by blocks that add declarations to a source file: a field, a parameter, a stub of a function'
    : ''
  return `\`${path}\`: tests are written before the code, so only new files can be created here. Leave existing files as they are${except}.`
}
