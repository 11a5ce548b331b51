import { html, Markup } from '../escape-html.ts'
import { count, duration, shortHash, shortRef, tookWords } from '../format.ts'
import { modelWords } from '../names.ts'
import { evidenceWords, exitWords } from '../summary.ts'
import { TRACE_STYLE, traceSections } from '../trace/html.ts'
import type { TraceView } from '../trace/view.ts'
import { momentItem } from './moments.ts'
import { diffBlock, timeline } from './parts.ts'
import type { AttemptStory, Spent, Story, TaskStory } from './story.ts'
import { REPORT_STYLE } from './style.ts'
import {
  attemptName,
  costWords,
  gapsTitle,
  landedWords,
  outcomeOf,
  spentWords,
  statusOf,
  titleOf,
  toneOf,
} from './words.ts'

/** What the journal's events do not hold; a function answers null where there is nothing. */
export interface Beside {
  /** Changes of a commit as a unified diff. */
  diff(commit: string): string | null
  /** What a model answered. */
  reply(asked: { spec: string; task: string; role: string; attempt: number; round: number }): string | null
  /** Of the specs that the run worked on, as they are now. */
  traces: readonly TraceView[]
}

/** One file that needs no other: no script, no font, nothing from a network. All text of models, tests and specs is escaped. */
export function reportHtml(story: Story, beside: Beside): string {
  const title = titleOf(story)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="referrer" content="no-referrer"/>
<title>${title}</title>
<style>${new Markup(TRACE_STYLE + REPORT_STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
${head(story)}
${overview(story)}
${story.tasks.map((task, at) => taskSection(task, at, beside, story.run))}
${beside.traces.length > 0 ? html`<h2>From requirement to evidence</h2>\n<p class="dim">As the checkout is now.</p>\n${new Markup(traceSections(beside.traces))}` : null}
</body>
</html>
`.text
}

function head(story: Story): Markup {
  const { run, result, isolation, runner, notes, ms, spent } = story
  const open = isolation?.checks.filter(({ held }) => !held).map(({ name }) => name) ?? []
  const { status, message, tone } = outcomeOf(story)
  const rows: [string, Markup | string | null][] = [
    ['model', run ? modelWords(run.model) : null],
    [
      'began at',
      run && html`<code>${shortHash(run.base)}</code> on ${run.branch ? shortRef(run.branch) : 'no branch'}`,
    ],
    ['took', tookWords(ms, run?.earlierMs, spent.earlier.calls > 0)],
    ['cost', spent.earlier.calls > 0 ? spentWords(spent) : null],
    ['box', isolation && `${isolation.level}${open.length > 0 ? `; not held: ${open.join(', ')}` : ''}`],
    ['runner', runner && `${runner.runner}: ${runner.why}`],
    ['journal', run && html`<code>${run.journal}</code>`],
  ]
  const exit =
    result && result.exitCode !== 0 ? `exit ${result.exitCode}: ${exitWords(result.exitCode, result.status)}` : null
  return html`<p class="${tone} state">${status}: ${message}</p>
${exit === null ? null : html`<p>${exit}</p>`}
<dl>
${rows.flatMap(([name, text]) => (text === null ? [] : [html`<dt>${name}</dt><dd>${text}</dd>`]))}
</dl>
${run?.note ? html`<p>${run.note}</p>` : null}
${notes.length > 0 ? html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>` : null}`
}

function overview(story: Story): Markup {
  if (story.tasks.length === 0) return html`<p>No task was begun.</p>`
  const rows = story.tasks.map((task, at) => {
    const tried = count(task.result?.attempts ?? new Set(task.attempts.flatMap(({ n }) => (n > 0 ? [n] : []))).size)
    const name = html`<a href="#task-${at + 1}">${task.spec}/${task.task}</a> ${task.title}`
    return html`<tr><td>${name}</td><td>${stateOf(task)}</td><td class="n" data-head="attempts">${tried}</td>${sums(task.spent, task.end - task.start)}</tr>`
  })
  return html`<div class="wide"><table class="tasks">
<thead><tr><th>task</th><th>outcome</th>${['attempts', ...SUMS].map((one) => html`<th class="n">${one}</th>`)}</tr></thead>
<tbody>
${rows}
<tr><td>all</td><td></td><td></td>${sums(story.spent, story.ms)}</tr>
</tbody></table></div>`
}

const SUMS = ['tokens in', 'cached', 'out', 'money', 'time']

function sums(spent: Spent, ms: number): Markup[] {
  const tokens = [spent.input, spent.cached, spent.output].map(count)
  return [...tokens, costWords(spent), duration(ms)].map(
    (text, at) => html`<td class="n" data-head="${SUMS[at]!}">${text}</td>`,
  )
}

function stateOf(task: TaskStory): Markup {
  return html`<span class="${toneOf(statusOf(task))} state">${statusOf(task)}</span>`
}

function taskSection(task: TaskStory, at: number, beside: Beside, run: Story['run']): Markup {
  const { result, commit, landed } = task
  const isReplay = run?.replays !== undefined
  const diff = commit && beside.diff(commit.commit)
  const evidence = result === null ? '' : evidenceWords(result.evidence)
  const rows: [string, Markup | string | null][] = [
    ['must hold', mustHold(task)],
    ['test', task.test],
    ['outcome', html`${stateOf(task)}${task.verdict && !task.atWork ? `: ${task.verdict.summary}` : null}`],
    ['bound', task.atWork ? null : (task.verdict?.bound ?? null)],
    ['evidence', evidence === '' ? null : evidence],
    ['commit', commit && html`<code>${shortHash(commit.commit)}</code> ${commit.subject}`],
    ['landed', landedWords(task, isReplay)],
    ['cost', spentWords(task.spent)],
  ]
  return html`<section>
<h2 id="task-${at + 1}">${task.spec}/${task.task} ${task.title}</h2>
<dl>
${rows.flatMap(([name, text]) => (text === null ? [] : [html`<dt>${name}</dt><dd>${text}</dd>`]))}
</dl>
${task.gaps.length > 0 ? html`<h3>${gapsTitle(task)}</h3>\n<ul>${task.gaps.map((gap) => html`<li class="warn">${gap}</li>`)}</ul>` : null}
<h3>Where the time went</h3>
${timeline(task)}
${task.attempts.map((attempt) => attemptPart(task, attempt, beside, run?.run ?? null))}
${diff ? html`<h3>${landed?.ref && !isReplay ? 'What landed in the commit' : 'What the commit holds'}</h3>\n${diffBlock(diff)}` : null}
</section>`
}

/** A page has room for all criteria, each on a line of its own. */
function mustHold({ criteria, requirement }: TaskStory): Markup | string | null {
  return criteria.length === 0 ? requirement : html`${criteria.map(({ id, text }) => html`<div>${id} ${text}</div>`)}`
}

function attemptPart(task: TaskStory, attempt: AttemptStory, { reply }: Beside, run: string | null): Markup {
  const { spec, task: id } = task
  const items = attempt.moments.map((moment) => {
    const asked = moment.asked && { ...moment.asked, spec, task: id, attempt: Math.max(1, attempt.n) }
    return momentItem(moment, { reply: asked ? reply(asked) : null, run })
  })
  return html`<h3>${attemptName(attempt.n)}</h3>\n<ol class="moments">${items}</ol>`
}
