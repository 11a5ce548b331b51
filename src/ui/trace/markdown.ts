import { oneLine } from '../format.ts'
import { NOTHING_TO_TRACE, type TraceView, type ViewPiece } from './view.ts'

/** A table for each spec, as GitHub and others render it; fit for the text of a pull request. */
export function traceMarkdown(views: readonly TraceView[]): string {
  if (views.length === 0) return `${NOTHING_TO_TRACE}\n`
  return `${views.map(section).join('\n\n')}\n`
}

function section(view: TraceView): string {
  const head =
    '| criterion | properties | task | state | commit | tests | evidence |\n| --- | --- | --- | --- | --- | --- | --- |'
  const rows = view.rows.map((row) => {
    const criterion = `${row.criterion === '' ? '' : `**${escaped(row.criterion)}** `}${escaped(row.text)}`
    const task = `${escaped(row.task)} ${escaped(row.title)}`
    const state = row.bad ? `**${escaped(row.state)}**` : escaped(row.state)
    const cells = [
      criterion,
      [...row.properties, ...row.own].map(escaped).join('; '),
      task,
      state,
      row.commit,
      escaped(row.tests),
      escaped(row.evidence),
    ]
    return `| ${cells.map((cell) => cell.trim()).join(' | ')} |`
  })
  const problems = view.problems.map(
    (one) => `- ${escaped(`${one.file}:${one.line}: ${one.message} ${one.suggestion}`)} (${one.kind})`,
  )
  const changes = view.changes.map(
    (one) =>
      `- task ${escaped(one.task)}, ${escaped(one.part)}, since ${one.commit}: ${one.pieces.map(marked).join('')}`,
  )
  const remarks = view.remarks.map((text) => `- ${escaped(text)}`)
  const lists = [problems, changes, remarks].filter((list) => list.length > 0).map((list) => list.join('\n'))
  return [`### ${escaped(view.id)}`, [head, ...rows].join('\n'), ...lists, escaped(view.summary)].join('\n\n')
}

function marked({ kind, text }: ViewPiece): string {
  const words = escaped(text)
  // Emphasis ends at a space, so spaces at the ends stay outside of it.
  const inside = words === '' ? ' ' : words
  const [before, after] = [/^\s/.test(text) ? ' ' : '', /\s$/.test(text) ? ' ' : '']
  if (kind === 'same') return `${before}${words}${after}`
  return kind === 'removed' ? `${before}~~${inside}~~${after}` : `${before}**${inside}**${after}`
}

/** Text on one line that means nothing in Markdown or HTML, and that notifies nobody. */
function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>|~#!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/@(?=\w)/g, '@\u200b')
}
