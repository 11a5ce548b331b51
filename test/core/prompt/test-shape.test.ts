import { expect, it } from 'vitest'
import { manifestFacts } from '../../../src/core/prompt/manifest-facts.ts'
import { testShape } from '../../../src/core/prompt/test-shape.ts'

const body = Array.from({ length: 40 }, (_, at) => `    expect(help(${at})).toBe(${at})`).join('\n')
const TEST = `import { expect, it } from 'vitest'
import { clamp } from '../src/clamp.ts'

const LIMIT = 5
/** Helps. */
function help(n: number): number {
  const a = clamp(n, 0, LIMIT)
  const b = a
  return b
}

describe('clamp', () => {
  it('stays within its limits (1.1)', () => {
    expect(help(7)).toBe(LIMIT)
  })
  it('is long (1.2)', () => {
${body}
  })
})
`

it('the shape of a test file is its imports, helpers without bodies, first test and the names of the others', () => {
  expect(testShape('test/clamp.test.ts', TEST)).toBe(`import { expect, it } from 'vitest'
import { clamp } from '../src/clamp.ts'

const LIMIT = 5
/** Helps. */
function help(n: number): number
it('stays within its limits (1.1)', () => {
  expect(help(7)).toBe(LIMIT)
})

// test: is long (1.2)
`)
})

it('a short shape has fewer words, and a small file is shown as it is', () => {
  const short = testShape('test/clamp.test.ts', TEST, true)
  expect(short).toContain('// helpers here: help')
  expect(short).not.toContain('is long')
  const small = "import { it } from 'vitest'\nit('a', () => {})\n"
  expect(testShape('test/a.test.ts', small)).toBe(small)
})

it('a test of another language is shown by its beginning and the names of its tests', () => {
  const python = `import pytest\n${'# fixture\n'.repeat(60)}def test_one():\n    pass\n`
  const shape = testShape('tests/test_a.py', python)
  expect(shape.startsWith('import pytest')).toBe(true)
  expect(shape.endsWith('...\ntest_one')).toBe(true)
})

it('a manifest gives its facts', () => {
  const manifest = {
    name: 'x',
    type: 'module',
    scripts: { test: 'vitest run' },
    dependencies: { zod: '^4.6.7' },
    devDependencies: { '@types/node': '1', vitest: '*' },
  }
  const text = JSON.stringify(manifest)
  expect(manifestFacts('package.json', text)).toBe('- package.json: ES modules; zod 4.6, vitest *; test = `vitest run`')
  expect(manifestFacts('package.json', text, true)).toBe('- package.json: ES modules; zod 4.6, vitest *')
  const options = `{ // comment
    "extends": "./base.json", "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "moduleResolution": "nodenext", "lib": ["es2024"], },
  }`
  expect(manifestFacts('tsconfig.json', options)).toBe(
    '- tsconfig.json: extends ./base.json, strict, module nodenext, lib [es2024]',
  )
  expect(manifestFacts('package.json', 'no JSON')).toBeNull()
})
