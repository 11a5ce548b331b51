import { readValidates } from '../spec/labels.ts'
import { type Reference, references } from '../spec/links.ts'

/** A test as its file names it. */
export interface NamedTest {
  name: string
  /** 1-based. */
  line: number
  /** `describe` and the like: names others, is none itself. */
  group: boolean
}

/** What a comment, docstring or name says a test is for: `Feature: queue, Property 3: ...`, `Validates: Requirements 1.1`. */
export interface TestTag {
  line: number
  /** Feature as written; null for a `Validates` that stands below no feature. */
  feature: string | null
  properties: number[]
  references: Reference[]
  /** The test that it stands in, or else the next one; null where neither is found. */
  test: string | null
}

/** What the source of a test file says. `ids` of a name are what its last brackets hold: `keeps order (2.1, 2.2)`. */
export interface TestFile {
  path: string
  tests: NamedTest[]
  tags: TestTag[]
}

/** Longer files are generated. In UTF-16 units. */
const LONGEST = 2_000_000
const STRING = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|\x60((?:[^\x60\\]|\\[\s\S]){0,1000})\x60)`
const CALL = new RegExp(
  String.raw`(?:(?<![\w.$])(it|test|describe|suite|context|specify)((?:\.\w+)*)|\))\s?\(\s*${STRING}\s*,`,
  'dg',
)
/** Languages in which a test is a function with a name. */
const FUNCTIONS: [RegExp, RegExp][] = [
  // A state machine of Hypothesis is a test under the name that its class of tests gets.
  [/\.py$/, /^[ \t]*(?:(class)[ \t]+Test\w*|(?:async[ \t]+)?def[ \t]+test\w*|Test\w+(?=[ \t]*=[ \t]*\w+\.TestCase\b))/],
  // Methods are those of a suite; what gopter calls a property is no test of its own, but named like one.
  [
    /\.go$/,
    /^func[ \t]+(?:\([^)\n]*\)[ \t]*)?(?:Test|Fuzz|Example)(?!\p{Ll})\w*(?=[ \t]*\()|\b(?:t|s|tt|tc|sub)\.Run\("[^"\n]+"|\b\w+\.Property\("[^"\n]+"/u,
  ],
  [/\.rs$/, /^[ \t]*(?:pub[ \t]+)?(?:async[ \t]+)?fn[ \t]+\w+/],
  [/\.(?:java|kt|cs|scala|swift)$/, /\b(?:void|fun|func)[ \t]+\w+(?=[ \t]*\()/],
]

/** Reads names and tags out of a test's source, without running it. Total: what is not understood is left out. */
export function readTestFile(path: string, text: string): TestFile {
  const source = text.length > LONGEST ? text.slice(0, LONGEST) : text
  const lines = source.split('\n')
  const functions = FUNCTIONS.find(([extension]) => extension.test(path))?.[1]
  const tests = functions === undefined ? calls(source) : named(lines, functions)
  return { path, tests, tags: tagsOf(lines, tests, path.endsWith('.py') ? /^/ : COMMENT) }
}

function calls(source: string): NamedTest[] {
  let line = 1
  let at = 0
  return [...source.matchAll(CALL)].flatMap((match) => {
    // What is never run shows nothing.
    if (/\.(?:skip|todo)\b/.test(match[2] ?? '')) return []
    const group = [3, 4, 5].find((index) => match[index] !== undefined)!
    for (const start = match.indices![group]![0]; at < start; at++) if (source[at] === '\n') line++
    const name = match[group]!.replace(/\\(['"`\\])/g, '$1')
    return { name, line, group: /^(?:describe|suite|context)$/.test(match[1] ?? '') }
  })
}

function named(lines: readonly string[], pattern: RegExp): NamedTest[] {
  return lines.flatMap((text, index) => {
    const match = pattern.exec(text)
    const name = match === null ? null : (/"([^"]+)"$/.exec(match[0])?.[1] ?? /\w+$/.exec(match[0])?.[0])
    return match === null || name == null ? [] : [{ name, line: index + 1, group: match[1] === 'class' }]
  })
}

/** Where braces rule, other lines hold data: specs that a test feeds to something, say. A docstring of Python looks like nothing special. */
const COMMENT = /^\s*(?:\/\/|\/?\*(?!\*\w)|#)/
const FEATURE =
  /\bFeature:\s*([^,\n]{1,120}),[\s*]*(?:correctness\s+)?propert(?:y|ies)\s+#?(\d+(?:\s*(?:,|and|&|-|–)\s*\d+)*)/gi
/** A `Validates` this many lines below a feature is still about it. */
const NEAR = 4

function tagsOf(lines: readonly string[], tests: readonly NamedTest[], said: RegExp): TestTag[] {
  const tags: TestTag[] = []
  // Both go through the file in order, so the tests around a line are found without a search.
  let above = -1
  for (const [index, whole] of lines.entries()) {
    const line = index + 1
    while (above + 1 < tests.length && tests[above + 1]!.line < line) above++
    if (whole.length > 2_000 || !/feature:|validates/i.test(whole)) continue
    const next = tests[above + 1]
    const text = said.test(whole) ? whole : next?.line === line ? next.name : null
    if (text === null) continue
    const test = testAt(lines, line, tests[above], next, tests)
    for (const match of text.matchAll(FEATURE)) {
      const properties = references(`Properties ${match[2]}`).flatMap((one) => (one.kind === 'property' ? [one.n] : []))
      const feature = match[1]!.replace(/[*_`"']/g, '').trim()
      tags.push({ line, feature, properties, references: [], test })
    }
    const value = readValidates(text.replace(/^[\s/*#"'`|;-]+|\s*\*+\/.*$/g, '').replace(/[*_`"]/g, ''))?.value
    if (value === undefined) continue
    const last = tags.at(-1)
    const near = last !== undefined && line - last.line <= NEAR && last.test === test
    tags.push({ line, feature: near ? last.feature : null, properties: [], references: references(value), test })
  }
  return tags
}

/** A line deeper than the last test above it belongs to that test; any other to the next one. */
function testAt(
  lines: readonly string[],
  line: number,
  above: NamedTest | undefined,
  next: NamedTest | undefined,
  tests: readonly NamedTest[],
): string | null {
  if (next?.line === line && !next.group) return next.name
  // The stars of a comment stand one further in than what they are about.
  const depth = (at: number) => /^\s*?(?= ?\*|\S|$)/.exec(lines[at - 1] ?? '')![0].length
  if (above !== undefined && !above.group && depth(above.line) < depth(line)) return above.name
  const below = next?.group ? tests[tests.indexOf(next) + 1] : next
  return below === undefined || below.group ? null : below.name
}

/**
 * What stands in the brackets at the end of a test's name, or as `_2_1` or `_Property1` at that of a function's: ids of criteria and
 * properties, by convention.
 */
export function bracketed(name: string): Reference[] {
  const inside =
    /\(([^()]{1,200})\)\s*$/.exec(name)?.[1] ??
    /^\w*_(\d+_\d+)$/.exec(name)?.[1]?.replace('_', '.') ??
    propertyNamed(name)
  return inside === undefined ? [] : references(inside)
}

/** `test_order_property_1`, `TestOrderProperty_1`, `TestOrder_Property1`. */
function propertyNamed(name: string): string | undefined {
  const n = /^\w*(?:_[Pp]roperty|[a-z\d]Property)_?(\d+)$/.exec(name)?.[1]
  return n && `Property ${n}`
}

/**
 * Whether a file has a test by this name: each part of `Suite::test`, `suite > test` or, in Go, `TestSuite/a_test` stands in it, the last
 * one as a test.
 */
export function hasTest(file: TestFile, name: string): boolean {
  if (file.tests.some((one) => one.name === name)) return true
  const go = file.path.endsWith('.go')
  const plain = (part: string) => (go ? part.trim().replace(/\s/g, '_') : part.trim())
  const parts = name.split(go ? /::| > |\// : /::| > /).map(plain)
  return parts.length > 1 && parts.every((part) => file.tests.some((one) => plain(one.name) === part))
}
