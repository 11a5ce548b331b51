import { classify } from '../../patch/protect.ts'
import { pattern } from '../pattern.ts'
import type { Diagnostic, Task } from '../spec.ts'
import { few, problem, type Reading, tasksPath } from './report.ts'

/** Rules for what a task promises: how it is judged, and what it may touch. `open`: the tasks that can still be run. */
export function lintContracts(reading: Reading, open: readonly Task[]): Diagnostic[] {
  if (reading.spec.archived) return []
  const found = withoutContract(reading, open)
  for (const task of open) {
    if (task.test !== null) found.push(...testKind(reading, task), ...chaosFault(reading, task))
    if (task.text.includes(':')) labelTypos(reading, task, found)
    if (task.kind === 'code' && task.allows.length === 0 && SET_UP.test(task.title))
      found.push(...allows(reading, task))
  }
  return found
}

/** Tasks that a run would take: open, without parts. */
export function openLeaves(tasks: readonly Task[]): Task[] {
  const parents = new Set(tasks.map(({ parent }) => parent))
  return tasks.filter(({ id, status, struck }) => status !== 'done' && !struck && !parents.has(id))
}

/** Those of which nothing but their own words says when they are done: neither they nor the task above them. */
function bareOf(tasks: readonly Task[], all: readonly Task[]): Task[] {
  const silent = tasks.filter((task) => !hasContract(task))
  if (silent.length === 0) return []
  const above = new Map(all.map((task) => [task.id, task]))
  return silent.filter(({ parent }) => {
    const over = parent === null ? undefined : above.get(parent)
    return over === undefined || !hasContract(over)
  })
}

function hasContract({ test, statements, verify, properties, requirements, unresolved }: Task): boolean {
  const linked = statements.length + properties.length + requirements.length + unresolved.length
  return test !== null || verify !== null || linked > 0
}

/** A file whose author links nothing is told once. */
function withoutContract(reading: Reading, open: readonly Task[]): Diagnostic[] {
  const code = open.filter(({ kind }) => kind === 'code')
  const bare = bareOf(code, reading.spec.tasks)
  const file = tasksPath(reading)
  const suggestion = 'Add `Test:`, `Verify:` or `Validates:` below it.'
  if (bare.length > 3 && bare.length * 2 > code.length) {
    const ids = few(bare.map(({ id }) => id))
    const message = `${bare.length} of ${code.length} open tasks name neither test nor requirement, so they are tested from their own words: ${ids}.`
    return [problem({ file, line: bare[0]!.line }, 'task-without-contract', 'info', message, suggestion)]
  }
  return bare.map(({ id, line }) => {
    const message = `Task ${id} names neither test nor requirement, so it is tested from its own words.`
    return problem({ file, line }, 'task-without-contract', 'info', message, suggestion)
  })
}

const KINDS = ['chaos', 'property', 'property-based', 'integration', 'unit', 'example']
/** Words that are near a kind and are none of it. */
const NEAR_MISSES = new Set(['chair', 'until', 'units', 'unity', 'unite', 'properly', 'samples', 'sample', 'simple'])

/** `Test: Chaso test`: nothing of the line is a known kind, and one of its first words nearly is. */
function testKind(reading: Reading, task: Task): Diagnostic[] {
  if (task.test?.kind !== 'other' || task.test.path !== null) return []
  const words = task.test.text.split(/[^\p{L}-]+/u).slice(0, 4)
  for (const word of words) {
    const kind = nearKind(word.toLowerCase())
    if (kind === null) continue
    const place = inTask(reading, task, word)
    const message = `"${word}" is no kind of test that is known.`
    return [
      problem(
        place,
        'unknown-test-kind',
        'warning',
        message,
        `Write \`${kind[0]!.toUpperCase()}${kind.slice(1)} test ...\`.`,
      ),
    ]
  }
  return []
}

function nearKind(word: string): string | null {
  if (word.length < 4 || NEAR_MISSES.has(word)) return null
  const reach = (kind: string) => (kind.length > 6 ? 2 : 1)
  return KINDS.find((kind) => word !== kind && distance(word, kind) <= reach(kind)) ?? null
}

/** Edits between two short words, where swapping neighbours is one. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(rows[i - 1]![j - 1]! + (same ? 0 : 1), rows[i - 1]![j]! + 1, row[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

function chaosFault(reading: Reading, task: Task): Diagnostic[] {
  if (task.test?.kind !== 'chaos' || task.test.fault !== null) return []
  const place = inTask(reading, task, task.test.text)
  const suggestion = 'Write `Chaos test with network partition`, or another fault.'
  return [problem(place, 'chaos-without-fault', 'info', 'This chaos test names no fault.', suggestion)]
}

const LABELS = ['property', 'test', 'tests', 'validates', 'requirements', 'depends', 'verify', 'allows']
/** Words of their own that stand in front of a colon in task texts. */
const OTHER_LABELS = new Set([
  ...[
    'validate',
    'verified',
    'properties',
    'require',
    'required',
    'requires',
    'allow',
    'allowed',
    'best',
    'text',
    'rest',
  ],
  ...[
    'next',
    'tested',
    'testing',
    'depend',
    'requirement',
    'rests',
    'texts',
    'tesla',
    'totals',
    'very',
    'nest',
    'task',
  ],
  ...['tasks', 'toast', 'toasts', 'vest', 'list', 'lists', 'cost', 'host', 'post', 'posts', 'hosts', 'costs', 'walls'],
])

const LABELLED = /^[ \t]*(?:[-*+][ \t]+)?[*_]{0,3}([A-Z][a-z]{3,11}):/gm

/** `Propery: ...` below a task: one letter from a label, so nothing was read of it. */
function labelTypos(reading: Reading, { text, line }: Task, found: Diagnostic[]): void {
  const below = text.search(/[\r\n]/)
  if (below < 0) return
  LABELLED.lastIndex = below
  for (let match = LABELLED.exec(text); match !== null; match = LABELLED.exec(text)) {
    const written = match[1]!
    const word = written.toLowerCase()
    if (LABELS.includes(word) || OTHER_LABELS.has(word)) continue
    const label = LABELS.find((one) => distance(one, word) === 1)
    if (label === undefined) continue
    const before = text.slice(0, match.index).split(/\r\n|\r|\n/)
    const column = match[0].indexOf(written) + 1
    const place = { file: tasksPath(reading), line: line + before.length - 1, column }
    const message = `"${written}:" is no label, so this line is read as plain text.`
    const right = `${label[0]!.toUpperCase()}${label.slice(1)}`
    found.push(problem(place, 'unknown-label', 'warning', message, `Write \`${right}:\`.`))
  }
}

const SET_UP = pattern(
  String.raw`^(?:set[ -]?up|setup|configure|install|initiali[sz]e|init|bootstrap|scaffold|create (?:the )?(?:project|package|repository|workspace|monorepo|build)|add .*\b(?:dependenc|devdependenc|package|librar|tooling|config)|update .*\b(?:dependenc|config)|(?:project )?(?:setup|scaffold)|搭建|配置|初始化|安装|セットアップ|初期化|インストール|настро|установ|configurar|instalar|inicializar)`,
  'iu',
)
/** What a tool that is set up brings with it. */
const TOOLS: [RegExp, string[]][] = [
  [/\bpackage\.json\b|\bnpm\b/i, ['package.json', 'package-lock.json']],
  [/\bpnpm\b/i, ['package.json', 'pnpm-lock.yaml']],
  [/\byarn\b/i, ['package.json', 'yarn.lock']],
  [/\bvitest\b/i, ['package.json', 'package-lock.json', 'vitest.config.*']],
  [/\bjest\b/i, ['package.json', 'package-lock.json', 'jest.config.*']],
  [/\bplaywright\b/i, ['package.json', 'package-lock.json', 'playwright.config.*']],
  [/\bfast-check\b/i, ['package.json', 'package-lock.json']],
  [/\btypescript\b|\btsconfig\b/i, ['package.json', 'tsconfig*.json']],
  [/\beslint\b/i, ['package.json', 'eslint.config.*']],
  [/\bbiome\b/i, ['package.json', 'biome.json']],
  [/\bpytest\b|\bhypothesis\b/i, ['pyproject.toml', 'conftest.py']],
  [/\bpyproject\b/i, ['pyproject.toml']],
  [/\bcargo\b|\bproptest\b/i, ['Cargo.toml', 'Cargo.lock']],
  [/\bgo (?:module|mod)\b|\bgo\.mod\b/i, ['go.mod', 'go.sum']],
  [/\bgithub actions\b|\bci(?:\/cd)? (?:pipeline|workflow)/i, ['.github/workflows/**']],
]
const FILE =
  /(?:\.(?:json|jsonc|ya?ml|toml|[cm]?[jt]s|ini|cfg|lock|txt|mod|sum)|^\.(?:gitignore|gitattributes|npmrc|nvmrc|env|eslintrc))$/

/** Words of a text that look like the path of a configuration file. */
function pathsIn(text: string): string[] {
  const words = text.split(/[\s`"'(),;:<>[\]]+/).map((word) => word.replace(/\.+$/, ''))
  return words.filter((word) => word.length < 120 && FILE.test(word))
}

/** Protected files that a set-up task will have to write and does not name in an `Allows:` line. */
function allows(reading: Reading, task: Task): Diagnostic[] {
  const named = pathsIn(task.text).filter(isProtected)
  const words = `${task.title}\n${task.text}`
  const tools = TOOLS.filter(([pattern]) => pattern.test(words)).flatMap(([, paths]) => paths)
  const globs = [...new Set([...named, ...tools])].slice(0, 8)
  if (globs.length === 0) return []
  const message = `Task ${task.id} sets up what is protected: ${few(globs)}.`
  const suggestion = `Add \`Allows: ${globs.join(', ')}\` below it, or the patch is refused.`
  return [problem({ file: tasksPath(reading), line: task.line }, 'allows-proposed', 'info', message, suggestion)]
}

function isProtected(path: string): boolean {
  const kind = classify(path, { frozen: [], specDirs: [], existingTests: [], isTest: () => false }, true)
  return kind !== null && kind !== 'spec' && kind !== 'steering' && kind !== 'frozen-test'
}

/** Where some words of a task stand; its first line where they are not found as written. */
function inTask(reading: Reading, task: Task, words: string) {
  const file = tasksPath(reading)
  const lines = task.text.split(/\r\n|\r|\n/)
  const index = lines.findIndex((text) => text.includes(words))
  // The first line of a task's text starts at its bullet, the others at column 1.
  return index < 1
    ? { file, line: task.line }
    : { file, line: task.line + index, column: lines[index]!.indexOf(words) + 1 }
}
