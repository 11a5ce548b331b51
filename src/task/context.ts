import { fill, type Part } from '../core/prompt/prompt.ts'
import { renderSlice } from '../core/prompt/sections.ts'
import type { Role } from '../world.ts'
import { fileParts } from './files.ts'
import { pathsOf } from './overlay.ts'
import { type Frozen, protectedDirs, type Scene, type State } from './state.ts'
import { steeringParts } from './steering.ts'

const MOST_LISTED = 400
const MOST_FOLDERS = 40
const ON_KIT = /specproof\/sim/

/**
 * Parts of the author's prompt. It sees the base and never an attempt. What changes from question to question stands
 * last, so that all before it is a prefix that the provider has seen.
 */
export async function authorParts(scene: Scene, past: Part[]): Promise<Part[]> {
  const { tree, around } = scene
  const first = await common(scene)
  const usesKit = isOnKit(scene, first)
  const { parts, shown } = await fileParts(scene, 'author', [], usesKit)
  const role = fill(around.templates.author, { framework: around.framework })
  return [
    ...first,
    ...(usesKit ? [kitPart(scene, 'author', parts)] : []),
    ...parts,
    listing(scene, tree.paths, shown),
    { kind: 'role', source: 'prompts/author.md', text: role, mandatory: true },
    ...past,
  ]
}

/** Parts of the implementer's prompt: the stub it replaces, and the names of the frozen tests. */
export async function implementerParts(scene: Scene, frozen: Frozen | null, past: Part[]): Promise<Part[]> {
  const stubs = frozen?.stubs ?? []
  const { around, tree } = scene
  const first = await common(scene)
  const usesKit = isOnKit(scene, first)
  const { parts, shown } = await fileParts(scene, 'implementer', stubs, usesKit)
  return [
    ...first,
    ...(usesKit ? [kitPart(scene, 'implementer', parts)] : []),
    ...(frozen ? [testNames(frozen)] : []),
    ...parts,
    listing(scene, pathsOf(tree, stubs), shown),
    { kind: 'role', source: 'prompts/implementer.md', text: fill(around.templates.implementer, {}), mandatory: true },
    ...past,
  ]
}

/** Rules, steering and slice come first and byte for byte alike for both roles, so that provider caches hit. */
async function common(scene: Scene): Promise<Part[]> {
  const { around, plan } = scene
  const parts: Part[] = [{ kind: 'rules', source: 'prompts/rules.md', text: around.templates.rules, mandatory: true }]
  parts.push(...(await steeringParts(scene)))
  const text = renderSlice(plan.slice)
  parts.push({ kind: 'slice', source: `${plan.spec.dir}#${plan.task.id}`, text, mandatory: true })
  return parts
}

function isOnKit({ plan }: Scene, parts: Part[]): boolean {
  return parts.some((part) => part.kind === 'slice' && ON_KIT.test(part.text)) || ON_KIT.test(plan.task.text)
}

/** The example stands in for a test on the kit where the repository has none. */
function kitPart({ around }: Scene, role: Role, files: Part[]): Part {
  const { kit } = around.templates
  const bare = role === 'author' && !files.some((part) => part.kind === 'nearest' && ON_KIT.test(part.text))
  const text = role === 'implementer' ? kit.implementer : bare ? `${kit.author.trim()}\n\n${kit.example}` : kit.author
  return { kind: 'kit', source: 'specproof/sim', text, mandatory: true }
}

function testNames(frozen: Frozen): Part {
  const files = frozen.files.map((file) => file.path).join(', ')
  const remarks = frozen.remarks ? `\n\nThe test author says: ${frozen.remarks}` : ''
  const text = `# Frozen tests in ${files}\n\n${frozen.names.map((name) => `- ${name}`).join('\n')}${remarks}`
  return { kind: 'tests', source: files, text, mandatory: true }
}

/** Paths of what is not shown; specs and steering are no files of the program. */
function listing({ plan, around }: Scene, paths: string[], shown: ReadonlySet<string>): Part {
  const hidden = protectedDirs(plan.spec)
  const left = paths.filter(
    (path) => !shown.has(path) && !hidden.some((dir) => path.startsWith(`${dir}/`)) && !around.deny(path),
  )
  const listed = left.slice(0, MOST_LISTED)
  const more = left.length > listed.length ? `\n... and ${left.length - listed.length} more` : ''
  const text = `# Other files\n\n${listed.join('\n')}${more}`
  const short = `# Other files\n\n${folders(left).join(', ')}`
  return { kind: 'listing', source: 'file listing', text, short, mandatory: false, rank: 5 }
}

/** `src/ (5), test/ (3), index.ts`: what lies at the top, with the number of files. */
function folders(paths: string[]): string[] {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const top = path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path
    counts.set(top, (counts.get(top) ?? 0) + 1)
  }
  return [...counts].slice(0, MOST_FOLDERS).map(([top, count]) => (top.endsWith('/') ? `${top} (${count})` : top))
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
