import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js')
let dir = ''

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, '--cwd', dir, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'specproof-lint-'))
  for (const name of ['good', 'bad']) mkdirSync(join(dir, 'specs', name), { recursive: true })
  const requirements =
    '# R\n\n### Requirement 1: Limits\n\n#### Acceptance Criteria\n\n1. THE System SHALL answer within 5 s.\n'
  writeFileSync(join(dir, 'specs/good/requirements.md'), requirements)
  writeFileSync(
    join(dir, 'specs/good/tasks.md'),
    '- [ ] 1. Answer\n  - Test: Property-based test\n  - Validates: Requirement 1.1\n',
  )
  writeFileSync(join(dir, 'specs/bad/requirements.md'), requirements)
  writeFileSync(join(dir, 'specs/bad/tasks.md'), '- [ ] 1. Answer\n  - Validates: Requirement 1.7\n')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('agent lint', () => {
  it('needs no repository and ends with 1 for an error, which it names with file, line and suggestion', async () => {
    const { code, stdout } = await run('lint')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^specs\/bad\/tasks\.md:2:\d+: error: .*1\.7.*\(broken-link\)$/m)
  })

  it('looks only at what is named, by id or by folder', async () => {
    expect((await run('lint', 'good')).code).toBe(0)
    expect((await run('lint', join(dir, 'specs/bad'))).code).toBe(1)
    expect(await run('lint', 'ugly')).toMatchObject({ code: 2, stderr: expect.stringContaining('bad, good') })
  })

  it('counts by severity as JSON', async () => {
    const { diagnostics, counts } = JSON.parse((await run('--json', 'lint')).stdout)
    expect(counts.error).toBe(1)
    expect(diagnostics).toContainEqual({
      file: 'specs/bad/tasks.md',
      line: 2,
      column: expect.any(Number),
      code: 'broken-link',
      severity: 'error',
      message: expect.any(String),
      suggestion: expect.any(String),
    })
  })
})

describe('agent show', () => {
  it('gives a spec in the shape that scripts rely on', async () => {
    const spec = JSON.parse((await run('--json', 'show', 'good')).stdout)
    expect(spec).toMatchObject({
      id: 'good',
      dir: 'specs/good',
      dialect: 'specproof',
      tasks: [
        {
          id: '1',
          status: 'open',
          line: 1,
          kind: 'code',
          requirements: ['1.1'],
          test: { kind: 'property' },
          verify: null,
        },
      ],
      requirements: [
        {
          id: '1',
          criteria: [
            { id: '1.1', line: 7, pattern: 'ubiquitous', bounds: [{ value: 5, unit: 's', relation: 'within' }] },
          ],
        },
      ],
    })
  })

  it('shows a task with all it links to, and says which tasks there are', async () => {
    expect((await run('show', 'good/1')).stdout).toContain('THE System SHALL answer within 5 s.')
    expect(await run('show', 'good/9')).toMatchObject({ code: 2, stderr: expect.stringContaining('it has: 1') })
  })
})
