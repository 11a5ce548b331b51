import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

function filesIn(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = `${dir}/${entry.name}`
    if (entry.isDirectory()) return filesIn(path)
    return /\.(ts|tsx|mts)$/.test(entry.name) ? [path] : []
  })
}

/** Specifiers that a file imports at run time or as types, relative ones resolved from the root. */
function importsOf(path: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found: { target: string; typeOnly: boolean }[] = []
  for (const match of text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
  )) {
    const specifier = match[2] ?? match[3] ?? match[4]!
    const target = specifier.startsWith('.') ? relative(ROOT, join(ROOT, path, '..', specifier)) : specifier
    found.push({ target, typeOnly: match[1] !== undefined })
  }
  return found
}

const sources = [
  ...filesIn('src'),
  ...filesIn('sandbox/sim'),
  ...filesIn('sandbox/harness'),
  ...filesIn('sandbox/services'),
]

/** Imports of files under `from` that `allowed` does not permit. */
function offences(from: string, allowed: (target: string, typeOnly: boolean) => boolean): string[] {
  return sources
    .filter((path) => path.startsWith(from))
    .flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !allowed(target, typeOnly))
        .map(({ target }) => `${path} imports ${target}`),
    )
}

const isNode = (target: string) => target.startsWith('node:')
const isLocal = (target: string) => /^(src|sandbox|test)\//.test(target)

describe('who may import whom', () => {
  it('core is pure: core, types of the World, and libraries that touch nothing', () => {
    const pure = /^(yaml|zod|picomatch|mdast|@lezer\/.*|decode-named-character-reference|@babel\/parser|unist.*)$/
    expect(
      offences(
        'src/core/',
        (target, typeOnly) =>
          target.startsWith('src/core/') || pure.test(target) || (typeOnly && target === 'src/world.ts'),
      ),
    ).toEqual([
      'src/core/babel.ts imports node:module',
      'src/core/hash.ts imports node:crypto',
      'src/core/yaml.ts imports node:module',
    ])
  })

  it('the loops know core and the World, never io', () => {
    const allowed = (target: string) => /^src\/(core|task)\//.test(target) || target === 'src/world.ts'
    expect(offences('src/task/', allowed)).toEqual([])
    const loops = (target: string) =>
      allowed(target) || /^src\/(run|run-options|begin|tally|crew|train)\.ts$/.test(target)
    for (const file of ['run', 'begin', 'tally', 'crew', 'train', 'parallel'])
      expect(offences(`src/${file}.ts`, loops)).toEqual([])
  })

  it('io knows neither ui nor commands nor the loops', () => {
    expect(offences('src/io/', (target) => !/^src\/(ui|commands|task|cli|run|begin|tally)/.test(target))).toEqual([])
  })

  it('ui sees events only', () => {
    const allowed = (target: string) => !isLocal(target) || /^src\/(ui\/|core\/(events|event-parts)\.ts$)/.test(target)
    expect(offences('src/ui/', allowed)).toEqual([])
    expect(offences('src/ui/', (target) => !isNode(target) || target === 'node:util')).toEqual([])
  })

  it('nothing imports cli.ts', () => {
    expect(sources.filter((path) => importsOf(path).some(({ target }) => target === 'src/cli.ts'))).toEqual([])
  })

  it('what runs inside the box needs nothing from outside it but types', () => {
    expect(offences('sandbox/', (target, typeOnly) => !target.startsWith('src/') || typeOnly)).toEqual([])
  })
})

describe('the command line starts soon', () => {
  it('what is loaded before a command is known needs no package but commander', () => {
    const packages = new Set<string>()
    const seen = new Set<string>()
    const walk = (path: string) => {
      if (seen.has(path)) return
      seen.add(path)
      const text = readFileSync(join(ROOT, path), 'utf8')
      for (const [, name = ''] of text.matchAll(/(?:^|\n)(?:import|export)\s+(?!type\s)[^'"]*?from\s+'([^']+)'/g)) {
        if (name.startsWith('.')) walk(relative(ROOT, join(ROOT, path, '..', name)))
        else if (!isNode(name)) packages.add(name)
      }
    }
    walk('src/cli.ts')
    expect([...packages]).toEqual(['commander'])
  })
})

describe('pieces stay small', () => {
  it('no file is longer than 500 lines', () => {
    const long = sources.filter((path) => readFileSync(join(ROOT, path), 'utf8').split('\n').length > 500)
    expect(long).toEqual([])
  })

  it('only cli.ts ends the process', () => {
    const enders = sources.filter(
      (path) => path.startsWith('src/') && /process\.exit\(/.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    // The probe's script is text that runs inside the box.
    expect(enders).toEqual(['src/cli.ts', 'src/io/box/probe-script.ts'])
  })
})

describe('the project speaks of itself alone', () => {
  it('names no path outside the repository', () => {
    const texts = ['README.md', ...listed('docs', /\.md$/), ...listed('prompts', /\.md$/), ...sources]
    const outside = texts.filter((path) => /\.\.\/(shared|\.library)|\/work\//.test(read(path)))
    expect(outside).toEqual([])
  })
})

function listed(dir: string, pattern: RegExp): string[] {
  if (!statSync(join(ROOT, dir), { throwIfNoEntry: false })) return []
  return readdirSync(join(ROOT, dir))
    .filter((name) => pattern.test(name))
    .map((name) => `${dir}/${name}`)
}

function read(path: string): string {
  return statSync(join(ROOT, path), { throwIfNoEntry: false }) ? readFileSync(join(ROOT, path), 'utf8') : ''
}
