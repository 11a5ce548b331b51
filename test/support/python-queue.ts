import { block, creates } from './clamp.ts'
import type { Files } from './repository.ts'

/** A job queue in Python, in two tasks that are small enough to be judged in seconds. */
export const QUEUE_SPEC: Files = {
  'package.json': null,
  '.gitignore': '.venv\n__pycache__/\n.agent/\n',
  'pyproject.toml': '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
  'specs/limits/requirements.md': null,
  'specs/limits/design.md': null,
  'specs/limits/tasks.md': null,
  'specs/jobs/requirements.md': `# Requirements: jobs

### Requirement 1: Order

**User Story:** As a client, I want urgent jobs first, so that they do not wait.

#### Acceptance Criteria

1. WHEN a job is taken, THE Queue SHALL answer a waiting job of the highest priority.
2. WHEN several waiting jobs have that priority, THE Queue SHALL answer the one that was put first.
3. WHEN no job waits, THE Queue SHALL answer None.

### Requirement 2: Retries

**User Story:** As an operator, I want failed jobs tried again a few times, so that one fault loses none.

#### Acceptance Criteria

1. WHEN an attempt of a job fails, THE Retries SHALL allow another one until 3 attempts have failed.
2. WHEN 3 attempts of a job have failed, THE Retries SHALL allow no further one.
`,
  'specs/jobs/design.md': `# Design: jobs

## Order

\`src/jobs/queue.py\` has the class \`Queue\` with \`put(name: str, priority: int) -> None\` and \`take() -> str | None\`.

## Retries

\`src/jobs/retries.py\` has the class \`Retries\` with \`failed(name: str) -> bool\`: counts a failed attempt of the job and answers whether
another one is allowed.
`,
  'specs/jobs/tasks.md': `# Tasks: jobs

- [ ] 1. Implement the queue
  - Property: Jobs come out by priority, then in the order in which they were put
  - Test: Property-based test
  - Validates: Requirements 1.1, 1.2, 1.3

- [ ] 2. Implement retries
  - Property: A job is allowed exactly 3 attempts
  - Test: Property-based test
  - Validates: Requirements 2.1, 2.2
  - Depends: 1
`,
}

export const QUEUE_STUB = `class Queue:
    def __init__(self) -> None:
        self.waiting: list[tuple[int, str]] = []

    def put(self, name: str, priority: int) -> None:
        raise NotImplementedError

    def take(self) -> str | None:
        raise NotImplementedError
`

const QUEUE_TEST = `from hypothesis import given, strategies as st

from jobs.queue import Queue

PRIORITIES = st.lists(st.integers(min_value=0, max_value=3), max_size=12)


@given(PRIORITIES)
def test_jobs_come_by_priority_then_in_order_1_1_1_2(priorities):
    queue = Queue()
    for at, priority in enumerate([7, *priorities]):
        queue.put(f"job-{at}", priority)
    expected = sorted(enumerate([7, *priorities]), key=lambda one: (-one[1], one[0]))
    taken = [queue.take() for _ in expected]
    assert taken == [f"job-{at}" for at, _ in expected]


@given(PRIORITIES)
def test_an_empty_queue_answers_none_1_3(priorities):
    queue = Queue()
    for at, priority in enumerate([0, *priorities]):
        queue.put(f"job-{at}", priority)
    taken = [queue.take() for _ in [0, *priorities]]
    assert None not in taken
    assert queue.take() is None
`

export const QUEUE_AUTHOR = creates({
  'tests/test_queue.py': QUEUE_TEST,
  'src/jobs/__init__.py': '"""Jobs."""\n',
  'src/jobs/queue.py': QUEUE_STUB,
})

const QUEUE_RIGHT = `class Queue:
    def __init__(self) -> None:
        self.waiting: list[tuple[int, str]] = []

    def put(self, name: str, priority: int) -> None:
        self.waiting.append((priority, name))

    def take(self) -> str | None:
        if len(self.waiting) == 0:
            return None
        best = 0
        for at in range(1, len(self.waiting)):
            if self.waiting[at][0] > self.waiting[best][0]:
                best = at
        return self.waiting.pop(best)[1]
`

/** An implementer's reply on the stub of the queue. */
export const implementQueue = (code: string, more = '') =>
  `Done.\n\n${block('src/jobs/queue.py', QUEUE_STUB, code)}${more}`

/** The last of several equal ones comes first. */
export const QUEUE_WRONG = QUEUE_RIGHT.replace('] > self', '] >= self')
export { QUEUE_RIGHT }

const RETRIES_STUB = `class Retries:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def failed(self, name: str) -> bool:
        raise NotImplementedError
`

const RETRIES_TEST = `from hypothesis import given, strategies as st

from jobs.retries import Retries


@given(st.lists(st.sampled_from(["a", "b"]), max_size=10))
def test_three_attempts_are_allowed_2_1_2_2(names):
    retries = Retries()
    counts = {}
    for name in ["a", *names]:
        counts[name] = counts.get(name, 0) + 1
        assert retries.failed(name) == (counts[name] < 3)
`

export const RETRIES_AUTHOR = creates({ 'tests/test_retries.py': RETRIES_TEST, 'src/jobs/retries.py': RETRIES_STUB })
export const RETRIES_RIGHT = `Counted by name.\n\n${block(
  'src/jobs/retries.py',
  RETRIES_STUB,
  `MOST = 3


class Retries:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def failed(self, name: str) -> bool:
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name] < MOST
`,
)}`
