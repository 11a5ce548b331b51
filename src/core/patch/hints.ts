import type { BaseText } from './base-text.ts'
import { isElision } from './elision.ts'
import { lineOccurrences } from './occurrences.ts'

/** A way in which models spoil a text that they copy. `mend` takes it back; the hint is given where the mended text stands. */
interface Habit {
  mend: (lines: readonly string[]) => readonly string[]
  hint: string
}

const each = (mend: (line: string) => string) => (lines: readonly string[]) => lines.map(mend)

const TYPOGRAPHY: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201A\u201B]/g, "'"],
  [/[\u201C\u201D\u201E\u201F]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, ' '],
  [/\u2026/g, '...'],
]

export function plainTypography(line: string): string {
  return TYPOGRAPHY.reduce((text, [pattern, plain]) => text.replace(pattern, plain), line)
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", apos: "'" }

const HABITS: Habit[] = [
  { mend: each((line) => line.replaceAll('\\\\', '\\')), hint: 'Your backslashes are doubled: write each once.' },
  {
    mend: each((line) => line.replace(/\\(["'`])/g, '$1')),
    hint: 'Your quotes are escaped: write them without backslashes.',
  },
  {
    mend: (lines) => lines.flatMap((line) => line.split('\\n')),
    hint: 'Your line breaks are written as `\\n`: begin new lines instead.',
  },
  {
    mend: each((line) => line.replace(/&(lt|gt|amp|quot|apos|#39);/g, (_, name: string) => ENTITIES[name]!)),
    hint: 'Your characters are written as HTML entities: write `<`, `>`, `&` and quotes themselves.',
  },
  {
    mend: each((line) => line.replace(/^ *\d+ ?[|:\u2502\t] ?/, '')),
    hint: 'Your lines begin with line numbers: leave the numbers out.',
  },
  {
    mend: each((line) => line.replace(/^[+ -]/, '')),
    hint: 'Your lines begin with the signs of a diff: leave the signs out.',
  },
]

/** What was done to a copied text that stands nowhere, as far as the file shows it; each a sentence for the author. */
export function hintsFor(search: readonly string[], base: BaseText): string[] {
  const hints = HABITS.filter(({ mend }) => stands(search, mend(search), base.texts)).map(({ hint }) => hint)
  if (stands(search, search.map(plainTypography), base.texts.map(plainTypography))) {
    hints.push('Quotes, dashes or spaces differ in their kind only: copy the characters of the file.')
  }
  const { contents } = base.shapes()
  const bare = search.map((line) => line.trim())
  if (contents.length > 0 && lineOccurrences(bare, contents).length > 0) {
    hints.push(
      'The lines differ in their indentation only, and not all by the same: copy the spaces and tabs of the file.',
    )
  } else if (lineOccurrences(bare.filter(Boolean), contents.filter(Boolean)).length > 0) {
    hints.push('Blank lines are missing or added: copy them as they stand.')
  }
  if (search.some(isElision) || search.some((line) => /^(\.\.\.|\u2026)$/.test(line.trim()))) {
    hints.push('A line with `...` never stands for other lines: write every line out.')
  }
  return hints
}

function stands(search: readonly string[], mended: readonly string[], base: readonly string[]): boolean {
  const changed = mended === search || mended.length !== search.length || mended.some((line, k) => line !== search[k])
  return changed && lineOccurrences(mended, base).length > 0
}
