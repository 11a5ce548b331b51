import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { looksSecret } from '../core/box-variables.ts'
import type { Config } from '../core/config.ts'
import { EXIT } from '../core/errors.ts'
import type { BaseFile } from '../core/patch/patch.ts'
import { listedDirs, projectsProblem, specRootsOf } from '../core/projects.ts'
import { NO_TSCONFIG } from '../core/types-check.ts'
import type { Runner } from '../io/checks/choose-runner.ts'
import type { Project } from '../io/checks/detect.ts'
import { missingTools } from '../io/checks/installed.ts'
import { docsPage } from '../io/docs-page.ts'
import { gitBuffer } from '../io/git/git.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { duration } from '../ui/format.ts'
import type { Tree } from '../world.ts'
import { HYPOTHESIS, hypothesisWords, importsFinding, missingImports, withoutHypothesis } from './diagnose-python.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { dirOfTask } from './place.ts'
import { detectIn } from './project.ts'
import { commandChecks } from './settings.ts'

/** Finds the runners as a run would, and starts them: of each project of agent.yaml, else of the repository. */
export async function runners(root: string, config: Config, needed: boolean): Promise<Finding[]> {
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
