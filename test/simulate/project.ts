import type { CheckResult, PropertyRun, TestResult } from '../../src/core/verdict/evidence.ts'
import type { CheckRequest } from '../../src/world.ts'
import { block, creates } from '../support/clamp.ts'
import { PLACES } from './repo.ts'

/** A project so small that its tests can be judged by looking at it: task N asks for a function that answers N. */
export const TASKS = 'specs/sim/tasks.md'
export const REQUIREMENTS = 'specs/sim/requirements.md'

export const codePath = (n: number) => `src/t${n}.ts`
export const testPath = (n: number) => `test/t${n}.test.ts`
/** Stands in code that somebody else committed meanwhile; it must never go away. */
export const THEIRS = '// theirs\n'

/** Has two places: task 1 writes its line into the first one, somebody else now and then into the second. */
export const LIST = 'src/list.ts'
export const LISTED = '// t1\n'
/** What the project's pre-commit puts below what it finds. */
export const FORMATTED = '// formatted\n'

const code = (n: number, answer: string) => `export function t${n}(): number {\n  ${answer}\n}\n`
export const stub = (n: number) => code(n, "throw new Error('not implemented')")
export const right = (n: number) => code(n, `return ${n}`)
export const theirs = (n: number) => `${THEIRS}${code(n, 'return 0')}`

export function test(n: number): string {
  return `import assert from 'node:assert/strict'\nimport { it } from 'node:test'\nimport { t${n} } from '../${codePath(n)}'\n\nit('t${n} answers ${n} (${n}.1)', () => {\n  assert.equal(t${n}(), ${n})\n})\n`
}

export function tasksText(tasks: number): string {
  const one = (n: number) =>
    `- [ ] ${n}. Implement t${n}\n  - Property: It answers ${n}\n  - Test: ${n === 2 ? 'Property-based test' : 'Unit tests'}\n  - Validates: Requirements ${n}.1\n`
  return `# Tasks: sim\n\n${Array.from({ length: tasks }, (_, at) => one(at + 1)).join('')}`
}

function requirements(tasks: number): string {
  const one = (n: number) =>
    `### Requirement ${n}: t${n}\n\n**User Story:** As a caller, I want t${n}, so that it answers.\n\n#### Acceptance Criteria\n\n1. WHEN t${n} is called, THE system SHALL answer ${n}.\n`
  return `# Requirements: sim\n\n${Array.from({ length: tasks }, (_, at) => one(at + 1)).join('\n')}`
}

export function projectFiles(tasks: number): Record<string, string> {
  return {
    'package.json': '{ "name": "sim", "type": "module" }\n',
    [REQUIREMENTS]: requirements(tasks),
    'specs/sim/design.md': '# Design: sim\n\n## Functions\n\n`src/tN.ts` exports `tN(): number`.\n',
    [TASKS]: tasksText(tasks),
    'src/base.ts': 'export const base = 1\n',
    [LIST]: `// all\n${PLACES}`,
    'test/base.test.ts': "import { base } from '../src/base.ts'\n",
  }
}

/** How a model answers; most of it is of no use. */
export const MOODS = [
  ...['right', 'wrong', 'other-wrong', 'garbage', 'cut', 'judge', 'spec', 'manifest', 'broken', 'breaks-base', 'need'],
  ...['blocked', 'outage', 'lost', 'vacuous', 'empty'],
] as const
export type Mood = (typeof MOODS)[number]

/** The text of an answer. `base`: what stands in the file that it is about. */
export function answer(role: string, mood: Mood, n: number, base: string | null): string {
  switch (mood) {
    case 'garbage':
      return '```\nsrc/x.ts\n<<<<<<< SEARCH\nthis is not there\n=======\n'
    case 'empty':
      return ''
    case 'judge':
      return `${block(testPath(n), test(n), '')}\n\n${implement(n, right(n), base)}`
    case 'spec':
      return `${block(TASKS, `- [ ] ${n}.`, `- [x] ${n}.`)}\n\n${implement(n, right(n), base)}`
    case 'manifest':
      return `${creates({ 'vitest.config.ts': 'export default {}\n' })}\n\n${implement(n, right(n), base)}`
    case 'need':
      return 'NEED src/base.ts'
    case 'blocked':
      return 'BLOCKED: nobody knows'
    default:
  }
  if (role === 'author') {
    const text = mood === 'vacuous' ? test(n).replace(/assert\.equal.*/, 'assert.ok(true)') : test(n)
    const files = { [testPath(n)]: mood === 'broken' ? `${text}SYNTAX\n` : text }
    return creates(base === null ? { ...files, [codePath(n)]: stub(n) } : files)
  }
  const wrong = mood === 'wrong' ? right(n).replace(`return ${n}`, `return ${n + 1}`) : null
  const other = mood === 'other-wrong' || mood === 'vacuous' ? right(n).replace(`return ${n}`, 'return -1') : null
  const text = mood === 'broken' ? `${right(n)}SYNTAX\n` : (wrong ?? other ?? right(n))
  const breaks =
    mood === 'breaks-base' ? `\n\n${block('src/base.ts', 'export const base = 1\n', 'export const base = 2\n')}` : ''
  return `${implement(n, text, base)}${breaks}`
}

function implement(n: number, text: string, base: string | null): string {
  const own = base === null ? block(codePath(n), stub(n), text) : block(codePath(n), base, `${THEIRS}${text}`)
  return n === 1 ? `${own}\n\n${block(LIST, '// all\n', `// all\n${LISTED}`)}` : own
}

type Files = ReadonlyMap<string, string>

/** What the checks say of a tree, by looking at its files. */
export function judge(files: Files, request: CheckRequest): CheckResult {
  const nothing = { problems: [], running: null, limit: null, output: '', durationMs: 1_000 }
  const result: CheckResult = { ...nothing, stage: request.stage, status: 'passed', tests: [] }
  const broken = [...files].find(([, text]) => text.includes('SYNTAX'))
  if (broken) return { ...result, status: 'broken', problems: [{ file: broken[0], message: 'a syntax error' }] }
  if (request.kind !== 'tests') return { ...result, status: 'empty' }
  const wanted = request.files ?? [...files.keys()].filter((path) => path.endsWith('.test.ts'))
  const tests = wanted.flatMap((path) => testIn(path, files, request.intensity))
  const failed = tests.some(({ status }) => status === 'failed')
  return { ...result, tests, status: tests.length === 0 ? 'empty' : failed ? 'failed' : 'passed' }
}

/** Whether the tests of a tree hold, and so may land. */
export function isGreen(files: Files): boolean {
  const request: CheckRequest = {
    stage: 'final',
    kind: 'tests',
    files: null,
    intensity: { seeds: [1], runs: 1, minMs: 0 },
    maxMs: 1,
  }
  return judge(files, request).status === 'passed'
}

function testIn(path: string, files: Files, intensity: { seeds: number[]; runs: number }): TestResult[] {
  const text = files.get(path)
  if (text === undefined) return []
  const n = Number(/t(\d+)\.test\.ts$/.exec(path)?.[1] ?? 0)
  const name = n === 0 ? 'base' : `t${n} answers ${n} (${n}.1)`
  const error =
    n === 0 ? baseError(files) : text.includes('assert.ok(true)') ? null : codeError(n, files.get(codePath(n)))
  const properties = n === 2 ? [propertyOf(error !== null, intensity)] : []
  const status = error === null ? 'passed' : 'failed'
  return [{ id: `${path} > ${name}`, file: path, name, status, durationMs: 1, error, properties }]
}

function baseError(files: Files): TestResult['error'] {
  return files.get('src/base.ts')?.includes('base = 1')
    ? null
    : { name: 'AssertionError', message: '2 !== 1', assertion: true }
}

function codeError(n: number, code: string | undefined): TestResult['error'] {
  if (code === undefined) return { name: 'Error', message: `Cannot find module src/t${n}.ts`, assertion: false }
  if (code.includes('not implemented')) return { name: 'Error', message: 'not implemented', assertion: false }
  const answer = /return (-?\d+)/.exec(code)?.[1]
  return Number(answer) === n ? null : { name: 'AssertionError', message: `${answer} !== ${n}`, assertion: true }
}

function propertyOf(failed: boolean, { seeds, runs }: { seeds: number[]; runs: number }): PropertyRun {
  const shrunk = failed
    ? { seed: seeds[0] ?? 1, path: '0', counterexample: '[0]' }
    : { seed: null, path: null, counterexample: null }
  return { seeds, runs: seeds.length * runs, distinct: 20, failed, ...shrunk, shrinks: 0, history: [] }
}
