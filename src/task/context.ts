import { neighbourTimes } from '../core/prompt/neighbour-times.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { onOneLine, renderSlice } from '../core/prompt/sections.ts'
import { rolePart } from '../core/prompt/templates.ts'
import { testNameLines } from '../core/prompt/test-names.ts'
import type { World } from '../world.ts'
import { fileParts } from './files.ts'
import { mapPart } from './map.ts'
import { pathsOf } from './overlay.ts'
import type { Frozen, Plan, Scene, State } from './state.ts'
import { steeringParts } from './steering.ts'

const ON_KIT = /specproof\/sim/
const ON_DISK = /\b(?:Disk|NodeEnv|NodeClock)\b/
const NOTHING_FROZEN = { stubs: [], files: [] }

/**
 * Parts of the author's prompt. It sees the base and never an attempt. What changes from question to question stands
 * last, so that all before it is a prefix that the provider has seen.
 */
export async function authorParts(scene: Scene, past: Part[]): Promise<Part[]> {
  const { tree, around } = scene
  const first = await common(scene)
  const usesKit = isOnKit(scene, first)
  const { parts, shown } = await fileParts(scene, 'author', NOTHING_FROZEN, usesKit)
  return [
    ...first,
    ...timesPart(scene),
    ...(usesKit ? [kitPart(scene, 'author', first, parts)] : []),
    ...parts,
    await mapPart(scene, tree.paths, shown),
    rolePart('author', around.templates, { framework: around.framework }),
    ...insteadPart(scene),
    ...past,
  ]
}

/** What the author's words do not say of tasks that add no behaviour. */
function insteadPart({ around, plan }: Scene): Part[] {
  if (plan.delivers === 'code') return []
  const source = `prompts/author-${plan.delivers}.md`
  return [{ kind: 'role', source, text: around.templates.instead[plan.delivers], mandatory: true }]
}

/** Parts of the implementer's prompt: the stub it replaces, and the names of the frozen tests. */
export async function implementerParts(scene: Scene, frozen: Frozen | null, past: Part[]): Promise<Part[]> {
  const stubs = frozen?.stubs ?? []
  const { around, tree } = scene
  const first = await common(scene)
  const usesKit = isOnKit(scene, first)
  const { parts, shown } = await fileParts(scene, 'implementer', frozen ?? NOTHING_FROZEN, usesKit)
  return [
    ...first,
    ...timesPart(scene),
    ...(usesKit ? [kitPart(scene, 'implementer', first, parts)] : []),
    ...(frozen ? [testNames(frozen)] : []),
    ...parts,
    await mapPart(scene, pathsOf(tree, stubs), shown),
    rolePart('implementer', around.templates, {}),
    ...past,
  ]
}

/** Rules, steering and slice come first and byte for byte alike for all roles, so that provider caches hit. */
export async function common(scene: Scene): Promise<Part[]> {
  const { around, plan } = scene
  const parts: Part[] = [{ kind: 'rules', source: 'prompts/rules.md', text: around.templates.rules, mandatory: true }]
  parts.push(...(await steeringParts(scene)))
  const text = renderSlice(plan.slice)
  parts.push({ kind: 'slice', source: `${plan.spec.dir}#${plan.task.id}`, text, mandatory: true })
  if (plan.dir !== '') parts.push(placePart(plan))
  return parts
}

/** A spec of a package names files as they lie in it; answers name them from the top. */
function placePart({ dir }: Plan): Part {
  const text = `# Where the work is

The repository holds several packages; this task works in \`${dir}/\`. Paths in the specification are from there: \`src/a.ts\` means \`${dir}/src/a.ts\`. In your answer every path is from the top of the repository and begins with \`${dir}/\`. Tests and commands start in \`${dir}/\`.`
  return { kind: 'place', source: dir, text, mandatory: true }
}

function timesPart({ plan }: Scene): Part[] {
  const times = neighbourTimes(plan.spec, plan.slice)
  if (times.length === 0) return []
  const text = `# Times beside it\n\n${times.map(({ name, sentence }) => `- ${name}: ${sentence}`).join('\n')}`
  const short = `Times beside it: ${times.map(({ name, bounds }) => `${name} ${bounds.join(', ')}`).join('; ')}`
  return [{ kind: 'times', source: 'times beside it', text, short, mandatory: false, rank: 3 }]
}

/** A chaos test of a design on the kit is on it too, though its own section may not say so again. */
function isOnKit({ plan }: Scene, parts: Part[]): boolean {
  if (plan.judgedBy === 'chaos' && plan.spec.sections.some(({ text }) => ON_KIT.test(text))) return true
  return parts.some((part) => part.kind === 'slice' && ON_KIT.test(part.text)) || ON_KIT.test(plan.task.text)
}

/** The page on the kit that roles which write or read tests get, where the task is about it. */
export function kitFor(scene: Scene, first: Part[]): Part[] {
  const text = kitText(scene, 'author', first, false)
  return isOnKit(scene, first) ? [{ kind: 'kit', source: 'specproof/sim', text, mandatory: true }] : []
}

/** The example stands in for a test on the kit where the repository has none. */
function kitPart(scene: Scene, role: 'author' | 'implementer', first: Part[], files: Part[]): Part {
  const bare = role === 'author' && !files.some((part) => part.kind === 'nearest' && ON_KIT.test(part.text))
  return { kind: 'kit', source: 'specproof/sim', text: kitText(scene, role, first, bare), mandatory: true }
}

/** Disks and promises take a page of their own, with an example, where the slice speaks of them. */
function kitText({ around, plan }: Scene, role: 'author' | 'implementer', first: Part[], bare: boolean): string {
  const { kit } = around.templates
  const slice = first.find(({ kind }) => kind === 'slice')?.text ?? ''
  if (ON_DISK.test(slice) || ON_DISK.test(plan.task.text)) return `${kit[role].trim()}\n${kit.disk[role]}`
  return bare ? `${kit.author.trim()}\n\n${kit.example}` : kit[role]
}

/** What the tests leave out, in their author's words; empty: nothing was said. */
export function authorSays({ remarks }: Pick<Frozen, 'remarks'>): string {
  return remarks ? `\n\nThe test author says:\n\n${remarks.replace(/^/gm, '> ')}` : ''
}

function testNames(frozen: Frozen): Part {
  const files = frozen.files.map((file) => file.path).join(', ')
  const names = testNameLines(frozen.ids, frozen.names).map((name) => `- ${onOneLine(name)}`)
  const text = `# Frozen tests in ${files}\n\n${names.join('\n')}${authorSays(frozen)}`
  return { kind: 'tests', source: files, text, mandatory: true }
}

export function sceneOf({ symbols }: World, { around, plan, tree }: State): Scene {
  return { around, plan, tree, symbols }
}
