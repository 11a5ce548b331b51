import { parseExpression } from '../babel.ts'

type Expression = ReturnType<typeof parseExpression>

/** A case that has failed: of which test (`suite > name`), and the values that its property got, as source. */
export interface Regression {
  test: string
  /** An array of the property's arguments, as fast-check prints it. */
  example: string
}

/** Those whose hooks know the name of the test that is about to run. */
export type RegressionRunner = 'vitest' | 'node:test'

export interface Place {
  testFile: string
  runner: RegressionRunner
}

const BEGIN = '// One case a line: the test that it failed, and what its property was given.'
const ABOUT =
  '/** Cases that failed once, kept by `agent chaos`: the tests that they failed are given them again, and nothing else. */'
const LINE = /^ {2}\[(".*"), (\[.*\])\],$/
const LONGEST = 20_000

/** Where the cases of a test file are kept: a test file beside it. */
export function regressionFile(testFile: string): string {
  const [, stem = testFile, ending = ''] = /^(.*?)((?:\.(?:test|spec))?\.[cm]?[jt]sx?)$/.exec(testFile) ?? []
  return `${stem}.regressions${ending}`
}

/**
 * The file with one more case, or null where it is kept there already. `before`: the file as it is, or null. Throws
 * NotKept where the case cannot be written down as plain data, or the file is not one of these.
 */
export function withRegression(before: string | null, place: Place, { test, example }: Regression): string | null {
  const problem = problemWith(example)
  if (problem !== null) throw new NotKept(problem)
  const kept = before === null ? [] : linesIn(before)
  if (kept === null) throw new NotKept('its regression file was changed by hand: there is no list of cases in it')
  const line = `  [${JSON.stringify(test)}, ${example}],`
  return kept.includes(line) ? null : fileText(place, [...kept, line])
}

/** Why a case was not kept; for people. */
export class NotKept extends Error {}

function linesIn(text: string): string[] | null {
  const lines = text.split('\n')
  const begin = lines.indexOf(BEGIN)
  if (begin < 0) return null
  const cases = lines.slice(begin + 2)
  const end = cases.indexOf(']')
  const kept = cases.slice(0, end)
  return end >= 0 && kept.every((line) => LINE.test(line)) ? kept : null
}

/** A hook that gives each test its cases by its name; those that have none are skipped, or run their property no times. */
const HOOKS: Record<RegressionRunner, { imports: string[]; begin(typed: Typed): string[] }> = {
  vitest: {
    imports: ["import fc from 'fast-check'", "import { beforeEach } from 'vitest'"],
    begin: () => [
      'beforeEach(({ task, skip }) => {',
      '  const names = [task.name]',
      '  for (let suite = task.suite; suite?.name; suite = suite.suite) names.unshift(suite.name)',
      "  const examples = failed.filter(([test]) => test === names.join(' > ')).map(([, example]) => example)",
      '  if (examples.length === 0) skip()',
    ],
  },
  'node:test': {
    imports: ["import { beforeEach } from 'node:test'", "import fc from 'fast-check'"],
    begin: (typed) => [
      'beforeEach((context) => {',
      `  const { fullName } = context${typed(' as unknown as { fullName: string }')}`,
      '  const examples = failed.filter(([test]) => test === fullName).map(([, example]) => example)',
    ],
  },
}

type Typed = (text: string) => string

function fileText({ testFile, runner }: Place, lines: string[]): string {
  const name = testFile.split('/').at(-1)!
  const types = /\.[cm]?tsx?$/.test(testFile)
  const typed: Typed = (text) => (types ? text : '')
  const { imports, begin } = HOOKS[runner]
  return `${[ABOUT, ...imports].join('\n')}

${BEGIN}
const failed${typed(': [test: string, example: unknown][]')} = [
${lines.join('\n')}
]

${begin(typed).join('\n')}
  fc.configureGlobal({ ...fc.readConfigureGlobal(), examples, numRuns: examples.length }${typed(' as never')})
})

const tests${typed(': string')} = ${JSON.stringify(`./${name}`)}
await import(tests)
`
}

/** Only data comes into a file that somebody will run; what a test process has printed is not trusted. */
function problemWith(example: string): string | null {
  if (example.length > LONGEST) return 'it is too long'
  if (/[\n\r\u2028\u2029]/.test(example)) return 'it holds line breaks'
  let tree: Expression
  try {
    tree = parseExpression(example, { errorRecovery: false })
  } catch {
    return 'it is not printed as plain data'
  }
  if (tree.comments && tree.comments.length > 0) return 'it holds a comment'
  if (tree.type !== 'ArrayExpression') return 'it is not printed as the arguments of a property'
  return isData(tree) ? null : 'it holds more than plain data'
}

const NAMED = new Set(['undefined', 'NaN', 'Infinity'])
const INFINITIES = ['NEGATIVE_INFINITY', 'POSITIVE_INFINITY', 'NaN']

function isNamed(node: { type: string }, ...names: string[]): boolean {
  return node.type === 'Identifier' && names.includes((node as { name?: string }).name ?? '')
}

function isData(node: { type: string } | null): boolean {
  if (node === null) return true
  const tree = node as Expression
  switch (tree.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'BigIntLiteral':
      return true
    case 'Identifier':
      return NAMED.has(tree.name)
    case 'MemberExpression':
      return !tree.computed && isNamed(tree.object, 'Number') && isNamed(tree.property, ...INFINITIES)
    case 'UnaryExpression':
      return tree.operator === '-' && isData(tree.argument)
    case 'ArrayExpression':
      return tree.elements.every(isData)
    case 'ObjectExpression':
      return tree.properties.every(
        (property) =>
          property.type === 'ObjectProperty' &&
          !property.shorthand &&
          (property.computed ? property.key.type === 'StringLiteral' : isPlainKey(property.key)) &&
          isData(property.value),
      )
    default:
      return false
  }
}

function isPlainKey(key: { type: string }): boolean {
  return key.type === 'Identifier' || key.type === 'StringLiteral' || key.type === 'NumericLiteral'
}
