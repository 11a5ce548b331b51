import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { makeRepository, type TestRepository } from '../support/repository.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js')
const run = promisify(execFile)

interface Shown {
  tokens: number
  limit: number
  parts: { kind: string; source: string; tokens: number; mandatory: boolean }[]
  dropped: { source: string; tokens: number; why: string }[]
  prompt: { system: string; messages: { role: string; content: string }[] } | null
}

async function context(repository: TestRepository, ...args: string[]) {
  const all = [BIN, '--cwd', repository.dir, ...args]
  return run(process.execPath, all, { env: repository.env, maxBuffer: 1 << 28 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )
}

const front = (lines: string, text: string) => `---\n${lines}\n---\n${text}\n`

describe('a spec that differs from HEAD', () => {
  it('is named by each command that reads specs, with where it was read', async () => {
    const repository = await makeRepository({ packages: null })
    const commands = [
      ['lint'],
      ['show', 'limits'],
      ['show', 'limits/1'],
      ['context', 'limits/1'],
      ['status'],
      ['trace'],
    ]
    const last = async (args: string[]) => (await context(repository, ...args)).stdout.trimEnd().split('\n').at(-1)
    expect(await last(['show', 'limits/1'])).not.toContain('Read from')
    const tasks = await repository.read('specs/limits/tasks.md')
    await repository.write({ 'specs/limits/tasks.md': `${tasks}\n`, 'specs/limits/notes.md': 'New.\n' })
    const unseen = 'Not committed, so not seen by a run: specs/limits/tasks.md, specs/limits/notes.md'
    for (const args of commands) {
      const where = ['context', 'status'].includes(args[0]!)
        ? 'Read from HEAD, as `agent next` does.'
        : 'Read from the checkout; `agent next` reads HEAD.'
      expect([args, await last(args)]).toEqual([args, `${where} ${unseen}`])
    }
    const { uncommitted } = JSON.parse((await context(repository, '--json', 'lint')).stdout)
    expect(uncommitted).toEqual(['specs/limits/tasks.md', 'specs/limits/notes.md'])
  })
})

it('of a task that is done says what can be seen of it, and how it is done anew', async () => {
  const repository = await makeRepository({ packages: null })
  const tasks = await repository.read('specs/limits/tasks.md')
  await repository.commit({ 'specs/limits/tasks.md': tasks.replace('[ ]', '[x]') })
  const { code, stderr } = await context(repository, 'context', 'limits/1')
  expect(code).toBe(2)
  expect(stderr).toContain('Task 1 of limits is ticked already. `agent context` shows what a model would be asked')
  for (const advice of [
    '`agent show limits/1`',
    '`agent verify --spec limits --task 1`',
    'specs/limits/tasks.md:3 and',
  ])
    expect(stderr).toContain(advice)
})

describe('sections of the design', () => {
  it('are named by context and show: those of the prompt, and those that no link joins to the task', async () => {
    const design =
      '# D\n\n## Overview\n\nSaid above.\n\n## Slugs\n\nSaid here.\n\nValidates: Requirements 1.1\n\n## Rest\n'
    const requirements = '### Requirement 1: a\n\n#### Acceptance Criteria\n\n1. THE Slugifier SHALL answer.\n'
    const tasks = '- [ ] 1. Slugs\n  - Validates: 1.1\n- [ ] 2. Docs\n'
    const files = { 'specs/s/design.md': design, 'specs/s/requirements.md': requirements, 'specs/s/tasks.md': tasks }
    const repository = await makeRepository({ files, packages: null })
    const left = 'Design left out, as no link joins it to this task (`Validates:`): '
    for (const command of ['context', 'show']) {
      const { stdout } = await context(repository, command, 's/1')
      expect(stdout).toMatch(/^ *Design in the prompt: Slugs$/m)
      expect(stdout).toContain(`${left}Overview\n`)
      const { design } = JSON.parse((await context(repository, '--json', command, 's/1')).stdout)
      expect(design).toEqual({ shown: [{ path: 'D > Slugs', line: 7 }], left: [{ path: 'D > Overview', line: 3 }] })
    }
    const none = (await context(repository, 'context', 's/2', '--full')).stdout
    expect(none).toContain(`Design in the prompt: nothing\n  ${left}Overview; Slugs\n`)
    expect(none).not.toContain('Said here')
  })
})

it('shows the design in the lines of its file, which a prompt joins', async () => {
  const lines = `${'a'.repeat(70)} one\n${'b'.repeat(70)} two`
  const files = {
    'specs/s/design.md': `# D\n\n## Slugs\n\n${lines}\n\nValidates: Requirements 1.1\n`,
    'specs/s/requirements.md': '### Requirement 1: a\n\n#### Acceptance Criteria\n\n1. THE Slugifier SHALL answer.\n',
    'specs/s/tasks.md': '- [ ] 1. Slugs\n  - Validates: 1.1\n',
  }
  const repository = await makeRepository({ files, packages: null })
  expect((await context(repository, 'show', 's/1')).stdout).toContain(`\n${lines}\n`)
  expect((await context(repository, 'context', 's/1', '--full')).stdout).toContain(lines.replace('\n', ' '))
})

describe('agent context', () => {
  it('shows the parts, what steering applies with its references, and what was left out and why', async () => {
    const repository = await makeRepository({
      files: {
        'steering/always.md': 'Be brief. See #[[file:docs/style.md]] and #[[file:docs/gone.md]] and #[[file:.env]].\n',
        'steering/web.md': front('inclusion: fileMatch\nfileMatchPattern: "web/**"', 'Web only.'),
        'steering/asked.md': front('inclusion: manual', 'Asked for.'),
        'docs/style.md': 'Short sentences.\n',
        '.env': 'TOKEN=none\n',
        'agent.yaml': 'context: { steering: [asked] }\n',
      },
      packages: null,
    })
    const { stdout, code } = await context(repository, '--json', 'context', 'limits/1')
    expect(code).toBe(0)
    const shown = JSON.parse(stdout) as Shown
    const sources = shown.parts.map(({ source }) => source)
    expect(sources.slice(0, 4)).toEqual([
      'prompts/rules.md',
      'steering/always.md',
      'docs/style.md',
      'steering/asked.md',
    ])
    expect(shown.parts.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(shown.tokens)
    const why = Object.fromEntries(shown.dropped.map((one) => [one.source, one.why]))
    expect(why['steering/web.md']).toContain('web/**')
    expect(why['steering/always.md: #[[file:docs/gone.md]]']).toContain('no such file')
    expect(why['steering/always.md: #[[file:.env]]']).toContain('secrets')
    const text = `${shown.prompt?.system}\n${shown.prompt?.messages[0]?.content}`
    expect(text).toContain('Short sentences.')
    expect(text).toContain('Asked for.')
    expect(text).not.toMatch(/Web only|TOKEN=none/)
  })

  it('says that others are asked later, where the author is asked first and nowhere else', async () => {
    const tasks =
      '- [ ] 1. Keep values within limits\n  - Validates: 1.1\n- [ ] 2. Format\n  - Verify: `true`\n- [ ] 3. Checkpoint\n'
    const repository = await makeRepository({ files: { 'specs/limits/tasks.md': tasks }, packages: null })
    const later = 'The first question; the implementer and the strengthener are asked later'
    const shown = async (...args: string[]) => {
      const { stdout, stderr, code } = await context(repository, 'context', ...args)
      return code === 0 ? stdout : stderr
    }
    const [head, second] = (await shown('limits/1')).split('\n')
    expect(head).toMatch(/^Prompt of the author for limits\/1: /)
    expect(second).toContain(later)
    expect(await shown('limits/1', '--role', 'implementer')).not.toContain(later)
    expect(await shown('limits/2')).not.toContain(later)
    expect(await shown('limits/3')).not.toContain(later)
  })

  it('refuses a steering file of 5 MB with its tokens, the limit and what to do, at once', async () => {
    for (const line of ['a', 'word ']) {
      const repository = await makeRepository({
        files: { 'steering/huge.md': line.repeat(Math.ceil(5e6 / line.length)) },
        packages: null,
      })
      const { stderr, code } = await context(repository, 'context', 'limits/1')
      expect(code).toBe(2)
      expect(stderr).toMatch(/the limit is 60000 \(the largest is steering\/huge\.md, 125\d{4} tokens\)/)
      expect(stderr).toContain('`context.maxTokens`')
      expect(stderr).toContain('`inclusion: fileMatch`')
    }
  })

  it('drops by rank where the limit is low, and says so', async () => {
    const repository = await makeRepository({
      files: {
        'agent.yaml': 'context: { maxTokens: 1300, aimTokens: 500 }\n',
        'lib/long.ts': `export const a = 1\n${'// filler\n'.repeat(2_000)}`,
        ...Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`data/some-rather-long-name-${at}.bin`, 'x'])),
      },
      packages: null,
    })
    const { stdout } = await context(repository, '--json', 'context', 'limits/1')
    const shown = JSON.parse(stdout) as Shown
    expect(shown.tokens).toBeLessThanOrEqual(1_300)
    expect(shown.parts.filter(({ mandatory }) => mandatory).map(({ kind }) => kind)).toEqual(['rules', 'slice', 'role'])
    const { stdout: text } = await context(repository, 'context', 'limits/1')
    expect(text).toMatch(/slice\s+specs\/limits#1\s+\d+\s+\d+ % {2}your spec: the task, with what it links to$/m)
    expect(text).toContain('the aim is 500 tokens, context.aimTokens')
  })
})
