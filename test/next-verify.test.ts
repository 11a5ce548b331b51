import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { block, CLAMP_RIGHT, CLAMP_WRONG, creates } from './support/clamp.ts'
import { type Files, LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

/** The project's own check of the small task, with or without results per test. */
const CHECK = `import { writeFileSync } from 'node:fs'
const cases = [[-1, 0], [5, 5], [11, 10]]
const { clamp } = await import('../src/clamp.ts').catch(() => ({ clamp: () => NaN }))
const red = cases.filter(([value, expected]) => clamp(value, 0, 10) !== expected)
const xml = cases.map((one) => \`<testcase classname="clamp" name="of \${one[0]}">\${red.includes(one) ? '<failure message="wrong"/>' : ''}</testcase>\`)
if (process.env.SPECPROOF_REPORT) writeFileSync(process.env.SPECPROOF_REPORT, \`<testsuite name="c">\${xml.join('')}</testsuite>\`)
for (const [value, expected] of red) console.log('clamp of', value, 'is not', expected)
process.exit(red.length === 0 ? 0 : 1)
`

const task = (verify: string): Files => ({
  'scripts/check.mjs': CHECK,
  'specs/limits/tasks.md': `# Tasks: limits\n\n- [ ] 1. Implement clamping\n  - Verify: \`${verify}\`\n  - Validates: Requirements 1.1, 1.2, 1.3\n`,
})
const wrong = creates({ 'src/clamp.ts': CLAMP_WRONG })
const right = creates({ 'src/clamp.ts': CLAMP_RIGHT })

describe('a task with a Verify line', () => {
  it('is judged by the command, whose script nobody may change; an exit code alone makes it checked', async () => {
    const repository = await makeRepository({ files: task('node scripts/check.mjs') })
    const bent = `${wrong}\n\n${block('scripts/check.mjs', 'process.exit(red.length === 0 ? 0 : 1)\n', 'process.exit(0)\n')}`
    const model = await scriptModel({ implementer: [bent, wrong, right] })
    const run = await next(repository, model)
    expect(run.result.status, run.result.message).toBe('checked')
    expect(model.asked('author')).toEqual([])
    expect(eventsOf(run, 'patch.refused')[0]?.reasons).toMatchObject([{ path: 'scripts/check.mjs', code: 'protected' }])
    const checks = eventsOf(run, 'check.finished').filter(({ stage }) => stage === 'verify')
    expect(checks.map(({ status }) => status)).toEqual(['failed', 'failed', 'passed'])
    // Only what the base lacks was red there; the wrong patch is told what the command printed.
    expect(model.asked('implementer').at(-1)).toContain('clamp of 11 is not 10')
    expect(await repository.git('log', '-1', '--format=%B')).toMatch(
      /red by node scripts\/check.mjs at .*; green by the exit code of node scripts\/check.mjs/,
    )
  })

  it('is verified by results per test, also in a project of commands alone', async () => {
    const repository = await makeRepository({
      files: {
        ...task('unit'),
        'package.json': null,
        'agent.yaml': `${LIGHT_LEVEL}checks:\n  - name: unit\n    run: mkdir -p out && SPECPROOF_REPORT=out/unit.xml node scripts/check.mjs\n    report: out/*.xml\n`,
      },
      packages: [],
    })
    const model = await scriptModel({ implementer: [wrong, right] })
    const run = await next(repository, model)
    expect(eventsOf(run, 'runner.chosen')).toMatchObject([{ runner: 'commands' }])
    expect(run.result.status, run.result.message).toBe('verified')
    expect(model.asked('implementer').at(-1)).toContain('of 11')
    expect(await repository.git('log', '-1', '--format=%B')).toMatch(
      /red by unit at .*; green 3\/3 by unit;.*suite 3\/3/,
    )
  })

  it('ends as unverifiable where the command is green before anything is done', async () => {
    const repository = await makeRepository({ files: task('node --version') })
    const model = await scriptModel({})
    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'unverifiable', exitCode: 3 })
    expect(run.result.message).toContain('it is green before any change')
    expect(model.server.requests).toEqual([])
  })
})
