import type { BaseFile, FileChange } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { fill, type Part } from '../core/prompt/prompt.ts'
import { renderFile, renderSlice, renderSteering } from '../core/prompt/sections.ts'
import { importedFiles, namedFiles, nearestTest } from '../core/prompt/select-files.ts'
import { sliceOf } from '../core/spec/slice.ts'
import type { Steering } from '../core/spec/spec.ts'
import type { Tree } from '../world.ts'
import { pathsOf, readerOf } from './overlay.ts'
import type { Frozen, Plan, State, Surroundings } from './state.ts'

/** Largest file that is shown; larger ones are data or generated. Characters. */
const LARGEST_FILE = 60_000
const MOST_LISTED = 400

type Scene = { around: Surroundings; plan: Plan; tree: Tree }

/**
 * Parts of the author's prompt. It sees the base and never an attempt. What changes from question to question stands
 * last, so that all before it is a prefix that the provider has seen.
 */
export async function authorParts(scene: Scene, past: Part[]): Promise<Part[]> {
  const { tree, around, plan } = scene
  const tests = tree.paths.filter(isTestPath)
  const nearest = nearestTest(
    `${plan.task.title} ${plan.slice.sections.map((section) => section.title).join(' ')}`,
    tests,
  )
  const files = await relevantFiles(scene, [], nearest ? [nearest] : [])
  return [
    ...common(scene),
    ...files,
    listing(tree.paths),
    {
      kind: 'role',
      source: 'prompts/author.md',
      text: fill(around.templates.author, { framework: around.framework }),
      mandatory: true,
    },
    ...past,
  ]
}

/** Parts of the implementer's prompt: the stub it replaces, and the names of the frozen tests. */
export async function implementerParts(scene: Scene, frozen: Frozen | null, past: Part[]): Promise<Part[]> {
  const stubs = frozen?.stubs ?? []
  const { around, tree } = scene
  const names = frozen ? [testNames(frozen)] : []
  return [
    ...common(scene),
    ...names,
    ...(await relevantFiles(scene, stubs, [])),
    listing(pathsOf(tree, stubs)),
    { kind: 'role', source: 'prompts/implementer.md', text: fill(around.templates.implementer, {}), mandatory: true },
    ...past,
  ]
}

/** Rules, steering and slice come first and byte for byte alike for both roles, so that provider caches hit. */
function common({ around, plan }: Scene): Part[] {
  const sliceText = renderSlice(plan.slice)
  const parts: Part[] = [{ kind: 'rules', source: 'prompts/rules.md', text: around.templates.rules, mandatory: true }]
  for (const steering of plan.spec.steering.filter(applies)) {
    parts.push({ kind: 'steering', source: steering.path, text: renderSteering(steering), mandatory: true })
  }
  if (around.kit && /specproof\/sim/.test(`${sliceText} ${plan.task.text}`)) {
    parts.push({ kind: 'kit', source: 'specproof/sim', text: around.kit, mandatory: true })
  }
  parts.push({ kind: 'slice', source: `${plan.spec.dir}#${plan.task.id}`, text: sliceText, mandatory: true })
  return parts
}

/** Steering for certain files, or on request, comes with the context room; `always` is what applies here. */
function applies(steering: Steering): boolean {
  return steering.inclusion === 'always'
}

function testNames(frozen: Frozen): Part {
  const files = frozen.files.map((file) => file.path).join(', ')
  const remarks = frozen.remarks ? `\n\nThe test author says: ${frozen.remarks}` : ''
  const text = `# Frozen tests in ${files}\n\n${frozen.names.map((name) => `- ${name}`).join('\n')}${remarks}`
  return { kind: 'tests', source: files, text, mandatory: true }
}

async function relevantFiles(scene: Scene, stubs: FileChange[], extra: string[]): Promise<Part[]> {
  const read = readerOf(scene.tree, stubs)
  const paths = pathsOf(scene.tree, stubs)
  const named = [
    ...stubs.map((stub) => stub.path),
    ...extra,
    ...namedFiles(`${scene.plan.task.text}\n${designTexts(scene.plan)}`, paths),
  ].filter((path) => !path.startsWith(`${scene.plan.spec.dir}/`))
  const shown = new Map<string, Part>()
  const show = async (path: string, mandatory: boolean) => {
    const text = scene.around.deny(path) ? null : textOf(await read(path))
    if (text === null || shown.has(path)) return
    shown.set(path, { kind: 'file', source: path, text: renderFile(path, text), mandatory })
  }
  for (const path of named)
    await show(
      path,
      stubs.some((stub) => stub.path === path),
    )
  for (const path of await importsOf(named, read, paths)) await show(path, false)
  for (const path of manifests(paths)) await show(path, false)
  return [...shown.values()]
}

/** Design sections of the task and of the tasks it depends on: what those built is what this one builds upon. */
function designTexts(plan: Plan): string {
  const before = plan.task.depends.filter((id) => plan.spec.tasks.some((task) => task.id === id))
  const slices = [plan.slice, ...before.map((id) => sliceOf(plan.spec, id))]
  return slices.flatMap((slice) => slice.sections.map((section) => section.text)).join('\n')
}

/** What says which runner, compiler options and dependencies there are. */
function manifests(paths: string[]): string[] {
  return ['package.json', 'tsconfig.json'].filter((path) => paths.includes(path))
}

async function importsOf(
  files: string[],
  read: (path: string) => Promise<BaseFile>,
  paths: string[],
): Promise<string[]> {
  const found: string[] = []
  for (const path of files) {
    const text = textOf(await read(path))
    if (text !== null) found.push(...importedFiles(path, text, paths))
  }
  return found
}

function textOf(file: BaseFile): string | null {
  return file.kind === 'text' && file.text.length <= LARGEST_FILE ? file.text : null
}

function listing(paths: string[]): Part {
  const shown = paths.slice(0, MOST_LISTED)
  const more = paths.length > shown.length ? `\n... and ${paths.length - shown.length} more` : ''
  return {
    kind: 'listing',
    source: 'file listing',
    text: `# Files of the repository\n\n${shown.join('\n')}${more}`,
    mandatory: false,
  }
}

/**
 * A previous answer of the same role and what was wrong with it. When a prompt would be too long, the answer itself goes
 * first: what was wrong with it helps more.
 */
export function pastParts(source: string, answer: string, problem: string): Part[] {
  return [
    { kind: 'past', source, text: `# Your previous answer\n\n${answer.trim()}`, mandatory: false },
    {
      kind: 'past',
      source: `${source}: what is wrong`,
      text: `# What is wrong with it\n\n${problem.trim()}`,
      mandatory: true,
    },
  ]
}

export function sceneOf(state: State): Scene {
  return { around: state.around, plan: state.plan, tree: state.tree }
}
