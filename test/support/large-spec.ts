import { parseSpec } from '../../src/core/spec/parse.ts'
import type { Spec } from '../../src/core/spec/spec.ts'

const TOPICS = ['payments', 'refunds', 'invoices', 'shipping', 'returns', 'search', 'accounts', 'reports']

/** A spec of `n` requirements, each with two criteria, a design section with a property, a term and a task of its own. */
export function largeSpec(n: number): { spec: Spec; texts: string } {
  const topic = (at: number) => `${TOPICS[at % TOPICS.length]}${at}`
  const each = (text: (at: number) => string) => Array.from({ length: n }, (_, at) => text(at + 1)).join('\n')
  const requirements = `# Requirements: shop

## Glossary

${each((at) => `- **Ledger${at}**: where ${topic(at)} are kept, beside an Account${at}`)}

## Requirements

${each(
  (at) => `### Requirement ${at}: ${topic(at)}

**User Story:** As a customer, I want ${topic(at)}, so that I can rely on them.

#### Acceptance Criteria

1. WHEN a customer asks for ${topic(at)}, THE Shop SHALL answer from Ledger${at} within 200 ms.
2. IF Ledger${at} holds nothing, THEN THE Shop SHALL answer with an empty list.
`,
)}`
  const design = `# Design: shop

Everything is handed in.

${each(
  (at) => `## Module ${at}

\`src/module${at}.ts\` answers for ${topic(at)}.

\`\`\`ts
export function ask${at}(customer: string): string[]
\`\`\`

### Property ${at}: ${topic(at)} are complete

*For any* customer all ${topic(at)} of Ledger${at} are answered.

**Validates: Requirements ${at}.1, ${at}.2**
`,
)}`
  const tasks = `# Tasks\n\n${each((at) => `- [ ] ${at}. Answer ${topic(at)}\n  - Test: Property-based test\n  - Validates: Requirements ${at}.1, ${at}.2\n`)}`
  const files = [
    { path: 'design.md', text: design },
    { path: 'requirements.md', text: requirements },
    { path: 'tasks.md', text: tasks },
  ]
  return {
    spec: parseSpec({ id: 'shop', dir: 'specs/shop', files, steering: [], problems: [] }),
    texts: files.map(({ text }) => text).join('\n'),
  }
}
