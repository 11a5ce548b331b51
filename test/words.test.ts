import { readdirSync, readFileSync } from 'node:fs'
import { access, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { EXIT } from '../src/core/errors.ts'
import { taskStatus } from '../src/core/event-parts.ts'
import { didYouMean, nearest } from '../src/core/nearest.ts'
import { CODES } from '../src/core/spec/lint/report.ts'
import { docsPage } from '../src/io/docs-page.ts'
import { start } from './support/agent.ts'
import { makeRepository } from './support/repository.ts'

const ROOT = join(import.meta.dirname, '..')
let clear = async () => {}
const repository = makeRepository({ packages: [], onEnd: (end) => (clear = end) })
afterAll(() => clear())

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Anchors of a page as GitHub makes them, and those that it writes itself. */
function anchorsOf(page: string): Set<string> {
  const text = read(page).replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '')
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title!)
  const slugs = headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...slugs, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)])
}

function sources(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `${dir}/${path}`)
}

describe('what a message links to', () => {
  it('is there: a paragraph for each exit code, outcome and code of lint', () => {
    const page = anchorsOf('docs/troubleshooting.md')
    const missing = [
      ...Object.values(EXIT).flatMap((code) => (code === 0 || page.has(`exit-${code}`) ? [] : [code])),
      ...taskStatus.options.filter((status) => !page.has(status)),
      ...CODES.filter((code) => !anchorsOf('docs/lint.md').has(code)),
    ]
    expect(missing).toEqual([])
  })

  it('is an anchor that its page has, in the program and among the pages', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      ...readdirSync(join(ROOT, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ]
    const inPages = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, path, anchor]) => ({
        from: page,
        page: path === '' ? page : join(page, '..', path!),
        anchor: anchor!,
      })),
    )
    const inSources = sources('src').flatMap((path) =>
      [...read(path).matchAll(/(docs\/[\w-]+\.md)#([\w-]+)(?![\w-]*\$)/g)].map(([, page, anchor]) => ({
        from: path,
        page: page!,
        anchor: anchor!,
      })),
    )
    const broken = [...inPages, ...inSources.filter(({ anchor }) => anchor !== 'exit-')].filter(
      ({ page, anchor }) => !anchorsOf(page).has(anchor),
    )
    expect(broken).toEqual([])
    expect(inSources.length).toBeGreaterThan(0)
  })
})

describe('a page that a message names', () => {
  it('is a path that can be opened: in the project, below this folder, or from the root', async () => {
    const project = await realpath(await mkdtemp(join(tmpdir(), 'specproof-page-')))
    onTestFinished(() => rm(project, { recursive: true, force: true }))
    const page = 'docs/troubleshooting.md'
    expect(docsPage(`${page}#exit-3`, project)).toBe(join(ROOT, `${page}#exit-3`))
    expect(docsPage(page, ROOT)).toBe(page)
    expect(docsPage('docs/none.md#a', project)).toBe('docs/none.md#a')
    await mkdir(join(project, 'node_modules'))
    await symlink(ROOT, join(project, 'node_modules/specproof'))
    expect(docsPage(`${page}#exit-3`, project)).toBe(`node_modules/specproof/${page}#exit-3`)
    await expect(access(join(project, docsPage(page, project)))).resolves.toBeUndefined()
  })

  it('goes through the one function that knows where pages lie', () => {
    const bare = sources('src').flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => /docs\/[\w-]+\.md/.test(line) && !/^\s*(\/\/|\/?\*)|\bdocsPage\(|\bpage\(/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(bare).toEqual([])
  })
})

describe('a name that is not known', () => {
  const name = fc.stringMatching(/^[a-z][a-z-]{4,12}$/)

  it('brings the one that is a slip away, and never one that it is not near to', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (names, which, where) => {
        const meant = names[which % names.length]!
        const at = where % meant.length
        const slip = meant.slice(0, at) + meant.slice(at + 1)
        const found = nearest(slip, names)
        // Another name may be as near.
        if (!names.includes(slip)) expect(found).not.toBeNull()
        expect(nearest('0123456789', names)).toBeNull()
      }),
    )
    expect(didYouMean('lmiits', ['limits', 'login'])).toBe(' Did you mean "limits"?')
    expect(nearest('x'.repeat(100_000), ['y'.repeat(100_000)])).toBeNull()
  })

  it.each([
    [['trace', '--spec', 'limts'], 'Did you mean "limits"?'],
    [['verify', '--spec', 'limis'], 'Did you mean "limits"?'],
    [['undo', 'limit/1'], 'Did you mean "limits"?'],
    [['lint', 'limtis'], 'Did you mean "limits"?'],
    [['nxet'], 'Did you mean next?'],
    [['lint', '--strcit'], 'Did you mean --strict?'],
  ])('is told with it: %j', async (args, words) => {
    const { code, stderr } = await start(await repository, args)
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})

it('every command has examples below its help, and they name options that it has', async () => {
  const help = async (...args: string[]) => (await start(await repository, [...args, '--help'])).stdout
  const whole = await help()
  const commands = [...whole.split('Commands:')[1]!.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!)
  const own = commands.filter((name) => name !== 'help' && name !== 'agent')
  expect(own.length).toBeGreaterThan(15)
  const pages = await Promise.all(own.map((name) => help(name)))
  for (const [at, name] of own.entries()) {
    const [options = '', examples = ''] = pages[at]!.split('\nExamples:\n')
    const lines = examples.split('\n').filter((line) => line.startsWith(`  agent ${name}`))
    expect(lines.length, name).toBeGreaterThan(0)
    for (const option of lines.join('\n').matchAll(/ (--[a-z-]+)/g)) expect(options, name).toContain(option[1])
  }
})
