import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/core/parse-config.ts'
import { dirHolding, placeTask, projectsProblem, settingsIn, specRootsOf } from '../../src/core/projects.ts'
import { parseSpec } from '../../src/core/spec/parse.ts'
import type { Spec } from '../../src/core/spec/spec.ts'
import { allowedGlobs, placedPath } from '../../src/task/place.ts'

const PATHS = [
  'package.json',
  'packages/api/package.json',
  'packages/api/src/a.ts',
  'packages/api/plugins/mail/package.json',
  'services/bills/pyproject.toml',
  'src/a.ts',
]

function specIn(dir: string, tasks: string): Spec {
  const files = [{ path: 'tasks.md', text: tasks }]
  return parseSpec({ id: dir.split('/').at(-1)!, dir, files, steering: [], problems: [] })
}

function placed(dir: string, yaml = '', tasks = '- [ ] 1. Do it\n') {
  const spec = specIn(dir, tasks)
  return placeTask(spec, spec.tasks[0]!, parseConfig('agent.yaml', yaml), PATHS)
}

describe('where a task works', () => {
  it.each([
    ['at the top', 'specs/a', '', '- [ ] 1. Do it\n', { dir: '', sure: false }],
    ['its package', 'packages/api/.kiro/specs/a', '', '- [ ] 1. Do it\n', { dir: 'packages/api', sure: false }],
    [
      'a package around folders that are none',
      'services/bills/x/specs/a',
      '',
      '- [ ] 1. Do it\n',
      { dir: 'services/bills', sure: false },
    ],
    [
      'the project that it lies in',
      'packages/api/specs/a',
      'projects: [{ dir: packages/api }]',
      '- [ ] 1. Do it\n',
      { dir: 'packages/api', sure: true },
    ],
    [
      'the innermost one',
      'packages/api/plugins/mail/specs/a',
      'projects: [{ dir: packages/api }, { dir: packages/api/plugins/mail }]',
      '- [ ] 1. Do it\n',
      { dir: 'packages/api/plugins/mail', sure: true },
    ],
    [
      'the project that names it',
      'specs/a',
      'projects: [{ dir: services/bills, specs: [a] }]',
      '- [ ] 1. Do it\n',
      { dir: 'services/bills', sure: true },
    ],
    [
      'the project that names its folder',
      'packages/api/specs/a',
      'projects: [{ dir: ., specs: [./packages/api/specs/a] }]',
      '- [ ] 1. Do it\n',
      { dir: '', sure: true },
    ],
    [
      'what its front matter says',
      'specs/a',
      '',
      '---\ndir: packages/api\n---\n\n- [ ] 1. Do it\n',
      { dir: 'packages/api', sure: true },
    ],
    [
      'what it says itself, before all else',
      'packages/api/specs/a',
      'projects: [{ dir: packages/api, specs: [a] }]',
      '---\ndir: packages/api\n---\n\n- [ ] 1. Do it\n  - Dir: `services/bills/`\n',
      { dir: 'services/bills', sure: true },
    ],
  ])('is %s', (_, dir, yaml, tasks, expected) => {
    expect(placed(dir, yaml, tasks)).toEqual(expected)
  })

  it('is no folder that is only almost there', () => {
    expect(placed('specs/a', '', '# T\n\n- [ ] 1. Do it\n  - Dir: service/bills\n')).toEqual({
      problem:
        'specs/a/tasks.md:3: `Dir: service/bills`: there is no such folder. Did you mean `services/bills`? Packages are: packages/api, packages/api/plugins/mail, services/bills.',
    })
  })
})

describe('projects of agent.yaml', () => {
  it('are told with their line where they cannot be', () => {
    const config = (yaml: string) => parseConfig('agent.yaml', yaml)
    const specs = [specIn('specs/a', '- [ ] 1. Do it\n')]
    const problem = (yaml: string) => projectsProblem(config(yaml), PATHS, specs)
    expect(problem('projects:\n  - dir: packages/api\n    specs: [a]\n  - dir: .\n')).toBe(null)
    expect(problem('attempts: 1\nprojects:\n  - dir: packages/apo\n')).toMatch(/^agent\.yaml:3: `dir: packages\/apo`/)
    expect(problem('projects:\n  - dir: .\n    specs:\n      - b\n')).toBe(
      'agent.yaml:4: `b` is no spec. Known are: a.',
    )
    expect(problem('projects:\n  - { dir: ., specs: [a] }\n  - { dir: packages/api, specs: [specs/a] }\n')).toMatch(
      /^agent\.yaml:3: `specs\/a` is named by the project \. already/,
    )
    expect(() => config('projects: [{ dir: a }, { dir: ./a/ }]')).toThrow('two projects have the same `dir`')
    expect(() => config('projects: [{ dir: ../a }]')).toThrow(
      'agent.yaml:1: `projects.0.dir`: expected a folder inside',
    )
    expect(() => config('projects:\n  - dir: a\n    model: x/y\n')).toThrow('agent.yaml:3: `projects.0.model` is not')
  })

  it('have settings of their own; those at the top are the top folder alone', () => {
    const config = parseConfig(
      'agent.yaml',
      'build: make\nrunner: jest\nprojects: [{ dir: a, build: make a }, { dir: ., runner: vitest }]',
    )
    expect(settingsIn(config, 'a')).toMatchObject({ build: 'make a' })
    expect(settingsIn(config, 'a').runner).toBeUndefined()
    expect(settingsIn(config, '')).toMatchObject({ build: 'make', runner: 'vitest' })
    expect(specRootsOf(config)).toEqual(['a/specs'])
    expect([dirHolding(['', 'a', 'a/b'], 'a/b/c.ts'), dirHolding(['a'], 'ab/c.ts')]).toEqual(['a/b', null])
  })
})

it('counts globs and paths of a task from its package, and with a slash from the top', () => {
  const task = {
    ...specIn('specs/a', '- [ ] 1. Do it\n  - Allows: package.json, ./x/**, packages/api/y, /z.ts\n').tasks[0]!,
  }
  expect(allowedGlobs({ dir: 'packages/api', task })).toEqual([
    'packages/api/package.json',
    'packages/api/x/**',
    'packages/api/y',
    '/z.ts',
  ])
  expect(allowedGlobs({ dir: '', task })).toBe(task.allows)
  const at = (path: string) => placedPath({ dir: 'packages/api' }, path, PATHS)
  expect(
    ['src/a.ts', 'package.json', 'src/new.ts', 'packages/api/b.ts', 'services/bills/pyproject.toml'].map(at),
  ).toEqual([
    'packages/api/src/a.ts',
    'packages/api/package.json',
    'packages/api/src/new.ts',
    'packages/api/b.ts',
    'services/bills/pyproject.toml',
  ])
})
