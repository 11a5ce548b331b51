import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../../../src/core/spec/lint/report.ts'
import { parseSpec } from '../../../../src/core/spec/parse.ts'
import { source } from '../fixture.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const PAGE = readFileSync(join(ROOT, 'docs/lint.md'), 'utf8')
const SPEC = join(ROOT, 'src/core/spec')

/** What each example stands on, where it does not bring the file itself. */
const BASE: Record<string, string> = {
  'requirements.md':
    '### Requirement 1: Answers\n\n#### Acceptance Criteria\n\n1. WHEN asked, THE Queue SHALL answer within 5 s.\n',
  'tasks.md': '- [ ] 1. Answer\n  - Test: Property-based test\n  - Validates: Requirement 1.1\n',
}

interface Rule {
  code: string
  severities: string
  bad: Record<string, string | null>
  good: Record<string, string | null>
}

function rules(): Rule[] {
  return PAGE.split(/^### (?=`)/m)
    .slice(1)
    .flatMap((section) => {
      const code = /^`([a-z-]+)`/.exec(section)?.[1]
      if (code === undefined) return []
      const [before = '', good = ''] = section.split(/^Good:/m)
      const [text = '', bad = ''] = before.split(/^Bad:/m)
      const missing = code.replace('-missing', '.md')
      return [
        {
          code,
          severities: text,
          bad: bad.includes('no such file') ? { [missing]: null } : files(bad),
          good: files(good),
        },
      ]
    })
}

function files(text: string): Record<string, string> {
  const found = [...text.matchAll(/^(`{3,}|~{3,})markdown (\S+)\n([\s\S]*?\n)\1$/gm)]
  return Object.fromEntries(found.map(([, , path, content]) => [path!, content!]))
}

function lint(parts: Record<string, string | null>) {
  const all = Object.entries({ ...BASE, ...parts }).flatMap(([path, text]) => (text === null ? [] : [{ path, text }]))
  return parseSpec(source({ files: all })).diagnostics
}

describe('docs/lint.md', () => {
  it.each(rules())('$code is found in its bad example and not in its good one', ({ code, severities, bad, good }) => {
    expect([Object.keys(bad).length, Object.keys(good).length]).not.toContain(0)
    const found = lint(bad).filter((one) => one.code === code)
    expect(found, JSON.stringify(lint(bad))).not.toEqual([])
    for (const { severity, message, suggestion } of found) {
      expect(severities.toLowerCase()).toContain(severity)
      expect(message).toMatch(/^[^\n]+[.!]$/)
      expect(suggestion).toMatch(/^[A-Z][^\n]+[.!]$/)
    }
    expect(lint(good).map((one) => one.code)).not.toContain(code)
  })

  it('has a base that lint finds nothing in', () => {
    expect(lint({})).toEqual([])
  })

  it('names every code that the program knows, and no other', () => {
    const written = [...PAGE.split('## How often')[0]!.matchAll(/^(?:### |\| )`([a-z0-9-]+)`/gm)].map(
      (match) => match[1]!,
    )
    expect(written.sort()).toEqual([...CODES].sort())
    const sources = readdirSync(SPEC, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(SPEC, path), 'utf8'))
    const used = sources.flatMap((text) => [...text.matchAll(/\bcode: '([a-z0-9-]+)'/g)].map((match) => match[1]!))
    expect(used.filter((code) => !CODES.some((one) => one === code))).toEqual([])
  })
})
