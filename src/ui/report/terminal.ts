import { intensity } from '../check-lines.ts'
import { replayLine } from '../counterexample.ts'
import { duration, plural, shortHash, shortRef, tookWords } from '../format.ts'
import { blank, indented, type Line, type Look, paragraph, paragraphs, type Step, step } from '../line.ts'
import { modelWords } from '../names.ts'
import { expectsRed } from '../state.ts'
import { evidenceWords, exitWords } from '../summary.ts'
import { teethWords } from '../teeth-lines.ts'
import { oneLine, truncate, withoutHalfCode, wrap } from '../text.ts'
import type { AttemptStory, Moment, Story, TaskStory } from './story.ts'
import { allowingWords } from './teeth-gaps.ts'
import { attemptName, gapsTitle, landedWords, outcomeOf, spentWords, statusOf, titleOf, toneOf } from './words.ts'

/** The run in a page or two: each task with its attempts, evidence, cost, and what was not verified. `whole`: words of a spec are not shortened. */
export function reportLines(story: Story, look: Look, whole = true): Line[] {
  const { run, result } = story
  const line = (label: string, text: string | null): Line[] => (text === null ? [] : row(look, { label, text }))
  const outcome = outcomeOf(story)
  const exit =
    result !== null && result.exitCode !== 0
      ? `exit ${result.exitCode}: ${exitWords(result.exitCode, result.status)}`
      : null
  return [
    ...wrap(oneLine(titleOf(story)), look.width).map((text) => indented(0, text, 'key', 'bold')),
    ...row(look, { label: 'outcome', text: `${outcome.status}: ${outcome.message}`, mark: outcome.tone }),
    ...line('exit', exit),
    ...line('model', run ? modelWords(run.model) : null),
    ...line('began', run && `at ${shortHash(run.base)}${run.branch === null ? '' : ` on ${shortRef(run.branch)}`}`),
    ...line('box', story.isolation?.level ?? null),
    ...story.notes.flatMap((note) => line('note', note)),
    ...story.tasks.flatMap((task) => taskLines(whole ? task : shortened(task, look), run?.replays !== undefined, look)),
    blank('key'),
    ...line('cost', spentWords(story.spent)),
    ...line('time', tookWords(story.ms, run?.earlierMs, story.spent.earlier.calls > 0)),
    ...line('journal', run?.journal ?? null),
  ]
}

const row = (look: Look, options: Pick<Step, 'label' | 'text'> & Partial<Step>) =>
  step(look, { mark: 'none', kind: 'key', aligned: true, ...options })

function taskLines(task: TaskStory, isReplay: boolean, look: Look): Line[] {
  const status = statusOf(task)
  const { commit, landed } = task
  const evidence = task.result === null ? '' : evidenceWords(task.result.evidence)
  const teeth = task.attempts.flatMap(({ moments }) => moments).findLast((one) => one.type === 'teeth.finished')
  const line = (label: string, text: string) => (text === '' ? [] : row(look, { label, text }))
  return [
    blank('key'),
    ...wrap(`${oneLine(`${task.spec}/${task.task}`)}  ${oneLine(task.title)}`, look.width).map((text) =>
      indented(0, text, 'key', 'bold'),
    ),
    ...(task.requirement === null ? [] : paragraphs(look, task.requirement, 'key')),
    ...row(look, { label: status, text: task.atWork ? '' : (task.verdict?.summary ?? ''), mark: toneOf(status) }),
    ...line('bound', task.atWork ? '' : (task.verdict?.bound ?? '')),
    ...line('evidence', evidence),
    ...task.attempts.flatMap((attempt) => attemptLines(attempt, look)),
    ...(teeth?.type === 'teeth.finished' ? line('teeth', teethWords(teeth)) : []),
    ...line(
      'commit',
      commit === null
        ? ''
        : `${shortHash(commit.commit)} ${commit.subject}${landed?.ref ? ` on ${landedWords(task, isReplay)}` : ''}`,
    ),
    ...line('cost', `${spentWords(task.spent)}; ${duration(task.end - task.start)}`),
    ...(task.gaps.length > 0 ? paragraph(look, `${gapsTitle(task)}:`, 'key') : []),
    ...task.gaps.flatMap((text) => row(look, { label: '', text, mark: 'warn' })),
  ]
}

/** Two lines: most criteria are shorter. */
const MOST_WORDS = 200

/** The same, where long words that allow a wrong version are cut: the page has them whole. */
function shortened(task: TaskStory, { unicode }: Look): TaskStory {
  const teeth = task.attempts.at(-1)?.moments.filter((one) => one.type === 'teeth.finished') ?? []
  const words = teeth.flatMap(allowingWords)
  const mark = unicode ? '…' : '...'
  const cut = (gap: string) =>
    words.reduce(
      (text, one) =>
        text.replaceAll(one, () =>
          one.length > MOST_WORDS ? `${withoutHalfCode(truncate(one, MOST_WORDS, mark))}"` : one,
        ),
      gap,
    )
  return { ...task, gaps: task.gaps.map(cut) }
}

/** What an attempt came to: its seeds where it held, the smallest failing case where it did not. Without a verdict it has no mark. */
function attemptLines({ n, moments, start, end }: AttemptStory, look: Look): Line[] {
  const label = n === 0 ? 'tests' : attemptName(n).toLowerCase()
  const { text, mark } = cameTo(moments)
  return row(look, { label, text, mark, time: duration(end - start) })
}

function cameTo(moments: readonly Moment[]): Pick<Step, 'text' | 'mark'> {
  const red = moments.find(
    (one) =>
      one.type === 'check.finished' && !expectsRed(one.stage) && one.status !== 'passed' && one.status !== 'empty',
  )
  if (red) return { text: failure(red), mark: 'bad' }
  const refused = moments.find((one) => one.type === 'patch.refused')
  if (refused) return { text: `patch refused: ${refused.reasons[0]?.message ?? ''}`, mark: 'bad' }
  const frozen = moments.find((one) => one.type === 'tests.frozen')
  if (frozen) return { text: `${plural(frozen.tests, 'test')} frozen, red ${frozen.red}`, mark: 'good' }
  const verdict = moments.findLast((one) => one.type === 'verdict')
  return verdict
    ? { text: held(moments), mark: toneOf(verdict.status) }
    : { text: `${held(moments)} so far`, mark: 'none' }
}

function failure(one: Moment): string {
  if (one.type !== 'check.finished') return ''
  const { counterexample: c, stage, message } = one
  if (c === null) return `${stage}: ${message ?? one.status}`
  const replay = replayLine(c, null)
  const parts = [`${stage}: ${c.test}`, c.value, c.message.trim().split('\n')[0], replay]
  return parts.filter(Boolean).join('; ')
}

function held(moments: readonly Moment[]): string {
  const checks = moments.filter((one) => one.type === 'check.finished').filter(({ stage }) => !expectsRed(stage))
  if (checks.length === 0) return 'nothing was checked'
  const words = checks.map((one) => `${one.stage} ${intensity(one)}`.trim())
  return `${words.join(', ')}: held`
}
