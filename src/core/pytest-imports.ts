import { sectionOf } from './prompt/python-facts.ts'

/** What has to be added so that a plain `pytest` finds the modules of a project. Paths are those from its folder. */
export interface PythonPath {
  path: string
  section: string
  line: string
  /** The whole file with that line; null: a person has to find the place. */
  text: string | null
  /** Whether the file is there already. */
  there: boolean
}

/** How a plain `pytest` finds the modules of a project. */
export interface PytestImports {
  /**
   * `settings`: by `pythonpath` or a conftest.py at the top, and nothing else may be on the path when it is judged. `command`: it is started in
   * a way that brings the path. `packages`: its tests lie in packages, whose folder comes with them. `installed`: its files say that it is
   * installed itself. Null: nothing says so.
   */
  way: 'settings' | 'command' | 'packages' | 'installed' | null
  add: PythonPath
}

type Read = (path: string) => Promise<string | null>

/** Where pytest takes its settings from: the first that is there and has the section; a file of pytest's own counts without it. */
const SETTINGS: [path: string, sections: string[]][] = [
  ['pytest.toml', ['pytest']],
  ['.pytest.toml', ['pytest']],
  ['pytest.ini', ['pytest']],
  ['.pytest.ini', ['pytest']],
  ['pyproject.toml', ['tool.pytest.ini_options', 'tool.pytest']],
  ['tox.ini', ['pytest']],
  ['setup.cfg', ['tool:pytest']],
]
const COMMANDS =
  /^([Mm]akefile|justfile|tox\.ini|noxfile\.py|pyproject\.toml|\.gitlab-ci\.yml|\.github\/workflows\/[^/]+\.ya?ml)$/
/** As words of a shell, or as strings of a list. */
const BRINGS_PATH = /\bpython[\d.]*["']?,?\s+["']?-m["']?,?\s+["']?pytest\b|\bPYTHONPATH\b/
const NO_MODULE = /(^|\/)(tests?|docs|scripts|examples)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest|setup|noxfile)\.py$/
const TEST = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/

/** Looks at the files of one project; where it is installed, an environment knows better than they do. */
export async function pytestImports(read: Read, paths: readonly string[]): Promise<PytestImports> {
  const source = await isBelowSrc(read, paths)
  const found = await settingsOf(read, paths)
  return { way: await wayOf(read, paths, found, source), add: additionTo(found, source ? 'src' : '.') }
}

/** Whether modules lie in `src`, which is no package itself; before there is code, by what the specs say of it. */
async function isBelowSrc(read: Read, paths: readonly string[]): Promise<boolean> {
  if (paths.includes('src/__init__.py')) return false
  const code = paths.filter((path) => /\.py$/.test(path) && !NO_MODULE.test(path))
  if (code.length > 0) return code.some((path) => path.startsWith('src/'))
  const texts = await Promise.all(paths.filter((path) => /(^|\/)(design|tasks|plan)\.md$/.test(path)).map(read))
  return texts.some((text) => /\bsrc\/[\w/]+\.py\b/.test(text ?? ''))
}

/** What is missing, if anything is. `installed`: whether the environment of the project has it installed; null: there is none to look into. */
export function missingPath({ way, add }: PytestImports, installed: boolean | null): PythonPath | null {
  if (way === 'installed' || way === null) return (installed ?? way === 'installed') ? null : add
  return null
}

/** What a person has to do, in words. */
export function additionWords({ path, section, line, there }: PythonPath): string {
  return there
    ? `add \`${line}\` under \`[${section}]\` in ${path}`
    : `write a file ${path} with the lines \`[${section}]\` and \`${line}\``
}

interface Found {
  path: string
  /** The heading that it has, or should get. */
  section: string
  text: string
  has: boolean
}

async function settingsOf(read: Read, paths: readonly string[]): Promise<Found | null> {
  for (const [path, sections] of SETTINGS) {
    const text = paths.includes(path) ? await read(path) : null
    if (text === null) continue
    const section = sections.find((name) => headingIn(text, name))
    if (section !== undefined) return { path, section, text, has: true }
    if (/pytest/.test(path)) return { path, section: sections[0]!, text, has: false }
  }
  const text = paths.includes('pyproject.toml') ? await read('pyproject.toml') : null
  return text === null ? null : { path: 'pyproject.toml', section: 'tool.pytest.ini_options', text, has: false }
}

async function wayOf(
  read: Read,
  paths: readonly string[],
  found: Found | null,
  source: boolean,
): Promise<PytestImports['way']> {
  const said = found?.has ? sectionOf(found.text, found.section) : ''
  if (/^[ \t]*python_?paths?[ \t]*=/m.test(said)) return 'settings'
  // Only then do the folders of tests and of conftest.py come onto the path.
  const prepends = !/\bimportlib\b/.test(said)
  const top = paths.includes('conftest.py') ? ((await read('conftest.py')) ?? '') : null
  if (top !== null && (/\bsys\.path\b/.test(top) || (prepends && !source))) return 'settings'
  for (const path of paths.filter((one) => COMMANDS.test(one) || /(^|\/)conftest\.py$/.test(one)))
    if ((path.endsWith('conftest.py') ? /\bsys\.path\b/ : BRINGS_PATH).test((await read(path)) ?? '')) return 'command'
  const tests = paths.filter((path) => TEST.test(path))
  const all = new Set(paths)
  if (prepends && !source && tests.length > 0 && tests.every((path) => comesFromTop(path, all))) return 'packages'
  return (await saysInstalled(read, paths)) ? 'installed' : null
}

/** pytest puts the first folder above a test that is no package onto the path. */
function comesFromTop(path: string, all: ReadonlySet<string>): boolean {
  const folders = path.split('/').slice(0, -1)
  while (folders.length > 0 && all.has(`${folders.join('/')}/__init__.py`)) folders.pop()
  return folders.length === 0 && !all.has('__init__.py')
}

async function saysInstalled(read: Read, paths: readonly string[]): Promise<boolean> {
  const lists = paths.filter((path) => /^(requirements[\w.-]*|[\w.-]*-requirements)\.txt$/.test(path))
  for (const path of lists)
    if (/^[ \t]*(-e|--editable)?[ \t]*\.(\[[\w, -]*\])?[ \t]*(#.*)?$/m.test((await read(path)) ?? '')) return true
  const pyproject = (paths.includes('pyproject.toml') ? await read('pyproject.toml') : null) ?? ''
  const built = headingIn(pyproject, 'build-system')
  if (paths.includes('uv.lock')) return built
  if (paths.includes('poetry.lock')) return !/^[ \t]*package-mode[ \t]*=[ \t]*false/m.test(pyproject)
  // What set-up does with it: src/io/setup/managers.ts.
  return lists.length === 0 && (paths.includes('setup.py') || headingIn(pyproject, 'project'))
}

const headingIn = (text: string, name: string) =>
  text.split('\n').some((line) => line.replace(/#.*/, '').trim() === `[${name}]`)

function additionTo(found: Found | null, folder: string): PythonPath {
  if (found === null) {
    const line = `pythonpath = ${folder}`
    return { path: 'pytest.ini', section: 'pytest', line, text: `[pytest]\n${line}\n`, there: false }
  }
  const { path, section, text, has } = found
  const line = path.endsWith('.toml') ? `pythonpath = ["${folder}"]` : `pythonpath = ${folder}`
  return { path, section, line, text: has ? below(text, section, line) : after(text, section, line), there: true }
}

function below(text: string, section: string, line: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((one) => one.replace(/#.*/, '').trim() === `[${section}]`)
  return lines.toSpliced(at + 1, 0, line + (lines[at]!.endsWith('\r') ? '\r' : '')).join('\n')
}

/** A section of its own at the end; none where the file has its settings in another form of TOML. */
function after(text: string, section: string, line: string): string | null {
  if (/^[ \t]*(tool\.)?["']?pytest["']?[ \t]*[.=]/m.test(text)) return null
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' ? '' : text.endsWith('\n') ? end : end + end
  return `${text}${gap}[${section}]${end}${line}${end}`
}
