/** One line of a requirements file: a package, and what its version has to hold. */
export interface Requirement {
  /** As distributions are compared: small letters, single hyphens. */
  name: string
  clauses: { operator: string; version: string }[]
}

/** What a requirements file asks for, as far as it can be read without pip. */
export interface Requirements {
  packages: Requirement[]
  /** Other lists that it names, as they stand there. */
  lists: string[]
  /** A line that says more than this: an address, a folder, another option. Null: there is none. */
  unclear: string | null
}

export const distributionName = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')

const PACKAGE = /^([A-Za-z0-9][\w.-]*)[ \t]*(?:\[[\w, .-]*\])?[ \t]*\(?([^;()]*)\)?[ \t]*$/
const CLAUSE = /^(===|==|>=|<=|~=|!=|>|<)[ \t]*([\w.*+!-]+)$/
/** Where packages come from says nothing of what is there. */
const SOURCE =
  /^(-i|-f|--(index-url|extra-index-url|find-links|no-index|trusted-host|only-binary|no-binary|prefer-binary|require-hashes|pre))\b/

/** Lines that hold for some environments only (`; python_version < "3.11"`) are left out. */
export function parseRequirements(text: string): Requirements {
  const found: Requirements = { packages: [], lists: [], unclear: null }
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)
  for (const whole of lines) {
    const line = whole
      .replace(/(^|\s)#.*$/, '')
      .replace(/\s--hash[= ]\S+/g, '')
      .trim()
    const list = /^(?:-r|--requirement)[ =]?\s*(\S+)$/.exec(line)?.[1]
    if (list !== undefined) found.lists.push(list)
    // What is bounded is named elsewhere, if it is wanted.
    else if (line === '' || SOURCE.test(line) || /^(-c|--constraint)\b/.test(line) || line.includes(';')) continue
    else {
      const one = packageIn(line)
      if (one) found.packages.push(one)
      else found.unclear ??= line
    }
  }
  return found
}

function packageIn(line: string): Requirement | null {
  const [, name, rest = ''] = PACKAGE.exec(line) ?? []
  if (name === undefined) return null
  const words = rest.split(',').map((one) => one.trim())
  const clauses = words.filter(Boolean).map((one) => CLAUSE.exec(one))
  if (clauses.some((one) => one === null)) return null
  return {
    name: distributionName(name),
    clauses: clauses.map((one) => ({ operator: one![1]!, version: one![2]! })),
  }
}

/** Whether a version holds what is asked of it; null: it cannot be told, as with versions that are no plain numbers. */
export function holds(version: string, { clauses }: Requirement): boolean | null {
  const told = clauses.map((clause) => clauseHolds(version, clause))
  if (told.includes(false)) return false
  return told.includes(null) ? null : true
}

function clauseHolds(version: string, { operator, version: asked }: Requirement['clauses'][number]): boolean | null {
  if (operator === '===' || (operator === '==' && version === asked)) return version === asked
  const prefix = asked.endsWith('.*') ? asked.slice(0, -2) : null
  const [there, wanted] = [numbersOf(version), numbersOf(prefix ?? asked)]
  if (there === null || wanted === null) return null
  const same = (length: number) => compare(padded(there, length).slice(0, length), wanted.slice(0, length)) === 0
  const order = compare(there, wanted)
  if (prefix !== null) return operator === '==' ? same(wanted.length) : operator === '!=' ? !same(wanted.length) : null
  if (operator === '~=') return order >= 0 && same(wanted.length - 1)
  const held: Record<string, boolean> = {
    '==': order === 0,
    '!=': order !== 0,
    '>=': order >= 0,
    '<=': order <= 0,
    '>': order > 0,
    '<': order < 0,
  }
  return held[operator] ?? null
}

function numbersOf(version: string): number[] | null {
  return /^v?\d+(\.\d+)*$/.test(version) ? version.replace('v', '').split('.').map(Number) : null
}

const padded = (numbers: number[], length: number) => [
  ...numbers,
  ...Array<number>(Math.max(0, length - numbers.length)).fill(0),
]

function compare(one: number[], other: number[]): number {
  const length = Math.max(one.length, other.length)
  const [a, b] = [padded(one, length), padded(other, length)]
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!
  return 0
}
