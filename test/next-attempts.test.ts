import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { AUTHOR, CLAMP_RIGHT, CLAMP_TEST, HANGS, implement, RIGHT, VITEST_AUTHOR, WRONG } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

describe('an attempt that fails', () => {
  it('teaches the next one by its shrunk counterexample; before, nobody but the author sees test code', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [WRONG, RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 2 })
    expect(eventsOf(run, 'verdict').map((event) => `${event.attempt} ${event.status}`)).toEqual([
      '1 failed',
      '2 verified',
    ])
    expect(eventsOf(run, 'decision')).toMatchObject([{ attempt: 1, decision: 'retry' }])
    const red = eventsOf(run, 'check.finished').find((event) => event.counterexample !== null)!
    expect(red).toMatchObject({ stage: 'tests', status: 'failed', failed: 1 })
    const { value, seed, path, test } = red.counterexample!
    expect(test).toContain('an answer lies within the limits')
    expect(value).toMatch(/^\[-?\d+,-?\d+,-?\d+\]$/)

    const [first, second] = model.asked('implementer')
    const body = 'const expected = value < low ? low : value > high ? high : value'
    expect(CLAMP_TEST).toContain(body)
    expect(first).not.toContain(body)
    expect(first).not.toContain('What is wrong with it')
    expect(second).toContain(`Smallest failing case found (seed ${seed}, path ${path}`)
    expect(second).toContain(value)
    expect(second).toContain(WRONG)
    expect(second).toContain(CLAMP_TEST)
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toContain('; attempts 2;')
  })

  it('ends the run when it fails a second time in the same way, or when no attempt is left', async () => {
    const repository = await makeRepository()
    const remarks = 'Left out, because the specification leaves it open: limits in the wrong order.'
    const model = await scriptModel({ author: [`${remarks}\n\n${AUTHOR}`], implementer: [WRONG, WRONG, WRONG] })

    const twice = await next(repository, model, ['--attempts', '5'])
    expect(twice.result).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(twice.result.message).toMatch(/^Not verified: the same failure twice\. 1 of 1 tests failed/)
    expect(eventsOf(twice, 'decision').map((event) => event.decision)).toEqual(['retry', 'stop'])
    expect(twice.result.tasks).toMatchObject([{ status: 'failed', commit: null, attempts: 2 }])

    const once = await next(repository, model, ['--attempts', '1'])
    expect(once.result).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(once.result.message).toContain('attempt 1 of 1 failed')
    expect(model.asked('author')).toHaveLength(1)
    expect(eventsOf(twice, 'tests.frozen')).toMatchObject([{ reused: false, remarks }])
    expect(eventsOf(once, 'tests.frozen')).toMatchObject([{ reused: true, remarks }])
  })
})

describe('code that does not play by the rules', () => {
  const HANG = `export function clamp(_value: number, _low: number, _high: number): number {
  ${HANGS}
  return 0
}
`
  const FLOOD = `import { writeSync } from 'node:fs'

export function clamp(_value: number, _low: number, _high: number): number {
  const text = 'x'.repeat(1024 * 1024)
  for (let written = 0; written < 100 * text.length; ) {
    try {
      written += writeSync(1, text)
    } catch {} // the pipe is full at the moment
  }
  return 0
}
`
  const EXIT = `export function clamp(_value: number, _low: number, _high: number): number {
  process.exit(0)
}
`

  it('cannot write itself or its tests in the last run, not even to put them back in time', async () => {
    const repository = await makeRepository()
    const touching = `import { readFileSync, writeFileSync } from 'node:fs'
for (const path of ['./clamp.ts', '../test/clamp.test.ts']) {
  const file = new URL(path, import.meta.url)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, 'nothing')
  writeFileSync(file, text)
}
${CLAMP_RIGHT}`
    const model = await scriptModel({ author: [AUTHOR], implementer: [implement(touching)] })
    const run = await next(repository, model, ['--attempts', '1'])
    expect(run.result, run.result.message).toMatchObject({ status: 'failed', exitCode: 3 })
    const stages = eventsOf(run, 'check.finished').map(({ stage, status }) => `${stage} ${status}`)
    expect(stages.slice(-3)).toEqual([
      'tests passed',
      'property passed',
      expect.stringMatching(/^final (broken|failed)$/),
    ])
    expect(run.stderr).toMatch(/EROFS|EPERM|EACCES|EBUSY/)
  })

  it('is red when it hangs, floods the output or ends the process, and says so to the next attempt', async () => {
    const repository = await makeRepository({
      vitest: true,
      files: { 'agent.yaml': LIGHT_LEVEL.replace('maxMinutes: 4', 'maxMinutes: 0.4') },
    })
    const implementer = [HANG, FLOOD, EXIT, CLAMP_RIGHT].map(implement)
    const model = await scriptModel({ author: [VITEST_AUTHOR], implementer })

    const run = await next(repository, model, ['--attempts', '4'])

    const asked = model.asked('implementer')
    expect(asked[1]).toMatch(/an answer lies within the limits.* did not end in time/)
    expect(asked[2]).toMatch(/an answer lies within the limits.* printed more than it may/)
    expect(asked[3]).toMatch(/process\.exit|did the code end the process/)
    // All that a question held is the beginning of the next one, which a provider's cache has seen.
    for (const [at, question] of asked.slice(1).entries()) expect(question.startsWith(asked[at]!.trimEnd())).toBe(true)
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 4 })
  })

  it('reaches nothing outside of its tree, and is red when it changes files of the commit', async () => {
    const repository = await makeRepository({ files: { 'notes.txt': 'as committed' } })
    const secret = 'the-secret-of-this-test'
    await mkdir(join(repository.dir, '.agent'))
    await writeFile(join(repository.dir, '.agent', 'secret'), secret)
    const installed = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'stolen')
    const meddling = `import { writeFileSync } from 'node:fs'\n\nwriteFileSync('notes.txt', 'meddled with')\n\n${CLAMP_RIGHT}`
    const stealing = (url: string) => `import { readFileSync, writeFileSync } from 'node:fs'

const loot: string[] = []
async function tryTo(what: string, act: () => unknown): Promise<void> {
  try {
    await act()
    loot.push(what)
  } catch {}
}
await tryTo('write into node_modules', () => writeFileSync('node_modules/stolen', ''))
await tryTo('write into a package', () => writeFileSync('node_modules/vitest/stolen', ''))
await tryTo('write into .git', () => writeFileSync('.git/stolen', ''))
await tryTo('read the journal', () => readFileSync('.agent/secret'))
await tryTo('read the cache', () => readFileSync('${repository.around}/cache/specproof'))
await tryTo('ask the model', () => fetch('${url}'))
// In the box this is a folder of its own /tmp, and nothing of it may be seen on the host.
try { writeFileSync('${repository.around}/stolen', '') } catch {}
if (JSON.stringify(process.env).includes('sk-test')) loot.push('the key')

${CLAMP_RIGHT.replace('{\n', "{\n  if (loot.length > 0) throw new Error('could ' + loot.join(', '))\n")}`
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [implement(meddling), () => implement(stealing(model.server.url))],
    })

    const run = await next(repository, model)

    expect(eventsOf(run, 'verdict')[0]).toMatchObject({ status: 'failed' })
    expect(eventsOf(run, 'verdict')[0]!.summary).toContain('were changed while the tests ran: notes.txt')
    expect(run.code, run.result.message).toBe(0)
    expect(existsSync(installed)).toBe(false)
    expect(existsSync(join(repository.dir, 'node_modules', 'stolen'))).toBe(false)
    expect(existsSync(join(repository.around, 'stolen'))).toBe(false)
    expect(run.stdout + run.stderr).not.toContain(secret)
    expect(await readFile(join(repository.dir, 'notes.txt'), 'utf8')).toBe('as committed')
  })
})
