import type { Reply, ReplyProblem } from './patch.ts'

const WORD = /^(NEED|BLOCKED|UNTESTABLE)(?:\s*:\s*|\s+|$)(.*)$/

/** A reply without a patch that says in a word what it wants: `NEED path`, `BLOCKED: reason`, `UNTESTABLE: reason`. The first word counts. */
export function readWords(lines: readonly string[]): Reply | null {
  const at = lines.findIndex((line) => WORD.test(line))
  const [, word, rest = ''] = WORD.exec(lines[at] ?? '') ?? []
  if (word === undefined) return null
  if (word === 'NEED') {
    const wants = lines.flatMap((line) => wantsOf(WORD.exec(line)))
    return wants.length > 0
      ? { kind: 'need', wants: [...new Set(wants)] }
      : empty(at, 'NEED', 'a path or what to search')
  }
  const reason = paragraph(rest, lines.slice(at + 1))
  if (reason === '') return empty(at, word, 'a reason')
  return word === 'BLOCKED' ? { kind: 'blocked', reason } : { kind: 'untestable', reason }
}

function wantsOf(match: RegExpExecArray | null): string[] {
  if (match?.[1] !== 'NEED') return []
  const plain = (want: string) =>
    want
      .trim()
      .replace(/^[`"'](.*)[`"']$/, '$1')
      .trim()
  const parts = (match[2] ?? '').split(',').map(plain)
  const wants = parts.every((part) => /^\S+$/.test(part)) ? parts : [plain(match[2] ?? '')]
  return wants.filter((want) => want !== '')
}

/** The rest of the line and what follows up to the next blank line. */
function paragraph(rest: string, following: readonly string[]): string {
  const first = rest.trim()
  const from = first === '' ? following.findIndex((line) => line.trim() !== '') : 0
  const lines = from < 0 ? [] : following.slice(from)
  const blank = lines.findIndex((line) => line.trim() === '' || /^(`{3,}|~{3,})/.test(line.trim()))
  return [first, ...lines.slice(0, blank < 0 ? lines.length : blank).map((line) => line.trim())].join(' ').trim()
}

function empty(at: number, word: string, wanted: string): Reply {
  const problems: ReplyProblem[] = [{ line: at + 1, message: `\`${word}\` needs ${wanted} on its line` }]
  return { kind: 'unreadable', problems }
}
