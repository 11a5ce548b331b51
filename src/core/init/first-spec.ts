/** A line of the template that is meant to be written anew: where it stands, and what it says. */
export interface Edit {
  path: string
  /** 1-based. */
  line: number
  what: string
}

const REQUIREMENTS = `# Requirements: first

### Requirement 1: Slugs

**User Story:** As an author, I want titles turned into addresses, so that links can be read.

#### Acceptance Criteria

1. THE Slugifier SHALL answer lower-case letters, digits and single hyphens, with no hyphen at either end.
`

const DESIGN = (offers: string) => `# Design: first

## Slugs

${offers}

**Validates: Requirements 1.1**
`

const TASKS = `# Tasks: first

- [ ] 1. Implement slugs
  - Property: Every answer is letters a to z, digits and single hyphens between them, or empty
  - Test: Property-based test
  - Validates: Requirements 1.1
`

const exported = (path: string) => `\`${path}\` exports \`slugify(title)\`, which takes a string and answers a string.`
const SOURCES: [language: string, offers: string][] = [
  ['TypeScript', exported('src/slugify.ts')],
  ['Python', exported('slugify.py')],
  ['Go', '`slug/slug.go`, package `slug`, has `func Slugify(title string) string`.'],
]

/** A spec of one task that runs as it is, and the three lines that make it another one. */
export function firstSpec(languages: readonly string[]): { files: Record<string, string>; edits: Edit[] } {
  const dir = 'specs/first'
  const files: Record<string, string> = {
    [`${dir}/requirements.md`]: REQUIREMENTS,
    [`${dir}/design.md`]: DESIGN(
      SOURCES.find(([language]) => languages.includes(language))?.[1] ?? exported('src/slugify.js'),
    ),
    [`${dir}/tasks.md`]: TASKS,
  }
  const edit = (name: string, start: string, what: string): Edit => {
    const path = `${dir}/${name}`
    return { path, line: files[path]!.split('\n').findIndex((line) => line.startsWith(start)) + 1, what }
  }
  return {
    files,
    edits: [
      edit('requirements.md', '1. THE', 'what must hold'),
      edit('design.md', '`', 'which file offers what'),
      edit('tasks.md', '- [ ] 1.', 'what is to be done'),
    ],
  }
}
