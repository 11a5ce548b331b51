/** Module hooks: whoever asks for `node:test` or `fast-check` gets ours, by import and by require. */
import type { LoadFnOutput, RegisterHooksOptions, ResolveHookContext } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Addresses of the modules that stand in; no such files exist. */
const PLACE = new URL('./stand-in/', import.meta.url).href

/** A generated module cannot be handed a value, so it asks for it by number, under this symbol. Nothing in it is secret. */
const SUPPLY = 'specproof.stand-in'

interface StandIn {
  format: 'module' | 'commonjs'
  source: string
}

export function moduleHooks(api: object, overridden: (real: object) => object): RegisterHooksOptions {
  const supplies = [api, overridden]
  Object.defineProperty(globalThis, Symbol.for(SUPPLY), { value: (at: number) => supplies[at] })
  const standIns = new Map<string, StandIn>()
  const numbers = new Map<string, number>()
  /** Address of what stands in for the module at `real`, made when it is first asked for. */
  const standIn = (real: string, context: ResolveHookContext) => {
    const required = context.conditions.includes('require')
    const number = numbers.get(real) ?? numbers.size
    numbers.set(real, number)
    const url = `${PLACE}${number}.${required ? 'cjs' : 'mjs'}`
    const made = required ? commonJs(real) : esModule(real, Object.keys(api))
    standIns.set(url, made)
    return { url, format: made.format, shortCircuit: true }
  }
  return {
    resolve(specifier, context, next) {
      const ours = context.parentURL?.startsWith(PLACE) === true
      if (specifier === 'node:test' && !ours) return standIn(specifier, context)
      const found = next(specifier, context)
      return specifier === 'fast-check' && !ours ? standIn(found.url, context) : found
    },
    load(url, context, next): LoadFnOutput {
      const made = standIns.get(url)
      return made ? { ...made, shortCircuit: true } : next(url, context)
    },
  }
}

function commonJs(real: string): StandIn {
  const whole =
    real === 'node:test'
      ? `${supplied(0)}.default`
      : `${supplied(1)}(require(${JSON.stringify(real.startsWith('file:') ? fileURLToPath(real) : real)}))`
  return { format: 'commonjs', source: `module.exports = ${whole}` }
}

function esModule(real: string, names: string[]): StandIn {
  if (real !== 'node:test') return { format: 'module', source: fastCheckSource(JSON.stringify(real)) }
  const named = names.filter((name) => name !== 'default').join(', ')
  return {
    format: 'module',
    source: `const api = ${supplied(0)}\nexport const { ${named} } = api\nexport default api.default`,
  }
}

function fastCheckSource(path: string): string {
  return [
    `import * as real from ${path}`,
    `export * from ${path}`,
    `const ours = ${supplied(1)}(real)`,
    'export const { assert, check, property, asyncProperty } = ours',
    'export default ours',
  ].join('\n')
}

function supplied(at: number): string {
  return `globalThis[Symbol.for(${JSON.stringify(SUPPLY)})](${at})`
}
