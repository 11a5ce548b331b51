/** Of git: what a commit changes, whatever the user has set. Another word: the commit. */
export const SHOW = ['show', '--format=', '--no-color', '--no-ext-diff', '--no-textconv', '--end-of-options']

/** Longer answers and diffs make a page that no phone opens. */
const LONGEST = 200_000

export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}\n... cut: ${text.length} characters in all\n`
}
