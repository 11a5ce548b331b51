import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { configSchemaJson } from '../src/core/config-schema.ts'
import { eventSchemaJson } from '../src/core/event-schema.ts'
import { parseConfig } from '../src/core/parse-config.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

describe('documents', () => {
  it('publish the schema of events that the code has', () => {
    expect(read('docs/events.schema.json')).toBe(eventSchemaJson())
  })

  it('publish the schema of agent.yaml that the code has', () => {
    expect(read('docs/agent.schema.json')).toBe(configSchemaJson())
  })

  it('link only to files that exist', () => {
    const pages = [
      'README.md',
      ...readdirSync(join(ROOT, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ]
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map((match) => join(page, '..', match[1]!))
        .filter((target) => readdirSync(join(ROOT, target, '..')).every((name) => name !== target.split('/').at(-1)))
        .map((target) => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('have a moving picture that is one file without a script, and small', () => {
    const picture = read('docs/demo.svg')
    expect(picture.length).toBeLessThan(150_000)
    expect(XMLValidator.validate(picture)).toBe(true)
    expect(picture).not.toMatch(/<script|\bon\w+=|href="[^#]|url\(/)
    expect(picture).toContain('verified at attempt 2')
    expect(read('README.md')).toContain('(docs/demo.svg)')
  })

  it('install a vitest that we know also where npm would take an older one for an older Node', () => {
    const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
    const lines = pages
      .filter((page) => page.endsWith('.md'))
      .flatMap((page) => read(page).match(/^\s*(?:npm|pnpm|yarn) (?:i|install|add) .*vitest.*/gm) ?? [])
    expect(lines).not.toEqual([])
    for (const line of lines) expect(line).toContain(' vitest@5 ')
  })

  it('show settings that agent.yaml takes', () => {
    const examples = [...read('docs/configuration.md').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((found) => found[1]!)
    expect(examples).toHaveLength(2)
    for (const example of examples) expect(parseConfig('docs/configuration.md', example)).not.toEqual({})
  })

  it('name every dependency and no other', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    const rows = read('docs/architecture.md').split('| --- | --- |').at(-1) ?? ''
    for (const name of Object.keys({ ...manifest['dependencies'] })) expect(rows).toContain(name)
  })
})
