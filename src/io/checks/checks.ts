import { randomUUID } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { HarnessRequest } from '../../../sandbox/harness/protocol.mts'
import type { ServiceConfig } from '../../core/config.ts'
import { dirHolding } from '../../core/projects.ts'
import { counted } from '../../core/teeth/tally.ts'
import type { CheckResult, Stage } from '../../core/verdict/evidence.ts'
import type { CheckRequest, CommandCheck, Worktree } from '../../world.ts'
import type { Box, BoxLimits, BoxPolicy } from '../box/box.ts'
import type { Provision } from '../setup/provision.ts'
import { buildFindings } from './build.ts'
import type { Runner } from './choose-runner.ts'
import { runCommand } from './command.ts'
import { dependencyMounts } from './dependencies.ts'
import type { Project } from './detect.ts'
import { HARNESS, HARNESS_COMMAND, RunFollower, testFindings } from './harness.ts'
import { askedIn, startIn, toldFrom, withoutInner } from './in-folder.ts'
import { retriedApart } from './infrastructure.ts'
import { joinFindings } from './join-findings.ts'
import { runWithServices, type ServicedRun, whyNotReady, withServices } from './services.ts'

export interface CheckProgress {
  stage: Stage
  /** Tests that have ended. */
  done: number
  /** Tests collected so far; null before that is known. */
  total: number | null
  /** Generated cases so far. */
  runs: number
  failed: number
}

/** A project in its folder of the repository; '' is the top. */
export interface PlacedProject extends Project {
  dir: string
}

export interface CheckOptions {
  box: Box
  /** Path of the repository, where the worktree appears inside the box. */
  repository: string
  /** The toolchains: what to show, and the PATH that finds `node` in it. */
  toolchains: Pick<BoxPolicy, 'readOnly' | 'mounts' | 'overlays'> & { path: string }
  /** All that are judged, each in its folder; the whole suite is that of all of them. At least one. */
  projects: readonly PlacedProject[]
  /** Environment of the checks, PATH apart. The box brings HOME and a place for temporary files. */
  env: Record<string, string>
  /** Folder that appears as the repository's `.git`, read-only. */
  gitDir: string | null
  limits: Partial<BoxLimits>
  /** Commands of `checks:`, each for its folder, part of the whole suite. */
  commands: readonly CommandCheck[]
  /** Started in the box before the tests and ended after them; builds get none. */
  services: ServiceConfig[]
  /** What set-up has installed for a commit; null: nothing. Left out: the `node_modules` of the repository. */
  provision?(commit: string): Provision | null
  onProgress(progress: CheckProgress): void
}

export interface Checks {
  run(worktree: Worktree, request: CheckRequest, signal: AbortSignal): Promise<CheckResult>
  /** Starts and ends the services once; the milliseconds that each took, or why they cannot carry a run. */
  tryServices(worktree: Worktree, signal: AbortSignal): Promise<{ name: string; ms: number }[] | { unready: string }>
}

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>
type TestRequest = Extract<CheckRequest, { kind: 'tests' }>

const MB = 1024 ** 2
/** Where agent.yaml says nothing else. */
export const DEFAULT_LIMITS: BoxLimits = {
  wallMs: 600_000,
  outputBytes: 32 * MB,
  fileBytes: 256 * MB,
  diskBytes: 2048 * MB,
  tmpBytes: 1024 * MB,
  processes: 512,
  cpuSeconds: 3_600,
  memoryBytes: 4096 * MB,
}

/** Runs the builds and tests of one project in a box. What the checked code does never rejects. */
export function createChecks(options: CheckOptions): Checks {
  return {
    async run(worktree, request, signal) {
      const started = performance.now()
      const made = await policyOf(options, worktree)
      const fixed = request.kind === 'tests' ? (request.fixed ?? []) : []
      const policy = made && {
        ...made,
        mounts: [...made.mounts, ...(await fixedMounts(options.repository, worktree, fixed))],
      }
      const once = async () => (policy ? check({ ...options, policy, worktree, signal }, request) : NOT_INSTALLED)
      const findings = await retriedApart(once, () => !signal.aborted)
      return { stage: request.stage, ...findings, durationMs: Math.round(performance.now() - started) }
    },
    async tryServices(worktree, signal) {
      const policy = await policyOf(options, worktree)
      if (!policy) return { unready: NOT_INSTALLED.problems[0]!.message }
      const limits = { ...DEFAULT_LIMITS, ...options.limits }
      const tried = await runWithServices(options.box, options.services, ['true'], policy, limits, { signal })
      const unready = whyNotReady(tried)
      return unready === null ? (tried.ready ?? []) : { unready }
    },
  }
}

const NOTHING_TO_BUILD: Findings = {
  status: 'empty',
  tests: [],
  problems: [],
  running: null,
  limit: null,
  output: '',
}

const NOT_INSTALLED = {
  ...NOTHING_TO_BUILD,
  status: 'broken' as const,
  problems: [{ file: null, message: 'dependencies are not installed: run npm ci' }],
  unstarted: true as const,
}

const NO_SINGLE_FILES: Findings = {
  ...NOTHING_TO_BUILD,
  status: 'broken',
  problems: [
    { file: null, message: 'tests of this project are run by commands (`checks:`), so no single file can be run' },
  ],
}

/** One request in one tree. */
interface Run extends CheckOptions {
  policy: BoxPolicy
  worktree: Worktree
  signal: AbortSignal
}

function check(run: Run, request: CheckRequest): Promise<Findings> {
  if (request.kind === 'build') return build(run, request.dir)
  if (request.kind === 'tests') return tests(run, request)
  return command(run, { dir: request.dir ?? '', ...request.check }, request.maxMs)
}

/** All that is judged has to build; where the task works goes first. */
async function build({ box, projects, policy, limits, signal }: Run, first = ''): Promise<Findings> {
  const all = [...projects].sort((one, other) => Number(other.dir === first) - Number(one.dir === first))
  const done: Findings[] = []
  for (const { dir, build } of all) {
    if (!build) continue
    const ran = await box.run(startIn(dir, build), policy, { ...DEFAULT_LIMITS, ...limits }, { signal })
    const found = toldFrom(dir, buildFindings(ran))
    if (found.status !== 'passed' && found.status !== 'empty') return found
    done.push(found)
  }
  return done.length === 0 ? NOTHING_TO_BUILD : joinFindings(done)
}

async function command(run: Run, check: CommandCheck, maxMs: number): Promise<Findings> {
  const { box, services, policy, limits, worktree, signal } = run
  const all = { ...DEFAULT_LIMITS, ...limits, wallMs: maxMs }
  let ran: ServicedRun | null = null
  const findings = await runCommand(check, worktree.dir, async (argv) => {
    ran = await runWithServices(box, services, startIn(check.dir ?? '', argv), policy, all, { signal })
    return ran.result
  })
  return ran === null ? findings : withServices(findings, ran)
}

/** Single files are for the runners they lie with; the whole suite is that of all runners and of all commands. */
async function tests(run: Run, request: TestRequest): Promise<Findings> {
  if (request.files !== null) return joinFindings(await singleFiles(run, request, request.files))
  const found: Findings[] = []
  const dirs = run.projects.map(({ dir }) => dir)
  for (const project of run.projects) {
    if (run.signal.aborted && found.length > 0) break
    if (project.runner === null) continue
    const all = await byRunner(run, project, project.runner, request)
    found.push(
      withoutInner(
        all,
        dirs.filter((dir) => dir !== project.dir && dir.startsWith(project.dir === '' ? '' : `${project.dir}/`)),
      ),
    )
  }
  for (const check of run.commands) {
    if (run.signal.aborted) break
    found.push(await command(run, check, request.maxMs))
  }
  return joinFindings(found)
}

async function singleFiles(run: Run, request: TestRequest, files: string[]): Promise<Findings[]> {
  const dirs = run.projects.map(({ dir }) => dir)
  const byProject = Map.groupBy(files, (file) => dirHolding(dirs, file))
  const found: Findings[] = []
  for (const [dir, own] of byProject) {
    const project = run.projects.find((one) => one.dir === dir)
    if (!project) return [outside(own, dirs)]
    if (!project.runner) return [NO_SINGLE_FILES]
    found.push(await byRunner(run, project, project.runner, { ...request, files: own }))
  }
  return found
}

function outside(files: string[], dirs: string[]): Findings {
  const message = `it lies in no project: ${dirs.join(', ')} are judged (\`projects:\` in agent.yaml)`
  return { ...NO_SINGLE_FILES, problems: files.map((file) => ({ file, message })) }
}

async function byRunner(run: Run, project: PlacedProject, runner: Runner, order: TestRequest): Promise<Findings> {
  const { dir, node, imports } = project
  const { box, policy, limits, services, signal, onProgress } = run
  const { stage, files, intensity, maxMs, replay, teeth } = order
  const request: HarnessRequest = {
    nonce: randomUUID(),
    runner,
    node,
    plain: imports?.way === 'settings',
    files,
    intensity,
    maxMs,
    ...(replay ? { replay } : {}),
    ...(teeth ? { teeth } : {}),
  }
  const follower = new RunFollower(request.nonce)
  const onOutput = (text: string) => {
    // Tests that run on another right version are none of the wrong versions that this stage counts.
    if (!follower.add(text) || (stage === 'teeth' && !teeth)) return
    const { done, total, failed } = follower.progress
    const counts = teeth?.tally ? counted(teeth.tally, { done, failed }) : { done, total, failed }
    onProgress({ stage, ...counts, runs: teeth ? 0 : follower.runs })
  }
  const all = { ...DEFAULT_LIMITS, ...limits, wallMs: maxMs }
  const input = JSON.stringify(askedIn(dir, request))
  const harness = startIn(dir, HARNESS_COMMAND)
  const ran = await runWithServices(box, services, harness, policy, all, { signal, input, onOutput })
  return withServices(toldFrom(dir, testFindings(ran.result, request.nonce)), ran)
}

/** What the box of every build and test of this worktree holds; null when the dependencies are not installed. */
export async function policyOf(
  options: Omit<CheckOptions, 'projects' | 'onProgress' | 'commands'>,
  worktree: Worktree,
): Promise<BoxPolicy | null> {
  const { repository, toolchains, env, gitDir, provision } = options
  const dependencies = provision ? provision(worktree.commit) : await checkout(repository)
  if (!dependencies) return null
  const git = gitDir === null ? [] : [{ from: gitDir, to: join(repository, '.git') }]
  return {
    root: repository,
    tree: worktree.dir,
    readOnly: [...new Set([...toolchains.readOnly, HARNESS, ...dependencies.readOnly])],
    mounts: [...toolchains.mounts, ...dependencies.mounts, ...git],
    overlays: [...(toolchains.overlays ?? []), ...dependencies.overlays],
    env: { NO_COLOR: '1', ...dependencies.env, ...env, PATH: toolchains.path },
  }
}

/** Files of a worktree bound onto themselves, read-only: they can be neither written nor removed nor replaced. */
async function fixedMounts(
  repository: string,
  { dir }: Worktree,
  paths: readonly string[],
): Promise<BoxPolicy['mounts']> {
  const isFile = (path: string) =>
    lstat(join(dir, path)).then(
      (found) => found.isFile(),
      () => false,
    )
  const held = await Promise.all(paths.map(isFile))
  return paths.flatMap((path, at) => (held[at] ? [{ from: join(dir, path), to: join(repository, path) }] : []))
}

async function checkout(
  repository: string,
): Promise<Pick<Provision, 'readOnly' | 'mounts' | 'overlays' | 'env'> | null> {
  const found = await dependencyMounts(repository)
  return found && { ...found, overlays: [], env: {} }
}
