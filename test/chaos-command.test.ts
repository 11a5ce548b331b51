import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withRegression } from '../src/core/chaos/regressions.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'agent.js')
const PAGE = join(import.meta.dirname, 'sandbox', 'sim', 'page')
const VITEST = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs')
const NAME = 'an acknowledged vote is on the disk, and every vote counts once'

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function chaos(repository: TestRepository, args: string[], stopWhen?: RegExp): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, '--cwd', repository.dir, 'chaos', ...args], { env: repository.env })
  return ended(child, stopWhen)
}

function ended(child: ChildProcessWithoutNullStreams, stopWhen?: RegExp): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stopWhen?.test(stdout)) child.kill('SIGINT')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const shown = async (file: string) =>
  (await readFile(join(PAGE, file), 'utf8')).replace('../../../../../sandbox/sim/index.ts', 'specproof/sim')

describe('agent chaos', () => {
  let repository: TestRepository
  let right: string
  const clearing: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const clear of clearing) await clear()
  })

  beforeAll(async () => {
    right = await shown('src/tally.ts')
    const files = {
      'package.json': JSON.stringify({
        name: 'target',
        type: 'module',
        scripts: { test: 'vitest run' },
        devDependencies: { vitest: '*', 'fast-check': '*', specproof: '*' },
      }),
      'src/tally.ts': right,
      'test/tally.test.ts': await shown('test/tally.test.ts'),
      'test/plain.test.ts': "import { it } from 'vitest'\nit('holds', () => {})\n",
    }
    repository = await makeRepository({
      files,
      packages: ['vitest', 'fast-check', 'specproof'],
      onEnd: (clear) => clearing.push(clear),
    })
  })

  it('tries schedules of the chaos tests in a folder, tells how many, and changes nothing', async () => {
    const before = await repository.snapshot()
    const { code, stdout, stderr } = await chaos(repository, [
      'test',
      '--seconds',
      '1',
      '--schedules',
      '100',
      '--seed',
      '7',
    ])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/All held: [\d,]+ schedules in \d+ rounds?\. 0 of [\d,]+ schedules .* failed: below/)
    expect(code).toBe(0)
    expect(await repository.snapshot()).toEqual(before)
  })

  it('judges the checkout as it lies, shows what failed, and keeps it as a regression test', async () => {
    await repository.write({ 'src/tally.ts': right.replace("    await disk.fsync('votes')\n", '') })
    const { code, stdout, stderr } = await chaos(repository, ['test/tally.test.ts', '--seconds', '5', '--json'])
    expect(code).toBe(1)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ type: 'chaos.result', status: 'failed', files: ['test/tally.test.ts'] })
    const [failure] = result.failures
    expect(failure).toMatchObject({ test: NAME, kept: { file: 'test/tally.regressions.test.ts', why: null } })
    expect(failure.value).toMatch(/^\[\{"faults":\[\{"kind":"crash","node":"tally","at":\d+,"ms":1\}\],"seed":0\}\]$/)
    expect(failure.message).toContain('"v1" was acknowledged and is lost')
    expect(failure.message).not.toContain('simple')
    expect(failure.picture.join('\n')).toContain('X crash')
    expect(stderr).toContain('bytes that were not synced')
    expect(await repository.read(failure.kept.picture)).toMatch(/^<svg /)
    expect(await repository.read('test/tally.regressions.test.ts')).toContain(failure.value)
  })

  it('what was kept is red while the mistake is there and green when it is mended', async () => {
    const file = 'test/tally.regressions.test.ts'
    const alone = () =>
      ended(spawn(process.execPath, [VITEST, 'run', file], { cwd: repository.dir, env: repository.env }))
    const [kept] = /\[\{"faults".*\}\]/.exec(await repository.read(file)) ?? []
    const red = await alone()
    expect(red.stderr).toContain('Property failed after 1 tests')
    expect(red.stderr).toContain(`Counterexample: ${kept}`)
    expect(red.code).toBe(1)
    await repository.write({ 'src/tally.ts': right })
    expect((await alone()).code).toBe(0)
  })

  it('what is kept for node:test is given to its test there, and nothing else is run', async () => {
    const own = (text: string) => text.replace("from 'vitest'", "from 'node:test'")
    const testFile = 'test/votes.test.ts'
    const place = { testFile, runner: 'node:test' } as const
    const example = '[{"faults":[{"kind":"crash","node":"tally","at":1189,"ms":1}],"seed":0}]'
    await repository.write({
      'src/tally.ts': right.replace("    await disk.fsync('votes')\n", ''),
      [testFile]: `${own(await shown('test/tally.test.ts'))}
it('is not run', () => chaos({ nodes: ['a'] }, () => console.log('ran all the same')))\n`,
      'test/votes.regressions.test.ts': withRegression(null, place, { test: NAME, example })!,
    })
    const alone = () =>
      ended(
        spawn(process.execPath, ['--test', 'test/votes.regressions.test.ts'], {
          cwd: repository.dir,
          env: repository.env,
        }),
      )
    const red = await alone()
    expect(red.stdout).toContain('Property failed after 1 tests')
    expect(red.stdout).toContain(`Counterexample: ${example}`)
    expect(red.code).toBe(1)
    await repository.write({ 'src/tally.ts': right })
    const green = await alone()
    expect(green.stdout).not.toContain('ran all the same')
    expect(green.code).toBe(0)
  })

  it('a case that is kept by hand goes first in a property without the kit as well', async () => {
    const plain = `import fc from 'fast-check'\nimport { it } from 'vitest'
it('is never this', () => fc.assert(fc.property(fc.integer(), (n) => n !== 123_456_789)))\n`
    const kept = withRegression(
      null,
      { testFile: 'test/rare.test.ts', runner: 'vitest' },
      { test: 'is never this', example: '[123456789]' },
    )!
    await repository.write({ 'test/rare.test.ts': plain, 'test/rare.regressions.test.ts': kept })
    const { code, stdout } = await chaos(repository, [
      'test/rare.regressions.test.ts',
      '--schedules',
      '1',
      '--seconds',
      '1',
      '--no-save',
    ])
    // Nothing was drawn: the case that was kept comes first.
    expect(stdout).toContain('1 test failed after 0 schedules in 1 round.')
    expect(stdout).toContain('[123456789]')
    expect(code).toBe(1)
  })

  it('says what is wrong with a target, and stops in good order', async () => {
    const targets: [string[], RegExp][] = [
      [['nowhere.test.ts'], /no test file or folder .*nowhere/],
      [['src'], /no test file or folder/],
      [['..'], /outside of the repository/],
      [['test/plain.test.ts', '--seconds', '1'], /No property ran in test\/plain\.test\.ts/],
      [['test', '--seconds', 'soon'], /--seconds soon: expected a number/],
    ]
    for (const [args, message] of targets) {
      const { code, stderr } = await chaos(repository, args)
      expect(stderr).toMatch(message)
      expect(code).toBe(2)
    }
    await repository.write({ 'src/tally.ts': right })
    const stopped = await chaos(repository, ['test/tally.test.ts', '--seconds', '600'], /✓ chaos/)
    expect(stopped.stdout).toContain('Interrupted')
    expect(stopped.code).toBe(130)
  })
})
