import type { HarnessRequest } from '../../../sandbox/harness/protocol.mts'
import type { CheckResult, TestResult } from '../../core/verdict/evidence.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

/** A command line that starts in a folder of the tree; '' is its top. Works alike in every box. */
export function startIn(dir: string, argv: string[]): string[] {
  return dir === '' ? argv : ['/bin/sh', '-c', 'cd "$0" && exec "$@"', `./${dir}`, ...argv]
}

/** What the runner of a folder is asked, in its own paths. */
export function askedIn(dir: string, request: HarnessRequest): HarnessRequest {
  if (dir === '') return request
  const own = (path: string) => (path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path)
  const { files, replay } = request
  return {
    ...request,
    files: files?.map(own) ?? null,
    ...(replay ? { replay: { ...replay, test: own(replay.test) } } : {}),
  }
}

/** What a runner or compiler said in a folder, in paths from the top of the tree. */
export function toldFrom(dir: string, findings: Findings): Findings {
  if (dir === '') return findings
  const placed = (path: string) => fromTop(`${dir}/${path}`)
  const { tests, problems, mutants, running } = findings
  return {
    ...findings,
    tests: tests.map((test) => testFrom(placed, test)),
    problems: problems.map(({ file, message }) => ({ file: file === null ? null : placed(file), message })),
    running: running !== null && tests.length === 0 && running.includes(' > ') ? placed(running) : running,
    ...(mutants
      ? { mutants: mutants.map((one) => (one.killers ? { ...one, killers: one.killers.map(placed) } : one)) }
      : {}),
  }
}

function testFrom(placed: (path: string) => string, test: TestResult): TestResult {
  return { ...test, id: placed(test.id), file: test.file === '' ? '' : placed(test.file) }
}

/** `packages/a/../b/x.ts` is `packages/b/x.ts`. Only the path's own steps count, so what follows ` > ` stays. */
function fromTop(path: string): string {
  let text = path
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(/(^|\/)(?!\.\.\/)[^/]+\/\.\.\//, '$1')
  }
  return text
}

/** A run from the top collects what lies in projects as well; there the project's own run counts. */
export function withoutInner(findings: Findings, inner: readonly string[]): Findings {
  const dirs = inner.filter((dir) => dir !== '')
  const isInner = (file: string | null) => file !== null && dirs.some((dir) => file.startsWith(`${dir}/`))
  if (dirs.length === 0 || !['passed', 'failed', 'broken'].includes(findings.status)) return findings
  const tests = findings.tests.filter(({ file }) => !isInner(file))
  const problems = findings.problems.filter(({ file }) => !isInner(file))
  if (tests.length === findings.tests.length && problems.length === findings.problems.length) return findings
  const passed = tests.some(({ status }) => status === 'passed')
  const failed = tests.some(({ status }) => status === 'failed')
  const own = problems.length > 0 ? findings.status : failed ? 'failed' : passed ? 'passed' : 'empty'
  return { ...findings, tests, problems, status: own }
}
