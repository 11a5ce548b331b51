import { readLabel } from '../spec/labels.ts'
import { type Reference, references, resolve, type Targets, targetsOf } from '../spec/links.ts'
import type { Spec, Task } from '../spec/spec.ts'
import { testWish } from '../spec/wishes.ts'
import type { TracedTest } from './matrix.ts'
import { bracketed, hasTest, type TestFile } from './test-names.ts'

/** The test files that are there now. */
export interface TestFiles {
  /** All files of the checkout. */
  exists(path: string): boolean
  /** What a file says; null where it was not read. */
  file(path: string): TestFile | null
  /** Files that were read. */
  all: readonly TestFile[]
}

/** Tests by what their tags and names say they are for. */
export interface TestLinks {
  properties: ReadonlyMap<number, readonly TracedTest[]>
  criteria: ReadonlyMap<string, readonly TracedTest[]>
  /** Tags of this spec that name what it does not have. */
  strange: string[]
}

/**
 * Reads the tags of tests for one spec. A feature's name decides. `Validates` without a feature and numbers in brackets count in `own`
 * files, those that commits of the spec have changed, and the first also where there is no other spec (`alone`).
 */
export function testLinks(spec: Spec, files: readonly TestFile[], own: ReadonlySet<string>, alone: boolean): TestLinks {
  const targets = targetsFor(spec)
  const links = collector(targets)
  const names = new Set([spec.id, spec.dir.split('/').at(-1)!].map(folded))
  for (const file of files) {
    for (const tag of file.tags) {
      const here = tag.feature === null ? alone || own.has(file.path) : names.has(folded(tag.feature))
      if (!here) continue
      const test: TracedTest = { path: file.path, name: tag.test, source: 'tag', found: true, criteria: [] }
      links.add(test, tag.properties, tag.references, tag.feature === null ? null : `${file.path}:${tag.line}`)
    }
    if (!own.has(file.path)) continue
    for (const { name, group } of file.tests)
      if (!group)
        links.add(
          { path: file.path, name, source: 'tag', found: true, criteria: [] },
          [],
          bracketed(name).filter(isExact),
          null,
        )
  }
  return links
}

function targetsFor(spec: Spec): Targets {
  return targetsOf(
    spec.requirements.flatMap((one) => [one.id, ...one.criteria.map(({ id }) => id)]),
    spec.properties.map(({ n }) => n),
  )
}

/** `(2.1)` is a criterion and `(Property 2)` a property; `(2)` may be any number. */
function isExact(reference: Reference): boolean {
  return reference.kind === 'property' || (reference.kind === 'id' && /\D/.test(reference.id))
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '-')
}

function collector(targets: Targets) {
  const properties = new Map<number, TracedTest[]>()
  const criteria = new Map<string, TracedTest[]>()
  const strange: string[] = []
  const put = <K>(map: Map<K, TracedTest[]>, key: K, test: TracedTest) => {
    const tests = map.get(key) ?? []
    if (!tests.some((one) => one.path === test.path && one.name === test.name)) tests.push(test)
    map.set(key, tests)
  }
  return {
    properties,
    criteria,
    strange,
    add(test: TracedTest, numbers: readonly number[], written: readonly Reference[], place: string | null) {
      const found = resolve(
        [...written, ...numbers.map((n): Reference => ({ kind: 'property', written: `Property ${n}`, n }))],
        targets,
      )
      for (const n of found.properties) put(properties, n, test)
      for (const id of found.ids) put(criteria, id, test)
      if (place !== null)
        for (const one of found.missing) strange.push(`${place} names ${one.written}, which the spec does not have.`)
    },
  }
}

/** The tests of a task's `Test:` lines: `path::name`, or a path. */
export function namedTests(task: Task, files: TestFiles, dirs: readonly string[] = ['']): TracedTest[] {
  const lines = task.text.split(/\r\n|\r|\n/).flatMap((line) => {
    const label = readLabel(line.replace(/^[\s>*+_-]+/, ''))
    return label?.name === 'test' ? [testWish([{ value: label.value, raw: label.value }])?.path ?? null] : []
  })
  return [...new Set([task.test?.path ?? null, ...lines])].flatMap((path) =>
    path === null ? [] : [look(path, 'named', files, dirs)],
  )
}

/** The tests that a table of the design gives for a property. A row that names no file gives none. */
export function plannedTests(spec: Spec, n: number, files: TestFiles, dirs: readonly string[] = ['']): TracedTest[] {
  const targets = targetsFor(spec)
  const rows = spec.layers.filter((one) => one.property === n && one.path !== null && !one.path.includes('*'))
  return rows.map((row) => ({ ...look(row.path!, 'plan', files, dirs), criteria: idsIn(row.text, targets) }))
}

/** The other cells of a row bind its test to criteria where they hold nothing but their ids. */
function idsIn(cells: string, targets: Targets): string[] {
  const written = references(cells)
  return written.every((one) => one.kind === 'id' && targets.places.has(one.id)) ? resolve(written, targets).ids : []
}

/** `dirs`: folders that the path may be meant from. */
function look(written: string, source: 'named' | 'plan', files: TestFiles, dirs: readonly string[]): TracedTest {
  const { path: as, name } = splitTest(written)
  const path = placesOf(as, dirs).find((one) => files.exists(one)) ?? as
  const file = files.file(path)
  const found = name === null ? files.exists(path) : file !== null && hasTest(file, name)
  return { path, name, source, found, criteria: [] }
}

/** `test/queue.test.ts::keeps order` as path and name. */
export function splitTest(written: string): { path: string; name: string | null } {
  const at = written.indexOf('::')
  const path = (at < 0 ? written : written.slice(0, at)).replaceAll('\\', '/').replace(/^\.\//, '')
  return { path, name: at < 0 ? null : written.slice(at + 2).trim() }
}

const placesOf = (path: string, dirs: readonly string[]) => dirs.map((dir) => (dir === '' ? path : `${dir}/${path}`))

/** Every file that `Test:` lines and tables of the specs name, in each of the folders that they may be meant from. */
export function pathsNamed(specs: readonly Spec[], dirs: (spec: Spec) => readonly string[]): string[] {
  const nowhere: TestFiles = { exists: () => false, file: () => null, all: [] }
  const named = specs.flatMap((spec) => {
    const tasks = spec.tasks.flatMap((task) => namedTests(task, nowhere).map(({ path }) => path))
    const layers = spec.layers.flatMap(({ path }) => (path === null ? [] : [splitTest(path).path]))
    return [...tasks, ...layers].flatMap((path) => placesOf(path, dirs(spec)))
  })
  return [...new Set(named)]
}

/** Each test once, as it is first told of; what one row of a table does not bind to criteria is for all of them. */
export function unique(tests: readonly TracedTest[]): TracedTest[] {
  const found = new Map<string, TracedTest>()
  for (const test of tests) {
    const key = JSON.stringify([test.path, test.name])
    const before = found.get(key)
    const both = before && before.criteria.length > 0 && test.criteria.length > 0
    const criteria = both ? [...new Set([...before.criteria, ...test.criteria])] : []
    found.set(key, before === undefined ? test : { ...before, criteria })
  }
  return [...found.values()]
}
