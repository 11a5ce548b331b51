import { describe, expect, it } from 'vitest'
import { describeRefusals } from '../../../src/core/patch/describe-refusals.ts'
import { apply, edit, refusals } from './support.ts'

describe('the text of refusals', () => {
  it('names file, block, code and reason, and shows the nearest text', async () => {
    const refused = refusals(
      await apply({ 'src/a.ts': 'const a = 1\nconst b = 2\n' }, edit('src/a.ts', ['const a = 3\n', 'x\n'])),
    )
    const text = describeRefusals(refused)
    expect(text).toContain('no file was changed: 1 problem.')
    expect(text).toContain('src/a.ts, block 1 [no-match]: SEARCH does not stand in the file')
    expect(text).toContain('1 | const a = 1')
  })

  it('tells the same refusal once, and nothing for none', () => {
    const refusal = {
      path: 'a',
      block: null,
      code: 'missing',
      message: 'There is no file `a`.',
      nearest: null,
    } as const
    expect(describeRefusals([refusal, { ...refusal }])).toContain('1 problem.')
    expect(describeRefusals([refusal, { ...refusal, path: 'b' }])).toContain('2 problems.')
    expect(describeRefusals([])).toBe('')
  })
})
