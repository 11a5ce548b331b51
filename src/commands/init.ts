import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT } from '../core/errors.ts'
import { configText, exampleModel, SCHEMA } from '../core/init/config-text.ts'
import { firstSpec } from '../core/init/first-spec.ts'
import { ciIn, languagesIn, type Survey, specsElsewhere } from '../core/init/survey.ts'
import type { PythonPath } from '../core/pytest-imports.ts'
import { askYes, canAsk } from '../io/ask.ts'
import { detectProject, isOurs, parseManifest } from '../io/checks/detect.ts'
import { oldRunner } from '../io/checks/installed.ts'
import { codeOfPython } from '../io/checks/python-tests.ts'
import { gitBuffer } from '../io/git/git.ts'
import { openRepository } from '../io/git/repository.ts'
import { ownCommandIn } from '../io/own-command.ts'
import { MANAGERS } from '../io/setup/managers.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { table } from '../ui/format.ts'
import { missingImports } from './diagnose-python.ts'
import { bareStep } from './init-bare.ts'
import { ignoreStep } from './init-ignore.ts'
import { addPackages, goLibrary, missingPackages } from './init-packages.ts'
import { addPythonPath, hypothesisStep } from './init-python.ts'
import { type Step, toDo, writeNew } from './init-steps.ts'
import { testScriptStep } from './init-test-script.ts'
import { lacksTsconfig, typesStep } from './init-types.ts'
import type { GlobalOptions } from './options.ts'
import { sourceStep } from './own-source.ts'

export interface InitFlags {
  yes?: boolean
}

/**
 * `agent init`: looks at the repository, writes agent.yaml, and where somebody says yes adds the property library in a commit of its
 * own and writes a first spec. Nothing that is there is ever overwritten. 10: the packages could not be installed, or nothing shows the
 * project's language, and nothing is written.
 */
export async function initCommand(options: GlobalOptions, flags: InitFlags): Promise<number> {
  const { root } = await openRepository(options.cwd)
  const { paths: all, read } = await filesOf(root)
  // Where nothing is ignored yet, what is installed is no file of the project.
  const paths = all.filter((path) => !INSTALLED.test(path))
  const { survey, imports, untyped } = await surveyOf(root, paths, read)
  const say = teller(options)
  const bare = bareStep(paths, await read('package.json'))
  if (bare !== null) {
    say(bare)
    if (options.json) process.stdout.write(`${JSON.stringify({ root, survey: plain(survey), steps: [bare] })}\n`)
    return EXIT.environment
  }
  const steps = foundSteps(survey)
  for (const step of steps) say(step)
  const agreed = async (question: string) => flags.yes === true || (canAsk(process.env) && (await askYes(question)))
  const done = (step: Step) => {
    steps.push(step)
    say(step)
  }
  const adding = (await goLibrary(root, survey)) ?? missingPackages(survey, untyped)
  if (adding !== null && (await agreed(`Add ${adding.names} to the ${adding.to}, in a commit of its own?`)))
    done(await addPackages(root, adding))
  else if (adding !== null)
    done(toDo('packages', `${adding.names}: not added; \`agent init --yes\` adds it in a commit of its own`))
  const source = await sourceStep(root, await read('package.json'))
  if (source !== null) done(source)
  const lacking =
    'name' in survey.runner && survey.runner.name === 'pytest' ? await hypothesisStep(root, paths, read) : null
  if (lacking !== null) done(lacking)
  if (imports !== null) done(await addPythonPath(root, imports, agreed))
  if (untyped) done(await typesStep(root, survey, paths, read, agreed))
  const untested = await testScriptStep(root, survey, await read('package.json'), agreed)
  if (untested !== null) done(untested)
  const old = 'name' in survey.runner ? await oldRunner([root], survey.runner.name) : null
  if (old !== null) done(toDo('runner', old))
  const ignored = await ignoreStep(root, survey, all, agreed)
  if (ignored !== null) done(ignored)
  const model = exampleModel(process.env)
  const added = steps.some(({ what, status }) => what === 'packages' && status === 'committed')
  const schema = added || survey.dependencies?.has('specproof') ? SCHEMA : null
  done(await writeNew(root, 'agent.yaml', configText(survey, schema, model)))
  if (survey.specs.length + survey.elsewhere.length === 0) {
    if (await agreed('Write a first spec to specs/first, with three lines to edit?'))
      done(await writeSpec(root, survey))
    else done(toDo('spec', 'none is there; `agent init --yes` writes specs/first, with three lines to edit'))
  }
  const failed = steps.some(({ status }) => status === 'failed')
  if (options.json) process.stdout.write(`${JSON.stringify({ root, survey: plain(survey), steps })}\n`)
  else if (!options.quiet) process.stdout.write(`\n${nextWords(steps, model, ownCommandIn(options.cwd))}`)
  return failed ? EXIT.environment : EXIT.done
}

const INSTALLED = /(?:^|\/)(?:node_modules|\.venv)\//

/** `command`: how this program is started there; where it is installed globally, npx would fetch another one. */
function nextWords(steps: readonly Step[], model: string, command: string): string {
  const first = steps.flatMap(({ next }) => (next === undefined ? [] : [`  ${next}\n`]))
  const last = table(
    [
      [`${command} lint`, 'what is wrong with the specs, once you have made them yours'],
      ['git add -A && git commit', 'a run sees what is committed'],
      [`${command} doctor`, 'what this machine can do'],
      [`${command} context SPEC/TASK`, 'what a model would be sent, before a cent is spent'],
      [`${command} next --model ${model}`, 'one task, to one verified commit or a report'],
    ],
    { indent: 2 },
  )
  return `Next:\n${first.join('')}${last.join('\n')}\n`
}

const plain = (survey: Survey) => ({ ...survey, dependencies: survey.dependencies && [...survey.dependencies] })

type Read = (path: string) => Promise<string | null>

/** Of the checkout: what git knows, and what it does not ignore. */
async function filesOf(root: string): Promise<{ paths: string[]; read: Read }> {
  const listed = await gitBuffer(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const read: Read = (path) => readFile(join(root, path), 'utf8').catch(() => null)
  return { paths: listed.toString('utf8').split('\0').filter(Boolean), read }
}

async function surveyOf(
  root: string,
  paths: string[],
  read: Read,
): Promise<{ survey: Survey; imports: PythonPath | null; untyped: boolean }> {
  const top = paths.filter((path) => !path.includes('/'))
  const project = await detectProject(read, paths)
  const { specs } = await loadSpecs(await specFilesOnDisk(root), [])
  const known = specs.map(({ dir }) => dir)
  const manifest = await read('package.json')
  const imports = 'unsupported' in project ? null : await missingImports(project, root, '', join(root, '.venv'))
  const signs = [...top, ...paths.filter((path) => /\.[cm]?tsx?$/.test(path))]
  // A package.json that only brings this program makes no project of JavaScript out of another one.
  const parsed = parseManifest(manifest ?? '{}')
  const named = languagesIn(signs.filter((path) => path !== 'package.json'))
  const others = named.length === 0 && codeOfPython(paths) !== null ? ['Python'] : named
  const foreign = others.length > 0 && !('unsupported' in parsed) && isOurs(parsed)
  const untyped = lacksTsconfig(project, paths)
  const managers = MANAGERS.filter(({ ecosystem }) => !foreign || ecosystem !== 'javascript')
  const survey: Survey = {
    // Where there is no code yet, the compiler among the dependencies tells.
    languages: foreign || manifest === null ? others : languagesIn(untyped ? [...signs, 'tsconfig.json'] : signs),
    manager: managers.find(({ lockfiles }) => lockfiles.some((file) => top.includes(file)))?.name ?? null,
    runner: 'unsupported' in project ? project : { name: project.runner ?? 'commands', why: project.why },
    ci: ciIn(paths),
    specs: known,
    elsewhere: specsElsewhere(paths, known),
    steering: [
      ...new Set(
        specs
          .flatMap(({ steering }) => steering.map(({ path }) => path))
          .concat(top.filter((path) => path === 'AGENTS.md')),
      ),
    ],
    dependencies: manifest === null ? null : dependenciesIn(manifest),
  }
  return { survey, imports, untyped }
}

function dependenciesIn(manifest: string): ReadonlySet<string> | null {
  try {
    const all = JSON.parse(manifest.replace(/^\uFEFF/, '')) as Record<string, object | undefined>
    return new Set(
      ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((kind) => Object.keys(all[kind] ?? {})),
    )
  } catch {
    return null
  }
}

function foundSteps({ languages, manager, runner, ci, specs, steering }: Survey): Step[] {
  const found = (what: string, text: string): Step => ({ what, status: 'found', text })
  const lockfile = manager === null ? 'no lockfile' : `packages by ${manager}`
  return [
    found('language', `${languages.join(', ') || 'none that is known'}; ${lockfile}`),
    found('runner', 'name' in runner ? `${runner.name}: ${runner.why}` : `none that is known: ${runner.unsupported}`),
    found(
      'ci',
      ci
        .map(({ name, path }) => `${name} (${path}): \`npx agent lint --strict\` and \`npx agent trace\` fit there`)
        .join('; ') || 'none',
    ),
    found('specs', specs.join(', ') || 'none'),
    ...(steering.length > 0 ? [found('steering', `${steering.join(', ')}: part of the prompts where it applies`)] : []),
  ]
}

async function writeSpec(root: string, { languages }: Survey): Promise<Step> {
  const there = await access(join(root, 'specs/first')).then(
    () => true,
    () => false,
  )
  if (there) return { what: 'spec', status: 'kept', text: 'specs/first is there already and stays as it is' }
  const { files, edits } = firstSpec(languages)
  for (const [path, text] of Object.entries(files)) await writeNew(root, path, text)
  const lines = edits.map(({ path, line, what }) => `${path}:${line} (${what})`).join(', ')
  return {
    what: 'spec',
    status: 'written',
    text: `specs/first runs as it is; make it yours in these lines: ${lines}; the folder may have any name`,
  }
}

function teller(options: GlobalOptions): (step: Step) => void {
  const out = options.json ? process.stderr : process.stdout
  return ({ what, status, text }) => {
    if (options.quiet && status !== 'failed') return
    out.write(`${status.padEnd(10)}${what.padEnd(15)}${text}\n`)
  }
}
