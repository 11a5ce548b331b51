import type { Hit } from '../../world.ts'
import { tryGit } from './git.ts'

const MOST_HITS = 200
const MOST_IN_A_FILE = 20
const LONGEST_LINE = 300

/**
 * Lines of a commit's text files that hold `text` as it is written (no pattern, case matters). `word`: only whole
 * words. At most 20 of a file and 200 in all, in git's order of paths.
 */
export async function searchTree(root: string, commit: string, text: string, word: boolean): Promise<Hit[]> {
  const options = ['-n', '-I', '-z', '--full-name', '--fixed-strings', `--max-count=${MOST_IN_A_FILE}`]
  const result = await tryGit(root, ['grep', ...options, ...(word ? ['-w'] : []), '-e', text, commit, '--', ':/'])
  const hits: Hit[] = []
  for (const line of result.stdout.toString('utf8').split('\n')) {
    if (hits.length === MOST_HITS) break
    const [name = '', number = '', ...rest] = line.split('\0')
    if (!/^\d+$/.test(number)) continue
    hits.push({
      path: name.slice(commit.length + 1),
      line: Number(number),
      text: rest.join('\0').slice(0, LONGEST_LINE),
    })
  }
  return hits
}
