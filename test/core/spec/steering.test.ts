import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readSteering } from '../../../src/core/spec/steering.ts'

/** What is looked at of the front matter, read by the library. */
function byLibrary(block: string): unknown {
  let fields: Record<string, unknown> | null
  try {
    fields = (parse(block, { logLevel: 'error' }) ?? {}) as Record<string, unknown>
  } catch {
    return 'no mapping'
  }
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
  return { name: text(fields['name']), description: text(fields['description']) }
}

it('reads simple fields without the library as the library reads them', () => {
  const value = fc.oneof(
    fc.constantFrom('always', 'True', 'null', 'yes', 'on', 'no-op', 'a_b', 'x1', '"a: b"', "'it'", '"\\n"', '1', 'a b'),
    fc.string({ maxLength: 6 }).filter((text) => !/[\r\n]/.test(text)),
    fc.string({ maxLength: 6, unit: fc.constantFrom('a', '"', "'", '-', '\\', ' ', '#', ':') }),
  )
  const line = fc.tuple(fc.constantFrom('name', 'description', 'Null', 'true'), value).map((both) => both.join(': '))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const block = lines.map((one) => `${one}\n`).join('')
      fc.pre(!/^---/m.test(block))
      const { steering, diagnostics } = readSteering({ path: 'a.md', text: `---\n${block}---\nx` })
      const { name, description } = steering
      const expected = byLibrary(block)
      if (expected === 'no mapping') expect(diagnostics).toHaveLength(1)
      else expect({ name, description }).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
})
