import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import { rolePart } from '../core/prompt/templates.ts'
import { MOST_AIMED, MOST_RIGHT } from '../core/teeth/aimed.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { describeFailure } from '../core/verdict/feedback.ts'
import { authorSays, common, kitFor } from './context.ts'
import { beneathParts } from './files.ts'
import type { Frozen, Scene } from './state.ts'

/** A small wrong version of the code that no test noticed. */
export interface Survivor {
  path: string
  /** Unified diff from the code as it is to the wrong version. */
  diff: string
}

/** Parts of the strengthener's prompt. It sees the code, to aim at it, and nothing that the implementer said. */
export async function strengthenerParts(
  scene: Scene,
  frozen: Pick<Frozen, 'files' | 'remarks'>,
  code: ReadonlyMap<string, string>,
  survivors: readonly Survivor[],
  past: Part[],
): Promise<Part[]> {
  const first = await common(scene)
  const listed = survivors.map(({ path, diff }, at) =>
    renderFile(path, diff).replace('## File', `## Survivor ${at + 1}:`),
  )
  const shown = [...code].map(([path, text]) => renderFile(path, text))
  const alive = listed.length > 0 ? listed.join('\n\n') : 'None: every small change was noticed.'
  const slots = { framework: scene.around.framework, most: String(MOST_AIMED), right: String(MOST_RIGHT) }
  return [
    ...first,
    ...kitFor(scene, first),
    ...(await beneathParts(scene, code, frozen.files)),
    testCode('Frozen tests', frozen.files, authorSays(frozen)),
    { kind: 'file', source: 'code', text: `# The code\n\n${shown.join('\n\n')}`, mandatory: true },
    { kind: 'file', source: 'survivors', text: `# Survivors\n\n${alive}`, mandatory: true },
    rolePart('strengthener', scene.around.templates, slots),
    ...past,
  ]
}

/** A test and the code of a task that disagree. */
export interface Dispute {
  test: TestResult
  /** Code of the test, with what it uses. */
  code: string
}

/** Parts of the arbiter's prompt: requirement, test and counterexample. It sees no implementation. */
export async function arbiterParts(scene: Scene, { test, code }: Dispute, past: Part[]): Promise<Part[]> {
  const first = await common(scene)
  const disputed = `# The test\n\n${renderFile(test.file, code)}`
  return [
    ...first,
    ...kitFor(scene, first),
    { kind: 'tests', source: test.file, text: disputed, mandatory: true },
    { kind: 'file', source: 'counterexample', text: `# How it fails\n\n${describeFailure(test)}`, mandatory: true },
    rolePart('arbiter', scene.around.templates, {}),
    ...past,
  ]
}

/** Existing tests that a task's new interface breaks. */
export interface Move {
  /** Test files and their helpers as they are. */
  files: readonly { path: string; content: string | null }[]
  /** Stubs or declarations of the new interface, by path. */
  interfaces: readonly { path: string; content: string | null }[]
  /** Why they no longer compile or hold. */
  problem: string
}

/** Parts of the migrator's prompt: specification, the tests as they are, the new interface, and what breaks. */
export async function migratorParts(scene: Scene, { files, interfaces, problem }: Move, past: Part[]): Promise<Part[]> {
  if (files.length === 0) throw new Error('the migrator is asked without a test')
  const first = await common(scene)
  const shown = interfaces.map(({ path, content }) => renderFile(path, content ?? ''))
  return [
    ...first,
    ...kitFor(scene, first),
    testCode('Tests to move', files),
    { kind: 'file', source: 'interfaces', text: `# The new interface\n\n${shown.join('\n\n')}`, mandatory: true },
    {
      kind: 'file',
      source: 'what breaks',
      text: renderFile('output', problem).replace('## File output', '# What breaks'),
      mandatory: true,
    },
    rolePart('migrator', scene.around.templates, { framework: scene.around.framework }),
    ...past,
  ]
}

function testCode(title: string, files: readonly { path: string; content: string | null }[], more = ''): Part {
  const text = files.map(({ path, content }) => renderFile(path, content ?? '')).join('\n\n')
  const source = files.map(({ path }) => path).join(', ')
  return { kind: 'tests', source, text: `# ${title}\n\n${text}${more}`, mandatory: true }
}
