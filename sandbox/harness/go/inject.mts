/** What is put around the project's Go: `testing`, `testing/quick`, rapid and gopter as they are installed, with the harness in them. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** A package as `go list` tells it. */
export interface Listed {
  Dir: string
  ImportPath: string
  Name: string
  GoFiles?: string[]
  CgoFiles?: string[]
  TestGoFiles?: string[]
  XTestGoFiles?: string[]
  /** `go list -test` made it: a package with its tests, or the program of them. */
  ForTest?: string
  DepOnly?: boolean
  Error?: { Pos?: string; Err: string }
}

/** A change of one file of a package: what is found there exactly once, and what comes in its place. */
interface Edit {
  file: string
  find: string
  put: string
}

interface Part {
  /** Import path. */
  of: string
  /** The file that is added, of the folder `inject`. */
  add: string
  edits: Edit[]
  /** Declares functions whose body lies elsewhere, which the compiler allows beside assembly only. */
  assembly: boolean
}

const begins = (file: string, header: string, code: string): Edit => ({ file, find: header, put: `${header} ${code};` })

const TESTING: Part = {
  of: 'testing',
  add: 'testing.go',
  assembly: false,
  edits: [
    begins('testing.go', 'func tRunner(t *T, fn func(t *T)) {', 'fn = specproofWatched(&t.common, fn)'),
    begins('fuzz.go', 'func fRunner(f *F, fn func(*F)) {', 'fn = specproofWatched(&f.common, fn)'),
    begins('testing.go', 'func (t *T) report() {', 'specproofReported(&t.common)'),
    begins('fuzz.go', 'func (f *F) report() {', 'specproofReported(&f.common)'),
    begins('testing.go', 'func (c *common) Error(args ...any) {', 'specproofSays(c, fmt.Sprintln(args...))'),
    begins('testing.go', 'func (c *common) Fatal(args ...any) {', 'specproofSays(c, fmt.Sprintln(args...))'),
    begins(
      'testing.go',
      'func (c *common) Errorf(format string, args ...any) {',
      'specproofSays(c, fmt.Sprintf(format, args...))',
    ),
    begins(
      'testing.go',
      'func (c *common) Fatalf(format string, args ...any) {',
      'specproofSays(c, fmt.Sprintf(format, args...))',
    ),
    begins(
      'testing.go',
      'func MainStart(deps testDeps, tests []InternalTest, benchmarks []InternalBenchmark, fuzzTargets []InternalFuzzTarget, examples []InternalExample) *M {',
      'tests, fuzzTargets, examples = specproofChosen(tests, fuzzTargets, examples)',
    ),
    begins('testing.go', 'func (m *M) after() {', 'specproofEnded()'),
    begins('run_example.go', 'func runExample(eg InternalExample) (ok bool) {', 'specproofExample(eg.Name)'),
    {
      file: 'example.go',
      find: 'func (eg *InternalExample) processRunResult(',
      put: 'func (eg *InternalExample) specproofRunResult(',
    },
  ],
}

const CALLED = 'if fVal.Call(a)[0].Bool() { return "" }; return "the property is false"'
const COMPARED =
  'p, q := toInterfaces(x.Call(a)), toInterfaces(y.Call(a)); if reflect.DeepEqual(p, q) { return "" }; return "the functions differ: " + toString(p) + " and " + toString(q)'
const MADE = (type: string) => `arguments := make([]reflect.Value, ${type}.NumIn())`
const QUICK: Part = {
  of: 'testing/quick',
  add: 'quick.go',
  assembly: true,
  edits: (
    [
      ['fType', CALLED],
      ['xType', COMPARED],
    ] as const
  ).map(([type, code]) => ({
    file: 'quick.go',
    find: MADE(type),
    put: `return specproofCheck(config, ${type}, func(a []reflect.Value) string { ${code} }); ${MADE(type)}`,
  })),
}

export const RAPID = 'pgregory.net/rapid'
const LIBRARIES: Part[] = [
  {
    of: RAPID,
    add: 'rapid.go',
    assembly: true,
    edits: [
      begins(
        'engine.go',
        'func checkTB(tb tb, deadline time.Time, prop func(*T)) {',
        'if true { tb.Helper(); specproofCheck(tb, prop); return }',
      ),
    ],
  },
  {
    of: 'github.com/leanovate/gopter',
    add: 'gopter.go',
    assembly: true,
    edits: [
      begins(
        'prop.go',
        'func (prop Prop) Check(parameters *TestParameters) *TestResult {',
        'if true { return specproofCheck(prop, parameters) }',
      ),
    ],
  },
]

export const LIBRARY_PATHS = LIBRARIES.map(({ of }) => of)

const OWN = join(import.meta.dirname, 'inject')
/** Comes before others by its name as well, so that nothing of a package is set up before what it imports. */
const FIRST = 'aaa_specproof.go'

/** A package of the project's own code: neither vendored nor made up for its tests. */
export function isOwn({ Dir = '', ImportPath, ForTest }: Partial<Listed>, root: string): boolean {
  if (ForTest !== undefined || ImportPath?.endsWith('.test')) return false
  return `${Dir}/`.startsWith(`${root}/`) && !/(^|\/)vendor\//.test(Dir.slice(root.length))
}

export interface Injected {
  /** The overlay that a build is given. */
  overlay: string
  /** A cache of modules that has changed ones in place of two. */
  modules: string
}

/** Of a build: all its packages, and where the project, Go and the cache of modules lie. */
export interface Places {
  root: string
  goroot: string
  modules: string
  /** Where the overlay is written. */
  folder: string
}

/**
 * `libraries`: folders of the property libraries, as far as they are known. Code of the project imports `testing`: what takes the key of the run is then set up before any of it. Throws where a version
 * is not known.
 */
export async function injected(
  listed: readonly Listed[],
  libraries: ReadonlyMap<string, string>,
  { root, goroot, modules, folder }: Places,
): Promise<Injected> {
  await mkdir(folder, { recursive: true })
  const replace: Record<string, string> = {}
  const put = async (place: string, text: string) => {
    const file = join(folder, `${Object.keys(replace).length}-${basename(place)}`)
    await writeFile(file, text)
    replace[place] = file
  }
  const dirs = new Map(listed.map(({ ImportPath, Dir }) => [ImportPath, Dir]))
  const std: [Part, string][] = [TESTING, QUICK].map((part) => [part, join(goroot, 'src', part.of)])
  const installed = LIBRARIES.flatMap((part): [Part, string][] => {
    const dir = libraries.get(part.of) ?? dirs.get(part.of)
    return dir === undefined ? [] : [[part, dir]]
  })
  const isCached = (dir: string) => dir.startsWith(`${modules}/`)
  for (const [part, dir] of [...std, ...installed.filter(([, dir]) => !isCached(dir))]) {
    for (const [name, text] of await changed(part, dir)) await put(join(dir, name), text)
  }
  for (const one of listed.filter((one) => isOwn(one, root))) {
    if (one.GoFiles || one.CgoFiles) await put(join(one.Dir, FIRST), `package ${one.Name}\n\nimport _ "testing"\n`)
  }
  const overlay = join(folder, 'overlay.json')
  await writeFile(overlay, JSON.stringify({ Replace: replace }))
  return {
    overlay,
    modules: await shadow(
      modules,
      installed.filter(([, dir]) => isCached(dir)),
    ),
  }
}

/**
 * The go command replaces nothing below its cache of modules, so it gets another one: links to all that is in the real one, and copies of
 * the modules that are changed. Its path tells what is in it: the go command takes a module at a path for the same one for ever.
 */
async function shadow(modules: string, parts: [Part, string][]): Promise<string> {
  if (parts.length === 0) return modules
  const texts = await Promise.all(parts.map(async ([part, dir]) => [dir, ...(await changed(part, dir))]))
  const name = createHash('sha256')
    .update(JSON.stringify([modules, texts]))
    .digest('hex')
    .slice(0, 16)
  const place = join(process.env['SPECPROOF_GO_MODULES'] ?? tmpdir(), `specproof-go-${name}`)
  if (existsSync(place)) return place
  const draft = await mkdtemp(`${place}-`)
  await linked(
    modules,
    draft,
    parts.map(([, dir]) => dir.slice(modules.length + 1)),
  )
  for (const [part, dir] of parts) {
    for (const [file, text] of await changed(part, dir))
      await writeFile(join(draft, dir.slice(modules.length), file), text)
  }
  await rename(draft, place).catch(() => rm(draft, { recursive: true, force: true }))
  return place
}

/** Links to what is in `from`, but for the folders `whole` and what leads to them. */
async function linked(from: string, to: string, whole: readonly string[]): Promise<void> {
  for (const name of await readdir(from)) {
    const inner = whole.filter((path) => path.split('/')[0] === name).map((path) => path.split('/').slice(1).join('/'))
    if (inner.length === 0) await symlink(join(from, name), join(to, name))
    else if (inner.includes('')) await copyFolder(join(from, name), join(to, name))
    else {
      await mkdir(join(to, name))
      await linked(join(from, name), join(to, name), inner)
    }
  }
}

/** What lies in the cache may not be written; the copy may. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFolder(source, target)
    else await writeFile(target, await readFile(source))
  }
}

/** Files of a package as they become. */
async function changed(part: Part, dir: string): Promise<[name: string, text: string][]> {
  const found: [string, string][] = []
  for (const file of new Set(part.edits.map((edit) => edit.file))) {
    let text = await readFile(join(dir, file), 'utf8')
    for (const { find, put } of part.edits.filter((edit) => edit.file === file)) {
      const [before, after, ...more] = text.split(find)
      if (before === undefined || after === undefined || more.length > 0)
        throw new Error(`${part.of} in ${dir} is a version that is not known: ${file} does not hold \`${find}\` once`)
      text = before + put + after
    }
    found.push([file, text])
  }
  found.push(['specproof.go', await readFile(join(OWN, part.add), 'utf8')])
  if (part.assembly) found.push(['specproof.s', '\n'])
  return found
}
