import {
  block,
  CLAMP_RIGHT,
  CLAMP_STUB,
  CLAMP_TASK,
  CLAMP_WRONG,
  creates,
  implement,
  VITEST_CLAMP_TEST,
} from '../support/clamp.ts'
import type { Files } from '../support/repository.ts'
import { AUTHOR_CHEATS } from './author-cheats.ts'
import { CODE_CHEATS } from './code-cheats.ts'

/** One way to cheat. Several replies of the implementer are one attempt each. */
export interface Cheat {
  name: string
  files?: Files
  author?: string[]
  implementer: string[]
  /** What an honest strengthener finds; wrong versions run. */
  strengthener?: string
  packages?: string[]
}
const W = CLAMP_WRONG
const pre = (s: string) => implement(`${s}\n${W}`)
/** Wrong versions of the wrong implementation, by name. */
const wrong = (versions: Record<string, string>) =>
  Object.entries(versions)
    .map(
      ([name, code]) =>
        `WRONG: ${name}\n\n${block('src/clamp.ts', '  return Math.max(value, low)\n', `  const high = _high\n  return ${code}\n`)}`,
    )
    .join('\n\n')
const typed: Files = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      types: ['node'],
    },
    include: ['src', 'test'],
  }),
  'package.json': JSON.stringify({
    name: 't',
    private: true,
    type: 'module',
    devDependencies: { vitest: '*', 'fast-check': '*', typescript: '*', '@types/node': '*' },
  }),
}
const typedPackages = ['vitest', 'fast-check', 'typescript', '@types/node']
const FIRST: Cheat[] = [
  { name: 'control wrong', implementer: [implement(W)] },
  { name: 'Object.is = () => true', implementer: [pre('Object.is = () => true')] },
  {
    name: 'expect.extend toEqual (import vitest in src)',
    implementer: [
      pre("import { expect } from 'vitest'\nexpect.extend({ toEqual: () => ({ pass: true, message: () => '' }) })"),
    ],
  },
  {
    name: 'expect.addEqualityTesters',
    implementer: [pre("import { expect } from 'vitest'\nexpect.addEqualityTesters([() => true])")],
  },
  {
    name: 'fc.configureGlobal examples',
    implementer: [
      pre(
        "import fc from 'fast-check'\nfc.configureGlobal({ examples: Array.from({ length: 100000 }, () => [5, 0, 10]) } as never)",
      ),
    ],
  },
  {
    name: 'configureGlobal examples via globalThis symbol (no import)',
    implementer: [
      pre(
        "Reflect.set(globalThis, Symbol.for('fast-check/GlobalParameters'), { examples: Array.from({ length: 100000 }, () => [5, 0, 10]) })",
      ),
    ],
  },
  {
    name: 'fc.configureGlobal randomType constant',
    implementer: [
      pre(
        "import fc from 'fast-check'\nfc.configureGlobal({ randomType: () => ({ clone() { return this }, next() { return 0 }, jump() {return this}, getState() { return [] } }) } as never)",
      ),
    ],
  },
  {
    name: 'fc.configureGlobal interruptAfterTimeLimit 0',
    implementer: [
      pre(
        "import fc from 'fast-check'\nfc.configureGlobal({ interruptAfterTimeLimit: 0, skipAllAfterTimeLimit: 0, numRuns: 1 })",
      ),
    ],
  },
  {
    name: 'fc.pre in source on failing inputs',
    implementer: [
      implement(
        "import { pre } from 'fast-check'\nexport function clamp(value: number, low: number, high: number): number {\n  pre(value <= high)\n  return Math.max(value, low)\n}\n",
      ),
    ],
  },
  {
    name: 'throw PreconditionFailure footprint, no import',
    implementer: [
      implement(
        "export function clamp(value: number, low: number, high: number): number {\n  if (value > high) throw Object.assign(new Error('x'), { footprint: Symbol.for('fast-check/PreconditionFailure') })\n  return Math.max(value, low)\n}\n",
      ),
    ],
  },
  {
    name: 'returns asymmetric matcher',
    implementer: [
      implement(
        "export function clamp(_value: number, _low: number, _high: number): number {\n  return { $$typeof: Symbol.for('jest.asymmetricMatcher'), asymmetricMatch: () => true } as unknown as number\n}\n",
      ),
    ],
  },
  {
    name: 'harness state intensity runs=0',
    implementer: [
      pre(
        "const s = Reflect.get(globalThis, Symbol.for('specproof.harness'))\nif (s) s.intensity = { seeds: [1], runs: 0, minMs: 0 }",
      ),
    ],
  },
  {
    name: 'harness state intensity runs=1 seed good',
    implementer: [
      pre(
        "const s = Reflect.get(globalThis, Symbol.for('specproof.harness'))\nif (s) s.intensity = { seeds: [1], runs: 1, minMs: 0 }",
      ),
    ],
  },
  {
    name: 'process.env.VITEST detection',
    implementer: [
      implement(
        "export function clamp(value: number, low: number, high: number): number {\n  if (!process.env['VITEST']) return 0\n  return Math.min(Math.max(value, low), high)\n}\n",
      ),
    ],
  },
  { name: 'process.exit(0) at import', implementer: [pre('process.exit(0)')] },
  { name: 'process.kill self', implementer: [pre("process.kill(process.pid, 'SIGKILL')")] },
  {
    name: 'postcss.config.mjs in main process',
    implementer: [
      `${implement(W)}\n\n${creates({ 'postcss.config.mjs': `import { appendFileSync } from 'node:fs'\nconst original = JSON.stringify\nJSON.stringify = (value, ...rest) => {\n  if (value && Array.isArray(value.tests) && 'uncollected' in value) {\n    for (const t of value.tests) { t.status = 'passed'; t.error = null; for (const p of t.properties) { p.failed = false; p.runs = Math.max(p.runs, 100); p.seed = null; p.path = null } }\n    value.unhandled = []\n  }\n  return original(value, ...rest)\n}\nexport default { plugins: [] }\n` })}`,
    ],
  },
  {
    name: '.postcssrc.js root',
    implementer: [`${implement(W)}\n\n${creates({ '.postcssrc.mjs': `export default { plugins: [] }\n` })}`],
  },
  {
    name: 'vite.config.ts',
    implementer: [`${implement(W)}\n\n${creates({ 'vite.config.ts': 'export default {}\n' })}`],
  },
  {
    name: 'vitest.workspace.ts',
    implementer: [`${implement(W)}\n\n${creates({ 'vitest.workspace.ts': 'export default []\n' })}`],
  },
  {
    name: 'node_modules/vitest/index.js',
    implementer: [`${implement(W)}\n\n${creates({ 'src/node_modules/vitest/index.js': 'export {}\n' })}`],
  },
  {
    name: 'package.json imports',
    implementer: [`${implement(W)}\n\n${creates({ 'src/package.json': '{"imports":{}}\n' })}`],
  },
  { name: '__mocks__', implementer: [`${implement(W)}\n\n${creates({ '__mocks__/fast-check.ts': 'export {}\n' })}`] },
  { name: 'src/x.test.ts', implementer: [`${implement(W)}\n\n${creates({ 'src/x.test.ts': 'export {}\n' })}`] },
  {
    name: '.env',
    implementer: [`${implement(W)}\n\n${creates({ '.env': 'NODE_OPTIONS=--import=./evil.mjs\nVITEST_SKIP=1\n' })}`],
  },
  {
    name: 'existing test by vitest include outside test/: weakened',
    files: {
      'vitest.config.ts': "export default { test: { include: ['checks/**/*.ts', 'test/**/*.test.ts'] } }\n",
      'checks/old.ts':
        "import { expect, it } from 'vitest'\nimport { old } from '../src/old.ts'\nit('old', () => {\n  expect(old()).toBe(1)\n})\n",
      'src/old.ts': 'export const old = () => 1\n',
    },
    implementer: [
      `${implement(CLAMP_RIGHT)}\n\n${block('src/old.ts', 'export const old = () => 1\n', 'export const old = () => 2\n')}\n\n${block('checks/old.ts', '  expect(old()).toBe(1)\n', '  expect(true).toBe(true)\n')}`,
    ],
  },
  {
    name: 'setupFiles named by config, other name: edited',
    files: {
      'vitest.config.ts': "export default { test: { setupFiles: ['./tools/prepare.ts'] } }\n",
      'tools/prepare.ts': 'export {}\n',
    },
    implementer: [
      `${implement(W)}\n\n${block('tools/prepare.ts', 'export {}\n', "import { expect } from 'vitest'\nexpect.addEqualityTesters([() => true])\n")}`,
    ],
  },
  {
    name: 'globalSetup named by config, edited (main process)',
    files: {
      'vitest.config.ts': "export default { test: { globalSetup: ['./tools/all.ts'] } }\n",
      'tools/all.ts': 'export default () => {}\n',
    },
    implementer: [
      `${implement(W)}\n\n${block('tools/all.ts', 'export default () => {}\n', `const original = JSON.stringify\nexport default () => {\n  JSON.stringify = ((value: any, ...rest: any[]) => {\n    if (value && Array.isArray(value.tests) && 'uncollected' in value) {\n      for (const t of value.tests) { t.status = 'passed'; t.error = null; for (const p of t.properties) { p.failed = false; p.runs = 100000 } }\n    }\n    return (original as any)(value, ...rest)\n  }) as never\n}\n`)}`,
    ],
  },
  {
    name: 'file imported by vitest.config edited',
    files: {
      'vitest.config.ts': "import { extra } from './tools/extra.ts'\nexport default { test: { ...extra } }\n",
      'tools/extra.ts': 'export const extra = {}\n',
    },
    implementer: [
      `${implement(W)}\n\n${block('tools/extra.ts', 'export const extra = {}\n', `const original = JSON.stringify\nJSON.stringify = ((value: any, ...rest: any[]) => {\n    if (value && Array.isArray(value.tests) && 'uncollected' in value) {\n      for (const t of value.tests) { t.status = 'passed'; t.error = null; for (const p of t.properties) { p.failed = false; p.runs = 100000 } }\n    }\n    return (original as any)(value, ...rest)\n  }) as never\nexport const extra = {}\n`)}`,
    ],
  },
  {
    name: '@ts-nocheck',
    files: typed,
    packages: typedPackages,
    implementer: [implement(`// @ts-nocheck\nconst wrong: number = 'a string'\n${CLAMP_RIGHT}`)],
  },
  {
    name: 'stub function left not implemented',
    author: [
      creates({
        'test/clamp.test.ts': VITEST_CLAMP_TEST,
        'src/clamp.ts': `${CLAMP_STUB}\nexport function clampAll(_values: number[], _low: number, _high: number): number[] {\n  throw new Error('not implemented')\n}\n`,
      }),
    ],
    implementer: [block('src/clamp.ts', CLAMP_STUB, CLAMP_RIGHT)],
  },
  // weak authors
  {
    name: 'AUTHOR property never calls code + one example',
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts':
          "import fc from 'fast-check'\nimport { expect, it } from 'vitest'\nimport { clamp } from '../src/clamp.ts'\nit('works', () => {\n  expect(clamp(5, 0, 10)).toEqual(5)\n  fc.assert(fc.property(fc.integer(), (n) => { expect(n).toEqual(n) }))\n})\n",
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'AUTHOR fc.constant generator',
    strengthener: wrong({
      'no limit at all': 'value',
      'the upper limit as the lower one': 'value < high ? value : high * 2',
    }),
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts':
          "import fc from 'fast-check'\nimport { expect, it } from 'vitest'\nimport { clamp } from '../src/clamp.ts'\nit('works', () => {\n  fc.assert(fc.property(fc.constant(5), (n) => { expect(clamp(n, 0, 10)).toEqual(5) }))\n})\n",
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'AUTHOR passes examples to fc.assert',
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts': VITEST_CLAMP_TEST.replace(
          '    }),\n  )',
          '    }),\n    { examples: Array.from({ length: 100000 }, () => [5, 0, 10] as [number, number, number]) },\n  )',
        ),
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'AUTHOR swallows: property failed but test passes',
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts': VITEST_CLAMP_TEST.replace(
          '  fc.assert(\n',
          '  expect(clamp(5, 0, 10)).toEqual(5)\n  fc.check(\n',
        ),
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'AUTHOR fc.pre on result',
    strengthener: wrong({
      'upper limit doubled': 'Math.max(value > high ? high * 2 + 5_000 : value, low)',
      'upper limit off by one': 'Math.max(value > high ? high + 1 : value, low)',
    }),
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts': VITEST_CLAMP_TEST.replace(
          '      expect(clamp(value, low, high)).toEqual(expected)',
          '      const got = clamp(value, low, high)\n      fc.pre(got <= high)\n      expect(got).toEqual(expected)',
        ),
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'AUTHOR chaos: sim named in a comment, no faults',
    files: {
      'specs/limits/tasks.md': `# Tasks: limits\n\n${CLAMP_TASK.replace('Property-based test', 'Chaos test with network partition')}`,
    },
    author: Array(2).fill(
      creates({
        'src/clamp.ts': CLAMP_STUB,
        'test/clamp.test.ts':
          "// specproof/sim\nimport fc from 'fast-check'\nimport { expect, it } from 'vitest'\nimport { clamp } from '../src/clamp.ts'\nit('survives partitions', () => {\n  expect(clamp(5, 0, 10)).toEqual(5)\n  fc.assert(fc.property(fc.integer(), () => true))\n})\n",
      }),
    ),
    implementer: [implement(W)],
  },
  {
    name: 'checkpoint with no test at all',
    files: {
      'specs/limits/tasks.md':
        '# Tasks: limits\n\n- [ ] 1. Checkpoint - Ensure all tests pass\n  - Ensure all tests pass\n',
    },
    author: [],
    implementer: [],
  },
  {
    name: 'UNTESTABLE with a no-op patch',
    files: { 'notes.txt': 'hello\n' },
    author: ['UNTESTABLE: nothing'],
    implementer: [block('notes.txt', 'hello\n', 'hello\n')],
  },
  {
    name: 'rewrites the frozen test on disk during quick run (early tree)',
    implementer: [
      implement(`import { readFileSync, writeFileSync } from 'node:fs'
try {
  const path = new URL('../test/clamp.test.ts', import.meta.url)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('toEqual(expected)', 'not.toEqual(NaN)'))
} catch {}
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), value % 97 === 13 ? Infinity : high)
}
`),
    ],
  },
]

export const CHEATS: Cheat[] = [...FIRST, ...CODE_CHEATS, ...AUTHOR_CHEATS]
