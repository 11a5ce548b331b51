import { parseSpec } from '../../../src/core/spec/parse.ts'
import type { SpecSource } from '../../../src/core/spec/source.ts'
import type { Spec } from '../../../src/core/spec/spec.ts'

/** A small job queue: the design and tasks of the article that this project starts from, with requirements of our own around them. */
export const REQUIREMENTS = `# Job queue

A queue that keeps its promises when machines fail.

## Glossary

- **Worker**: a process that takes jobs from the Leader
- **Leader**: the one coordinator of a term
- **Tombstone**: never used here

## Requirements

### Requirement 3.1: Single coordinator

**User Story:** As an operator, I want one coordinator,
so that jobs are not handed out twice.

THE System SHALL have at most one leader per term.

### Requirement 3.2: Priority scheduling

#### Acceptance Criteria

1. WHEN a worker asks for a job, THE System SHALL hand out the job with the highest priority
2. THE System SHALL accept 10,000 jobs/second

### Requirement 3.3: Failure detection

WHEN a worker fails to send a heartbeat for 30 seconds,
THE System SHALL mark the worker as failed and reassign its jobs

WHEN a worker reconnects after being marked failed,
THE System SHALL reject duplicate job completions using idempotency keys

### Requirement 3.4: Reassignment

1. IF a network partition occurs, WHEN the partition heals,
   THE System SHALL use vector clocks to resolve conflicting state
2. THE System SHALL reassign jobs within 60 s
`

export const DESIGN = `# Design

## Coordination Protocol

**Leader Election**: Use Raft consensus for coordinator selection
- **Property**: At most one leader per term
- **Validates**: Requirement 3.1 (single coordinator)

**Work Distribution**: Leader assigns jobs via priority queue
- **Property**: Higher priority jobs assigned first
- **Validates**: Requirement 3.2 (priority scheduling)

**Failure Detection**: Heartbeat-based with 30s timeout
- **Property**: Failed workers detected within 45s
- **Validates**: Requirement 3.3 (failure detection)
`

export const TASKS = `# Tasks

- [ ] 1. Implement heartbeat mechanism
  - Property: Workers send heartbeat every 10s
  - Test: Property-based test with simulated clock
  - Validates: Requirement 3.3

- [ ] 2. Implement failure detection
  - Property: Workers marked failed after 30s silence
  - Test: Chaos test with network partition
  - Validates: Requirement 3.3

- [ ] 3. Implement job reassignment
  - Property: Failed worker's jobs reassigned within 60s
  - Test: Integration test with worker crash
  - Validates: Requirement 3.4
`

/** The text of the three files, null where one does not exist, and whatever else a source has. */
export interface Parts extends Partial<SpecSource> {
  requirements?: string | null
  design?: string | null
  tasks?: string | null
}

export function source(parts: Parts): SpecSource {
  const { requirements, design, tasks, files = [], ...rest } = parts
  const named = { 'design.md': design, 'requirements.md': requirements, 'tasks.md': tasks }
  const three = Object.entries(named).flatMap(([path, text]) => (text == null ? [] : [{ path, text }]))
  return { id: 'job-queue', dir: 'specs/job-queue', steering: [], problems: [], ...rest, files: [...three, ...files] }
}

export function spec(parts: Parts = {}): Spec {
  return parseSpec(source({ requirements: REQUIREMENTS, design: DESIGN, tasks: TASKS, ...parts }))
}

/** The spec of the fixture with other tasks. */
export function withTasks(tasks: string): Spec {
  return spec({ tasks })
}

/** Code and line of each diagnostic of a spec, for short expectations. */
export function codes(from: Spec): string[] {
  return from.diagnostics.map(({ code, file, line }) => `${code} ${file.split('/').at(-1)}:${line}`)
}
