import type { FileChange } from '../core/patch/patch.ts'
import { failedCode, testAlone } from '../core/prompt/failed-tests.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { describeFailures, tellingFirst } from '../core/verdict/feedback.ts'

/** Rank of what was answered in earlier attempts: dropped before anything else. */
const EARLIER = 6
/** Characters of test code that one failure brings; the test that says most is shown whole however long it is. */
const MOST_CODE = 4_000
const MOST_TESTS = 3

export interface Red {
  reason: string
  failed: TestResult[]
}

/**
 * A previous answer of the same role and what was wrong with it. When a prompt would be too long, the answer itself goes
 * first: what was wrong with it helps more.
 */
export function pastParts(source: string, answer: string, problem: string): Part[] {
  return [
    { kind: 'past', source, text: `# Your previous answer\n\n${answer.trim()}`, mandatory: false },
    {
      kind: 'past',
      source: `${source}: what is wrong`,
      text: `# What is wrong with it\n\n${problem.trim()}`,
      mandatory: true,
    },
  ]
}

/** Of earlier attempts the answers go first when there is no room; while there is, a cache has seen them. */
export function faded(part: Part): Part {
  return part.kind === 'past' && !part.mandatory ? { ...part, rank: EARLIER } : part
}

/**
 * What an attempt adds to the questions after it: its answer whole, the counterexamples, and the code of the tests that
 * say most, where `trail` does not hold it yet. Nothing before it changes, so that it stays a prefix.
 */
export function failedParts(
  attempt: number,
  answer: string,
  { reason, failed }: Red,
  frozen: readonly FileChange[],
  trail: readonly Part[],
): Part[] {
  const next: Part = {
    kind: 'past',
    source: 'what to do now',
    text: 'Your previous attempt failed; above you see it whole with its counterexample. Find the cause before you write. You start again from the files as shown, so answer with the complete patch. Where the test itself goes against the specification, answer `BLOCKED: test contradicts requirement` and its id; where existing tests use an interface that the specification changes, `BLOCKED: interface`.',
    mandatory: true,
  }
  const problem = describeFailures(reason, failed)
  return [...pastParts(`attempt ${attempt}`, answer, problem), ...codeOf(failed, frozen, trail), next]
}

/**
 * Of each file with tests that failed: those that say most, within a length, with what stands beside them. Where an
 * earlier attempt brought that already, the test that says most alone, and only if it is new.
 */
function codeOf(failed: readonly TestResult[], frozen: readonly FileChange[], trail: readonly Part[]): Part[] {
  const telling = tellingFirst(failed).slice(0, MOST_TESTS)
  const parts: Part[] = []
  for (const { path, content } of frozen) {
    const [first, ...others] = telling.filter(({ file }) => file === path).map(({ name }) => name)
    if (first === undefined) continue
    const shown = trail.filter((part) => part.kind === 'past' && part.source === path)
    if (shown.some(({ text }) => text.includes(first))) continue
    const all = content ?? ''
    const code = shown.length > 0 ? testAlone(path, all, first) : failedCode(path, all, [first, ...others], MOST_CODE)
    if (code === null) continue
    const shownNow = `# Code of tests that failed (frozen)\n\n${renderFile(path, code)}`
    parts.push({ kind: 'past', source: path, text: shownNow, mandatory: false })
  }
  return parts
}
