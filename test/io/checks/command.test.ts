import { readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CommandCheck } from '../../../src/world.ts'
import { makeTarget, runRequest, runTests } from './target.ts'

const PASSES = '<testsuite name="s"><testcase classname="C" name="a"/></testsuite>'
const FAILS = '<testsuite name="s"><testcase classname="C" name="a"><failure message="no"/></testcase></testsuite>'
const writes = (xml: string, end = '') => `printf '%s' '${xml}' > "$SPECPROOF_REPORT"${end}`
const check = (run: string, report: string | null = null): CommandCheck => ({ name: 'it', run, report })

describe('a command that judges', () => {
  let target: Awaited<ReturnType<typeof makeTarget>>
  beforeAll(async () => {
    const cleanUps: (() => Promise<void>)[] = []
    target = await makeTarget({ 'old.xml': PASSES }, (cleanUp) => cleanUps.push(cleanUp))
    return async () => {
      for (const cleanUp of cleanUps) await cleanUp()
    }
  })
  const run = (one: CommandCheck, options: Parameters<typeof runRequest>[2] = {}, maxMs = 20_000) =>
    runRequest(target, { stage: 'verify', kind: 'command', check: one, maxMs }, options)

  it.each([
    ['a good end', check('true'), 'passed', ['check it passed'], null],
    ['a bad end', check('echo the reason; exit 3'), 'failed', ['check it failed'], null],
    [
      'a tool that is not there',
      check('no-such-tool --all'),
      'broken',
      [],
      '`no-such-tool --all` cannot be run: exit code 127',
    ],
    ['results per test', check(writes(PASSES)), 'passed', ['check it > C > a passed'], null],
    ['a red test', check(writes(FAILS, '; exit 1')), 'failed', ['check it > C > a failed'], null],
    ['a red test and a good end', check(writes(FAILS)), 'failed', ['check it > C > a failed'], null],
    [
      'a bad end though all tests passed',
      check(writes(PASSES, '; exit 1')),
      'failed',
      ['check it > C > a passed'],
      /ended with exit code 1, and its report names no failure/,
    ],
    ['a report without tests', check(writes('<testsuites/>')), 'empty', [], null],
    ['half a report', check(writes(PASSES.slice(0, 30))), 'no-results', [], /cannot be read: line 1/],
    [
      'no report though one is promised',
      check('true', 'out/*.xml'),
      'no-results',
      [],
      'it: it wrote no report at out/*.xml',
    ],
    ['the report of another day', check('true', 'old.xml'), 'no-results', [], 'it: it wrote no report at old.xml'],
    [
      'several reports',
      check(`mkdir -p out; printf '%s' '${PASSES}' > out/1.xml; printf '%s' '${FAILS}' > out/2.xml`, 'out/*.xml'),
      'failed',
      ['check it > C > a passed', 'check it > C > a failed'],
      null,
    ],
    [
      'a link in its place',
      check('ln -s /etc/hostname linked.xml', 'linked.xml'),
      'no-results',
      [],
      /it is no regular file/,
    ],
    ['a pipe in its place', check('mkfifo pipe.xml', 'pipe.xml'), 'no-results', [], /it is no regular file/],
    ['a folder that leads out', check('ln -s /tmp away; true', 'away/*.xml'), 'no-results', [], /it wrote no report/],
    [
      'a report of 200 MB',
      check('truncate -s 200M huge.xml', 'huge.xml'),
      'no-results',
      [],
      /it has 200 MB, and at most 32 are read/,
    ],
    ['its own end', check('kill -9 $$'), 'no-results', [], /it was ended by SIGKILL/],
  ] as const)('%s', async (_, one, status, tests, problem) => {
    const result = await run(one)
    expect(result.status).toBe(status)
    expect(result.tests.map((test) => `${test.id} ${test.status}`)).toEqual(tests)
    const said = result.problems.map(({ message }) => message).join('\n')
    if (problem === null) expect(said).toBe('')
    else if (typeof problem === 'string') expect(said).toContain(problem)
    else expect(said).toMatch(problem)
  })

  it('is stopped by its time, and by its output', async () => {
    expect(await run(check('sleep 30'), {}, 500)).toMatchObject({ status: 'stopped', limit: 'wall-clock' })
    const flood = check("yes '\u001b[31mred\u001b[0m'")
    const flooded = await run(flood, { limits: { outputBytes: 1_000_000 } })
    expect(flooded).toMatchObject({ status: 'stopped', limit: 'output', running: 'the command `it`' })
    expect(flooded.output).toMatch(/(red\n){100}/)
  })

  it('leaves no report behind, and follows no link out of the tree when it clears', async () => {
    await run(check(writes(PASSES)))
    await expect(stat(join(target.worktree, '.specproof-report'))).rejects.toThrow()
    const outside = join(target.repository, 'keep.xml')
    await symlink(target.repository, join(target.worktree, 'out-link'))
    const { writeFile } = await import('node:fs/promises')
    await writeFile(outside, 'kept')
    await run(check('true', 'out-link/*.xml'))
    expect(await readFile(outside, 'utf8')).toBe('kept')
  })
})

describe('the whole suite', () => {
  it('is that of the runner and of all commands, and single files are the runner alone', async () => {
    const target = await makeTarget({ 'a.test.ts': "import { it } from 'vitest'; it('holds', () => {})" })
    const commands = [check(writes(FAILS)), { name: 'lint', run: 'true', report: null }]
    const all = await runTests(target, { commands })
    expect(all.status).toBe('failed')
    expect(all.tests.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'a.test.ts > holds passed',
      'check it > C > a failed',
      'check lint passed',
    ])
    const one = await runTests(target, { commands, files: ['a.test.ts'] })
    expect(one).toMatchObject({ status: 'passed', tests: [{ id: 'a.test.ts > holds' }] })
  })

  it('is that of the commands where there is no runner, and then no single file can be run', async () => {
    const target = await makeTarget({ 'package.json': '{}' })
    const commands = [check(writes(PASSES))]
    expect(await runTests(target, { commands })).toMatchObject({
      status: 'passed',
      tests: [{ id: 'check it > C > a' }],
    })
    const single = await runTests(target, { commands, files: ['a.test.ts'] })
    expect(single).toMatchObject({
      status: 'broken',
      problems: [{ message: expect.stringContaining('run by commands') }],
    })
  })
})
