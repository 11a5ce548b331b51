import { count, displayWidth, oneLine, plural, truncate } from '../format.ts'
import type { TraceViewRow } from './view.ts'

/** Columns below which a name of a test is cut before it says what is tested. */
const USEFUL = 25

/**
 * What the column of tests holds on a screen: all of it where it fits; else the first name, without its path where one file has all tests
 * of the row, and how many more there are; else how many there are. `room`: the columns that are left for these cells.
 */
export function testsCells(
  rows: readonly TraceViewRow[],
  unicode: boolean,
  room: (cells: readonly string[]) => number,
): string[] {
  const whole = rows.map(({ tests }) => oneLine(tests))
  if (widest(whole) <= room(whole)) return whole
  const names = rows.map((row) => oneLine(withoutPaths(row).join('; ')))
  const width = room(names)
  if (width < Math.min(USEFUL, widest(names))) return rows.map(howMany)
  return rows.map((row, at) => (displayWidth(names[at]!) <= width ? names[at]! : firstAndMore(row, width, unicode)))
}

/** `keeps what was saved… +6`; where paths leave a name no room: `7 tests in 2 files`. */
function firstAndMore(row: TraceViewRow, width: number, unicode: boolean): string {
  const [first = '', ...others] = withoutPaths(row)
  const more = others.length > 0 ? ` +${count(others.length)}` : ''
  const room = width - more.length
  if (inOneFile(row) || room - displayWidth(`${pathOf(first)}::`) >= USEFUL)
    return truncate(oneLine(first), room, unicode ? '…' : '...') + more
  return howMany(row)
}

function howMany(row: TraceViewRow): string {
  if (row.allTests.length === 0) return ''
  const files = filesOf(row)
  return `${plural(row.allTests.length, 'test')}${files > 1 ? ` in ${plural(files, 'file')}` : ''}`
}

/** Names of tests stand behind their file: `test/slug.test.ts::keeps apart`. */
function withoutPaths(row: TraceViewRow): string[] {
  if (!inOneFile(row)) return [...row.allTests]
  return row.allTests.map((one) => one.slice(one.includes('::') ? one.indexOf('::') + 2 : 0))
}

function inOneFile(row: TraceViewRow): boolean {
  return filesOf(row) === 1
}

function filesOf({ allTests }: TraceViewRow): number {
  return new Set(allTests.map(pathOf)).size
}

function pathOf(test: string): string {
  return test.split('::')[0]!
}

function widest(cells: readonly string[]): number {
  return Math.max(0, ...cells.map(displayWidth))
}
