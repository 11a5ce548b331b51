import { escaped } from '../escape-html.ts'
import { NOTHING_TO_TRACE, type TraceView, type TraceViewRow, type ViewPiece } from './view.ts'

/** Of the matrix; colours and lists are shared with other pages. */
export const TRACE_STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: #c0262d; --good: #1a7f37; --soft: #7779 }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 110rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin: 2.5rem 0 .2rem }
.summary { margin: 0 0 1rem; color: var(--good) } .summary.bad { color: var(--bad) }
.wide { overflow-x: auto } .trace { table-layout: fixed } .trace td { overflow-wrap: anywhere }
.trace th:nth-child(1) { width: 3rem } .trace th:nth-child(2) { width: 19% } .trace th:nth-child(3) { width: 13% } .trace th:nth-child(4) { width: 12% }
.trace th:nth-child(5) { width: 4.5rem } .trace th:nth-child(6) { width: 5rem } .trace th:nth-child(7) { width: 20% }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line) }
th { position: sticky; top: 0; background: Canvas; font-weight: 600 }
td:first-child, .commit { white-space: nowrap } .commit, .tests { font-family: ui-monospace, monospace; font-size: .85em }
.evidence { font-size: .85em }
.trace .state { font-weight: 600; color: var(--good) } .trace .open .state, .trace .partly .state, .trace .person .state { color: inherit; font-weight: 400 }
.trace .bad .state, .problem { color: var(--bad) } .open { opacity: .7 }
ins { background: #2da44e33; text-decoration: none } del { background: #cf222e33 }
ul { padding-left: 1.2rem } li { margin: .2rem 0 } code { font-size: .9em }
@media (max-width: 64rem), print {
  .trace thead, .trace td:empty { display: none } .trace tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); break-inside: avoid }
  .trace td { display: block; border: 0; padding: 0 0 .15rem } .trace td:first-child { font-weight: 600 }
  .trace td[data-head]::before { content: attr(data-head) ': '; opacity: .75; font: 400 .9em system-ui, sans-serif }
}
`

/** One file that needs no other: no script, no font, nothing from a network. All text of specs and commits is escaped. */
export function traceHtml(views: readonly TraceView[], title: string): string {
  const body = views.length === 0 ? `<p>${escaped(NOTHING_TO_TRACE)}</p>` : traceSections(views)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${TRACE_STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`
}

/** A section for each spec, to be put into a page that has {@link TRACE_STYLE}. */
export function traceSections(views: readonly TraceView[]): string {
  return views.map(section).join('\n')
}

const HEADS = ['', 'criterion', 'properties', 'task', 'state', 'commit', 'tests', 'evidence']

function section(view: TraceView): string {
  const head = HEADS.map((one) => `<th>${one}</th>`).join('')
  const problems = view.problems.map(
    (one) =>
      `<li class="problem"><code>${escaped(`${one.file}:${one.line}`)}</code> ${escaped(one.message)} ${escaped(one.suggestion)}</li>`,
  )
  const changes = view.changes.map(
    (one) =>
      `<li>Task ${escaped(one.task)}, ${escaped(one.part)}, since <code>${escaped(one.commit)}</code>: ${one.pieces.map(marked).join('')}</li>`,
  )
  const remarks = view.remarks.map((text) => `<li>${escaped(text)}</li>`)
  const lists = [...problems, ...changes, ...remarks]
  return `<section>
<h2>${escaped(view.id)}</h2>
<p class="summary${view.problems.length > 0 ? ' bad' : ''}">${escaped(view.summary)}</p>
${lists.length > 0 ? `<ul>\n${lists.join('\n')}\n</ul>` : ''}
<div class="wide"><table class="trace">
<thead><tr>${head}</tr></thead>
<tbody>
${view.rows.map(row).join('\n')}
</tbody>
</table></div>
</section>`
}

function row(one: TraceViewRow): string {
  const cells: [string, string][] = [
    ['', one.criterion],
    ['', one.text],
    ['', [...one.properties, ...one.own].join('; ')],
    ['', `${one.task} ${one.title}`],
    ['state', one.state],
    ['commit', one.commit],
    ['tests', one.tests],
    ['evidence', one.evidence],
  ]
  const name = `${one.state.replace(/[^a-z-]/g, '')}${one.bad ? ' bad' : ''}`
  const told = cells.map(([kind, text], at) => {
    // Number and words of a criterion need no name.
    const head = at < 2 ? '' : ` data-head="${HEADS[at]}"`
    return `<td${kind === '' ? '' : ` class="${kind}"`}${head}>${escaped(text.trim())}</td>`
  })
  return `<tr class="${name}">${told.join('')}</tr>`
}

function marked({ kind, text }: ViewPiece): string {
  if (kind === 'same') return escaped(text)
  return kind === 'removed' ? `<del>${escaped(text)}</del>` : `<ins>${escaped(text)}</ins>`
}
