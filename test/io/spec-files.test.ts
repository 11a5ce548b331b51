import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Spec } from '../../src/core/spec/spec.ts'
import { readSpecFolder, specFilesOnDisk } from '../../src/io/spec-files.ts'
import { loadSpecs } from '../../src/task/load-specs.ts'

const root = mkdtempSync(join(tmpdir(), 'specproof-specs-'))
const put = (path: string, data: string | Uint8Array) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), data)
}
let specs: Spec[] = []

beforeAll(async () => {
  put('specs/latin/tasks.md', '- [ ] 1. a\n')
  put('specs/latin/requirements.md', Buffer.from('### Requirement 1: Gr\u00f6\u00dfe\n', 'latin1'))
  put('specs/binary/tasks.md', Buffer.from([0x2d, 0x20, 0x5b, 0x00, 0xff]))
  put('specs/utf16/tasks.md', Buffer.from('- [ ] 1. a\n', 'utf16le'))
  put('specs/huge/tasks.md', '')
  truncateSync(join(root, 'specs/huge/tasks.md'), 50_000_000)
  put('specs/long/tasks.md', `- [ ] 1. a\n${'x'.repeat(4_100_000)}\n`)
  put('specs/empty/tasks.md', '')
  put('specs/fence/tasks.md', '- [ ] 1. a\n\n```\n- [ ] 2. b\n')
  put('specs/linked/requirements.md', '')
  symlinkSync('../fence/tasks.md', join(root, 'specs/linked/tasks.md'))
  symlinkSync('..', join(root, 'specs/fence/loop'))
  symlinkSync('../..', join(root, 'specs/latin/up'))
  symlinkSync('fence', join(root, 'specs/alias'))
  symlinkSync('circle-b', join(root, 'specs/circle-a'))
  symlinkSync('circle-a', join(root, 'specs/circle-b'))
  execFileSync('mkfifo', [join(root, 'specs/linked/design.md')])
  put('specs/twin/tasks.md', '- [ ] 1. a\n')
  put('.kiro/specs/twin/tasks.md', '- [ ] 1. b\n')
  put('specs/locked/tasks.md', '- [ ] 1. a\n')
  chmodSync(join(root, 'specs/locked/tasks.md'), 0)
  mkdirSync(join(root, 'plans/closed'), { recursive: true, mode: 0 })
  put('packages/api/.kiro/specs/nested/tasks.md', '- [ ] 1. a\n')
  put('packages/api/.kiro/steering/api.md', 'x')
  put('node_modules/other/.kiro/specs/foreign/tasks.md', '- [ ] 1. a\n')
  put('test/fixtures/.kiro/specs/example/tasks.md', '- [ ] 1. a\n')
  put('plans/one/tasks.md', '- [ ] 1. a\n')
  put('AGENTS.md', 'Run the tests.\n')
  specs = (await loadSpecs(await specFilesOnDisk(root, ['plans']), ['plans'])).specs
})
afterAll(() => {
  chmodSync(join(root, 'plans/closed'), 0o700)
  rmSync(root, { recursive: true, force: true })
})

const of = (dir: string) => specs.find((spec) => spec.dir === dir)!
const codes = (dir: string) =>
  of(dir).diagnostics.map(({ code, severity, file }) => `${severity} ${code} ${file.split('/').at(-1)}`)

describe('what cannot be read', () => {
  it.each([
    ['specs/latin', ['error not-utf8 requirements.md', 'info symbolic-link up', 'info task-without-contract tasks.md']],
    ['specs/binary', ['error not-utf8 tasks.md', 'warning requirements-missing requirements.md']],
    ['specs/utf16', ['error not-utf8 tasks.md', 'warning requirements-missing requirements.md']],
    ['specs/huge', ['error file-too-large tasks.md', 'warning requirements-missing requirements.md']],
    ['specs/long', ['error file-too-large tasks.md', 'warning requirements-missing requirements.md']],
    ['specs/empty', ['error no-tasks tasks.md', 'warning requirements-missing requirements.md']],
    [
      'specs/fence',
      [
        'info symbolic-link loop',
        'info task-without-contract tasks.md',
        'warning requirements-missing requirements.md',
        'warning unbalanced-fence tasks.md',
      ],
    ],
    [
      'specs/linked',
      ['error symbolic-link tasks.md', 'error unreadable-file design.md', 'warning no-requirements requirements.md'],
    ],
    ['specs/alias', ['error symbolic-link tasks.md', 'warning requirements-missing requirements.md']],
    ['specs/circle-a', ['error symbolic-link tasks.md', 'warning requirements-missing requirements.md']],
  ])('is told for %s', (dir, expected) => expect(codes(dir).toSorted()).toEqual(expected))

  it('says what was found and what to do', () => {
    const told = of('specs/huge').diagnostics.find(({ code }) => code === 'file-too-large')
    expect(told?.message).toBe('The file has 50,000,000 bytes; it is not read.')
    expect(told?.suggestion).toContain('Split the spec')
  })

  // The superuser reads everything.
  it.skipIf(process.getuid?.() === 0)('is told for a file without permission, and for a folder', () => {
    expect(codes('plans/closed')).toContain('error unreadable-file tasks.md')
    const told = of('specs/locked').diagnostics.find(({ code }) => code === 'unreadable-file')
    expect(told?.message).toBe('The file cannot be read: permission denied.')
  })
})

describe('where specs are found', () => {
  it('is at the top, nested and below configured folders; never in what is foreign, nor behind a link', () => {
    expect(specs.map(({ dir }) => dir).filter((dir) => dir !== 'plans/closed')).toEqual([
      '.kiro/specs/twin',
      'packages/api/.kiro/specs/nested',
      'plans/one',
      'specs/alias',
      'specs/binary',
      'specs/circle-a',
      'specs/circle-b',
      'specs/empty',
      'specs/fence',
      'specs/huge',
      'specs/latin',
      'specs/linked',
      'specs/locked',
      'specs/long',
      'specs/twin',
      'specs/utf16',
    ])
  })

  it('tells two of one name apart by their folders, and says so', () => {
    expect(of('specs/twin').id).toBe('specs/twin')
    expect(of('.kiro/specs/twin').id).toBe('.kiro/specs/twin')
    expect(codes('specs/twin')).toContain('warning same-name tasks.md')
    expect(of('plans/one').id).toBe('one')
  })

  it('gives a nested spec the steering beside it as well', () => {
    const paths = (dir: string) => of(dir).steering.map(({ path }) => path)
    expect(paths('packages/api/.kiro/specs/nested')).toEqual(['AGENTS.md', 'packages/api/.kiro/steering/api.md'])
    expect(paths('specs/twin')).toEqual(['AGENTS.md'])
  })

  it('may be any folder that is named, with the steering of its own repository', async () => {
    const inside = await readSpecFolder(root, join(root, 'packages/api/.kiro/specs/nested'))
    expect(inside).toMatchObject({ id: 'nested', dir: 'packages/api/.kiro/specs/nested', dialect: 'kiro' })
    expect(inside?.steering.map(({ path }) => path)).toEqual(['AGENTS.md', 'packages/api/.kiro/steering/api.md'])
    const outside = await readSpecFolder(tmpdir(), join(root, 'test/fixtures/.kiro/specs/example'))
    expect(outside?.tasks.map(({ id }) => id)).toEqual(['1'])
    expect(await readSpecFolder(root, join(root, 'AGENTS.md'))).toBeNull()
    expect(await readSpecFolder(root, join(root, 'nowhere'))).toBeNull()
  })
})
