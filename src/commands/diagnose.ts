import { access, readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { looksSecret } from '../core/box-variables.ts'
import type { Config } from '../core/config.ts'
import { EXIT, UserError } from '../core/errors.ts'
import type { BaseFile } from '../core/patch/patch.ts'
import { listedDirs, projectsProblem, specRootsOf } from '../core/projects.ts'
import { NO_TSCONFIG } from '../core/types-check.ts'
import type { Runner } from '../io/checks/choose-runner.ts'
import type { Project } from '../io/checks/detect.ts'
import { missingTools } from '../io/checks/installed.ts'
import { docsPage } from '../io/docs-page.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { gitBuffer, tryGit } from '../io/git/git.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { duration, plural } from '../ui/format.ts'
import type { Tree } from '../world.ts'
import { HYPOTHESIS, hypothesisWords, importsFinding, missingImports, withoutHypothesis } from './diagnose-python.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { allNames, modelNames } from './models.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { sourceFinding } from './own-source.ts'
import { dirOfTask } from './place.ts'
import { detectIn } from './project.ts'
import { commandChecks } from './settings.ts'

/** What is found of everything but the boxes. Asks no model. */
export async function diagnose(options: GlobalOptions, repository: Repository | null): Promise<Finding[]> {
  const findings = [ok('node', process.versions.node), await gitFinding(options.cwd, repository)]
  if (repository === null)
    return [
      ...findings,
      warning('repository', 'none here', 'run it in a git repository, or give its folder with --cwd'),
      keys(null),
      await disk([tmpdir()]),
    ]
  const { root } = repository
  const config = await readConfig(options, root)
  const manifest = await readFile(join(root, 'package.json'), 'utf8').catch(() => null)
  findings.push(await head(root), config.finding, ...(await sourceFinding(root, manifest)))
  const specs = await specsFinding(root, config.config)
  findings.push(specs, ...(await runners(root, config.config ?? {}, specs.text !== NO_SPECS)), keys(config.config))
  findings.push(await disk([root, cacheFolder(repository), tmpdir()]))
  return findings
}

async function gitFinding(cwd: string, repository: Repository | null): Promise<Finding> {
  const version = await tryGit(repository?.root ?? cwd, ['--version']).catch(() => null)
  if (!version?.ok) return problem('git', 'not found', 'install git and start again', EXIT.git)
  const text = version.stdout
    .toString('utf8')
    .trim()
    .replace(/^git version /, '')
  if (repository === null) return ok('git', text)
  try {
    await requireIdentity(repository.root)
    return ok('git', text)
  } catch (error) {
    return problem('git', `${text}; nobody is named who commits`, (error as Error).message, EXIT.git)
  }
}

async function head(root: string): Promise<Finding> {
  const branch = await tryGit(root, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  const commit = await tryGit(root, ['rev-parse', '--verify', '--quiet', '--short', 'HEAD^{commit}'])
  const where = commit.stdout.toString('utf8').trim()
  if (!commit.ok)
    return problem(
      'repository',
      `${root}: nothing is committed`,
      'commit the project and its spec: `git add -A && git commit`',
      EXIT.git,
    )
  if (!branch.ok)
    return warning('repository', `${root} at ${where}, on no branch`, '`git switch BRANCH`, or run with --no-land')
  return ok('repository', `${root} on ${branch.stdout.toString('utf8').trim()} at ${where}`)
}

async function readConfig(options: GlobalOptions, root: string): Promise<{ finding: Finding; config: Config | null }> {
  try {
    const config = await loadConfig(options, root)
    const settings = Object.keys(config)
    const text = settings.length > 0 ? settings.join(', ') : 'nothing is set: all is detected or has its default'
    return { finding: ok('settings', text), config }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {
      finding: problem(
        'settings',
        error.message,
        `see ${docsPage('docs/configuration.md')}, or \`agent init\` in a fresh repository`,
        EXIT.usage,
      ),
      config: null,
    }
  }
}

const NO_SPECS = 'none'

async function specsFinding(root: string, config: Config | null): Promise<Finding> {
  const { specs } = await loadSpecs(await specFilesOnDisk(root, specRootsOf(config ?? {})), specRootsOf(config ?? {}))
  if (specs.length === 0)
    return warning(
      'specs',
      NO_SPECS,
      `\`agent init\` writes a first one; ${docsPage('docs/spec-format.md')} tells the form`,
    )
  const open = specs.flatMap(({ tasks }) => tasks).filter(({ status }) => status === 'open').length
  const errors = specs.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error').length
  const text = `${plural(specs.length, 'spec')}, ${plural(open, 'open task')}`
  if (errors === 0) return ok('specs', text)
  return warning('specs', `${text}; ${plural(errors, 'error')}`, '`agent lint` names the lines')
}

/** Finds the runners as a run would, and starts them: of each project of agent.yaml, else of the repository. */
async function runners(root: string, config: Config, needed: boolean): Promise<Finding[]> {
  const bad = (text: string, mend: string | null) =>
    needed ? problem('runner', text, mend, EXIT.environment) : warning('runner', text, mend)
  const listed = await gitBuffer(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const paths = listed.toString('utf8').split('\0').filter(Boolean)
  const tree = { paths, read: (path: string) => textOnDisk(join(root, path)) }
  const { specs } = await loadSpecs(await specFilesOnDisk(root, specRootsOf(config)), specRootsOf(config))
  const wrong = projectsProblem(config, paths, specs)
  if (wrong !== null)
    return [problem('projects', wrong, `see ${docsPage('docs/configuration.md#projects')}`, EXIT.usage)]
  const byDir = new Map<string, Set<string>>(listedDirs(config).map((dir) => [dir, new Set()]))
  const findings: Finding[] = []
  for (const spec of specs)
    for (const task of spec.tasks.filter(({ status, struck }) => status === 'open' && !struck)) {
      const placed = await dirOfTask(spec, task, config, tree)
      if ('problem' in placed)
        findings.push(problem('projects', placed.problem, `see ${docsPage('docs/spec-format.md')}`, EXIT.usage))
      else byDir.set(placed.dir, (byDir.get(placed.dir) ?? new Set()).add(spec.id))
    }
  if (byDir.size === 0) byDir.set('', new Set())
  for (const [dir, ids] of byDir) {
    const [finding, ...more] = await runner(root, tree, config, dir, bad)
    const name = dir === '' ? 'the top' : dir
    const own = ids.size === 0 ? 'no open task' : [...ids].join(', ')
    findings.push(
      byDir.size === 1 && dir === '' ? finding : { ...finding, text: `${name} (${own}): ${finding.text}` },
      ...more,
    )
  }
  return findings
}

async function textOnDisk(path: string): Promise<BaseFile> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? { kind: 'absent' } : { kind: 'text', text }
}

async function runner(
  root: string,
  tree: Pick<Tree, 'paths' | 'read'>,
  config: Config,
  dir: string,
  bad: (text: string, mend: string | null) => Finding,
): Promise<[Finding, ...Finding[]]> {
  const project = await detectIn(tree, config, dir)
  if ('unsupported' in project)
    return [bad(project.unsupported, `\`runner:\` or \`checks:\` in agent.yaml: ${docsPage('docs/configuration.md')}`)]
  const commands = commandChecks(config, dir).map(({ name }) => name)
  if (project.runner === null) return [ok('runner', `commands: ${commands.join(', ')}`)]
  const homes = dir.split('/').map((_, at, parts) => join(root, ...parts.slice(0, parts.length - at)))
  const missing = await missingTools([...homes, root], project.runner)
  const venv = await firstThere([...homes, root].map((home) => join(home, '.venv')))
  const lacking = project.runner === 'pytest' ? await withoutHypothesis(tree, config, venv) : null
  const away = await missingImports(project, root, dir, venv)
  const more = [...(away ? [importsFinding(away)] : []), ...typesFinding(project)]
  if (lacking !== null) return [bad(lacking, 'a run installs by itself what the project names'), ...more]
  // A sentence with the command to be typed needs no other.
  if (missing !== null) return [bad(missing, missing.includes('`') ? null : BY_ITSELF), ...more]
  return [await startRunner(homes, root, project.runner, project.why, bad), ...more]
}

function typesFinding({ unchecked }: Project): Finding[] {
  if (unchecked === undefined) return []
  const mend =
    unchecked === NO_TSCONFIG
      ? '`agent init` writes one where there is none at all; or name a `build:` in agent.yaml'
      : '`npm i -D typescript`'
  return [warning('types', unchecked, mend)]
}

const BY_ITSELF = 'a run does it by itself where there is a lockfile'

const STARTS: Record<Runner, string[]> = {
  vitest: ['vitest/vitest.mjs', '--version'],
  jest: ['jest/bin/jest.js', '--version'],
  'node:test': ['--version'],
  pytest: ['-m', 'pytest', '--version'],
  go: ['version'],
}

/** The first of these that is there; null: none is. */
async function firstThere(paths: string[]): Promise<string | null> {
  for (const path of paths)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  return null
}

/** What programs, and those that choose between their versions, need to be found. */
const GIVEN =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|PYTHONUSERBASE|GOROOT|GOPATH|GOTOOLCHAIN|(NVM|FNM|VOLTA|PYENV|ASDF|MISE)_\w+)$/

/** `homes`: the project's folder and those around it, up to the root. */
async function startRunner(
  homes: string[],
  root: string,
  name: Runner,
  why: string,
  bad: (text: string, mend: string | null) => Finding,
): Promise<Finding> {
  const began = performance.now()
  const [first = '', ...rest] = STARTS[name]
  const script = !first.includes('/')
    ? null
    : await firstThere([...homes, root].map((home) => join(home, 'node_modules', first)))
  const python = (await firstThere([...homes, root].map((home) => join(home, '.venv', 'bin', 'python3')))) ?? 'python3'
  const programs: Partial<Record<Runner, string>> = { pytest: python, go: 'go' }
  // What the project has installed is code of others: it gets no key.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name, value = '']) => GIVEN.test(name) && !looksSecret(name, value)),
  )
  const run = (args: string[]) =>
    execa(programs[name] ?? 'node', args, {
      cwd: homes[0] ?? root,
      env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: 30_000,
      all: true,
    })
  const ended = await run([script ?? first, ...rest])
  const said = (ended.all ?? '').trim().split('\n')[0] ?? ''
  if (ended.failed)
    return bad(`${name} does not start: ${said || ended.shortMessage}`, 'install the dependencies again')
  const took = duration(performance.now() - began)
  const properties = name === 'pytest' ? hypothesisWords(await run(HYPOTHESIS)) : ''
  return ok('runner', `${name} (${why}); it starts in ${took}: ${said}${properties}`)
}

const KEYS = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL']
const KEY_OF: Record<string, string[]> = {
  anthropic: ['ANTHROPIC_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  'openai-compatible': ['OPENAI_BASE_URL'],
}

/** Names of the variables that are set; their values are not looked at. */
export const keysSet = (): string[] => KEYS.filter((name) => process.env[name]?.trim())

function keys(config: Config | null): Finding {
  const there = keysSet()
  const lacking = modelsOf(config).flatMap((model) => {
    const provider = model.slice(0, model.indexOf('/'))
    if (provider === 'openai-compatible' && config?.baseUrl) return []
    return (KEY_OF[provider] ?? []).filter((name) => !there.includes(name)).map((name) => ({ model, name }))
  })
  const text = there.length > 0 ? `${there.join(', ')} set` : 'no key and no base URL is set'
  const [first] = lacking
  if (first !== undefined)
    return problem('models', `${text}; ${first.model} needs ${first.name}`, `export ${first.name}=...`, EXIT.provider)
  const own = there.includes('OPENAI_BASE_URL') ? ': use it as --model openai-compatible/NAME' : ''
  if (there.length > 0) return ok('models', `${text}${own}`)
  return warning(
    'models',
    text,
    'export ANTHROPIC_API_KEY or OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own; recorded/... and command/... need none',
  )
}

/** Of the folder, or of the nearest one above it that is there. */
async function room(folder: string): Promise<{ bavail: number; bsize: number } | null> {
  for (let dir = folder; ; dir = dirname(dir)) {
    const stat = await statfs(dir).catch(() => null)
    if (stat !== null || dir === dirname(dir)) return stat
  }
}

/** All that agent.yaml names; none where it names too few for a run. */
function modelsOf(config: Config | null): string[] {
  try {
    return config === null ? [] : allNames(modelNames({}, config))
  } catch {
    return []
  }
}

const GB = 1024 ** 3

/** Trees, caches and scratch files need room: below 1 GB it is tight, below 0.1 GB a run ends at once. */
async function disk(folders: string[]): Promise<Finding> {
  const free: { folder: string; bytes: number }[] = []
  for (const folder of folders) {
    const stat = await room(folder)
    if (stat !== null) free.push({ folder, bytes: stat.bavail * stat.bsize })
  }
  const least = free.sort((one, other) => one.bytes - other.bytes)[0]
  if (least === undefined) return warning('disk', 'how much is free cannot be told', 'look at `df`')
  const text = `${(least.bytes / GB).toFixed(1)} GB free at ${least.folder}`
  if (least.bytes < GB / 10)
    return problem('disk', text, 'make room; `agent clean` removes old journals and caches', EXIT.environment)
  if (least.bytes < GB) return warning('disk', text, 'make room; `agent clean` removes old journals and caches')
  return ok('disk', text)
}
