import { describe, expect, it } from 'vitest'
import { declarationsOf, outlineOf, withoutComments } from '../../../src/core/prompt/outline.ts'
import { holdsDeclarations, isStub, stubOutline } from '../../../src/core/prompt/stub.ts'

const CODE = `import { x } from './x.ts'
/** Milliseconds. */
const INTERVAL = 10
type Inner = { hidden: boolean }
interface Unused { a: 1 }

/**
 * A queue.
 */
export class Queue<T> {
  #jobs: T[] = []
  private readonly secret = () => 1
  /** How many. */
  readonly size: number = 0

  constructor(private limit: number) {
    this.#jobs.push(x)
  }

  /** Adds one. Throws RangeError. */
  add(job: T, inner: Inner): string {
    if (job) return 'a'
    return 'b'
  }
}

export const double = (n: number): number => n * 2
export const TABLE = [1, 2, 3]
export function take<T>(
  queue: Queue<T>,
): T | undefined {
  return undefined
}
export { x } from './x.ts'
function local() {}
`

describe('an outline', () => {
  it('has what is exported with its comments, and no body, private member or constant of the file', () => {
    expect(outlineOf('src/queue.ts', CODE)).toBe(`type Inner = { hidden: boolean }
/**
 * A queue.
 */
export class Queue<T> {
  /** How many. */
  readonly size: number = 0
  constructor(private limit: number)
  /** Adds one. Throws RangeError. */
  add(job: T, inner: Inner): string
}
export const double = (n: number): number => ...
export const TABLE = [1, 2, 3]
export function take<T>(
  queue: Queue<T>,
): T | undefined
export { x } from './x.ts'
`)
  })

  it('can do without comments', () => {
    expect(withoutComments(outlineOf('src/queue.ts', CODE)!)).not.toMatch(/\/\*\*|\* A queue/)
  })

  it('is nothing for other languages, broken files and files without exports', () => {
    expect(outlineOf('a.py', 'def a(): pass')).toBeNull()
    expect(outlineOf('a.ts', 'export const = {{{')).toBeNull()
    expect(outlineOf('a.ts', 'run()')).toBeNull()
  })

  it('knows the line of each declaration', () => {
    expect(declarationsOf('src/queue.ts', CODE)?.map(({ name, line }) => [name, line])).toContainEqual(['Queue', 10])
  })
})

describe('a stub', () => {
  const STUB = `import type { Clock } from 'specproof/sim'
/** Counts. */
export interface Counter {
  next(step: number): number
}
export function createCounter(
  clock: Clock,
  name: string,
): Counter {
  throw new Error("not implemented")
}
`

  it('is shown without its bodies', () => {
    expect(stubOutline('src/counter.ts', STUB)).not.toContain('not implemented')
    expect(stubOutline('src/counter.ts', STUB)).toContain('): Counter')
  })

  it('is shown as it is where it holds more', () => {
    expect(stubOutline('src/counter.ts', `${STUB}export function a() {\n  return 1\n}\n`)).toBeNull()
    expect(stubOutline('counter.py', 'def a():\n  raise 1')).toBeNull()
  })

  it('is told from code in each language, and by nothing but its functions', () => {
    const go =
      'package q\n\ntype Q struct{}\n\nfunc New() *Q {\n\tpanic("not implemented")\n}\n\nfunc (q *Q) Len() int { panic("not implemented") }\n'
    const python =
      'class Q:\n    """A queue."""\n\n    def put(self, n: int) -> bool:\n        """Adds one."""\n        raise NotImplementedError\n'
    expect(isStub('q/q.go', go)).toBe(true)
    expect(isStub('q/q.go', `${go}\nfunc (q *Q) One() int { return 1 }\n`)).toBe(false)
    expect(isStub('src/q.py', python)).toBe(true)
    expect(isStub('src/q.py', `${python}\n    def one(self) -> int:\n        return 1\n`)).toBe(false)
    expect(isStub('src/counter.ts', STUB)).toBe(true)
    expect(isStub('src/counter.ts', `${STUB}export function a() {\n  return 1\n}\n`)).toBe(false)
    for (const path of ['a.go', 'a.py', 'a.ts', 'a.txt']) expect(isStub(path, 'package a\n')).toBe(false)
  })

  it('need not be shown where the design holds its declarations, however they are wrapped', () => {
    const design =
      'interface Counter { next(step: number): number }\nexport function createCounter(clock: Clock, name: string): Counter'
    expect(holdsDeclarations(design, 'src/counter.ts', STUB)).toBe(true)
    expect(holdsDeclarations(design.replace('name: string', 'name?: string'), 'src/counter.ts', STUB)).toBe(false)
    expect(holdsDeclarations(design, 'src/counter.ts', `${STUB}export const more: number = 1\n`)).toBe(false)
  })
})
