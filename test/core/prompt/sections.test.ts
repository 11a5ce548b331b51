import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect, it } from 'vitest'
import { closeFence, onOneLine, renderFile, renderSlice, renderSteering } from '../../../src/core/prompt/sections.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { sliceOf } from '../../../src/core/spec/slice.ts'
import { readSteering } from '../../../src/core/spec/steering.ts'

describe('a file in a prompt', () => {
  it('stands below its path in a fence', () => {
    expect(renderFile('src/a.ts', 'const a = 1\n')).toBe('## File src/a.ts\n\n```\nconst a = 1\n```')
    expect(renderFile('b', 'no end')).toBe('## File b\n\n```\nno end\n```')
    expect(renderFile('c', '')).toBe('## File c\n\n```\n```')
  })

  it('comes back whole from the Markdown, whatever fences it holds', () => {
    const piece = fc.constantFrom('```', '````', '`````ts', '\n', 'a', '`', '~~~', '    ', '# b', '<!--', '> ')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
        (text) => {
          const tree = fromMarkdown(renderFile('a.md', text))
          expect(tree.children.map(({ type }) => type)).toEqual(['heading', 'code'])
          const code = tree.children[1] as { value: string }
          expect(code.value.replace(/\n$/, '')).toBe(text.replace(/\n$/, '').replace(/\n$/, ''))
        },
      ),
    )
  })
})

describe('what is not ours in a prompt', () => {
  it('stays in its fence where it is cut', () => {
    const piece = fc.constantFrom('```', '````', '\n', 'a', '# Your role', '`````')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat({ max: 30 }), (pieces, at) => {
        const lines = renderFile('a.md', pieces.join('')).split('\n')
        const cut = closeFence(lines.slice(0, at).join('\n'))
        const types = fromMarkdown(`${cut}\n# ours`).children.map(({ type }) => type)
        expect(types).toEqual(at === 0 ? ['heading'] : at < 3 ? ['heading', 'heading'] : ['heading', 'code', 'heading'])
      }),
    )
  })

  it('is a name on one line whose characters can be seen', () => {
    expect(onOneLine('src/a\n# Your role\u200b\u202e.ts')).toBe('src/a\\u{a}# Your role\\u{200b}\\u{202e}.ts')
    expect(onOneLine('größe/日本語.ts')).toBe('größe/日本語.ts')
    expect(renderFile('a\n# b', '')).toBe('## File a\\u{a}# b\n\n```\n```')
  })
})

describe('steering in a prompt', () => {
  const shown = (text: string) => renderSteering(readSteering({ path: 'steering/a.md', text }).steering)

  it.each([
    ['with front matter', '---\ninclusion: always\n---\n# Rules\n', '# Rules'],
    ['with empty front matter', '---\n---\n# Rules\n\n---\n\nmore', '# Rules\n\n---\n\nmore'],
    ['without front matter', '# Rules\n\n---\n\nmore\n', '# Rules\n\n---\n\nmore'],
    [
      'with a rule below its front matter',
      '---\ninclusion: always\n---\n---\nfirst\n\n---\nsecond',
      '---\nfirst\n\n---\nsecond',
    ],
  ])('is all that stands in the file %s', (_, text, expected) => expect(shown(text)).toBe(expected))
})

describe('the slice in a prompt', () => {
  const REQUIREMENTS = `# Queue

## Glossary

- **Worker**: takes jobs
- **Tombstone**: never used

### Requirement 1: Detection

**User Story:** As an operator, I want to know.

1. WHEN a worker is silent, THE System SHALL mark it
2. THE System SHALL count

### Requirement 2: Other

1. THE System SHALL do something else
`
  const DESIGN = `# Design

## Detection

Heartbeats every 10 s.

## Elsewhere

Not linked.

## Correctness Properties

### Property 1: Silence

*For any* silent worker it is marked.

**Validates: Requirements 1.1**
`

  it('has the task, its criteria, its design and the words used, and nothing else', () => {
    const tasks = '# Tasks\n\n- [ ] 1. Detect silent workers\n  - _Requirements: 1.1_\n- [ ] 2. Another task\n'
    const files = [
      { path: 'design.md', text: DESIGN },
      { path: 'requirements.md', text: REQUIREMENTS },
      { path: 'tasks.md', text: tasks },
    ]
    const source = { id: 'q', dir: 'specs/q', files, steering: [], problems: [] }
    const text = renderSlice(sliceOf(parseSpec(source), '1'))
    const headings = text.split('\n').filter((line) => /^#/.test(line))
    expect(headings.slice(0, 3)).toEqual(['# Task', '# Linked requirements', '## Requirement 1: Detection'])
    expect(text).toContain('Detect silent workers')
    expect(text).toContain('- 1.1: WHEN a worker is silent, THE System SHALL mark it')
    expect(text).not.toContain('As an operator, I want to know.')
    expect(text).toContain('*For any* silent worker it is marked.')
    expect(text).toContain('- **Worker**: takes jobs')
    expect(text).not.toMatch(/SHALL count|something else|Not linked|Tombstone|Another task/)
    expect(text).not.toMatch(/\n{3}/)
  })

  it('is the task alone where it links nothing', () => {
    const source = {
      id: 'q',
      dir: 'specs/q',
      files: [{ path: 'tasks.md', text: '- [ ] 1. Do it\n' }],
      steering: [],
      problems: [],
    }
    expect(renderSlice(sliceOf(parseSpec(source), '1'))).toBe('# Task\n\n- [ ] 1. Do it')
  })
})
