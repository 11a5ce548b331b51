import { block, creates } from './clamp.ts'
import { goModule } from './go.ts'
import type { Files } from './repository.ts'

/** A job queue in Go, small enough to be judged in seconds. */
export async function goQueueSpec(): Promise<Files> {
  return {
    ...(await goModule()),
    'package.json': null,
    '.gitignore': '.agent/\n',
    'specs/limits/requirements.md': null,
    'specs/limits/design.md': null,
    'specs/limits/tasks.md': null,
    'specs/jobs/requirements.md': `# Requirements: jobs

### Requirement 1: Order

**User Story:** As a client, I want urgent jobs first, so that they do not wait.

#### Acceptance Criteria

1. WHEN a job is taken, THE Queue SHALL answer a waiting job of the highest priority.
2. WHEN several waiting jobs have that priority, THE Queue SHALL answer the one that was put first.
3. WHEN no job waits, THE Queue SHALL answer false.
`,
    'specs/jobs/design.md': `# Design: jobs

## Order

\`queue/queue.go\` has the type \`Queue\` with \`Put(name string, priority int)\` and \`Take() (string, bool)\`.
`,
    'specs/jobs/tasks.md': `# Tasks: jobs

- [ ] 1. Implement the queue
  - Property: Jobs come out by priority, then in the order in which they were put
  - Test: Property-based test
  - Validates: Requirements 1.1, 1.2, 1.3
`,
  }
}

export const GO_STUB = `// Package queue holds jobs until somebody takes them.
package queue

type job struct {
	name     string
	priority int
}

// Queue answers jobs by priority.
type Queue struct {
	waiting []job
}

// Put adds a job.
func (q *Queue) Put(name string, priority int) {
	panic("not implemented")
}

// Take answers the next job; false: none waits.
func (q *Queue) Take() (string, bool) {
	panic("not implemented")
}
`

const GO_TEST = `package queue_test

import (
	"fmt"
	"sort"
	"testing"

	"example.com/jobs/queue"
	"pgregory.net/rapid"
)

func TestJobsComeByPriorityThenInOrder_1_1_1_2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		priorities := append([]int{3}, rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(t, "priorities")...)
		q := &queue.Queue{}
		order := make([]int, len(priorities))
		for at, priority := range priorities {
			q.Put(fmt.Sprint("job-", at), priority)
			order[at] = at
		}
		sort.SliceStable(order, func(i, j int) bool { return priorities[order[i]] > priorities[order[j]] })
		for _, at := range order {
			name, ok := q.Take()
			if want := fmt.Sprint("job-", at); !ok || name != want {
				t.Fatalf("Take() = %q, %v, want %q", name, ok, want)
			}
		}
	})
}

func TestAnEmptyQueueAnswersFalse_1_3(t *testing.T) {
	q := &queue.Queue{}
	q.Put("a", 1)
	if name, ok := q.Take(); !ok || name != "a" {
		t.Errorf("Take() = %q, %v, want a", name, ok)
	}
	if _, ok := q.Take(); ok {
		t.Error("a job came out of an empty queue")
	}
}
`

export const GO_AUTHOR = creates({ 'queue/queue_test.go': GO_TEST, 'queue/queue.go': GO_STUB })

const BODY = `func (q *Queue) Put(name string, priority int) {
	q.waiting = append(q.waiting, job{name, priority})
}

// Take answers the next job; false: none waits.
func (q *Queue) Take() (string, bool) {
	if len(q.waiting) == 0 {
		return "", false
	}
	best := 0
	for at := 1; at < len(q.waiting); at++ {
		if q.waiting[at].priority > q.waiting[best].priority {
			best = at
		}
	}
	found := q.waiting[best]
	q.waiting = append(q.waiting[:best], q.waiting[best+1:]...)
	return found.name, true
}
`
export const GO_RIGHT = GO_STUB.slice(0, GO_STUB.indexOf('func ')) + BODY
/** The last of several equal ones comes first. */
export const GO_WRONG = GO_RIGHT.replace('.priority > q', '.priority >= q')

/** An implementer's reply on the stub of the queue. */
export const implementGo = (code: string, more = '') => `Done.\n\n${block('queue/queue.go', GO_STUB, code)}${more}`
