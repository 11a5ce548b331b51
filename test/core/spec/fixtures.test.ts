import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boxLines, censusOf } from '../../../bench/census.ts'
import { nextTask } from '../../../src/core/spec/next.ts'
import type { Spec, Task } from '../../../src/core/spec/spec.ts'
import { specFilesOnDisk } from '../../../src/io/spec-files.ts'
import { loadSpecs } from '../../../src/task/load-specs.ts'

/** Small folders in every dialect and odd form, in our own words; beside them, in `expected.txt`, what is to be understood. */
const FIXTURES = join(import.meta.dirname, '../../fixtures/specs')
const repositories = readdirSync(FIXTURES, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? [one.name] : [],
)
const ROOTS: Record<string, string[]> = { nested: ['./lib/plans/'] }

async function specsOf(repository: string): Promise<Spec[]> {
  const root = join(FIXTURES, repository)
  const roots = ROOTS[repository] ?? []
  return (await loadSpecs(await specFilesOnDisk(root, roots), roots)).specs
}

describe.each(repositories)('the specs of %s', (repository) => {
  it('are understood as expected', async () => {
    const specs = await specsOf(repository)
    const expected = readFileSync(join(FIXTURES, repository, 'expected.txt'), 'utf8')
    expect(specs.map(describeSpec).join('\n')).toBe(expected)
  })

  it('have a task or a diagnostic for every checkbox', async () => {
    for (const spec of await specsOf(repository)) {
      const text = readFileSync(join(FIXTURES, repository, spec.dir, 'tasks.md'), 'utf8')
      const told = new Set(
        [...spec.tasks, ...spec.diagnostics.filter(({ file }) => file.endsWith('tasks.md'))].map(({ line }) => line),
      )
      expect(
        boxLines(text).filter((line) => !told.has(line)),
        spec.dir,
      ).toEqual([])
      expect(new Set(spec.tasks.map(({ id }) => id)).size).toBe(spec.tasks.length)
    }
  })
})

it('the census counts what is there', async () => {
  const census = await censusOf(FIXTURES)
  expect(census['kiro/.kiro/specs/orders']).toMatchObject({
    dialect: 'kiro',
    tasks: 10,
    boxes: 10,
    status: { done: 2, open: 8 },
    kinds: { checkpoint: 2, code: 6, test: 2 },
    optional: 2,
    withParent: 5,
  })
  expect(census['own/specs/odd-boxes']).toMatchObject({ boxes: 10, odd: 4, tasks: 7 })
})

function describeSpec(spec: Spec): string {
  const next = nextTask(spec)
  const waiting = next.waiting.map(({ id, why }) => `  ${id} waits: ${why}`)
  return [
    `${spec.dir} is ${spec.id}, ${spec.dialect}${spec.archived ? ', archived' : ''}`,
    ...spec.tasks.map(describeTask),
    ...(next.task ? [`  next: ${next.task.id}`] : []),
    ...(next.blocked ? [`  stops at: ${next.blocked.id}`] : []),
    ...waiting,
    ...spec.steering.map(({ path, inclusion, files }) => `  steering: ${[path, inclusion, ...files].join(' ')}`),
    ...spec.diagnostics
      .filter(({ file }) => !/requirements\.md$|bugfix\.md$|spec\.md$|design\.md$/.test(file))
      .map(
        ({ file, line, code, severity, message }) =>
          `  ${severity} ${code} ${file.slice(spec.dir.length + 1)}:${line} ${message}`,
      ),
    '',
  ].join('\n')
}

function describeTask(task: Task): string {
  const { test } = task
  const facts = [
    task.parent === null ? '' : `in ${task.parent}`,
    task.optional ? 'optional' : '',
    task.parallel ? 'parallel' : '',
    task.struck ? 'struck' : '',
    task.story ?? '',
    task.requirements.length > 0 ? `[${task.requirements.join(' ')}]` : '',
    task.unresolved.length > 0 ? `free (${task.unresolved.join('; ')})` : '',
    task.properties.length > 0 ? `property ${task.properties.join(' ')}` : '',
    task.depends.length > 0 ? `after ${task.depends.join(' ')}` : '',
    test ? `test ${test.kind} ${test.fault ?? ''} ${test.path ?? ''}`.trimEnd() : '',
    task.verify === null ? '' : `verify ${task.verify}`,
    task.allows.length > 0 ? `allows ${task.allows.join(' ')}` : '',
    task.class === null ? '' : `class ${task.class}`,
    task.boundary.length > 0 ? `boundary ${task.boundary.join(' ')}` : '',
    task.blocked === null ? '' : `blocked (${task.blocked})`,
    task.phase === null ? '' : `under "${task.phase}"`,
  ].filter((fact) => fact !== '')
  return `  ${task.line}: ${task.id} ${task.status} ${task.kind} "${task.title}" ${facts.join(', ')}`.trimEnd()
}
