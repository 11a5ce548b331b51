/** Module hooks: whoever asks for `node:test` or `fast-check` gets ours, by import and by require. */
import type { LoadFnOutput, RegisterHooksOptions } from 'node:module'

/** Sources of the modules that stand in, by address; no such files exist. */
const PLACE = new URL('./stand-in/', import.meta.url).href
const NODE_TEST = `${PLACE}node-test.mjs`

/** A generated module cannot be handed a value, so it asks for it by number, under this symbol. Nothing in it is secret. */
const SUPPLY = 'specproof.stand-in'

export function moduleHooks(api: object, overridden: (real: object) => object): RegisterHooksOptions {
  const supplies = [api, overridden]
  Object.defineProperty(globalThis, Symbol.for(SUPPLY), { value: (at: number) => supplies[at] })
  const sources = new Map([[NODE_TEST, nodeTestSource(Object.keys(api))]])
  const standIns = new Map<string, string>()
  const fastCheck = (real: string): string => {
    const url = standIns.get(real) ?? `${PLACE}fast-check-${standIns.size}.mjs`
    standIns.set(real, url)
    sources.set(url, fastCheckSource(real))
    return url
  }
  return {
    resolve(specifier, context, next) {
      const ours = context.parentURL?.startsWith(PLACE) === true
      if (specifier === 'node:test' && !ours) return { url: NODE_TEST, format: 'module', shortCircuit: true }
      const found = next(specifier, context)
      if (specifier !== 'fast-check' || ours) return found
      return { url: fastCheck(found.url), format: 'module', shortCircuit: true }
    },
    load(url, context, next): LoadFnOutput {
      const source = sources.get(url)
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
    },
  }
}

function nodeTestSource(names: string[]): string {
  const named = names.filter((name) => name !== 'default').join(', ')
  return [
    supplyLine('api', 0),
    `export const { ${named} } = api`,
    'const all = api.default',
    'export { all as default, all as "module.exports" }',
  ].join('\n')
}

function fastCheckSource(real: string): string {
  const path = JSON.stringify(real)
  return [
    `import * as real from ${path}`,
    supplyLine('overridden', 1),
    `export * from ${path}`,
    'const ours = overridden(real)',
    'export const { assert, check, property, asyncProperty } = ours',
    'export { ours as default, ours as "module.exports" }',
  ].join('\n')
}

function supplyLine(name: string, at: number): string {
  return `const ${name} = globalThis[Symbol.for(${JSON.stringify(SUPPLY)})](${at})`
}
