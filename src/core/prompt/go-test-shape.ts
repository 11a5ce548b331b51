import { goShape } from '../teeth/go-statements.ts'

/** Helpers of so few lines are shown whole. */
const SMALL_HELPER = 4
const TEST = /^(?:Test|Fuzz|Benchmark|Example)(?!\p{Ll})/u

export interface GoShapeSize {
  /** Lines of the first test. */
  lines: number
  /** Names of the others. */
  names: number
  helpers: boolean
}

/**
 * How a Go test file is written: package and imports, what stands beside the tests, the first test with its table, and the names of
 * the others. Null where it cannot be read or has no test.
 */
export function goTestShape(text: string, size: GoShapeSize): string | null {
  const shape = goShape(text)
  if (shape === null) return null
  const { tokens, functions } = shape
  const declared = functions.map(({ name, open, close }) => {
    const start = text.lastIndexOf('\nfunc', tokens[open]!.start) + 1
    const head = text.slice(start, tokens[open]!.start).trim()
    return { name: name ?? '', method: /^func\s*\(/.test(head), start, head, end: tokens[close]!.end }
  })
  const [first, ...others] = declared.filter(({ name, method }) => !method && TEST.test(name))
  if (first === undefined) return null
  const helpers = declared.filter((one) => one.method || !TEST.test(one.name))
  const imports = text
    .slice(0, text.search(/^(?:func|type|var|const)\b/m))
    .replace(/\/\/[^\n]*\n\s*$/, '')
    .trim()
  const beside = size.helpers
    ? helpers.map(({ start, end, head }) => {
        const whole = text.slice(start, end)
        return whole.split('\n').length <= SMALL_HELPER ? whole : `${head} // ...`
      })
    : helpers.length > 0
      ? [`// helpers here: ${helpers.map(({ name }) => name).join(', ')}`]
      : []
  const lines = text.slice(first.start, first.end).split('\n')
  const cut =
    lines.length > size.lines
      ? [...lines.slice(0, size.lines), `// ... ${lines.length - size.lines} more lines`]
      : lines
  const names = others.slice(0, size.names).map(({ name }) => `// test: ${name}`)
  const more =
    size.names > 0 && others.length > size.names ? [`// ... and ${others.length - size.names} more tests`] : []
  return `${[imports, ...beside, cut.join('\n'), [...names, ...more].join('\n')].filter((part) => part !== '').join('\n\n')}\n`
}
