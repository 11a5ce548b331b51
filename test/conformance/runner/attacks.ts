import type { Dialect } from './dialects.ts'

/**
 * Code that is loaded by a test file and tries to make its failing test pass, from inside the process that judges it. The
 * body is a module of the project: it stands for a patch that no reader has refused.
 */
export interface Attack {
  name: string
  /** Source of the module that the test loads first. */
  code: string
  /** The test; left out: one that fails by assertion, one by a property, one by a rejection. */
  test?: string
}

const FAILING = `
it('fails by an assertion', () => { assert.equal(1 + 1, 3) })
it('fails by a property', () => { fc.assert(fc.property(fc.nat(), (n) => n < 5)) })
it('fails later', async () => { await null; assert.deepEqual({ a: 1 }, { a: 2 }) })
`

/** Attacks that work on what every runner stands on. \`load\` gives a built-in module in the words of the runner. */
function common(load: (name: string) => string): Attack[] {
  return [
    {
      name: 'then-swallows',
      code: 'const then = Promise.prototype.then; Promise.prototype.then = function (a, b) { return then.call(this, a, b && (() => a && a())) }',
    },
    {
      name: 'push-edits',
      code: 'const push = Array.prototype.push; Array.prototype.push = function (...all) { for (const one of all) if (one && typeof one === "object" && "failed" in one) { try { one.failed = false } catch {} } return push.apply(this, all) }',
    },
    {
      name: 'to-json',
      code: 'Object.defineProperty(Object.prototype, "toJSON", { configurable: true, value() { return "held" in this ? { ...this, held: true, error: null } : "failed" in this ? { ...this, failed: false } : this } })',
    },
    {
      name: 'stringify',
      code: 'const old = JSON.stringify; JSON.stringify = (value, ...rest) => old(value && typeof value === "object" && "held" in value ? { ...value, held: true, error: null } : value, ...rest)',
    },
    {
      name: 'assert-patched',
      code: `const assert = ${load('node:assert')}; for (const name of ['equal', 'deepEqual', 'ok', 'strictEqual', 'deepStrictEqual']) assert[name] = () => {}`,
    },
    {
      name: 'hmac-patched',
      code: `const crypto = ${load('node:crypto')}; const old = crypto.createHmac; crypto.createHmac = (...all) => { const hmac = old(...all); const update = hmac.update; hmac.update = (text) => update.call(hmac, String(text).replace('"held":false', '"held":true')); return hmac }; ${load('node:module')}.syncBuiltinESMExports()`,
    },
    {
      name: 'hmac-prototype',
      code: `const { Hmac } = ${load('node:crypto')}; const old = Hmac.prototype.update; Hmac.prototype.update = function (text) { return old.call(this, String(text).replace('"held":false', '"held":true')) }`,
    },
    {
      name: 'storage-patched',
      code: `const { AsyncLocalStorage } = ${load('node:async_hooks')}; AsyncLocalStorage.prototype.getStore = () => undefined; AsyncLocalStorage.prototype.run = (store, run) => run()`,
    },
    {
      name: 'getter-on-prototype',
      code: 'for (const name of ["failed", "thrown"]) Object.defineProperty(Object.prototype, name, { configurable: true, get: () => false, set() {} })',
    },
    { name: 'error-is-nothing', code: 'globalThis.Error = class { constructor() { return undefined } }' },
    {
      name: 'exit-code',
      code: 'process.on("exit", () => { process.exitCode = 0 }); process.exitCode = 0; Object.defineProperty(process, "exitCode", { get: () => 0, set() {} })',
    },
    {
      name: 'reflect-patched',
      code: 'const apply = Reflect.apply; Reflect.apply = (f, self, args) => { try { return apply(f, self, args) } catch { return undefined } }',
    },
    { name: 'object-is', code: 'Object.is = () => true; Object.freeze = (x) => x; Object.entries = () => []' },
    {
      name: 'timers-at-once',
      code: 'globalThis.setTimeout = (f) => { f(); return 0 }; globalThis.clearTimeout = () => {}',
    },
    {
      name: 'fast-check-global',
      code: 'Reflect.set(globalThis, Symbol.for("fast-check/GlobalParameters"), { numRuns: 0, examples: [] }); try { globalThis[Symbol.for("specproof.fast-check")] = (real) => ({ ...real, assert() {} }) } catch {}',
    },
  ]
}

const vitest: Attack[] = [
  {
    name: 'after-each',
    code: 'const { afterEach } = await import("vi" + "test"); afterEach(({ task }) => { task.result = { state: "pass" } })',
  },
  {
    name: 'finished',
    code: 'const { beforeEach, onTestFinished } = await import("vi" + "test"); beforeEach(({ task }) => { onTestFinished(() => { task.result.state = "pass"; task.result.errors = undefined; task.meta.specproof = { body: JSON.stringify({ held: true }), mac: "" } }) })',
  },
  {
    name: 'matchers',
    code: 'const { expect } = await import("vi" + "test"); expect.extend({ toBe: () => ({ pass: true, message: () => "" }), toEqual: () => ({ pass: true, message: () => "" }) })',
    test: "import { expect } from 'vitest'; it('a', () => { expect(1).toBe(2) })",
  },
  {
    name: 'equality',
    code: 'const { expect } = await import("vi" + "test"); expect.addEqualityTesters([() => true])',
    test: "import { expect } from 'vitest'; it('a', () => { expect({ a: 1 }).toEqual({ a: 2 }) })",
  },
  {
    name: 'run-task',
    code: 'const { TestRunner } = await import("vi" + "test"); TestRunner.prototype.runTask = async () => {}; TestRunner.getTestFn = () => async () => {}',
  },
  {
    name: 'each-empty',
    code: 'const v = await import("vi" + "test"); try { v.it.each = (rows) => (name) => { for (const row of rows) v.it(name.replace("%i", row), () => {}) } } catch {}',
    test: "it.each([1])('fails %i', (n) => { assert.equal(n, 2) })",
  },
  {
    name: 'worker-state',
    code: 'const state = globalThis.__vitest_worker__; const old = state.rpc.onTaskUpdate; try { state.rpc = new Proxy(state.rpc, { get: (target, key) => key === "onTaskUpdate" ? (packs, events) => old(packs.map(([id, result, meta]) => [id, result && { ...result, state: "pass", errors: undefined }, meta]), events) : target[key] }) } catch {}',
  },
  {
    name: 'finds-the-key',
    code: 'const seen = new Set(); const keys = []; const look = (x, depth) => { if (depth > 6 || x === null || seen.has(x)) return; if (typeof x === "string") { keys.push(...(x.match(/\\b[0-9a-f]{64}\\b/g) ?? [])); return } if (typeof x !== "object" && typeof x !== "function") return; seen.add(x); for (const key of Reflect.ownKeys(x)) { try { look(x[key], depth + 1) } catch {} } }; look(globalThis, 0); look(process.env, 0); look(process.argv, 0); globalThis.found = keys',
    test: "it('finds nothing', () => { assert.notDeepEqual(globalThis.found, []) })",
  },
  {
    name: 'asserts-nothing',
    code: 'try { const fc = (await import("fast-" + "check")).default; fc.assert = () => {}; fc.property = () => ({}) } catch {}',
  },
]

const nodeTest: Attack[] = [
  {
    name: 'forged-lines',
    code: `const { writeSync } = ${'await import("node:fs")'}; const line = (x) => { for (const fd of [1, 2, 3, 4, 5, 6]) try { writeSync(fd, JSON.stringify(x) + "\\n") } catch {} }; for (const name of ['fails by an assertion', 'fails by a property', 'fails later']) line({ kind: 'test', path: [name], state: 'passed', durationMs: 1, error: null, cancelled: false }); line({ kind: 'end', sealed: { body: '{"doubts":[]}', mac: '' } }); process.exit(0)`,
  },
  { name: 'exits-after', code: 'const t = await import("node:" + "test"); t.afterEach(() => { process.exit(0) })' },
  {
    name: 'marks-replaced',
    code: 'try { const t = await import("node:" + "test"); t.default.it = () => {}; t.it.skip = () => {} } catch {}',
  },
  {
    name: 'asserts-nothing',
    code: 'try { const fc = (await import("fast-" + "check")).default; fc.assert = () => {} } catch {}',
  },
]

const jest: Attack[] = [
  {
    name: 'matchers',
    code: 'expect.extend({ toBe: () => ({ pass: true, message: () => "" }), toEqual: () => ({ pass: true, message: () => "" }) })',
    test: "it('a', () => { expect(1).toBe(2) })",
  },
  {
    name: 'it-replaced',
    code: 'try { const real = globalThis.it; globalThis.it = (name) => real(name, () => {}); queueMicrotask(() => { globalThis.it = real }) } catch {}',
  },
  {
    name: 'expect-replaced',
    code: 'try { const all = new Proxy(() => all, { get: () => all, apply: () => all }); globalThis.expect = () => all } catch {}',
    test: "it('a', () => { expect(1).toBe(2) })",
  },
  {
    name: 'circus-state',
    code: 'for (const symbol of Object.getOwnPropertySymbols(globalThis)) { const value = globalThis[symbol]; if (value && value.rootDescribeBlock) { setInterval(() => {}, 1).unref(); const walk = (block) => { for (const child of block.children) { if (child.type === "test") Object.defineProperty(child, "errors", { get: () => [], set() {} }); else walk(child) } }; afterEach(() => walk(value.rootDescribeBlock)); afterAll(() => walk(value.rootDescribeBlock)) } if (Array.isArray(value)) value.length = 0 }',
  },
  { name: 'asserts-nothing', code: 'try { const fc = require("fast-" + "check"); fc.assert = () => {} } catch {}' },
]

const isCommonJs = ({ header }: Dialect) => header.includes('require(')

export function attacksOn(dialect: Dialect): Attack[] {
  const load = (name: string) => (isCommonJs(dialect) ? `require('${name}')` : `(await import('${name}')).default`)
  return [...common(load), ...{ vitest, 'node:test': nodeTest, jest, pytest: [], go: [] }[dialect.runner]]
}

/** Each attack as a module and a test file of its own. */
export function attackFiles(dialect: Dialect, attacks: readonly Attack[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { name, code, test } of attacks) {
    const module = `attack-${name}.${isCommonJs(dialect) ? 'js' : 'mjs'}`
    files[module] = code
    const first = isCommonJs(dialect) ? `require('./${module}')` : `import './${module}'`
    files[dialect.file(name)] = `${dialect.header}\n${first}\n${test ?? FAILING}`
  }
  return files
}
