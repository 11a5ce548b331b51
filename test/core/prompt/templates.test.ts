import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkTemplate, fill } from '../../../src/core/prompt/templates.ts'
import { ROLES } from '../../../src/core/settings.ts'
import { loadTemplates } from '../../../src/io/templates.ts'

describe('a template', () => {
  it('takes a value in every slot, as often as it has it', () => {
    expect(fill('{{a}} and {{b}}, {{a}}', { a: 'x', b: 'y' })).toBe('x and y, x')
  })

  it('takes values as they are', () => {
    const hostile = fc.constantFrom('{{b}}', '$&', '$1', '{{', '}}', 'a', '\n')
    fc.assert(
      fc.property(
        fc.array(hostile).map((parts) => parts.join('')),
        (value) => {
          expect(fill('<{{a}}>', { a: value })).toBe(`<${value}>`)
        },
      ),
    )
  })

  it('without a value for a slot is our bug, also where the slot has a name that every object knows', () => {
    expect(() => fill('{{a}} {{b}}', { a: '' })).toThrow('{{b}}')
    expect(() => fill('{{toString}}', {})).toThrow('{{toString}}')
  })

  it('with a broken slot is our bug, and the line is named', () => {
    for (const broken of ['{{ a }}', '{{a', 'a}}', '{{a-b}}', '{{a}'])
      expect(() => fill(`fine\nhere ${broken} it is`, { a: '' })).toThrow('broken slot: here')
    expect(() => fill('{{a', {})).toThrow('broken slot')
  })

  it('without a slot for a value is our bug', () => {
    expect(() => fill('{{a}}', { a: '', b: '', c: '' })).toThrow('no slot for b, c')
  })
})

describe('the template of a role', () => {
  it('is refused with file and line before anything is asked, where its slots are not those that it is given', () => {
    const check = (text: string) => () => checkTemplate('prompts/author.md', text, ['framework'])
    expect(check('a\n{{framework}}\n')).not.toThrow()
    expect(check('a\n{{framework}} {{name}}')).toThrow(
      'prompts/author.md:2: there is no value for {{name}}; slots here: framework',
    )
    expect(check('a\nb\n{{ framework }}')).toThrow(
      'prompts/author.md:3: a slot is written {{name}}, found: {{ framework }}',
    )
    expect(check('{{framework}} and }}')).toThrow('prompts/author.md:1: a slot is written')
    expect(check('nothing')).toThrow('prompts/author.md: {{framework}} is missing')
  })

  it('says who is asked, and belongs to the version that commits name', async () => {
    const templates = await loadTemplates()
    for (const role of ROLES) expect(templates[role]).toMatch(/^# Your role: [a-z ]+\n/)
    expect(new Set(ROLES.map((role) => templates[role].split('\n')[0])).size).toBe(ROLES.length)
    const folder = await mkdtemp(join(tmpdir(), 'specproof-templates-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await cp(join(import.meta.dirname, '../../../prompts'), folder, { recursive: true })
    expect((await loadTemplates(folder)).version).toBe(templates.version)
    await writeFile(join(folder, 'arbiter.md'), `${templates.arbiter}More.\n`)
    expect((await loadTemplates(folder)).version).not.toBe(templates.version)
    await writeFile(join(folder, 'arbiter.md'), `${templates.arbiter}{{more}}\n`)
    await expect(loadTemplates(folder)).rejects.toThrow(
      /^prompts\/arbiter\.md:\d+: there is no value for \{\{more\}\}; slots here: none$/,
    )
  })
})
