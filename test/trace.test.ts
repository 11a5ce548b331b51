import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SpecTrace } from '../src/core/trace/matrix.ts'
import { next, start } from './support/agent.ts'
import { AUTHOR, CLAMP_REQUIREMENTS, CLAMP_RIGHT, CLAMP_SPEC, CLAMP_TASKS, CLAMP_TEST, RIGHT } from './support/clamp.ts'
import { landed } from './support/landed.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

interface Traced {
  code: number | null
  clean: boolean
  specs: (SpecTrace & { counts: Record<string, number> })[]
  spec: SpecTrace
}

async function trace(repository: TestRepository, ...args: string[]): Promise<Traced> {
  const { code, stdout, stderr } = await start(repository, ['trace', ...args])
  expect(stderr).toBe('')
  const told = JSON.parse(stdout) as Traced
  expect(code).toBe(told.clean ? 0 : 1)
  return { ...told, code, spec: told.specs[0]! }
}

const TICKED = CLAMP_TASKS.replace('[ ]', '[x]')

const CLAMPED = { 'specs/limits/tasks.md': TICKED, 'src/clamp.ts': CLAMP_RIGHT, 'test/clamp.test.ts': CLAMP_TEST }

describe('what a run has verified', () => {
  it('is covered with its tests, its commit and its evidence, and stale once the words of the spec change', async () => {
    const repository = await makeRepository()
    const before = await trace(repository)
    expect(before).toMatchObject({
      code: 0,
      spec: { criteria: [{ state: 'open' }, { state: 'open' }, { state: 'open' }] },
    })

    const run = await next(repository, await scriptModel({ author: [AUTHOR], implementer: [RIGHT] }))
    expect(run.code, run.result.message).toBe(0)
    const { commit } = run.result.tasks[0]!
    const after = await trace(repository)
    expect(after).toMatchObject({ code: 0, spec: { problems: [], remarks: [] } })
    const name = 'an answer lies within the limits and is the value where that does (1.1, 1.2, 1.3)'
    for (const [at, criterion] of after.spec.criteria.entries())
      expect(criterion).toMatchObject({
        ...{ id: `1.${at + 1}`, state: 'verified', tasks: ['1'], line: 9 + at, file: 'specs/limits/requirements.md' },
        tests: [{ path: 'test/clamp.test.ts', name, source: 'tag', found: true }],
      })
    expect(after.spec.tasks).toMatchObject([
      { id: '1', state: 'verified', evidence: { commit, verdict: 'verified', changes: [] } },
    ])
    expect(after.spec.tasks[0]!.evidence!.evidence).toMatch(/^red 1\/1 at .*; suite 1\/1/)

    await repository.write({
      'specs/limits/requirements.md': CLAMP_REQUIREMENTS.replace('above the upper limit', 'beyond the upper limit'),
    })
    const stale = await trace(repository)
    expect(stale).toMatchObject({ code: 1, spec: { problems: [{ kind: 'stale', id: '1', line: 3 }] } })
    expect(stale.spec.criteria.map(({ state }) => state)).toEqual(['stale', 'stale', 'stale'])
    const [change, ...others] = stale.spec.tasks[0]!.evidence!.changes!
    expect(others).toEqual([])
    expect(change!.part).toBe('criterion 1.2')
    expect(change!.pieces.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: 'above' },
      { kind: 'added', text: 'beyond' },
    ])
  })
})

describe('a commit of a task', () => {
  let repository: TestRepository

  it('is judged by the words of the spec, not by their lines, nor by what another task or steering says', async () => {
    repository = await makeRepository()
    await landed(repository, CLAMPED)
    const wrapped = CLAMP_REQUIREMENTS.replace('1. WHEN a value lies', '1. WHEN a\n   value lies')
    await repository.commit({
      'specs/limits/requirements.md': `${wrapped}4. THE system SHALL be quiet.\n`,
      'specs/limits/tasks.md': `${TICKED}- [ ] 2. Be quiet\n  - Validates: Requirement 1.4\n`,
      'specs/steering/style.md': 'Write short functions.\n',
    })
    const { code, spec } = await trace(repository)
    expect(code).toBe(0)
    expect(spec.criteria.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified', 'open'])
    expect(spec.remarks).toEqual([expect.stringContaining('steering specs/steering/style.md changed')])
  })

  it('counts no more once it is reverted, and again when the revert is', async () => {
    repository = await makeRepository()
    const commit = await landed(repository, CLAMPED)
    await repository.git('revert', '--no-edit', 'HEAD')
    const reverted = await trace(repository)
    expect(reverted).toMatchObject({
      code: 0,
      spec: { tasks: [{ state: 'open', evidence: null, reverted: [{ commit }] }] },
    })

    await repository.commit({ 'specs/limits/tasks.md': TICKED }, 'Tick it all the same')
    const again = await trace(repository)
    expect(again).toMatchObject({
      code: 1,
      spec: { problems: [{ kind: 'by-hand', id: '1', message: expect.stringContaining(commit.slice(0, 7)) }] },
    })

    await repository.git('reset', '--hard', '--quiet', 'HEAD~1')
    await repository.git('revert', '--no-edit', 'HEAD')
    expect(await trace(repository)).toMatchObject({
      code: 0,
      spec: { tasks: [{ state: 'verified', evidence: { commit } }] },
    })
  })

  it('is taken back with the merge that brought it', async () => {
    repository = await makeRepository()
    await repository.git('checkout', '--quiet', '-b', 'feature')
    const commit = await landed(repository, CLAMPED)
    await repository.git('checkout', '--quiet', 'main')
    await repository.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature')
    expect(await trace(repository)).toMatchObject({ code: 0, spec: { tasks: [{ state: 'verified' }] } })
    await repository.git('revert', '--no-edit', '-m', '1', 'HEAD')
    expect(await trace(repository)).toMatchObject({ spec: { tasks: [{ state: 'open', reverted: [{ commit }] }] } })
  })

  it('is found in a squashed commit, and after the folder of its spec has moved', async () => {
    repository = await makeRepository()
    await landed(repository, CLAMPED)
    const message = await repository.git('log', '-1', '--format=%B')
    await repository.git('reset', '--quiet', '--soft', 'HEAD~1')
    await repository.commit({}, `Feature (#7)\n\n* ${message}\n\n* fix a typo\n`)
    expect(await trace(repository)).toMatchObject({ code: 0, spec: { tasks: [{ state: 'verified' }] } })
    await repository.git('mv', 'specs/limits', 'specs/moved')
    await repository.git('commit', '--quiet', '--message', 'Another name')
    expect(await trace(repository)).toMatchObject({ code: 1, spec: { id: 'moved', problems: [{ kind: 'by-hand' }] } })
    await repository.git('mv', 'specs/moved', '.kiro-specs')
    await repository.write({ '.kiro/specs/limits/requirements.md': CLAMP_REQUIREMENTS })
    await repository.git('mv', '.kiro-specs/tasks.md', '.kiro-specs/design.md', '.kiro/specs/limits/')
    expect(await trace(repository)).toMatchObject({ code: 0, spec: { id: 'limits', tasks: [{ state: 'verified' }] } })
  })

  it('goes to the spec whose box it ticked, where two have one name', async () => {
    const twin = Object.fromEntries(Object.entries(CLAMP_SPEC).map(([path, text]) => [`.kiro/${path}`, text]))
    repository = await makeRepository()
    await landed(repository, CLAMPED)
    await repository.commit(twin)
    const { specs } = await trace(repository)
    expect(specs.map(({ id, tasks }) => [id, tasks[0]!.state])).toEqual([
      ['.kiro/specs/limits', 'open'],
      ['specs/limits', 'verified'],
    ])
    for (const args of [['--spec', '.kiro/specs/limits'], ['.kiro/specs/limits'], ['.kiro/specs/limits/']])
      expect((await trace(repository, ...args)).specs.map(({ dir }) => dir)).toEqual(['.kiro/specs/limits'])
  })

  it('shows nothing any more when its tests are gone', async () => {
    repository = await makeRepository()
    await landed(repository, CLAMPED)
    await repository.write({ 'test/clamp.test.ts': null })
    expect(await trace(repository)).toMatchObject({ code: 1, spec: { problems: [{ kind: 'tests-gone' }] } })
  })
})

describe('what people have done', () => {
  it('is tested where the tests that the task names exist, and ticked by hand where they do not', async () => {
    const task = (test: string) => `- [x] 1. Clamp\n  - Test: ${test}\n  - Validates: Requirement 1\n`
    const repository = await makeRepository({ files: { 'test/clamp.test.ts': CLAMP_TEST } })
    const states: string[] = []
    for (const test of ['test/clamp.test.ts', 'test/clamp.test.ts::an answer', 'test/gone.test.ts', 'by hand']) {
      await repository.write({ 'specs/limits/tasks.md': task(test) })
      const { spec, code } = await trace(repository)
      expect(spec.criteria.map(({ state }) => state)).toEqual(Array.from({ length: 3 }, () => spec.tasks[0]!.state))
      states.push(`${code} ${spec.tasks[0]!.state} ${spec.problems.map(({ kind }) => kind).join()}`)
    }
    expect(states).toEqual(['0 tested ', '1 by-hand missing-test', '1 by-hand missing-test', '1 by-hand by-hand'])
  })

  it('is tested where tests carry the tags of its properties', async () => {
    const repository = await makeRepository({
      files: {
        'specs/limits/design.md':
          '# Design\n\n### Property 1: Within\n\n*For any* value ...\n\n**Validates: Requirements 1.1, 1.2**\n\n### Property 2: Same\n\n*For any* ...\n\n**Validates: Requirements 1.3**\n',
        'specs/limits/tasks.md':
          '- [x] 1. Write property test for limits\n  - **Property 1: Within**\n  - **Validates: Requirements 1.1, 1.2**\n- [x] 2. Rest\n  - _Requirements: 1.3_\n',
        'tests/test_limits.py':
          '# Feature: limits, Property 1: Within\n# **Validates: Requirements 1.1**\ndef test_within():\n    pass\n',
      },
    })
    const { spec, code } = await trace(repository)
    expect(code).toBe(1)
    expect(spec.properties.map(({ n, state }) => [n, state])).toEqual([
      [1, 'tested'],
      [2, 'untested'],
    ])
    expect(spec.tasks.map(({ state }) => state)).toEqual(['tested', 'by-hand'])
    expect(spec.criteria.map(({ id, state }) => [id, state])).toEqual([
      ['1.1', 'tested'],
      ['1.2', 'tested'],
      ['1.3', 'by-hand'],
    ])
    expect(spec.criteria[0]!.tests).toEqual([
      { path: 'tests/test_limits.py', name: 'test_within', source: 'tag', found: true, criteria: [] },
    ])
    expect(spec.problems.map(({ kind, id }) => [kind, id])).toEqual([
      ['untested-property', 'Property 2'],
      ['by-hand', '2'],
    ])
  })
})

describe('what the command shows', () => {
  let repository: TestRepository
  const nasty = '1. WHEN a <b>value</b> | lies & "waits", THE system SHALL \x1b[31manswer @ada.'

  it('is an unlinked criterion as a problem, in every form and with nothing that acts', async () => {
    repository = await makeRepository({
      files: {
        'specs/limits/requirements.md': `### Requirement 1: Odd\n\n#### Acceptance Criteria\n\n${nasty}\n`,
        'specs/limits/tasks.md': '- [ ] 1. Something else\n',
      },
    })
    const plain = await startPlain(repository, ['trace'])
    expect(plain.code).toBe(1)
    expect(plain.stdout).toContain('specs/limits/requirements.md:5: No task and no property links to 1.1.')
    expect(plain.stdout).not.toContain('\x1b')
    const markdown = await startPlain(repository, ['trace', '--markdown', '--html', 'trace.html'])
    expect(markdown.code).toBe(1)
    expect(markdown.stdout).toContain('| **1.1** WHEN a \\<b\\>value\\</b\\> \\| lies &amp; "waits"')
    for (const line of markdown.stdout.split('\n').filter((text) => text.startsWith('|')))
      expect(line.replaceAll('\\|', '').split('|')).toHaveLength(9)
    const page = await readFile(join(repository.dir, 'trace.html'), 'utf8')
    expect(page).toContain('&lt;b&gt;value&lt;/b&gt; | lies &amp; &quot;waits&quot;')
    expect(page).not.toMatch(/<b>|<script|https?:/)
    expect(page).not.toContain('\x1b')
  })

  it('says what cannot be done', async () => {
    repository = await makeRepository()
    const refused = async (...args: string[]) => {
      const { code, stderr, stdout } = await startPlain(repository, args)
      expect(stdout).toBe('')
      return `${code} ${stderr.trim()}`
    }
    expect(await refused('trace', '--spec', 'limit')).toContain(
      '2 agent: There is no spec "limit"; there are: limits. Did you mean "limits"?',
    )
    expect(await refused('trace', 'limit')).toContain('2 agent: There is no spec "limit"; there are: limits. Did you')
    expect(await refused('trace', 'limits', '--spec', 'limit')).toMatch(/^2 agent: Two specs are named/)
    expect(await refused('trace', 'limits', 'more')).toContain('It takes `agent trace [options] [spec]`')
    expect(await refused('next', 'limits')).toContain('It takes `agent next [options]`, a spec as `--spec ID`')
    expect(await refused('trace', '--json', '--markdown')).toMatch(/^2 agent: --json and --markdown/)
    expect(await refused('trace', '--html', 'no/such/folder.html')).toMatch(/^2 agent: --html .*cannot be written/)
  })

  it('is nothing to complain about where there is no spec or no commit', async () => {
    repository = await makeRepository({ committed: false })
    expect((await trace(repository)).code).toBe(0)
    await repository.write({ specs: null })
    expect((await startPlain(repository, ['trace'])).stdout).toContain('There is no spec to trace')
  })
})

describe('the history', () => {
  it('is read as a whole, with odd names and messages', async () => {
    const repository = await makeRepository({
      files: {
        'specs/limits/tasks.md': null,
        'specs/ein ß ort/tasks.md': '- [ ] 1. Über\n',
        'specs/ein ß ort/requirements.md': CLAMP_REQUIREMENTS,
      },
    })
    await repository.git('config', 'i18n.logOutputEncoding', 'ISO-8859-1')
    await repository.git('config', 'log.showSignature', 'true')
    await repository.git('config', 'diff.renames', 'copies')
    const files = {
      'specs/ein ß ort/tasks.md': '- [x] 1. Über\n',
      'test/ä "b".test.ts': "it('a', () => {})\n",
    }
    await landed(repository, files, { spec: 'ein ß ort' })
    await repository.commit({}, 'Task: no\n\nSpec: limits\nTask: 1\n')
    const { spec } = await trace(repository)
    expect(spec.tasks).toMatchObject([{ state: 'verified', tests: [{ path: 'test/ä "b".test.ts', found: true }] }])
  })
})

/** Without `--json`. */
function startPlain(
  repository: TestRepository,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const bin = join(import.meta.dirname, '..', 'bin', 'agent.js')
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [bin, '--cwd', repository.dir, ...args],
      { env: repository.env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
