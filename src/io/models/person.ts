import { UserError } from '../../core/errors.ts'
import { git } from '../git/git.ts'
import { snapshot } from '../git/snapshot.ts'
import { openTree } from '../git/tree.ts'
import { editsAsReply } from './edits.ts'
import type { Model } from './model.ts'

/** What a person has changed in the checkout, as a reply that is judged like every other one. */
export interface PersonsChange {
  reply: string
  /** Paths that differ from HEAD. */
  paths: string[]
}

/** Reads what lies in the checkout beside HEAD, new files included, ignored ones left out. Throws UserError where no patch can hold it. */
export async function readPersonsChange(root: string, head: string): Promise<PersonsChange> {
  const commit = await snapshot(root, head)
  const out = await git(root, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', head, commit])
  const paths = out.split('\0').filter(Boolean)
  const [before, after] = [await openTree(root, head), await openTree(root, commit)]
  const { text, left } = await editsAsReply({
    compare: async () => ({ before, after, changed: paths }),
    diff: (path, context) =>
      git(root, [
        '--literal-pathspecs',
        'diff',
        '--no-color',
        '--no-ext-diff',
        '--no-renames',
        `-U${context}`,
        head,
        commit,
        '--',
        path,
      ]),
  })
  if (left.length > 0) throw new UserError(`A change of these files cannot be judged: ${left.join(', ')}.`)
  return { reply: text, paths }
}

const ONCE = 'BLOCKED: the change in the checkout is judged once, as it is; what is wrong with it stands above'
const NO_MODEL =
  'BLOCKED: this task has no tests yet, and no model is named that could write them. Name one (`--model`, or `model:` in agent.yaml), or name tests of your own in the task: `Test: path::name`'

/** Answers with a person's change where an implementer is asked, and with nothing else. */
export function personModel(name: string, { reply }: PersonsChange): Model {
  let answered = false
  return {
    name,
    contextTokens: Number.MAX_SAFE_INTEGER,
    outputTokens: Number.MAX_SAFE_INTEGER,
    async ask({ role }) {
      const text = role !== 'implementer' ? NO_MODEL : answered ? ONCE : reply
      answered ||= role === 'implementer'
      const usage = { input: 0, output: 0, cached: 0 }
      return { ok: true, text, truncated: false, usage, usd: 0, model: name, note: null }
    },
  }
}
