import { parse } from '@babel/parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyStub } from '../../../src/core/verdict/empty-stub.ts'

const THROW = "throw new Error('not implemented')"

const empty = (text: string) => emptyStub([{ path: 'src/a.ts', text }])[0]!.text

const parses = (text: string) => {
  parse(text, { sourceType: 'module', plugins: ['typescript'] })
  return text
}

/** The value that a function of this type returns in the empty stub, as source. */
function emptyOf(type: string, before = '', modifier = ''): string {
  const text = parses(empty(`${before}\nexport ${modifier}function f(): ${type} {\n  ${THROW}\n}\n`))
  return /function f\(\): [\s\S]*? \{ return ([\s\S]*) \}\n$/.exec(text)?.[1] ?? `not replaced: ${text}`
}

describe('the empty value of a type', () => {
  const TABLE: [type: string, value: string][] = [
    ['number', '0'],
    ['string', "''"],
    ['boolean', 'false'],
    ['bigint', '0n'],
    ['void', 'undefined'],
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['never', 'undefined'],
    ['any', 'undefined'],
    ['unknown', 'undefined'],
    ['object', '({})'],
    ['Job | undefined', 'undefined'],
    ['string | null', 'null'],
    ['string | null | undefined', 'undefined'],
    ['number | string', '0'],
    ["'open' | 'done'", "'open'"],
    ['42', '42'],
    ['-1', '-1'],
    ['true', 'true'],
    [`\`job-\${number}\``, "''"],
    ['string[]', '[]'],
    ['readonly string[]', '[]'],
    ['[string, number]', '[]'],
    ['Array<string>', '[]'],
    ['ReadonlyArray<Job>', '[]'],
    ['Iterable<Job>', '[]'],
    ['Map<string, Job>', 'new Map()'],
    ['ReadonlyMap<string, Job>', 'new Map()'],
    ['Set<string>', 'new Set()'],
    ['Record<string, number>', '({})'],
    ['Partial<Job>', '({})'],
    ['Date', 'new Date(0)'],
    ['(string)', "''"],
    ['Promise<number>', 'Promise.resolve(0)'],
    ['Promise<void>', 'Promise.resolve(undefined)'],
    ['Promise<Promise<string>>', "Promise.resolve(Promise.resolve(''))"],
    ['() => number', '(() => (0))'],
    ['(job: Job) => Promise<void>', '(() => (Promise.resolve(undefined)))'],
    ['{ a: number; b?: string; readonly c: string[] }', '({ a: 0, c: [] })'],
    ['{ run(): number; stop: () => void }', '({ run: () => (0), stop: (() => (undefined)) })'],
    ["{ 'odd-key': number; 7: string }", "({ 'odd-key': 0, 7: '' })"],
    ['{ [key: string]: number }', '({  })'],
    ['{ get size(): number; set size(n: number) }', '({ size: 0 })'],
    ['T', 'undefined'],
    ['ns.Job', 'undefined'],
    ['toString', 'undefined'],
    ['constructor', 'undefined'],
  ]
  it.each(TABLE)('%s: %s', (type, value) => {
    expect(emptyOf(type)).toBe(value)
  })

  it('of a promise is its content where the function is async', () => {
    expect(emptyOf('Promise<number>', '', 'async ')).toBe('0')
    expect(emptyOf('Promise<Promise<number>>', '', 'async ')).toBe('Promise.resolve(0)')
  })

  it('of an interface has all that must be there', () => {
    const job =
      'interface Job { id: string; retries?: number; tags: Set<string>; run(): Promise<number>; note?(): void }'
    expect(emptyOf('Job', job)).toBe("({ id: '', tags: new Set(), run: () => (Promise.resolve(0)) })")
  })

  it('follows names of types, also into other files', () => {
    const files = emptyStub([
      {
        path: 'src/types.ts',
        text: "export type Id = string\nexport interface Job { id: Id; state: State }\ntype State = 'new' | 'old'",
      },
      { path: 'src/a.ts', text: `import type { Job } from './types.ts'\nexport const f = (): Job => { ${THROW} }\n` },
    ])
    expect(files[0]!.text).toContain('export type Id = string')
    expect(files[1]!.text).toContain("f = (): Job => { return ({ id: '', state: 'new' }) }")
  })

  it('prefers a type of the stub to the one of the language that has its name', () => {
    expect(emptyOf('Record', 'interface Record { id: number }')).toBe('({ id: 0 })')
  })

  it('ends where a type holds itself, at once or by another', () => {
    expect(emptyOf('Tree', 'interface Tree { left: Tree; right: Tree; n: number }')).toBe(
      '({ left: undefined, right: undefined, n: 0 })',
    )
    expect(emptyOf('A', 'type A = { b: B }\ntype B = { a: A; n: number }')).toBe('({ b: ({ a: undefined, n: 0 }) })')
    expect(emptyOf('X', 'type X = X')).toBe('undefined')
    const many = Array.from({ length: 40 }, (_, i) => `f${i}: Node`).join('; ')
    expect(emptyOf('Node', `interface Node { ${many} }`).length).toBeLessThan(2_000)
  })
})

describe('what is a stub', () => {
  const TABLE: [title: string, before: string, after: string][] = [
    [
      'an arrow function',
      `const f = (a: number): string => { ${THROW} }`,
      "const f = (a: number): string => { return '' }",
    ],
    ['a function without a type', `function f() { ${THROW} }`, 'function f() { return undefined }'],
    ['an async function without a type', `async function f() { ${THROW} }`, 'async function f() { return undefined }'],
    [
      'a function expression',
      `const f = function (): number { ${THROW} }`,
      'const f = function (): number { return 0 }',
    ],
    [
      'a generic function',
      `function f<T extends { a: number }>(x: T): T[] { ${THROW} }`,
      'function f<T extends { a: number }>(x: T): T[] { return [] }',
    ],
    ['a generator', `function* f(): Generator<number> { ${THROW} }`, 'function* f(): Generator<number> {}'],
    [
      'an async generator',
      `async function* f(): AsyncGenerator<number> { ${THROW} }`,
      'async function* f(): AsyncGenerator<number> {}',
    ],
    [
      'overloads',
      `function f(a: string): string\nfunction f(a: number): number\nfunction f(a: unknown): unknown { ${THROW} }`,
      'function f(a: string): string\nfunction f(a: number): number\nfunction f(a: unknown): unknown { return undefined }',
    ],
    [
      'methods of a class',
      `class A { static make(): A { ${THROW} } async run(): Promise<number> { ${THROW} } }`,
      'class A { static make(): A { return undefined } async run(): Promise<number> { return 0 } }',
    ],
    [
      'getters and setters',
      `class A { get size(): number { ${THROW} } set size(n) { ${THROW} } }`,
      'class A { get size(): number { return 0 } set size(n) { return undefined } }',
    ],
    [
      'private methods',
      `class A { #a(): number { ${THROW} } private b(): string { ${THROW} } }`,
      "class A { #a(): number { return 0 } private b(): string { return '' } }",
    ],
    [
      'a constructor',
      `class A { constructor(readonly n: number) { ${THROW} } }`,
      'class A { constructor(readonly n: number) {  } }',
    ],
    [
      'a constructor below another class',
      `class A extends B { constructor() { super(); ${THROW} } }`,
      'class A extends B { constructor() { super();  } }',
    ],
    [
      'a property with a function',
      `class A { run = (): number => { ${THROW} } }`,
      'class A { run = (): number => { return 0 } }',
    ],
    ['methods of an object', `const a = { run(): number { ${THROW} } }`, 'const a = { run(): number { return 0 } }'],
    [
      'arguments named before the throw',
      `function f(a: number): number { void a; ${THROW} }`,
      'function f(a: number): number { return 0 }',
    ],
    [
      'a function within a stub',
      `function f(): number { const g = () => { ${THROW} }; ${THROW} }\nconst after = 1`,
      'function f(): number { return 0 }\nconst after = 1',
    ],
    [
      'a function made by one that is real',
      `function f() { return (): number => { ${THROW} } }`,
      'function f() { return (): number => { return 0 } }',
    ],
  ]
  it.each(TABLE)('%s', (_, before, after) => {
    expect(parses(empty(parses(before)))).toBe(after)
  })

  const REAL = [
    'function f(a: number): number { return a }',
    `function f(a: number): number { if (a > 0) return a; ${THROW} }`,
    `function f(a: string): number { switch (a) { case 'b': return 1 } ${THROW} }`,
    `function f(): number { try { return 1 } catch { ${THROW} } }`,
    'function f(): void {}',
    'const f = (a: number): number => a',
    'declare function f(): number',
    'abstract class A { abstract run(): number }',
    `if (a) { ${THROW} }`,
  ]
  it.each(REAL)('not: %s', (text) => expect(empty(text)).toBe(text))
})

describe('the empty stub', () => {
  it('is the same text outside of bodies that throw', () => {
    const piece = fc.constantFrom(
      '// a comment with } and { and `ticks`\n',
      'export interface Job { id: string; next?: Job }\n',
      'export const LIMIT = 45_000 // ms\r\n',
      "import type { Clock } from 'specproof/sim'\n",
      '/** Throws. */\n',
      `const text = \`a \${1 + 1} {\`\n`,
      'const ümlaut = "日本"\n\n',
    )
    const stub = fc.constantFrom(
      [`function f%(): number {\n  ${THROW}\n}\n`, 'function f%(): number { return 0 }\n'],
      [
        `export class C% {\n  run(): string[] { ${THROW} }\n}\n`,
        'export class C% {\n  run(): string[] { return [] }\n}\n',
      ],
      [
        `const g% = async (): Promise<Job> => { ${THROW} }\n`,
        "const g% = async (): Promise<Job> => { return ({ id: '' }) }\n",
      ],
    )
    const pieces = fc.array(
      fc.oneof(
        piece.map((text) => [text, text]),
        stub,
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(pieces, (all) => {
        const join = (side: 0 | 1) =>
          `interface Job { id: string }\n${all.map((pair, i) => pair[side]!.replaceAll('%', String(i))).join('')}`
        expect(empty(join(0))).toBe(join(1))
      }),
    )
  })

  it('is the text itself where it cannot be parsed, and never throws', () => {
    const token = fc.constantFrom(
      'function f()',
      '{',
      '}',
      '(',
      ')',
      THROW,
      ': Promise<',
      '>',
      'class A',
      '=>',
      '`',
      '"',
      'interface X',
      'type X =',
      '|',
      '&',
      '#a',
      'get ',
      'async ',
      '*',
      '\n',
      'x',
      '<T>',
      '[]',
      '...',
      '\0',
      '💥',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 25 }).map((parts) => parts.join(' ')),
    )
    fc.assert(
      fc.property(text, (some) => {
        expect(typeof empty(some)).toBe('string')
      }),
      { numRuns: 2_000 },
    )
    for (const broken of ['function f( {', 'const = 3', '\0']) expect(empty(broken)).toBe(broken)
  })

  it('is made of every file, in order, also of those that hold no function', () => {
    const files = [
      { path: 'b.ts', text: 'export const b = 1\n' },
      { path: 'a.ts', text: '' },
    ]
    expect(emptyStub(files)).toEqual(files)
    expect(emptyStub([])).toEqual([])
  })
})
