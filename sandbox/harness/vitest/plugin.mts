import { extname, join, resolve } from 'node:path'
import { OFFER } from '../fast-check.mts'
import { type Judging, judgedProjects } from './projects.mts'

/** The parts of Vite's plugin contract that are used; the target's Vite is not ours to import types from. */
export interface HarnessPlugin {
  name: string
  enforce: 'pre'
  config(config: Config): Promise<object>
  resolveId(this: Resolver, source: string, importer: string | undefined, options: object): Promise<string | null>
  load(id: string): string | null
}

interface Config {
  root?: string
  test?: TestConfig
}

interface TestConfig {
  root?: string
  projects?: unknown
  hookTimeout?: number
  setupFiles?: string | string[]
  server?: { deps?: { inline?: unknown } }
}

interface Resolver {
  resolve(source: string, importer: string | undefined, options: object): Promise<{ id: string } | null>
}

const SHIM = '\0specproof-fast-check:'
const HERE = import.meta.dirname
const HARNESS = join(HERE, '..')
/** `.mts` from source, `.mjs` when built. */
const EXTENSION = extname(import.meta.filename)

const SETUP = join(HERE, `setup${EXTENSION}`)

/** Adds our setup file to the project's own ones and puts our fast-check in front of the project's, in inner projects too. */
export function harnessPlugin(judging: Judging): HarnessPlugin {
  return {
    name: 'specproof',
    enforce: 'pre',
    async config(config) {
      config.test ??= {}
      const { test } = config
      // Not by merging, which would append: a setup file of the project may load the code under test.
      test.setupFiles = [SETUP, ...[test.setupFiles ?? []].flat().filter((file) => file !== SETUP)]
      test.hookTimeout = judging.hookTimeout
      if (Array.isArray(test.projects)) {
        const root = resolve(config.root ?? '', test.root ?? '')
        test.projects = await judgedProjects(test.projects, root, judging, harnessPlugin)
      }
      return { test: inlined(test.server?.deps?.inline) }
    },
    async resolveId(source, importer, options) {
      if (source !== 'fast-check' || importer?.startsWith(SHIM)) return null
      const real = await this.resolve(source, importer, { ...options, skipSelf: true })
      return real && `${SHIM}${real.id}`
    },
    load(id) {
      if (id.startsWith(SHIM)) return shimSource(id.slice(SHIM.length))
      return judging.bitten.includes(id) ? suitesSource(id) : null
    },
  }
}

/**
 * Code that is not inlined is imported by Node alone, without plugins: our own files when this package is installed
 * below a node_modules, and packages that import fast-check for the tests.
 */
function inlined(existing: unknown): object {
  if (existing === true) return {}
  const ours = [new RegExp(escaped(HARNESS)), /@fast-check[\\/+]vitest/]
  return { server: { deps: { inline: [existing ?? [], ours].flat() } } }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The file itself is what stands behind the question mark. */
function suitesSource(file: string): string {
  const ours = JSON.stringify(join(HERE, `teeth-suites${EXTENSION}`))
  return `import { suites } from ${ours}\nsuites(() => import(${JSON.stringify(`${file}?specproof`)}))\n`
}

function shimSource(real: string): string {
  const path = JSON.stringify(real)
  return [
    `import * as real from ${path}`,
    `export * from ${path}`,
    `const ours = globalThis[Symbol.for(${JSON.stringify(OFFER)})](real)`,
    'export const { assert, check, property, asyncProperty } = ours',
    'export default ours',
  ].join('\n')
}
