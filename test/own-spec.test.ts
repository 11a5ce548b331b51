import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { choose } from '../src/core/spec/choose.ts'
import type { SpecTrace } from '../src/core/trace/matrix.ts'
import { specFilesOnDisk } from '../src/io/spec-files.ts'
import { loadSpecs } from '../src/task/load-specs.ts'

const ROOT = join(import.meta.dirname, '..')

describe("the project's own spec", () => {
  it.skipIf(!existsSync(join(ROOT, '.git')))('is traced to tests that exist, criterion by criterion', () => {
    const args = [join(ROOT, 'bin', 'agent.js'), '--cwd', ROOT, '--json', 'trace', '--spec', 'agent']
    // A trace that is not clean ends with 1, and its report is thrown with it.
    const { specs } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as { specs: SpecTrace[] }
    const [spec] = specs
    expect(spec!.problems).toEqual([])
    expect(spec!.criteria.length).toBeGreaterThan(50)
    for (const { id, state, tests } of spec!.criteria) {
      expect(['tested', 'open'], id).toContain(state)
      if (state === 'tested') expect(tests.filter(({ found }) => found).length, id).toBeGreaterThan(0)
    }
    for (const { state, tests } of spec!.properties) {
      expect(state).toBe('tested')
      expect(tests.every(({ source, criteria }) => source === 'plan' && criteria.length > 0)).toBe(true)
    }
  })

  it('is read without a finding, and leaves what is open to people', async () => {
    const { specs } = await loadSpecs(await specFilesOnDisk(ROOT))
    const own = specs.find(({ id }) => id === 'agent')!
    expect(own.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(own.tasks.filter(({ status, kind }) => status !== 'done' && kind !== 'human')).toEqual([])
    expect(choose(specs, [], { spec: null, task: null })).toMatchObject({
      spec: { id: expect.not.stringContaining('agent') },
    })
  })

  it('stays out of the package, which ships what the demo needs', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
    expect(files).toEqual(expect.arrayContaining(['specs/job-queue', 'specs/steering']))
    expect(files.filter((path) => /^specs(\/agent)?$/.test(path))).toEqual([])
  })
})
