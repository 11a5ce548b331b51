import { describe, expect, it } from 'vitest'
import { detectProject } from '../../../src/io/checks/detect.ts'
import { MANIFEST } from './target.ts'

const detect = (files: Record<string, string>, options?: { build?: string }) =>
  detectProject(async (path) => files[path] ?? null, Object.keys(files), options)

describe('detecting a project', () => {
  it('builds with the type checker only where one is set up', async () => {
    expect(await detect({ 'package.json': MANIFEST, 'tsconfig.json': '{}' })).toMatchObject({
      runner: 'vitest',
      build: ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false'],
    })
    expect(await detect({ 'package.json': MANIFEST })).toMatchObject({ build: null })
    const untyped = JSON.stringify({ devDependencies: { vitest: '*' } })
    expect(await detect({ 'package.json': untyped, 'tsconfig.json': '{}' })).toMatchObject({ build: null })
  })

  it('lets the configuration replace the build', async () => {
    const project = await detect({ 'package.json': MANIFEST, 'tsconfig.json': '{}' }, { build: 'make all' })
    expect(project).toMatchObject({ build: ['sh', '-c', 'make all'] })
  })

  it('says in words what it cannot run', async () => {
    expect(await detect({})).toEqual({ unsupported: expect.stringContaining('no package.json') })
    expect(await detect({ 'package.json': '{}' })).toEqual({ unsupported: expect.stringContaining('vitest') })
    expect(await detect({ 'package.json': '{\n  "a": 1,\n}' })).toEqual({
      unsupported: expect.stringMatching(/^package\.json:3:1: /),
    })
    expect(await detect({ 'package.json': 'null' })).toEqual({ unsupported: 'package.json: not an object' })
  })
})
