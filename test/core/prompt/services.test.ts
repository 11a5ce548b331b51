import { describe, expect, it } from 'vitest'
import { servicesText } from '../../../src/core/prompt/services.ts'

describe('services in the prompt', () => {
  it('are nothing where there are none', () => expect(servicesText([])).toBe(''))

  it('are told by name, port and command on one line, never with their variables', () => {
    const text = servicesText([
      { name: 'db', run: 'set -e\n  exec postgres `pwd`\n', ready: { port: 5432 }, env: { PASSWORD: 'hush' } },
      { name: 'long', run: 'x'.repeat(300), ready: { output: 'up' } },
    ])
    expect(text).toContain("begins: db on port 5432 (`set -e; exec postgres 'pwd'`), long (`xxx")
    expect(text).toContain('x ...`). ')
    expect(text).not.toMatch(/\n|hush|x{201}/)
  })
})
