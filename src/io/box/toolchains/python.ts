import { readdir } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { isSystemPath, isWithin } from '../system.ts'
import { type Detected, homeOf, isFile, isFolder, missing, onPath, type Place, partOf, realOf, textOf } from './part.ts'

/** Isolated and without `site`: no file of the project or of an installed package is run by asking. */
const QUESTION = [
  '-I',
  '-S',
  '-c',
  'import sys, json; print(json.dumps([sys.executable, sys.base_prefix, sys.base_exec_prefix, "%d.%d" % sys.version_info[:2], sys.version.split()[0]]))',
]

interface Interpreter {
  executable: string
  prefixes: string[]
  /** `3.12` */
  series: string
  version: string
}

const OFFLINE = {
  PYTHONDONTWRITEBYTECODE: '1',
  // This value makes pip read no settings at all.
  PIP_CONFIG_FILE: '/dev/null',
  PIP_NO_INDEX: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  UV_OFFLINE: '1',
}

/** A virtual environment: where it appears in the box, and where it lies on the host. */
interface Environment {
  at: string
  from: string
}

/** The Python of the project's virtual environment where there is one, else the one on PATH, with its packages. */
export async function detectPython(place: Place): Promise<Detected> {
  const venv = await virtualEnvironment(place)
  const found = venv === null ? await plainPython(place) : await basePython(venv.from)
  if (found === null) return missing('there is no `python3` on PATH and no virtual environment in the project')
  if (isWithin(found, place.root) || isWithin((await realOf(found)) ?? found, place.root)) {
    return missing(`${found} lies in the repository, and nothing of it is run outside the box`)
  }
  const said = await interpreter(place, found)
  if ('why' in said) return missing(said.why)
  const named = venv === null ? said.prefixes : [...said.prefixes, dirname(dirname(found))]
  // A link has to lead somewhere inside as well.
  const real = await Promise.all(named.map(realOf))
  const visible = [...new Set([...named, ...real.filter((path) => path !== null)])]
  const readOnly = visible.filter((prefix) => !isSystemPath(prefix))
  const bins = said.prefixes.slice(0, 1).map((prefix) => join(prefix, 'bin'))
  if (venv === null) return withoutVenv(place, said, readOnly, bins)
  const packages = [join(venv.from, 'lib', `python${said.series}`, 'site-packages')]
  const linked = await linkedFolders(packages, place)
  const inside = isWithin(venv.at, place.root)
  return partOf(said.version, venv.at, {
    // Below the root it is mounted as node_modules is: it is not part of the tree.
    readOnly: [...readOnly, ...(inside ? [] : [venv.from]), ...linked],
    mounts: inside ? [{ from: venv.from, to: venv.at }] : [],
    path: [join(venv.at, 'bin'), ...bins],
    env: { ...OFFLINE, VIRTUAL_ENV: venv.at },
  })
}

async function withoutVenv(place: Place, said: Interpreter, readOnly: string[], path: string[]): Promise<Detected> {
  const base = place.env['PYTHONUSERBASE'] ?? (homeOf(place.env) && join(homeOf(place.env), '.local'))
  const own = join(base, 'lib', `python${said.series}`, 'site-packages')
  const shown = base !== '' && (await isFolder(own))
  const packages = [...readOnly.map((prefix) => join(prefix, 'lib', `python${said.series}`, 'site-packages'))]
  const linked = await linkedFolders(shown ? [...packages, own] : packages, place)
  return partOf(said.version, said.executable, {
    readOnly: [...readOnly, ...(shown ? [own] : []), ...linked],
    path,
    env: { ...OFFLINE, ...(shown ? { PYTHONUSERBASE: base } : {}) },
  })
}

async function interpreter(place: Place, program: string): Promise<Interpreter | { why: string }> {
  const answer = await place.ask(program, QUESTION, { cwd: place.dir, env: place.env })
  if (!answer.ok) return answer
  try {
    const [executable, base, exec, series, version] = JSON.parse(answer.text) as [
      string,
      string,
      string,
      string,
      string,
    ]
    return { executable, prefixes: [...new Set([base, exec])], series, version }
  } catch {
    return { why: `\`${program}\` did not say where it is installed` }
  }
}

const isEnvironment = (folder: string) => isFile(join(folder, 'pyvenv.cfg'))

/** Whether one of these folders is a virtual environment. */
export async function hasEnvironment(installed: { from: string }[]): Promise<boolean> {
  return (await Promise.all(installed.map(({ from }) => isEnvironment(from)))).includes(true)
}

/**
 * The one that set-up made for the project; else the active one; else one in the project, as most tools make it; else
 * the one of poetry or pipenv.
 */
async function virtualEnvironment(place: Place): Promise<Environment | null> {
  for (const { from, to } of place.installed) if (from !== to && (await isEnvironment(from))) return { at: to, from }
  const active = place.env['VIRTUAL_ENV'] ?? ''
  const near = [place.dir, place.root].flatMap((dir) => ['.venv', 'venv', 'env'].map((name) => join(dir, name)))
  for (const folder of [active, ...near, ...place.installed.map(({ to }) => to)]) {
    if (isAbsolute(folder) && (await isEnvironment(folder))) return { at: folder, from: folder }
  }
  const managers: [string, string, string[]][] = [
    ['poetry.lock', 'poetry', ['env', 'info', '--path']],
    ['Pipfile', 'pipenv', ['--venv']],
  ]
  for (const [lock, name, args] of managers) {
    const program = (await isFile(join(place.dir, lock))) ? await onPath(place, name) : null
    if (program === null || isWithin(program, place.root)) continue
    const answer = await place.ask(program, args, { cwd: place.dir, env: place.env })
    const folder = answer.ok ? answer.text.trim() : ''
    if (isAbsolute(folder) && (await isEnvironment(folder))) return { at: folder, from: folder }
  }
  return null
}

/** The Python that an environment was made from, named as the environment names it. */
async function basePython(venv: string): Promise<string | null> {
  const settings = (await textOf(join(venv, 'pyvenv.cfg'))) ?? ''
  const home = /^home\s*=\s*(.+)$/m.exec(settings)?.[1]?.trim() ?? ''
  for (const name of ['python3', 'python']) {
    if (isAbsolute(home) && (await isFile(join(home, name)))) return join(home, name)
  }
  return null
}

async function plainPython(place: Place): Promise<string | null> {
  return (await onPath(place, 'python3')) ?? (await onPath(place, 'python'))
}

/** Folders outside of the repository that editable installs lead to. */
async function linkedFolders(packages: string[], { root }: Place): Promise<string[]> {
  const found = new Set<string>()
  for (const folder of packages) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pth'))
    const texts = await Promise.all(names.map((name) => textOf(join(folder, name))))
    for (const line of texts.flatMap((text) => (text ?? '').split('\n').map((one) => one.trim()))) {
      if (isAbsolute(line) && !isWithin(line, root) && !isSystemPath(line) && (await isFolder(line))) found.add(line)
    }
  }
  return [...found]
}
