import type { EvidenceSummary, TaskOutcomeStatus, TaskResult } from '../core/event-parts.ts'
import type { EventOf } from '../core/events.ts'
import { bound, count, isUnasked, money, plural, shortHash, table, tokens, tookWords, withEarlier } from './format.ts'
import { blank, type Line, type Look, type Mark, markWidth, paragraph, type Step, spanOf, step } from './line.ts'
import { partsOf, sumInWords } from './teeth-sum.ts'
import { oneLine } from './text.ts'

const EXIT_WORDS: Record<number, string> = {
  1: 'the check found problems',
  2: 'usage, configuration, or a spec that cannot be run as written',
  3: 'not verified within its attempts',
  4: 'blocked, a person is needed',
  5: 'a limit of tokens, money or time is used up; the next run resumes',
  6: "the model's service: key, rate limit or outage; the next run resumes",
  7: 'no isolation, or a fault or service that this machine cannot provide',
  8: 'tampering: the patch reached for its judge, or a report was forged',
  9: 'git: the repository is not in a state to work on or to land in',
  10: 'environment: the base does not build or collect, or set-up failed',
  70: 'a bug in this program',
  130: 'interrupted; cleaned up, and the next run resumes',
}

/** What an exit code other than 0 means. */
export function exitWords(code: number, status: TaskOutcomeStatus): string {
  if (code === 3 && status === 'unverifiable') return 'no tests that can judge it came out'
  return EXIT_WORDS[code] ?? 'an exit code without a meaning of its own'
}

const MARKS: Partial<Record<TaskOutcomeStatus, Mark>> = {
  verified: 'good',
  checked: 'warn',
  nothing: 'none',
  blocked: 'warn',
  finding: 'warn',
  interrupted: 'warn',
  budget: 'warn',
}

export function markOf(status: TaskOutcomeStatus): Mark {
  return MARKS[status] ?? 'bad'
}

/** `5 seeds, at least 5,000 cases of each property`: the weakest claim is the one to state. */
export function propertyWords({ seeds, runs }: NonNullable<EvidenceSummary['property']>): string {
  return `${plural(seeds, 'seed')}, at least ${plural(runs, 'case')} of each property`
}

/** `red 3/3; green 3/3; property 5 seeds, ...`: only what there is. */
export function evidenceWords(e: EvidenceSummary): string {
  const { property, chaos, teeth } = e
  const limit = chaos && chaos.failed === 0 ? bound(chaos.schedules) : null
  return [
    e.red && `tests red ${e.red}${e.added ? `, ${count(e.added)} added later` : ''}`,
    e.guards && plural(e.guards, 'guard'),
    e.green && `tests green ${e.green}${kindWords(e)}`,
    property && `property ${propertyWords(property)}`,
    chaos &&
      `chaos ${count(chaos.failed)} of ${plural(chaos.schedules, 'schedule')} failed${limit ? ` (${limit})` : ''}`,
    teeth && `teeth ${sumInWords(partsOf(teeth))}`,
    e.suite && `suite ${e.suite}`,
    e.heldOut && `${plural(e.heldOut.seeds, 'held-out seed')} x ${plural(e.heldOut.runs, 'case')}`,
  ]
    .filter((part) => part)
    .join('; ')
}

/** ` (2 property tests, 4 examples)`: how many were run in many cases, which the words on properties count. */
function kindWords({ tests }: EvidenceSummary): string {
  if (!tests) return ''
  const kinds = [
    ...(tests.properties > 0 ? [plural(tests.properties, 'property test')] : []),
    ...(tests.examples > 0 ? [plural(tests.examples, 'example')] : []),
  ]
  return kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
}

function taskTable(tasks: TaskResult[], look: Look): Line[] {
  const indent = look.width < 60 ? 0 : markWidth(look) + 1
  const rows = tasks.map((t) => [
    oneLine(`${t.spec}/${t.task}`),
    t.status,
    count(t.attempts),
    t.commit === null ? '-' : shortHash(t.commit),
  ])
  const header = ['task', 'status', 'attempts', 'commit']
  const lines = table(rows, { header, align: 'llrl', indent, width: look.width, unicode: look.unicode })
  return lines.map((text, i) => ({ kind: 'key', spans: [i === 0 ? spanOf(text, 'dim') : spanOf(text)] }))
}

function oneTask(task: TaskResult): Omit<Step, 'mark'>[] {
  const commit = task.commit === null ? 'no commit' : `commit ${shortHash(task.commit)}`
  const evidence = evidenceWords(task.evidence)
  const steps = [{ label: 'task', text: `${task.spec}/${task.task}: ${plural(task.attempts, 'attempt')}, ${commit}` }]
  return evidence === '' ? steps : [...steps, { label: 'evidence', text: evidence }]
}

function estimateWords({ prompts, mean, worst }: NonNullable<EventOf<'run.result'>['estimate']>): string {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`
  return `our count of ${plural(prompts, 'prompt')} was off by ${share(mean)} on average, ${share(worst)} at most`
}

/** The command that tells the run once more, with all that a screen has no room for. */
function reportHint(journal: string, { command = 'npx agent' }: Look): Omit<Step, 'mark'> {
  // Without its id it is the last run, and the line is short enough to be copied whole.
  const run = command.includes(' --cwd ') ? '' : ` ${journal.split(/[\\/]/).at(-1)}`
  return { label: 'report', text: `${command} report${run} --html .agent/report.html` }
}

function tokensOf({ tokens: usage }: EventOf<'run.result'>, earlier: { input: number; output: number }): string {
  const words = tokens(usage).replace(' tokens in', ' in')
  const more = withEarlier(usage, earlier)
  return more === '' ? words : `this run ${words}${more}`
}

/** The end of a run: what was done, what it cost (`earlier`: what the runs that it goes on with were billed for answers that it took over, and how long they took), where the journal lies, and the exit code in words unless it is 0. */
export function summary(
  result: EventOf<'run.result'>,
  ms: number,
  look: Look,
  earlier = { input: 0, output: 0, ms: 0 },
): Line[] {
  const { status, tasks, exitCode } = result
  const mark = markOf(status)
  const style = mark === 'none' ? undefined : mark
  // Of what never was a run there is nothing to count.
  const noRun = status === 'nothing' && result.journal === null
  const details = noRun
    ? []
    : [
        ...(tasks.length === 1 ? oneTask(tasks[0]!) : []),
        { label: 'tokens', text: tokensOf(result, earlier) },
        ...(isUnasked(result) ? [] : [{ label: 'money', text: money(result.usd) }]),
        ...(result.estimate ? [{ label: 'estimate', text: estimateWords(result.estimate) }] : []),
        { label: 'time', text: tookWords(ms, earlier.ms) },
        ...(result.journal === null
          ? []
          : [{ label: 'journal', text: result.journal }, reportHint(result.journal, look)]),
      ]
  const head = {
    mark,
    label: status,
    text: result.message,
    kind: 'key',
    aligned: true,
    ...(style ? { style } : {}),
  } as const
  const lines = [
    blank('key'),
    ...step(look, head),
    ...(tasks.length > 1 ? taskTable(tasks, look) : []),
    ...details.flatMap((d) => step(look, { mark: 'none', kind: 'key', aligned: true, ...d })),
  ]
  if (exitCode === 0) return lines
  const { page = (place: string) => place } = look
  return [
    ...lines,
    ...paragraph(
      look,
      `exit ${exitCode}: ${exitWords(exitCode, status)}; see ${page(`docs/troubleshooting.md#exit-${exitCode}`)}`,
      'key',
      'bold',
    ),
  ]
}
