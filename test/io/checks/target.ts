import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ServiceConfig } from '../../../src/core/config.ts'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import type { BoxLimits } from '../../../src/io/box/box.ts'
import { createNoneBox } from '../../../src/io/box/none.ts'
import { type CheckProgress, createChecks } from '../../../src/io/checks/checks.ts'
import { detectProject } from '../../../src/io/checks/detect.ts'
import type { CheckRequest, CommandCheck, Intensity } from '../../../src/world.ts'

type Replay = NonNullable<Extract<CheckRequest, { kind: 'tests' }>['replay']>

const INSTALLED = join(import.meta.dirname, '..', '..', '..', 'node_modules')
const PACKAGES = ['vitest', 'jest', 'fast-check', 'typescript', '@types/node']

export const MANIFEST = JSON.stringify({
  name: 'target',
  type: 'module',
  devDependencies: { vitest: '*', 'fast-check': '*', typescript: '*' },
})

/** A folder for one test file or one test, gone afterwards. */
export async function scratch(finished: (cleanUp: () => Promise<void>) => void = onTestFinished): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'specproof-target-')))
  finished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** Null leaves a file out. A repository whose dependencies are links to ours, and a worktree of it that holds `files`. */
export async function makeTarget(given: Record<string, string | null>, finished?: Parameters<typeof scratch>[0]) {
  const folder = await scratch(finished)
  const repository = join(folder, 'repository')
  const worktree = join(folder, 'worktree')
  for (const name of PACKAGES) {
    await mkdir(dirname(join(repository, 'node_modules', name)), { recursive: true })
    await symlink(join(INSTALLED, name), join(repository, 'node_modules', name))
  }
  const all = { 'package.json': MANIFEST, ...given }
  const files = Object.fromEntries(Object.entries(all).flatMap(([path, text]) => (text === null ? [] : [[path, text]])))
  await write(worktree, files)
  return { repository, worktree, files }
}

type Target = Awaited<ReturnType<typeof makeTarget>>

export interface Options {
  limits?: Partial<BoxLimits>
  services?: ServiceConfig[]
  commands?: CommandCheck[]
  onProgress?: (progress: CheckProgress) => void
  signal?: AbortSignal
  /** Left out: Node alone. */
  path?: string
  env?: Record<string, string>
}

export async function runRequest(target: Target, request: CheckRequest, options: Options = {}): Promise<CheckResult> {
  const read = async (path: string) => (target.files as Record<string, string>)[path] ?? null
  const project = await detectProject(read, Object.keys(target.files), { commands: options.commands !== undefined })
  if ('unsupported' in project) throw new Error(project.unsupported)
  const checks = createChecks({
    box: createNoneBox(),
    repository: target.repository,
    toolchains: { readOnly: [], mounts: [], path: options.path ?? `${dirname(process.execPath)}:/usr/bin:/bin` },
    projects: [{ ...project, dir: '' }],
    env: options.env ?? {},
    gitDir: null,
    limits: options.limits ?? {},
    services: options.services ?? [],
    commands: options.commands ?? [],
    onProgress: options.onProgress ?? (() => {}),
  })
  const worktree = { commit: '0'.repeat(40), dir: target.worktree }
  return checks.run(worktree, request, options.signal ?? new AbortController().signal)
}

export const LIGHT: Intensity = { seeds: [11, -22], runs: 50, minMs: 0 }

export function runTests(
  target: Target,
  options: Options & { files?: string[]; maxMs?: number; intensity?: Intensity; replay?: Replay },
) {
  const { files = null, maxMs = 120_000, intensity = LIGHT, replay } = options
  const request = { kind: 'tests' as const, stage: 'tests' as const, files, intensity, maxMs }
  return runRequest(target, replay ? { ...request, replay } : request, options)
}
