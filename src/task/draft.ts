import { applyPatch } from '../core/patch/apply.ts'
import { describeRefusals } from '../core/patch/describe-refusals.ts'
import { canExtend, extensionProblem } from '../core/patch/extension.ts'
import type { FileChange, Patch } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import { testTraps } from '../core/verdict/test-traps.ts'
import type { World } from '../world.ts'
import { guardOf } from './guard.ts'
import { allowedGlobs } from './place.ts'
import { NO_PATCH } from './read-patch.ts'
import type { State } from './state.ts'

/** What an author has written: tests, and stubs of what they call. */
export interface Draft {
  files: FileChange[]
  stubs: FileChange[]
  remarks: string
}

/** The author's files, or what is wrong with the answer in words for the next question. */
export async function readDraft(
  world: World,
  state: State,
  reply: { kind: string; patch?: Patch; prose?: string; problems?: { line: number; message: string }[] },
): Promise<Draft | string> {
  const refuse = (message: string): string => {
    world.tell({ type: 'patch.refused', role: 'author', reasons: [{ ...NO_PATCH, message }] })
    return message
  }
  if (reply.kind === 'need')
    return refuse(
      'Asking for further files is not possible here: everything that there is stands above. Answer with the files.',
    )
  if (!reply.patch)
    return refuse((reply.problems ?? []).map((problem) => `Line ${problem.line}: ${problem.message}`).join('\n'))
  const { tree, plan } = state
  const guard = await guardOf(state, reply.patch, {
    allows: allowedGlobs(plan),
    frozen: [],
    createOnly: true,
    ...(plan.delivers === 'code' ? { extends: canExtend } : {}),
  })
  const refused = guard(reply.patch, (path) => tree.paths.includes(path))
  const applied =
    refused.length > 0
      ? { ok: false as const, refused }
      : await applyPatch(reply.patch, tree.read, treePaths(tree.paths))
  if (!applied.ok) {
    world.tell({
      type: 'patch.refused',
      role: 'author',
      reasons: applied.refused.map(({ path, code, message }) => ({ path, code, message })),
    })
    return describeRefusals(applied.refused)
  }
  const wrong = (await extensionProblems(tree, applied.changes)).join('\n')
  if (wrong !== '') return refuse(`${wrong}\n\nAnswer again with all files, complete.`)
  const files = applied.changes.filter((change) => isTestPath(change.path))
  const stubs = applied.changes.filter((change) => !isTestPath(change.path))
  const [stray] = plan.delivers === 'code' ? [] : stubs
  if (stray) return refuse(`${stray.path} is no test, and this task adds no code: only create test files.`)
  if (files.length === 0)
    return refuse(
      `Your answer creates no test file. Tests belong in a new file under \`${plan.dir === '' ? '' : `${plan.dir}/`}test/\`, named \`*.test.ts\` (in Python \`tests/test_*.py\`, in Go \`*_test.go\` beside the code).`,
    )
  const traps = files.flatMap((file) => testTraps(file.path, file.content ?? ''))
  if (traps.length > 0) return refuse(`${traps.join('\n')}\n\nAnswer again with all files, complete.`)
  if (plan.judgedBy === 'chaos' && !files.some((file) => file.content?.includes('specproof/sim'))) {
    return refuse(
      'The task asks for a chaos test: its faults must be injected with the simulation kit (`specproof/sim`).',
    )
  }
  world.tell({
    type: 'patch.applied',
    role: 'author',
    files: applied.changes.map(({ path, action }) => ({ path, action, is: isTestPath(path) ? 'tests' : 'stub' })),
  })
  return { files, stubs, remarks: (reply.prose ?? '').slice(0, 1_000).trim() }
}

/** What is wrong with the changes of files that exist already. */
export async function extensionProblems(tree: State['tree'], changes: FileChange[]): Promise<string[]> {
  const edited = changes.filter(({ action }) => action === 'edit')
  const problems = await Promise.all(
    edited.map(async ({ path, content }) => {
      const before = await tree.read(path)
      return before.kind === 'text' ? extensionProblem(path, before.text, content ?? '') : `\`${path}\` is not there.`
    }),
  )
  return problems.filter((problem) => problem !== null)
}
