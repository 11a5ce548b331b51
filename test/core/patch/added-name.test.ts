import { expect, it } from 'vitest'
import { addedName, withFreeNames } from '../../../src/core/patch/added-name.ts'

it.each([
  ['test/sender.more.test.ts', [], 'test/sender.more.test.ts'],
  ['test/sender.more.more.test.ts', ['test/sender.more.test.ts'], 'test/sender.more-2.test.ts'],
  ['test/sender.more.test.ts', ['test/sender.more.test.ts'], 'test/sender.more-2.test.ts'],
  [
    'test/sender.more-2.more.test.ts',
    ['test/sender.more.test.ts', 'test/sender.more-2.test.ts'],
    'test/sender.more-3.test.ts',
  ],
  ['src/a.more.more.spec.mjs', [], 'src/a.more.spec.mjs'],
  ['tests/test_sender_more_more.py', ['tests/test_sender_more.py'], 'tests/test_sender_more_2.py'],
  ['tests/sender_more_test.py', ['tests/sender_more_test.py'], 'tests/sender_more_2_test.py'],
  ['queue/queue_more_more_test.go', ['queue/queue_more_test.go'], 'queue/queue_more_2_test.go'],
  ['test/limits.test.ts', ['test/limits.test.ts'], 'test/limits.test.ts'],
  ['test/furthermore.test.ts', ['test/furthermore.test.ts'], 'test/furthermore.test.ts'],
])('%s beside %j is named %s', (path, taken, name) => {
  expect(addedName(path, (one) => taken.includes(one))).toBe(name)
})

it('gives each file of an answer a name of its own', () => {
  const create = (path: string) => ({ action: 'create' as const, path, content: path, line: 1 })
  const patch = { operations: [create('test/a.more.test.ts'), create('test/a.more.more.test.ts')] }
  expect(withFreeNames(patch, ['test/a.test.ts']).operations.map(({ path }) => path)).toEqual([
    'test/a.more.test.ts',
    'test/a.more-2.test.ts',
  ])
})
