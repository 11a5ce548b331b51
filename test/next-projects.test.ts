import { describe, expect, it } from 'vitest'
import { agent, eventsOf, next, start } from './support/agent.ts'
import { block, CLAMP_RIGHT, CLAMP_SPEC, CLAMP_STUB, CLAMP_TEST, creates, VITEST_CLAMP_TEST } from './support/clamp.ts'
import { type Files, LIGHT_LEVEL, makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const json = (value: object) => `${JSON.stringify(value)}\n`
const inFolder = (dir: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${dir}/${path}`, text]))

/** Two packages with runners of their own, their tools installed at the top as workspaces do. */
const WORKSPACE: Files = {
  ...Object.fromEntries(Object.keys(CLAMP_SPEC).map((path) => [path, null])),
  'package.json': json({
    name: 'all',
    private: true,
    workspaces: ['packages/*'],
    devDependencies: { vitest: '*', 'fast-check': '*' },
  }),
  'packages/limits/package.json': json({ name: 'limits', type: 'module', scripts: { test: 'node --test' } }),
  'packages/limits/src/version.ts': 'export const VERSION = 1\n',
  ...inFolder('packages/limits', CLAMP_SPEC),
  'packages/cli/package.json': json({ name: 'cli', type: 'module', scripts: { test: 'vitest run' } }),
  'packages/cli/src/version.ts': 'export const VERSION = 9\n',
  'packages/cli/test/uses-limits.test.ts': `import { expect, it } from 'vitest'
import { VERSION } from '../../limits/src/version.ts'
it('gets on with its version of limits', () => expect(VERSION).toBe(1))
`,
  'packages/cli/check.mjs':
    "import { existsSync, writeFileSync } from 'node:fs'\nwriteFileSync(process.env.SPECPROOF_REPORT, '<testsuite><testcase name=\"starts in its folder\"/></testsuite>')\nprocess.exit(existsSync('check.mjs') ? 0 : 1)\n",
  'specs/bounds/tasks.md': '# Tasks\n\n- [ ] 1. Keep readings in bounds\n  - Allows: README.md\n',
  'agent.yaml': `${LIGHT_LEVEL}projects:
  - dir: ./packages/limits/
  - dir: packages/cli
    specs: [bounds]
    checks: [{ name: own, run: 'node check.mjs # SPECPROOF_REPORT' }]
    level: { runs: 40 }
`,
}

const packages = ['vitest', 'fast-check']
const stub = (dir: string) => `${dir}/src/clamp.ts`
const right = (dir: string) => block(stub(dir), CLAMP_STUB, CLAMP_RIGHT)
const author = (dir: string, test: string) => creates({ [`${dir}/test/clamp.test.ts`]: test, [stub(dir)]: CLAMP_STUB })

describe('a repository of two packages', () => {
  it('has each task judged by the runner of its package, and all packages before a commit', async () => {
    const repository = await makeRepository({ files: WORKSPACE, packages })
    const [limits, cli] = ['packages/limits', 'packages/cli']
    const version = block(`${limits}/src/version.ts`, 'export const VERSION = 1\n', 'export const VERSION = 2\n')
    const model = await scriptModel({
      author: [
        'NEED src/version.ts',
        author(limits, CLAMP_TEST),
        // Where a task of another package has no business.
        creates({ 'test/clamp.test.ts': CLAMP_TEST, 'src/clamp.ts': CLAMP_STUB }),
        author(cli, VITEST_CLAMP_TEST),
      ],
      implementer: [
        // Right by its own tests, and it breaks the other package.
        `${right(limits)}\n\n${version}`,
        right(limits),
        creates({ 'packages/limits/src/clamp2.ts': CLAMP_RIGHT }),
        right(cli),
      ],
    })
    const run = await agent(repository, ['run', ...model.args], { model })
    expect(run.result.status, run.result.message).toBe('verified')
    expect(eventsOf(run, 'runner.chosen').map(({ dir, runner }) => [dir, runner])).toEqual([
      ['packages/limits', 'node:test'],
      ['packages/cli', 'vitest'],
    ])
    const [first = '', other = ''] = [model.asked('author')[0], model.asked('author')[3]]
    expect(first).toContain('this task works in `packages/limits/`')
    expect(first).toContain("Node's own runner")
    expect(other).toContain('this task works in `packages/cli/`')
    expect(other).toContain('vitest (`import')
    // As it is called where the task works.
    expect(model.asked('author')[1]).toMatch(/packages\/limits\/src\/version.ts\n.*export const VERSION = 1\n/s)
    expect(model.asked('implementer')[1]).toContain('### gets on with its version of limits')
    const refused = eventsOf(run, 'patch.refused').flatMap(({ reasons }) => reasons.map(({ message }) => message))
    expect(refused[0]).toMatch(/`src\/clamp.ts` is protected \(other-package\)|`test\/clamp.test.ts` is protected/)
    expect(refused.join('\n')).toContain('write `packages/cli/src/clamp.ts` if that is meant')
    expect(refused.at(-1)).toContain('`Allows: /packages/limits/src/clamp2.ts`')
    const checks = eventsOf(run, 'check.finished').filter(({ stage }) => stage === 'final')
    // Own tests, the other package's, and what the command tells.
    expect(checks.map(({ passed }) => passed)).toEqual([2, 3, 4])
    expect(await repository.git('show', '--stat=200', '--format=', 'HEAD')).toContain('packages/cli/test/clamp.test.ts')
    const verified = await start(repository, ['verify'])
    expect([verified.code, verified.stdout.match(/"standing":"holds"/g)?.length]).toEqual([0, 2])
  })
})

/** Said in one place, found in another. */
async function refusal(repository: TestRepository, files: Files): Promise<string> {
  await repository.commit(files)
  const model = await scriptModel({ author: ['never asked'] })
  const run = await next(repository, model, ['--spec', 'bounds', '--task', '1'])
  expect(model.asked('author')).toEqual([])
  expect(run.code).toBe(2)
  return run.result.message
}

describe('where a task works', () => {
  it('must be a folder that there is, and a mistake is told with its line and what to write', async () => {
    const repository = await makeRepository({ files: WORKSPACE, packages })
    const tasks = WORKSPACE['specs/bounds/tasks.md']!
    const doctor = await start(repository, ['doctor'])
    const { findings } = JSON.parse(doctor.stdout) as { findings: { name: string; text: string }[] }
    expect(findings.filter(({ name }) => name === 'runner').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^packages\/limits \(limits\): node:test \(the script `test` starts it/),
      expect.stringMatching(/^packages\/cli \(bounds\): vitest .*it starts in/),
    ])
    expect(await refusal(repository, { 'specs/bounds/tasks.md': `${tasks}  - Dir: packages/cly\n` })).toBe(
      'specs/bounds/tasks.md:3: `Dir: packages/cly`: there is no such folder. Did you mean `packages/cli`? Packages are: packages/cli, packages/limits.',
    )
    const at = (projects: string) => ({ 'agent.yaml': `${LIGHT_LEVEL}projects:\n${projects}` })
    await repository.commit({ 'specs/bounds/tasks.md': tasks })
    const bare = { 'package.json': json({ name: 'all', private: true }), ...at('  - dir: packages/limits\n') }
    expect(await refusal(repository, bare)).toMatch(
      /^specs\/bounds\/tasks.md:3: task 1 works in none of the projects \(packages\/limits\)/,
    )
  })
})
