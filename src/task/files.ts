import type { BaseFile, FileChange } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { isIn } from '../core/projects.ts'
import type { GoManifests } from '../core/prompt/go-packages.ts'
import { outlineOf, withoutComments } from '../core/prompt/outline.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import { importedFiles, namedFiles, nearestTest } from '../core/prompt/select-files.ts'
import { holdsDeclarations, stubOutline } from '../core/prompt/stub.ts'
import { testShape } from '../core/prompt/test-shape.ts'
import { builtText } from '../core/spec/slice.ts'
import type { Role } from '../world.ts'
import { goManifests } from './go-manifests.ts'
import { manifestParts, manifestsOf } from './manifests.ts'
import { pathsOf, readerOf } from './overlay.ts'
import type { Frozen, Plan, Scene } from './state.ts'

/** Largest file that is shown; larger ones are data or generated. Characters. */
const LARGEST_FILE = 60_000
/** Files of so many characters are shown whole wherever they are shown. */
const SMALL_FILE = 500
/** The test author sees larger files than this as outlines, also where the task changes them. */
const LARGEST_FOR_AUTHOR = 4_000
/** Names by which runners of all languages know a test from a helper of tests. */
const TEST_ITSELF = /(?:\.(?:test|spec)\.[cm]?[jt]sx?|(?:^|\/)test_[^/]*\.py|_test\.(?:py|go)|(?:Tests?|IT)\.java)$/
/** Outlines of what is built upon; a package may import half of the repository. */
const MOST_OUTLINES = 16
/** Test files that are read to find one that is written on the simulation kit. */
const MOST_TESTS_READ = 60

interface Shown {
  /** Large ones as outlines, or all that are not small. */
  kind: 'whole' | 'outline' | 'large-outline'
  path: string
}

/** Parts on the code that the task is about, and the paths that they show. `tests`: frozen ones, for the implementer. */
export async function fileParts(
  scene: Scene,
  role: Role,
  { stubs, files: tests }: Pick<Frozen, 'stubs' | 'files'>,
  usesKit: boolean,
): Promise<{ parts: Part[]; shown: Set<string> }> {
  const read = reader(scene, stubs)
  const paths = pathsOf(scene.tree, stubs)
  const created = stubs.filter(({ action }) => action === 'create')
  const parts = created.map((stub) => stubPart(stub, scene.plan))
  const shown = new Set(created.map((stub) => stub.path))
  const add = (path: string, part: Part | null) => {
    if (part !== null && !shown.has(path)) parts.push(part)
    if (part !== null) shown.add(path)
  }
  if (role === 'author') {
    const nearest = await nearestOf(scene, usesKit, read)
    if (nearest !== null) for (const { path, part } of nearest) add(path, part)
  }
  const imports = importsOf(paths, await goManifests(scene.tree))
  for (const { path, action } of stubs) if (action === 'edit') add(path, await filePart(scene, path, 'whole', read))
  for (const { path, kind } of await wanted(scene.plan, role, imports, tests, read))
    add(path, await filePart(scene, path, kind, read))
  for (const { path, part } of await manifestParts(scene.plan, paths, read)) add(path, part)
  for (const path of manifestsOf(scene.plan)) shown.add(path)
  return { parts, shown }
}

/** For a role that sees code and tests whole: outlines of what these stand upon, and the manifests. */
export async function beneathParts(
  scene: Scene,
  code: ReadonlyMap<string, string>,
  tests: readonly Pick<FileChange, 'path' | 'content'>[],
): Promise<Part[]> {
  const read = reader(scene, [])
  const paths = [...new Set([...scene.tree.paths, ...code.keys()])]
  const { of } = importsOf(paths, await goManifests(scene.tree))
  const texts = [...code, ...tests.map(({ path, content }): [string, string] => [path, content ?? ''])]
  const shown = new Set(texts.map(([path]) => path))
  const imported = new Set(texts.flatMap(([path, text]) => of(path, text)).filter((path) => !shown.has(path)))
  const parts: Part[] = []
  for (const path of [...imported].slice(0, MOST_OUTLINES)) {
    const part = await filePart(scene, path, 'outline', read)
    if (part !== null) parts.push(part)
  }
  return [...parts, ...(await manifestParts(scene.plan, paths, read)).map(({ part }) => part)]
}

export type Read = (path: string) => Promise<string | null>

/** Text of a file that may be shown; null for any other. */
export function reader(scene: Scene, stubs: FileChange[]): Read {
  const read = readerOf(scene.tree, stubs)
  return async (path) => (scene.around.deny(path) ? null : textOf(await read(path)))
}

function textOf(file: BaseFile): string | null {
  return file.kind === 'text' && file.text.length <= LARGEST_FILE ? file.text : null
}

/**
 * Files that the task's own words name; for the implementer also those that the frozen tests import, which it may have to
 * change. Then, as outlines, those that these import or that earlier tasks have built.
 */
async function wanted(
  plan: Plan,
  role: Role,
  { paths, of }: Imports,
  tests: readonly FileChange[],
  read: Read,
): Promise<Shown[]> {
  const inSpec = (path: string) => path.startsWith(`${plan.spec.dir}/`) || manifestsOf(plan).includes(path)
  const named = namedIn(plan, paths).filter((path) => !inSpec(path))
  if (role === 'author') return named.map((path): Shown => ({ path, kind: 'large-outline' }))
  const built = namedFiles(builtText(plan.spec, plan.task), paths, plan.dir).filter((path) => !inSpec(path))
  const tested = tests
    .flatMap(({ path, content }) => of(path, content ?? ''))
    .filter((path) => !built.includes(path) && !isTestPath(path))
  const imported: string[] = []
  for (const path of [...named, ...tested]) {
    const text = await read(path)
    if (text !== null) imported.push(...of(path, text))
  }
  return [
    ...named.map((path): Shown => ({ path, kind: 'whole' })),
    // In Go a package is imported as a whole, of which a task changes a file or two.
    ...tested.map((path): Shown => ({ path, kind: path.endsWith('.go') ? 'large-outline' : 'whole' })),
    ...[...built, ...new Set(imported)].slice(0, MOST_OUTLINES).map((path): Shown => ({ path, kind: 'outline' })),
  ]
}

/** Paths of a tree, and which of them a file imports. */
interface Imports {
  paths: string[]
  of(path: string, text: string): string[]
}

function importsOf(paths: string[], manifests: GoManifests): Imports {
  return { paths, of: (path, text) => importedFiles(path, text, paths, manifests) }
}

/** Files of the base that the task or its linked design names. */
export function namedIn({ task, slice, dir }: Plan, paths: string[]): string[] {
  return namedFiles([task.text, ...slice.sections.map((section) => section.text)].join('\n'), paths, dir)
}

async function filePart(scene: Scene, path: string, kind: Shown['kind'], read: Read): Promise<Part | null> {
  const text = await read(path)
  if (text === null) return null
  const whole = { whole: LARGEST_FILE, 'large-outline': LARGEST_FOR_AUTHOR, outline: SMALL_FILE }[kind]
  const outline = text.length > whole ? (outlineOf(path, text) ?? (await signatureLines(scene, path))) : null
  if (outline === null || outline.length > 0.7 * text.length)
    return { kind: 'file', source: path, text: renderFile(path, text), mandatory: false, rank: 1 }
  const name = `${path} (declarations only)`
  const short = renderFile(name, withoutComments(outline))
  return { kind: 'outline', source: path, text: renderFile(name, outline), short, mandatory: false, rank: 2 }
}

/** Shape of a file in a language whose comments nobody here reads. */
async function signatureLines(scene: Scene, path: string): Promise<string | null> {
  const index = await scene.symbols(scene.tree.commit)
  const found = (await index.signatures([path])).get(path)?.filter(({ exported }) => exported) ?? []
  return found.length === 0 ? null : `${found.map(({ text }) => text).join('\n')}\n`
}

/** A stub as declarations. What the design holds already is not said again: the implementer replaces the file as a whole. */
function stubPart(stub: FileChange, plan: Plan): Part {
  const text = stub.content ?? ''
  const common = { kind: 'file' as const, source: stub.path, mandatory: true }
  const outline = stubOutline(stub.path, text)
  if (outline === null) return { ...common, text: renderFile(stub.path, text) }
  const design = plan.slice.sections.map((section) => section.text).join('\n')
  if (holdsDeclarations(design, stub.path, text))
    return { ...common, text: `## Stub ${stub.path}\n\nHolds the declarations that the design above gives for it.` }
  return { ...common, text: renderFile(`${stub.path} (stub; its bodies are left out)`, outline) }
}

export interface Named {
  path: string
  part: Part
}

/** The existing test file nearest to the task, as a shape, and the helpers that it imports. */
async function nearestOf(scene: Scene, usesKit: boolean, read: Read): Promise<Named[] | null> {
  const { paths } = scene.tree
  const all = paths.filter(isTestPath).filter((path) => !scene.around.deny(path))
  const inside = all.filter((path) => isIn(scene.plan.dir, path))
  const tests = inside.length > 0 ? inside : all
  const onKit: string[] = []
  if (usesKit)
    for (const path of tests.slice(0, MOST_TESTS_READ))
      if (/specproof\/sim/.test((await read(path)) ?? '')) onKit.push(path)
  const { task, slice } = scene.plan
  const words = `${task.title} ${slice.sections.map((section) => section.title).join(' ')}`
  const path = nearestTest(words, onKit.length > 0 ? onKit : runnable(tests), namedIn(scene.plan, paths))
  const text = path === null ? null : await read(path)
  if (path === null || text === null) return null
  const shape = testShape(path, text)
  const name = shape === text ? path : `${path} (an existing test, shortened)`
  const short = renderFile(name, testShape(path, text, true))
  const part: Part = { kind: 'nearest', source: path, text: renderFile(name, shape), short, mandatory: true, rank: 3 }
  const found: Named[] = [{ path, part }]
  const { of } = importsOf(paths, await goManifests(scene.tree))
  for (const helper of [...of(path, text).filter(isTestPath), ...fixturesOf(path, paths)]) {
    const shown = await filePart(scene, helper, 'outline', read)
    if (shown !== null) found.push({ path: helper, part: shown })
  }
  return found
}

/** Fixtures of pytest, which no test imports: those of the folder and of all above it. */
function fixturesOf(path: string, paths: string[]): string[] {
  if (!path.endsWith('.py')) return []
  const folders = path.split('/').slice(0, -1)
  return folders
    .map((_, at) => [...folders.slice(0, folders.length - at), 'conftest.py'].join('/'))
    .concat('conftest.py')
    .filter((fixture) => paths.includes(fixture))
}

/** Tests themselves, where any is told by its name; fixtures and helpers come with them. */
function runnable(tests: string[]): string[] {
  const named = tests.filter((path) => TEST_ITSELF.test(path))
  return named.length > 0 ? named : tests
}
