import { describe, expect, it } from 'vitest'
import { diagnostics } from '../../../src/io/checks/build.ts'
import { makeTarget, runRequest } from './target.ts'

const TSCONFIG = JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext' }, include: ['src'] })
const BUILD = { kind: 'build', stage: 'build' } as const

describe('the build', () => {
  it('passes, is broken with file and message, or is empty', async () => {
    const sound = await makeTarget({ 'tsconfig.json': TSCONFIG, 'src/a.ts': 'export const a: number = 1' })
    expect(await runRequest(sound, BUILD)).toMatchObject({ stage: 'build', status: 'passed', problems: [], tests: [] })

    const wrong = await makeTarget({ 'tsconfig.json': TSCONFIG, 'src/a.ts': `export const a: number = 'one'` })
    const result = await runRequest(wrong, BUILD)
    expect(result.status).toBe('broken')
    expect(result.problems).toHaveLength(1)
    expect(result.problems[0]).toMatchObject({ file: 'src/a.ts', message: expect.stringMatching(/^1:14: TS2322: /) })

    const nothing = await makeTarget({ 'tsconfig.json': TSCONFIG })
    expect(await runRequest(nothing, BUILD)).toMatchObject({ status: 'empty', problems: [] })
  })

  it('is empty for a project without one', async () => {
    expect(await runRequest(await makeTarget({}), BUILD)).toMatchObject({ status: 'empty' })
  })
})

describe('compiler diagnostics', () => {
  it('keep the further lines of a message', () => {
    const text = `src/a.ts(3,7): error TS2322: wrong type\n  because of this\nerror TS5023: unknown option\n\nFound 2 errors`
    expect(diagnostics(text)).toEqual([
      { file: 'src/a.ts', message: '3:7: TS2322: wrong type\n  because of this' },
      { file: null, message: 'TS5023: unknown option' },
    ])
  })
})
