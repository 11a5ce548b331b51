/** Compiles the tests of packages, each into a program of its own. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { injected, isOwn, LIBRARY_PATHS, type Listed, RAPID } from './inject.mts'

/** A compiled program, and what was in it when nothing of the project had run yet. */
export interface Program {
  path: string
  digest: string
}

export async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

/** A package that has tests. */
export interface Package {
  dir: string
  importPath: string
  /** Its test files, from the project's folder, with forward slashes. */
  files: string[]
  /** The compiled program; null: see `problems`. */
  program: Program | null
  /** What the compiler or the go command said, with the file it spoke of; null: of none in particular. */
  problems: { file: string | null; message: string }[]
}

interface Said {
  code: number
  stdout: string
  stderr: string
}

const MOST_OUTPUT = 64 * 1024 ** 2
const FIELDS = 'Dir,ImportPath,Name,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,ForTest,DepOnly,Error'
/** Where the race detector runs. */
const RACE = new Set(['amd64', 'arm64', 'ppc64le', 's390x', 'loong64'])
const SKIPPED = /^(\.|_)|^(node_modules|vendor|testdata)$/

/** `folders`: those of the test files that were asked for; null: all of the project. */
export async function buildTests(folders: string[] | null, scratch: string): Promise<Built> {
  const root = process.cwd()
  const all = await prepare(root, folders, scratch)
  const build = async (part: string, replace: Record<string, string>) => {
    const found: Package[] = []
    for (const prepared of all) {
      const packages = prepared.listed.flatMap((one) => packageOf(root, one))
      await compile(await besides(prepared, part, replace), packages)
      found.push(...packages)
    }
    return found
  }
  const sources = all.flatMap((one) => one.sources)
  return { packages: await build('', {}), sources, again: build }
}

/** The tests as they are, and a way to compile them once more with other texts in place of files. */
export interface Built {
  packages: Package[]
  /** Files of the project's own code. */
  sources: string[]
  /** `part`: a name for this build; `replace`: texts by the absolute path of a file. */
  again(part: string, replace: Record<string, string>): Promise<Package[]>
}

async function besides(prepared: Prepared, part: string, replace: Record<string, string>): Promise<Prepared> {
  if (part === '') return prepared
  const { Replace } = JSON.parse(await readFile(prepared.overlay, 'utf8')) as { Replace: Record<string, string> }
  const into = join(prepared.into, part)
  await mkdir(into, { recursive: true })
  for (const [at, [place, text]] of Object.entries(replace).entries()) {
    Replace[place] = join(into, `${at}.go`)
    await writeFile(Replace[place], text)
  }
  const overlay = join(into, 'overlay.json')
  await writeFile(overlay, JSON.stringify({ Replace }))
  const flags = prepared.flags.map((flag) => (flag === prepared.overlay ? overlay : flag))
  return { ...prepared, overlay, flags, into }
}

/** What a compiler says of the whole project, tests and all; no program is made of it. */
export async function checkAll(scratch: string): Promise<Package['problems']> {
  const root = process.cwd()
  const found = new Map<string, Package['problems'][number]>()
  for (const { cwd, flags, env } of await prepare(root, null, scratch)) {
    const said = await go(['list', '-e', '-export', '-test', ...flags, '-json=Error,DepsErrors', './...'], cwd, env)
    if (said.code !== 0) throw new Error(said.stderr.trim() || '`go list` ended without a word')
    const all = values(said.stdout) as { Error?: Wrong; DepsErrors?: Wrong[] }[]
    const wrong = all.flatMap((one) => [...(one.Error ? [one.Error] : []), ...(one.DepsErrors ?? [])])
    const told = wrong.flatMap(({ Pos, Err }) => diagnostics(Pos ? `${Pos}: ${Err}` : Err, cwd, root))
    // With the tests of a package the same is said once more.
    for (const { file, message } of told) found.set(message, { file, message })
  }
  return [...found.values()]
}

/** As `go list` tells it. */
interface Wrong {
  Pos?: string
  Err: string
}

/** What code of Go and its tests import most: compiled before anybody asks for it. */
const COMMON =
  'testing testing/quick testing/internal/testdeps bufio bytes container/heap container/list context encoding/binary encoding/json errors fmt io log maps math math/big math/rand math/rand/v2 os path/filepath reflect regexp slices sort strconv strings sync sync/atomic time unicode/utf8'

/** Fills the build cache with all that the packages of the project need, and what they are likely to need. Answers what does not compile. */
export async function warm(scratch: string): Promise<Package['problems']> {
  const root = process.cwd()
  for (const { cwd, flags, env, libraries } of await prepare(root, null, scratch)) {
    await go(['build', ...flags, '--', ...COMMON.split(' '), ...libraries], cwd, env)
  }
  return checkAll(scratch)
}

/** One module, ready to be built. */
interface Prepared {
  cwd: string
  root: string
  /** The packages that were asked for. */
  listed: Listed[]
  /** Files of the project's own code. */
  sources: string[]
  overlay: string
  /** Of every build. */
  flags: string[]
  env: Record<string, string>
  /** Packages of property libraries that its go.mod has. */
  libraries: string[]
  /** Where programs go. */
  into: string
}

async function prepare(root: string, folders: string[] | null, scratch: string): Promise<Prepared[]> {
  const { GOROOT, GOMODCACHE, race } = await goEnv(root)
  const prepared: Prepared[] = []
  for (const [cwd, patterns] of modulesOf(root, folders)) {
    const all = await list(cwd, patterns)
    const work = join(scratch, `go-${prepared.length}`)
    const places = { root, goroot: GOROOT, modules: GOMODCACHE, folder: join(work, 'overlay') }
    const found = await libraryFolders(cwd)
    const { overlay, modules } = await injected(all, found, places)
    const listed = all.filter((one) => !one.DepOnly && isOwn(one, root))
    // All that is wrong is told, and not its first ten places.
    const flags = [...(race ? ['-race'] : []), '-gcflags=all=-e', '-overlay', overlay]
    const libraries = [...found.keys()].map((path) => (path === RAPID ? path : `${path}/...`))
    const sources = all
      .filter((one) => isOwn(one, root))
      .flatMap(({ Dir, GoFiles = [] }) => GoFiles.map((name) => join(Dir, name)))
    prepared.push({
      cwd,
      root,
      listed,
      flags,
      libraries,
      sources,
      overlay,
      env: { GOMODCACHE: modules },
      into: join(work, 'programs'),
    })
  }
  return prepared
}

async function goEnv(cwd: string): Promise<{ GOROOT: string; GOMODCACHE: string; race: boolean }> {
  const said = await go(['env', '-json', 'GOROOT', 'GOMODCACHE', 'CGO_ENABLED', 'GOARCH'], cwd)
  if (said.code !== 0) throw new Error(said.stderr.trim() || '`go env` ended without a word')
  const { GOROOT = '', GOMODCACHE = '', CGO_ENABLED, GOARCH = '' } = JSON.parse(said.stdout) as Record<string, string>
  return { GOROOT, GOMODCACHE, race: CGO_ENABLED === '1' && RACE.has(GOARCH) }
}

/** Folder of each module with what is listed in it. */
function modulesOf(root: string, folders: string[] | null): Map<string, string[]> {
  const found = new Map<string, string[]>()
  if (folders === null) {
    for (const module of modulesBelow(root)) found.set(module, ['./...'])
    return found
  }
  for (const folder of folders) {
    let module = join(root, folder)
    while (module !== root && !existsSync(join(module, 'go.mod'))) module = dirname(module)
    const pattern = `./${relative(module, join(root, folder)).split(sep).join('/')}`
    found.set(module, [...(found.get(module) ?? []), pattern])
  }
  return found
}

function modulesBelow(folder: string): string[] {
  const own = existsSync(join(folder, 'go.mod')) ? [folder] : []
  const inner = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !SKIPPED.test(entry.name),
  )
  return [...own, ...inner.flatMap(({ name }) => modulesBelow(join(folder, name)))]
}

/** Folders of the property libraries by their path, as go.mod and not only a single package asks for them: what is built stays the same. */
async function libraryFolders(cwd: string): Promise<Map<string, string>> {
  const said = await go(['list', '-e', '-m', '-json=Path,Dir', '--', ...LIBRARY_PATHS], cwd)
  const all = said.code === 0 ? (values(said.stdout) as { Path: string; Dir?: string }[]) : []
  return new Map(all.flatMap(({ Path, Dir }) => (Dir ? [[Path, Dir]] : [])))
}

async function list(cwd: string, patterns: string[]): Promise<Listed[]> {
  const said = await go(['list', '-e', '-deps', '-test', `-json=${FIELDS}`, '--', ...patterns], cwd)
  if (said.code !== 0) throw new Error(said.stderr.trim() || '`go list` ended without a word')
  return values(said.stdout) as Listed[]
}

/** JSON values one after the other, as the go command prints them. */
function values(text: string): unknown[] {
  return JSON.parse(`[${text.replace(/\}\n\{/g, '},\n{')}]`)
}

function packageOf(
  root: string,
  { Dir, ImportPath, TestGoFiles = [], XTestGoFiles = [], Error: wrong }: Listed,
): Package[] {
  const own = relative(root, Dir ?? '')
  const files = [...TestGoFiles, ...XTestGoFiles].map((name) => join(own, name).split(sep).join('/'))
  if (files.length === 0) return []
  const problems = wrong
    ? [{ file: fileIn(root, wrong.Pos), message: [wrong.Pos, wrong.Err].filter(Boolean).join(': ') }]
    : []
  return [{ dir: Dir, importPath: ImportPath, files, program: null, problems }]
}

function fileIn(root: string, place: string | undefined): string | null {
  const path = place?.split(':')[0] ?? ''
  return path === '' ? null : relative(root, path)
}

async function compile({ cwd, root, flags, env, into }: Prepared, packages: Package[]): Promise<void> {
  for (const [at, batch] of batches(packages).entries()) {
    const folder = join(into, String(at))
    await mkdir(folder, { recursive: true })
    const paths = batch.map(({ importPath }) => importPath)
    const said = await go(
      ['test', '-c', '-vet=off', '-ldflags=-s -w', ...flags, '-o', `${folder}/`, ...paths],
      cwd,
      env,
    )
    const problems = diagnostics(said.stderr, cwd, root)
    for (const one of batch) {
      const program = join(folder, `${programName(one.importPath)}.test`)
      if (existsSync(program)) one.program = { path: program, digest: await digestOf(program) }
      else one.problems.push(...problemsOf(one, problems, said))
    }
  }
}

/** Packages whose programs have different names. */
function batches(packages: readonly Package[]): Package[][] {
  const found: Map<string, Package>[] = []
  for (const one of packages) {
    const name = programName(one.importPath)
    const batch = found.find((names) => !names.has(name)) ?? found[found.push(new Map()) - 1]!
    batch.set(name, one)
  }
  return found.map((batch) => [...batch.values()])
}

/** As the go command names a program: by the last part of the path that is no version. */
function programName(importPath: string): string {
  const parts = importPath.split('/')
  const last = parts.pop() ?? ''
  return /^v([2-9]|[1-9]\d+)$/.test(last) && parts.length > 0 ? parts.pop()! : last
}

interface Diagnostic {
  /** Import path of the package that was compiled; empty: it was not told. */
  of: string
  file: string | null
  message: string
}

function problemsOf({ importPath, problems: known }: Package, all: Diagnostic[], said: Said): Package['problems'] {
  const own = all.filter(({ of }) => of === importPath || of === '')
  const told = own.length > 0 ? own : all
  const found = told.map(({ file, message }) => ({ file, message }))
  if (found.length > 0 || known.length > 0) return found
  return [{ file: null, message: said.stderr.trim() || `the go command ended with exit code ${said.code}` }]
}

const HEADER = /^# (\S+)/
const PLACED = /^(?:vet: )?(\S+?\.(?:go|s|c|h)):(\d+)(?::(\d+))?: (.*)$/
const NOISE = /^(FAIL\b|go: (downloading|finding)|note: module requires|too many errors)/

/** What the compiler said, one for each place; lines that are indented belong to the one before. */
export function diagnostics(stderr: string, cwd: string, root: string): Diagnostic[] {
  const found: Diagnostic[] = []
  let of = ''
  for (const line of stderr.split('\n')) {
    const header = HEADER.exec(line)
    const [, path, row, column, message] = PLACED.exec(line) ?? []
    if (header) of = header[1]!.replace(/_test$/, '')
    else if (path) {
      const file = relative(root, join(path.startsWith('/') ? '/' : cwd, path))
      found.push({
        of,
        file: file.startsWith('..') ? null : file,
        message: `${file}:${row}${column ? `:${column}` : ''}: ${message}`,
      })
    } else if (/^\s+\S/.test(line) && found.length > 0) found.at(-1)!.message += `\n${line}`
    else if (line.trim() !== '' && !NOISE.test(line)) found.push({ of, file: null, message: line.trim() })
  }
  return found
}

function go(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Said> {
  return new Promise((resolve, reject) => {
    execFile('go', args, { cwd, env: { ...process.env, ...env }, maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      const code = error ? (error as { code?: unknown }).code : 0
      if (typeof code === 'number') resolve({ code, stdout, stderr })
      else reject(new Error(code === 'ENOENT' ? 'there is no `go` on PATH' : (error as Error).message))
    })
  })
}
