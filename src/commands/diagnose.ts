import { readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Config } from '../core/config.ts'
import { EXIT, UserError } from '../core/errors.ts'
import { specRootsOf } from '../core/projects.ts'
import { docsPage } from '../io/docs-page.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { tryGit } from '../io/git/git.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { plural } from '../ui/format.ts'
import { runners } from './diagnose-runners.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { allNames, modelNames } from './models.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { sourceFinding } from './own-source.ts'

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
