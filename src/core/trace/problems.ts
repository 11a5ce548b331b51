import type { Problem, SpecTrace, TracedCriterion, TracedProperty, TracedTask } from './matrix.ts'

/** What of a spec is not covered, or no longer, in the order of its files. What is not built yet is no problem. */
export function problemsOf(trace: Omit<SpecTrace, 'problems' | 'remarks'>): Problem[] {
  const done = new Set(trace.tasks.filter(({ status }) => status === 'done').map(({ id }) => id))
  return [
    ...trace.criteria.flatMap(ofCriterion),
    ...trace.properties.flatMap((one) => ofProperty(trace.dir, done, one)),
    ...trace.tasks.flatMap((one) => ofTask(trace.dir, one)),
  ]
}

function ofCriterion({ id, file, line, state }: TracedCriterion): Problem[] {
  if (state === 'untested')
    return [
      {
        ...{ kind: 'untested', id, file, line },
        message: `None of the tests that are named is for ${id}, or none of them exists.`,
        suggestion: `Name one: in a row for ${id} of the design's table, or by a tag in the test.`,
      },
    ]
  if (state !== 'uncovered') return []
  return [
    {
      ...{ kind: 'uncovered', id, file, line },
      message: `No task and no property links to ${id}.`,
      suggestion: `Add \`Validates: Requirement ${id}\` to the task that builds it, or to a property of the design.`,
    },
  ]
}

function ofProperty(dir: string, done: ReadonlySet<string>, one: TracedProperty): Problem[] {
  const place = { id: `Property ${one.n}`, file: `${dir}/design.md`, line: one.line }
  const built = one.tasks.length === 0 || one.tasks.some((id) => done.has(id))
  const missing = built ? one.tests.filter((test) => test.source === 'plan' && !test.found) : []
  if (one.state === 'untested' && missing.length === 0)
    return [
      {
        ...{ kind: 'untested-property', ...place },
        message: `Property ${one.n} has no test: no task that validates it was verified, and no test says that it tests it.`,
        suggestion: `Write \`Feature: NAME, Property ${one.n}: ...\` above its test, or name the test in a table of the design.`,
      },
    ]
  return missing.map((test) => ({
    ...{ kind: 'missing-test', ...place },
    message: `The test that the design names for property ${one.n} does not exist: ${written(test)}.`,
    suggestion: 'Name a test that exists, as `path::name`.',
  }))
}

function ofTask(dir: string, task: TracedTask): Problem[] {
  if (task.status !== 'done' || task.state === 'struck' || task.state === 'parts') return []
  const place = { id: task.id, file: `${dir}/tasks.md`, line: task.line }
  const lost = task.tests.filter((test) => test.source === 'named' && !test.found)
  const problems: Problem[] = lost.map((test) => ({
    ...{ kind: 'missing-test', ...place },
    message: `Task ${task.id} is ticked, and the test that it names does not exist: ${written(test)}.`,
    suggestion: 'Name a test that exists, as `path::name`, or open the task again.',
  }))
  if (task.state === 'by-hand' && lost.length === 0)
    problems.push({
      ...{ kind: 'by-hand', ...place },
      message: `Task ${task.id} was ticked by hand: no commit and no test shows it.${undone(task)}`,
      suggestion: 'Name its test in a `Test: path::name` line, or open the task again and let a run do it.',
    })
  if (task.state === 'stale')
    problems.push({
      ...{ kind: 'stale', ...place },
      message: `Task ${task.id} was ${task.evidence!.verdict} in ${short(task.evidence!.commit)} for other words than the spec has now.`,
      suggestion: 'Open the task again and let a run do it, or put the words back.',
    })
  const changed = task.tests.filter(({ source }) => source === 'commit')
  if (changed.length > 0 && changed.every(({ found }) => !found))
    problems.push({
      ...{ kind: 'tests-gone', ...place },
      message: `The tests that ${short(task.evidence!.commit)} brought for task ${task.id} are gone: ${changed.map(({ path }) => path).join(', ')}.`,
      suggestion: 'Bring them back, or open the task again.',
    })
  return problems
}

function undone({ reverted }: TracedTask): string {
  const [last] = reverted
  return last === undefined ? '' : ` Its commit ${short(last.commit)} was reverted by ${short(last.by)}.`
}

function written({ path, name }: { path: string; name: string | null }): string {
  return name === null ? path : `${path}::${name}`
}

function short(hash: string): string {
  return hash.slice(0, 7)
}
