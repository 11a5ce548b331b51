import type { FileChange } from '../patch/patch.ts'

interface Trap {
  pattern: RegExp
  why: string
}

/** What code that is judged has no business with: switching the compiler off, or reaching into the judge. */
const TRAPS: Trap[] = [
  { pattern: /@ts-(nocheck|ignore|expect-error)\b/, why: 'switches the type check off' },
  { pattern: /\basymmetricMatch\b|\$\$typeof/, why: 'makes a value that every assertion takes for equal' },
  { pattern: /Symbol\.for\(\s*['"`](specproof|fast-check|jest|vitest)/, why: 'reaches into the test runner' },
  {
    pattern:
      /\b(from|import|require)\b[\s(]*['"`](vitest|@vitest\/[\w-]+|fast-check|@fast-check\/[\w-]+|node:test|jest|jest-circus|@jest\/[\w-]+|chai)['"`/]/,
    why: 'imports the test runner',
  },
  {
    pattern: /\b__vitest\w*|\bVITEST\w*\b|\bJEST_WORKER_ID\b|\bNODE_TEST_CONTEXT\b/,
    why: 'behaves differently when it is tested',
  },
  { pattern: /\bObject\.(is|prototype\.\w+)\s*=[^=]/, why: 'changes how values are compared everywhere' },
  { pattern: /\bglobalThis\.(expect|it|test|describe|jest)\b/, why: 'reaches into the test runner' },
]

export interface Finding {
  path: string
  line: number
  text: string
  why: string
}

/** Lines that a patch adds and that have no honest use in the code of a task. Lines of the base are left alone. */
export function audit(changes: FileChange[], before: (path: string) => string | null): Finding[] {
  return changes.flatMap((change) => {
    if (change.content === null) return []
    const old = new Set((before(change.path) ?? '').split('\n').map((line) => line.trim()))
    return change.content.split('\n').flatMap((line, index) => {
      if (old.has(line.trim())) return []
      const trap = TRAPS.find(({ pattern }) => pattern.test(line))
      return trap ? [{ path: change.path, line: index + 1, text: line.trim().slice(0, 120), why: trap.why }] : []
    })
  })
}

export function describeFindings(findings: Finding[]): string {
  return findings
    .map(({ path, line, text, why }) => `${path}:${line}: \`${text}\` ${why}. Write it without.`)
    .join('\n')
}

const NOT_IMPLEMENTED = /throw new Error\((['"`])not implemented\1\)/

/** Files of the stub in which a function still throws as it did in the stub. */
export function unimplemented(stubs: FileChange[], changes: FileChange[]): string[] {
  const now = new Map(changes.map((change) => [change.path, change.content]))
  return stubs
    .filter((stub) => NOT_IMPLEMENTED.test(stub.content ?? ''))
    .map((stub) => stub.path)
    .filter((path) => !now.has(path) || NOT_IMPLEMENTED.test(now.get(path) ?? ''))
}
