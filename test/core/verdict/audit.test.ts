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
  ])('finds %s', (line) => {
    expect(found(`const a = 1\n${line}\n`)).toMatchObject([{ path: 'src/a.ts', line: 2, why: expect.any(String) }])
  })

  it.each([
    'if (Object.is(a, b)) return',
    "import { join } from 'node:path'",
    'const invited = 1 // not tested yet',
    'x === y',
  ])('leaves %s alone', (line) => expect(found(line)).toEqual([]))

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
