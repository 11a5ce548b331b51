import { stripVTControlCharacters } from 'node:util'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { TestResult } from '../../core/verdict/evidence.ts'
import { MAX_REPORT_BYTES } from './reports.ts'

/** What a JUnit report says, or what is wrong with it in one sentence. It was written by code that is not trusted. */
export type JUnitReport = { tests: TestResult[]; problems: string[] } | { unreadable: string }

const MAX_TESTS = 200_000
const MAX_DEPTH = 50
const MAX_NAME = 500
const MAX_MESSAGE = 3_000

interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

/** Reads one report. Dialects: pytest, gotestsum, surefire, gradle, cargo nextest, jest-junit, mocha. Never throws. */
export function readJunit(source: string): JUnitReport {
  if (source.length > MAX_REPORT_BYTES) return { unreadable: `it is larger than ${MAX_REPORT_BYTES / 1024 ** 2} MB` }
  const text = source.replace(/^\uFEFF/, '')
  if (text.trim() === '') return { unreadable: 'it is empty' }
  // Entities of a document's own are what makes XML grow without bound, and no runner needs them.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return { unreadable: 'it has a document type, whose entities are not read' }
  const depth = deepest(text)
  if (depth > MAX_DEPTH) return { unreadable: `its elements are nested more than ${MAX_DEPTH} deep` }
  try {
    const valid = XMLValidator.validate(text)
    if (valid !== true)
      return {
        unreadable: `line ${valid.err.line}: ${valid.err.msg.replace(/\.$/, '')}: it ends too early, or is no XML`,
      }
    const roots = elementsOf(PARSER.parse(text) as Parsed[])
    return collect(roots)
  } catch (error) {
    return { unreadable: (error as Error).message.slice(0, MAX_NAME) }
  }
}

const CDATA = '#cdata'
const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
  cdataPropName: CDATA,
})

/** As the parser gives it: one key names the element, `:@` holds its attributes. */
type Parsed = Record<string, unknown>

function elementsOf(parsed: Parsed[]): Element[] {
  return parsed.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#') && !key.startsWith('?'))
    return name === undefined ? [] : [elementOf(name, node)]
  })
}

function elementOf(name: string, node: Parsed): Element {
  const inner = node[name] as Parsed[]
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>)
  return {
    name,
    attributes: Object.fromEntries(attributes.map(([key, value]) => [key, decoded(value)])),
    children: elementsOf(inner),
    text: inner.map(textOf).join(''),
  }
}

function textOf(node: Parsed): string {
  if ('#text' in node) return decoded(String(node['#text']))
  const cdata = node[CDATA]
  return Array.isArray(cdata) ? cdata.map((part: Parsed) => String(part['#text'] ?? '')).join('') : ''
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The five entities that XML has by itself, and characters by number. */
function decoded(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name) return NAMED[name.toLowerCase()]!
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Nesting is counted before anything is built: a parser of trees would build it all. */
function deepest(text: string): number {
  let depth = 0
  let most = 0
  // What stands in these is text, whatever it looks like.
  const bare = text.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, '')
  for (const [tag] of bare.matchAll(/<\/?[A-Za-z_][^<>]*>/g)) {
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>')) depth++
    if (depth > most) most = depth
    if (most > MAX_DEPTH) break
  }
  return most
}

function collect(roots: Element[]): JUnitReport {
  const root = roots.find(({ name }) => name === 'testsuites' || name === 'testsuite')
  if (!root) return { unreadable: `its first element is <${roots[0]?.name ?? ''}>, not <testsuites> or <testsuite>` }
  const tests: TestResult[] = []
  const problems: string[] = []
  walk(root, [], tests, problems)
  if (tests.length > MAX_TESTS) return { unreadable: `it names more than ${MAX_TESTS} tests` }
  makeUnique(tests)
  return { tests, problems }
}

function walk(suite: Element, outer: string[], tests: TestResult[], problems: string[]): void {
  const name = clean(suite.attributes['name'] ?? '', MAX_NAME)
  const path = suite.name === 'testsuite' && name ? [...outer, name] : outer
  const before = tests.length
  for (const child of suite.children) {
    if (child.name === 'testcase') tests.push(toTest(child, path))
    else if (child.name === 'testsuite') walk(child, path, tests, problems)
    // A class that could not be loaded has no test case to stand for it.
    else if (child.name === 'error' || child.name === 'failure') problems.push(messageOf(child))
  }
  const inside = tests.slice(before)
  const counted = Number(suite.attributes['failures'] ?? 0) + Number(suite.attributes['errors'] ?? 0)
  if (counted > 0 && !inside.some(({ status }) => status === 'failed'))
    problems.push(`${name || 'the report'} counts ${counted} failures and names none`)
}

function toTest({ attributes, children }: Element, path: string[]): TestResult {
  const name = clean(attributes['name'] ?? '(without a name)', MAX_NAME)
  const holder = clean(attributes['classname'] ?? '', MAX_NAME)
  const file = clean(attributes['file'] ?? holder, MAX_NAME) || path.at(-1) || ''
  const has = (...names: string[]) => children.find((child) => names.includes(child.name))
  // Passed at the second try is not passed.
  const bad = has('failure', 'error', 'flakyFailure', 'flakyError', 'rerunFailure', 'rerunError')
  const left =
    has('skipped', 'disabled') ??
    (NOT_RUN.test(`${attributes['status'] ?? ''} ${attributes['result'] ?? ''}`) ? true : null)
  const ids = [holder || path.join(' > '), name].filter((part) => part !== '')
  return {
    id: ids.join(' > '),
    file,
    name,
    status: bad ? 'failed' : left ? 'skipped' : 'passed',
    durationMs: Math.round(1_000 * (Number(attributes['time']) || 0)),
    error: bad ? errorOf(bad) : null,
    properties: [],
  }
}

const NOT_RUN = /\b(notrun|skipped|suppressed|disabled|ignored)\b/i

function errorOf(element: Element): NonNullable<TestResult['error']> {
  const type = clean(element.attributes['type'] ?? '', 100)
  const assertion = element.name === 'failure' || /assert/i.test(type)
  return { name: type || (assertion ? 'AssertionError' : 'Error'), message: messageOf(element), assertion }
}

/** The summary, and the text below it where it says more. */
function messageOf({ attributes, text }: Element): string {
  const summary = clean(attributes['message'] ?? '', MAX_MESSAGE)
  const body = clean(text, MAX_MESSAGE)
  const whole = body.includes(summary) ? body : [summary, body].filter((part) => part !== '').join('\n')
  return whole.slice(0, MAX_MESSAGE) || 'failed without a message'
}

/** Without colours and other characters that steer a terminal; only the beginning is looked at. */
function clean(text: string, most: number): string {
  return stripVTControlCharacters(text.slice(0, 4 * most))
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
    .slice(0, most)
}

function makeUnique(tests: TestResult[]): void {
  const seen = new Map<string, number>()
  for (const test of tests) {
    const count = (seen.get(test.id) ?? 0) + 1
    seen.set(test.id, count)
    if (count > 1) test.id += ` (${count})`
  }
}
