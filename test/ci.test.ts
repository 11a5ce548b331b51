import { spawn } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { EVENT_VERSION } from '../src/core/event-version.ts'
import { resultWithoutRun } from '../src/core/result.ts'
import { type CiReport, runReport, verifyReport } from '../src/ui/ci.ts'
import { annotationsOf, junitOf, summaryOf } from '../src/ui/ci-files.ts'
import type { Verified } from '../src/ui/verify.ts'
import { start } from './support/agent.ts'
import { lightRight, lightSums, taskIn } from './support/many.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface Step {
  name?: string
  id?: string
  if?: string
  uses?: string
  run?: string
  shell?: string
  env?: Record<string, string>
  with?: Record<string, string>
}
interface Workflow {
  on: Record<string, unknown>
  permissions: Record<string, string>
  jobs: Record<
    string,
    { if: string; permissions?: Record<string, string>; outputs?: Record<string, string>; steps: Step[] }
  >
}

const page = read('docs/ci.md')
const text = /^```yaml\n([\s\S]*?)^```/m.exec(page)![1]!
const workflow = parse(text) as Workflow
const action = parse(read('action.yml')) as {
  inputs: Record<string, { default?: string }>
  runs: { steps: Step[] }
}

const KEY = 'sk-ant-test-0123456789'

/** Runs steps as the runner does, in a checkout with a remote, with stand-ins for the programs that are not ours. */
class Runner {
  readonly executed = new Set<string>()
  log = ''
  private readonly repository: TestRepository
  private readonly temp: string
  private readonly more: Record<string, string>

  constructor(repository: TestRepository, more: Record<string, string>) {
    this.repository = repository
    this.more = more
    this.temp = join(repository.around, 'temp')
    mkdirSync(join(this.temp, 'bin'), { recursive: true })
    const stub = (name: string, body: string) => {
      writeFileSync(join(this.temp, 'bin', name), `#!/bin/bash\n${body}\n`)
      chmodSync(join(this.temp, 'bin', name), 0o755)
    }
    for (const name of ['npm', 'sudo']) stub(name, `echo "${name} $*" >> "${this.temp}/calls"`)
    stub('gh', `echo "gh $*" >> "${this.temp}/calls"\nif [ "$1 $2" = "pr list" ]; then echo false; fi`)
    stub('npx', `[ "$1 $2" = "--no-install specproof" ] || exit 9\nshift 2\nexec node "${ROOT}/bin/agent.js" "$@"`)
  }

  file(name: string): string {
    const path = join(this.temp, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** What a job hands on, from the outputs of its steps. */
  outputs(name: string): Record<string, string> {
    const told = new Map(
      this.file('output')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('=') as [string, string]),
    )
    const { outputs = {} } = workflow.jobs[name]!
    const of = (expression: string) => told.get(/outputs\.(\w+) /.exec(expression)?.[1] ?? '') ?? ''
    return Object.fromEntries(Object.entries(outputs).map(([key, expression]) => [key, of(expression)]))
  }

  /** Exit code of a job up to its end; steps after a red one run only where they say so. */
  async job(name: string): Promise<number> {
    let code = 0
    for (const step of workflow.jobs[name]!.steps) {
      if (code !== 0 && !step.if?.includes('always()')) continue
      const ended = step.run ? await this.step(step, {}, `${name} ${step.name}`) : await this.uses(step)
      code ||= ended
    }
    return code
  }

  private async uses(step: Step): Promise<number> {
    if (!step.uses?.startsWith('OWNER/specproof@')) return 0
    const given = Object.entries(action.inputs).map(([name, { default: value = '' }]) => [
      `inputs.${name}`,
      step.with?.[name] ?? value,
    ])
    const inputs = Object.fromEntries(given) as Record<string, string>
    for (const part of action.runs.steps) {
      if (part.if && inputs['inputs.command'] === 'lint') continue
      const env = { ...step.env, ...part.env }
      const code = await this.step({ ...part, env, ...(step.id ? { id: step.id } : {}) }, inputs, `action ${part.name}`)
      if (code !== 0) return code
    }
    return 0
  }

  private async step(step: Step, inputs: Record<string, string>, name: string): Promise<number> {
    this.executed.add(name)
    const known: Record<string, string> = { ...inputs, 'secrets.ANTHROPIC_API_KEY': KEY }
    Object.assign(known, { 'github.token': 'ghs_test', 'secrets.SPECPROOF_TOKEN': 'ghs_test' })
    const value = (text: string) =>
      text.replace(/\$\{\{ (.+?) \}\}/g, (_, expression: string) => known[expression] ?? `unknown ${expression}`)
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, one]) => [key, value(one)]))
    const script = join(this.temp, 'step.sh')
    // Expressions stand in `env` only: what they hold is never part of a script.
    expect(step.run).not.toContain('${{')
    writeFileSync(script, step.run!.replaceAll('anthropic/MODEL', 'anthropic/scripted'))
    for (const file of ['output', 'env']) writeFileSync(join(this.temp, file), this.file(file))
    const given = Object.fromEntries(
      this.file('env')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('=') as [string, string]),
    )
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: this.repository.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...this.repository.env,
        ...this.more,
        ...{
          CI: 'true',
          GITHUB_ACTIONS: 'true',
          GITHUB_RUN_ID: '77',
          GITHUB_REF_NAME: 'main',
          GITHUB_REPOSITORY: 'o/r',
          RUNNER_TEMP: this.temp,
        },
        ...{
          GITHUB_STEP_SUMMARY: join(this.temp, 'summary'),
          GITHUB_OUTPUT: join(this.temp, 'output'),
          GITHUB_ENV: join(this.temp, 'env'),
        },
        ...given,
        ...env,
        PATH: `${join(this.temp, 'bin')}:${this.repository.env['PATH']}`,
        ARGS: (env['ARGS'] ?? '').replace('anthropic/MODEL', 'anthropic/scripted'),
      },
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.log += chunk.toString('utf8')))
    return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  }
}

describe('the workflow of docs/ci.md', () => {
  it('builds at night within a budget, makes a pull request of what was committed, and gates pull requests without a key', async () => {
    const spec = lightSums([{ n: 1 }, { n: 2 }])
    const evil = 'echo "::error::by a test"\necho "##[error]by a test"\n'
    const repository = await makeRepository({
      files: { ...spec, 'verify.sh': `${evil}${spec['verify.sh']}`, '.gitignore': 'node_modules/\n*.xml\n' },
      packages: null,
    })
    const remote = join(repository.around, 'remote.git')
    await repository.git('clone', '--quiet', '--bare', repository.dir, remote)
    await repository.git('remote', 'add', 'origin', remote)
    const answers = Array.from(
      { length: 8 },
      () => (request: { prompt: string }) => lightRight(taskIn(request), taskIn(request) === 2 ? 9 : 1),
    )
    const model = await scriptModel({ implementer: answers }, 'anthropic')
    const night = new Runner(repository, { ANTHROPIC_BASE_URL: model.env['ANTHROPIC_BASE_URL']! })
    await repository.write({
      'agent.yaml': `${spec['agent.yaml']}prices: { anthropic/scripted: { input: 1, output: 1 } }\n`,
    })
    await repository.commit({}, 'A price')
    const base = await repository.git('rev-parse', 'HEAD')

    expect(await night.job('unmerged'), night.log).toBe(0)
    expect(night.outputs('unmerged')).toEqual({ open: 'false' })
    expect(workflow.jobs['nightly']!.if).toContain("needs.unmerged.outputs.open == 'false'")

    expect(await night.job('nightly'), night.log).toBe(3)
    // A run goes on with an earlier one only on a branch of the same name.
    expect(await repository.git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('agent/nightly')
    expect(await repository.git('log', '--format=%s', `${base}..HEAD`)).toBe('sums: implement f1 (task 1)')
    // The pull request is made although the second task failed.
    expect(await repository.git('--git-dir', remote, 'rev-parse', 'agent/nightly-77')).toBe(
      await repository.git('rev-parse', 'HEAD'),
    )
    expect(night.file('calls')).toContain('gh pr create --base main --head agent/nightly-77 --title specproof: 1 tasks')
    expect(night.file('body.md')).toMatch(/^- sums: implement f1 \(task 1\)\n/)
    expect(night.file('output')).toBe('open=false\nexit-code=3\n')

    const summary = night.file('summary')
    expect(summary).toMatch(/^## specproof: failed\n/)
    expect(summary).toMatch(/\| sums\/1 Implement f1 \| checked \| [0-9a-f]{7} \|/)
    expect(summary).toContain('| sums/2 Implement f2 | **failed** |')
    const lines = night.log.split('\n')
    const tasksLine = (await repository.read('specs/sums/tasks.md')).split('\n').indexOf('- [ ] 2. Implement f2') + 1
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^::error file=specs/sums/tasks.md,line=${tasksLine},title=sums/2 failed::Implement f2: 1 of 1 tests failed`,
        ),
      ),
    )
    // No command of a test reaches the runner: all its lines stand between the two of the token.
    const stop = lines.findIndex((line) => line.startsWith('::stop-commands::'))
    const go = lines.indexOf(`::${lines[stop]!.slice('::stop-commands::'.length)}::`)
    // The runner looks for `##[` anywhere in a line. An annotation of ours is one command to its end.
    const said = (line: string) => /(::error::|##\[error\])by a test/.test(line) && !line.startsWith('::error file=')
    const inside = lines.flatMap((line, at) => (said(line) ? [at] : []))
    expect(inside.length).toBeGreaterThan(0)
    expect(inside.filter((at) => at < stop || at > go)).toEqual([])
    expect(go).toBeGreaterThan(stop)
    expect(night.log.length).toBeLessThan(50_000)
    expect(`${night.log}${summary}${night.file('calls')}${night.file('body.md')}`).not.toMatch(
      new RegExp(`${KEY}|ghs_test`),
    )
    const junit = await repository.read('specproof-evidence.xml')
    expect(XMLValidator.validate(junit)).toBe(true)
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(junit)
    expect(testsuites['@_failures']).toBe('1')

    const gate = new Runner(repository, {})
    expect(await gate.job('gate'), gate.log).toBe(0)
    expect(gate.file('summary')).toContain('specproof: lint')
    expect(gate.file('summary')).toContain('| sums/1 Implement f1 | holds |')
    appendFileSync(join(repository.dir, 'src/f1.ts'), '')
    await repository.commit({ 'src/f1.ts': 'export const gone = 1\n' }, 'Breaks it')
    const red = new Runner(repository, {})
    expect(await red.job('gate')).toBe(1)
    expect(red.log).toMatch(/^::error title=sums\/1 broken::/m)

    const named = (steps: Step[], of: string) => steps.filter(({ run }) => run).map(({ name }) => `${of} ${name}`)
    const all = [
      ...Object.entries(workflow.jobs).flatMap(([name, { steps }]) => named(steps, name)),
      ...named(action.runs.steps, 'action'),
    ]
    expect([...new Set([...night.executed, ...gate.executed])].sort()).toEqual(all.sort())
  })

  it('gives pull requests neither keys nor rights', () => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
    expect(workflow.permissions).toEqual({ contents: 'read' })
    const gate = workflow.jobs['gate']!
    expect(gate.if).toBe("github.event_name == 'pull_request'")
    expect(gate.permissions).toBeUndefined()
    expect(JSON.stringify(gate)).not.toMatch(/secrets|token/)
    const { nightly, unmerged } = workflow.jobs
    for (const job of [nightly!, unmerged!]) expect(job.if).toMatch(/^github\.event_name != 'pull_request'/)
    expect(nightly!.permissions).toBeUndefined()
    expect(unmerged!.permissions).toEqual({ 'pull-requests': 'read' })
    // The key is there for the one step that asks, and the token for the one that pushes.
    const having = (what: string) => nightly!.steps.filter((step) => JSON.stringify(step.env ?? {}).includes(what))
    expect(having('secrets.ANTHROPIC').map(({ uses }) => uses)).toEqual(['OWNER/specproof@COMMIT'])
    expect(having('secrets.SPECPROOF').map(({ name }) => name)).toEqual(['A pull request of what was committed'])
    expect(having('secrets.')).toHaveLength(2)
    expect(having('github.token')).toEqual([])
    // What a night was answered is there for the next one, also where it was red.
    const cached = nightly!.steps.filter(({ uses }) => uses?.startsWith('actions/cache/'))
    expect(cached.map(({ uses, if: when }) => [uses, when])).toEqual([
      ['actions/cache/restore@v4', undefined],
      ['actions/cache/save@v4', 'always()'],
    ])
    expect(cached.map((step) => step.with!['path'])).toEqual(['.agent', '.agent'])
    expect(cached[0]!.with!['key']).toBe(cached[1]!.with!['key'])
    for (const { steps } of [nightly!, workflow.jobs['gate']!])
      expect(steps.find(({ uses }) => uses?.startsWith('actions/checkout'))!.with).toMatchObject({
        'persist-credentials': false,
      })
  })
})

const NOBODY = {
  spec: 'q',
  title: 'T',
  commit: null,
  tests: 1,
  runs: 1,
  seeds: { pinned: 0, fresh: 1 },
  counterexample: null,
}
const HELD: Verified = { ...NOBODY, task: '1', standing: 'holds', reason: null, since: null, changed: [], ms: 1 }

describe('a report is not green', () => {
  const read = (report: CiReport) => {
    const xml = junitOf(report)
    expect(XMLValidator.validate(xml)).toBe(true)
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(xml)
    const [tests, failures, skipped] = ['tests', 'failures', 'skipped'].map((name) => Number(testsuites[`@_${name}`]))
    return { xml, counts: { tests, failures, skipped }, annotations: annotationsOf(report), summary: summaryOf(report) }
  }

  it('where a verification was cut short', () => {
    const cut = { title: 'interrupted', message: 'interrupted: 1 of 2 ticked tasks were looked at' }
    const told = read(verifyReport([HELD], '1 ticked task: 1 holds.', cut))
    expect(told.counts).toEqual({ tests: 2, failures: 1, skipped: 0 })
    expect(told.annotations).toBe('::error title=interrupted::interrupted: 1 of 2 ticked tasks were looked at\n')
    expect(told.summary).toContain('1 of 2 ticked tasks were looked at')
    expect(read(verifyReport([HELD], '1 ticked task: 1 holds.')).counts).toEqual({ tests: 1, failures: 0, skipped: 0 })
  })

  it('where a test is not the one that was judged', () => {
    const changed = [{ path: 'test/a.test.ts', commit: 'abcdef0123', subject: 'calmer' }]
    const told = read(verifyReport([{ ...HELD, changed }], 'one'))
    expect(told.counts).toEqual({ tests: 2, failures: 0, skipped: 1 })
    const words = 'test/a.test.ts is not the test that was judged: abcdef0 "calmer" changed it; the judged one ran'
    expect(told.annotations).toBe(`::warning file=test/a.test.ts,title=q/1 tests changed::${words}\n`)
    expect(told.summary).toContain(words)
  })

  it('where a run ended before any task was begun', () => {
    const result = resultWithoutRun('isolation', 'bwrap: no')
    const told = read(runReport([{ v: EVENT_VERSION, t: 5, ...result }]))
    expect(told.counts).toEqual({ tests: 1, failures: 1, skipped: 0 })
    expect(told.xml).toContain('<failure message="bwrap: no">bwrap: no</failure>')
    const nothing = resultWithoutRun('nothing', 'Nothing is left to do.')
    expect(read(runReport([{ v: EVENT_VERSION, t: 5, ...nothing }])).counts.failures).toBe(0)
  })

  it('where its files cannot be written: that is said before anything is done', async () => {
    const repository = await makeRepository({ packages: null })
    await repository.write({ 'folder/file': 'x' })
    const junit = join(repository.around, 'evidence.xml')
    for (const command of ['lint', 'verify', 'next'])
      for (const bad of ['folder', 'folder/file/summary.md']) {
        const model = command === 'next' ? ['--model', 'recorded/none'] : []
        const wanted = ['--summary', join(repository.dir, bad), '--junit', junit]
        const { code, stdout, stderr } = await start(repository, [command, ...model, ...wanted])
        expect([command, bad, code], stderr).toEqual([command, bad, 2])
        expect(stdout + stderr).toContain(`${bad}: cannot be written: `)
      }
    // What can be written tells of it, as it does of a spec that is not there.
    expect(readFileSync(junit, 'utf8')).toContain('cannot be written')
    const { code } = await start(repository, ['verify', '--spec', 'nix', '--junit', junit])
    expect([code, readFileSync(junit, 'utf8')]).toEqual([2, expect.stringContaining('There is no spec')])
  })
})

describe('what CI services are given', () => {
  const nasty = 'a%b\r\n::error::x, | `<b>` ]]> & "q" \u001b[2J\u0000'
  const report: CiReport = {
    heading: nasty,
    message: nasty,
    facts: [nasty],
    tasks: [
      {
        id: 'q/1',
        title: nasty,
        status: 'failed',
        ok: false,
        commit: null,
        evidence: nasty,
        cases: [
          { name: nasty, ok: false, detail: nasty },
          { name: 's', ok: null, detail: '' },
        ],
        seconds: 1,
      },
    ],
    problems: Array.from({ length: 80 }, () => ({
      level: 'error',
      file: 'a,b:c.md',
      line: 3,
      column: null,
      title: nasty,
      message: nasty,
    })),
  }

  it('holds no command, markup or end of a line of what it tells of', () => {
    const lines = annotationsOf(report).trimEnd().split('\n')
    expect(lines).toHaveLength(50)
    expect(lines[0]).toMatch(/^::error file=a%2Cb%3Ac\.md,line=3,title=[^:\n]*::a%25b%0A/)
    expect(XMLValidator.validate(junitOf(report))).toBe(true)
    expect(junitOf(report)).toContain('tests="2" failures="1" skipped="1"')
    const row = summaryOf(report)
      .split('\n')
      .find((line) => line.startsWith('| q/1'))!
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5)
    // Outside of a block of code.
    const outside = summaryOf(report).replace(/```text[\s\S]*?```/g, '')
    expect(outside).not.toContain('<b>')
    expect(outside).not.toContain('\u001b')
    const bold = { ...report.tasks[0]!, id: '**<img>**/1', status: '**<b>', evidence: '**[x](y)' }
    const told = summaryOf({ ...report, tasks: [bold], problems: [] })
    expect(told).toContain('| \\*\\*&lt;img&gt;\\*\\*/1 ')
    expect(told).toContain('| **\\*\\*&lt;b&gt;** |')
    expect(told).toContain('| \\*\\*\\[x\\](y) |')
    expect(summaryOf({ ...report, message: 'x'.repeat(2_000_000) }).length).toBeLessThan(210_000)
  })
})
