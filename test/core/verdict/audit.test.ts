import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { audit, unimplemented } from '../../../src/core/verdict/audit.ts'

const change = (content: string | null, path = 'src/a.ts'): FileChange => ({
  path,
  action: 'edit',
  content,
  blocks: [],
})
const found = (content: string, before: string | null = null) => audit([change(content)], () => before)

describe('the audit of a patch', () => {
  it.each([
    '// @ts-nocheck',
    "import { expect } from 'vitest'",
    "import fc from 'fast-check'",
    "const { expect } = await import('vitest')",
    "return { $$typeof: Symbol.for('jest.asymmetricMatcher'), asymmetricMatch: () => true }",
    "Reflect.get(globalThis, Symbol.for('specproof.harness'))",
    'if (!process.env.VITEST) return 0',
    'Object.is = () => true',
    'globalThis.expect = () => ok',
    "if (process.env['VI' + 'TEST']) return 0",
    "const runner = await import(['vi', 'test'].join(''))",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is judged
    "const k = `${'JEST'}_WORKER_ID`",
    'const name = String.fromCharCode(118, 105, 116, 101, 115, 116)',
    "const name = atob('dml0ZXN0')",
    "const name = Buffer.from('766974657374', 'hex').toString()",
    "const name = 'tsetiv'.split('').reverse().join('')",
    "const name = [...'tsetiv'].reverse().join('')",
    "const [a, s] = [1, 'jest.' + 'asymmetricMatcher']",
    'Array.prototype.push = function () {}',
    'Promise.prototype.then = swallow',
    "Object.defineProperty(Object.prototype, 'toJSON', {})",
    'Date.now = () => 0',
    'globalThis.setTimeout = (f) => f()',
    "eval('1 + 1')",
    'const f = new Function("return 1")',
    "await import('data:text/javascript,export default 1')",
    "import { Session } from 'node:inspector'",
    'process.kill(process.ppid)',
    'if (new Error().stack?.includes("clamp.test")) return right',
    "if (process.argv.some((word) => word.includes('vitest'))) return right",
    "if (process.env.NODE_ENV === 'test') return right",
  ])('finds %s', (line) => {
    expect(found(`const a = 1\n${line}\n`)).toMatchObject([{ path: 'src/a.ts', line: 2, why: expect.any(String) }])
  })

  it.each([
    'if (Object.is(a, b)) return',
    "import { join } from 'node:path'",
    'const invited = 1 // not tested yet',
    'x === y',
    "const path = 'src/' + name + '.ts'",
    "const message = 'the latest' + ' contest'",
    'const next = Object.assign({}, old, { a: 1 })',
    'Queue.prototype.size = 0',
    'const same = Array.isArray(a)',
    'const push = Array.prototype.push',
    "Object.defineProperty(target, 'name', { value: 1 })",
    'const stack = this.stack.pop()',
    "const env = process.env.NODE_ENV === 'production'",
    'globalThis.crypto.randomUUID()',
    "import { createRequire } from 'node:module'",
    'process.exit(main(process.argv.slice(2)))',
    'process.kill(child.pid)',
    'const evaluate = (text: string) => parse(text)',
    'const f = (a: Function) => a',
    '{ "devDependencies": { "test": "1" } }',
  ])('leaves %s alone', (line) => expect(found(line)).toEqual([]))

  it('leaves documents alone, which may show how a test is written', () => {
    const text = "import { expect } from 'vitest'"
    expect(audit([change(text, 'docs/testing.md'), change(text, 'notes.txt')], () => null)).toEqual([])
  })

  it('leaves lines alone that were there before, and files that go away', () => {
    expect(found('// @ts-ignore old sins\nconst a = 2', '// @ts-ignore old sins\nconst a = 1')).toEqual([])
    expect(audit([change(null)], () => 'x')).toEqual([])
  })
})

describe('functions that are left as the stub has them', () => {
  const stub = change("export function f(): number { throw new Error('not implemented') }")

  it('are found in a file that was edited and in one that was not', () => {
    expect(unimplemented([stub], [])).toEqual(['src/a.ts'])
    expect(unimplemented([stub], [change(`${stub.content}\nexport const g = 1`)])).toEqual(['src/a.ts'])
    expect(unimplemented([stub], [change('export const f = () => 1')])).toEqual([])
  })

  it('are not looked for in stubs that throw nothing', () => {
    expect(unimplemented([change('export interface A {}')], [])).toEqual([])
  })
})
