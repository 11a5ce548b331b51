import picomatch from 'picomatch'
import type { Slice } from '../spec/slice.ts'
import type { Spec, Steering } from '../spec/spec.ts'
import { namedFiles } from './select-files.ts'

/** A steering file that applies to a task, and why. */
export interface Applied {
  steering: Steering
  why: string
}

export interface SteeringChoice {
  applied: Applied[]
  left: { source: string; why: string }[]
}

/** Words of a description that say nothing about when it applies. */
const COMMON =
  /^(?:about|also|always|apply|code|every|file|files|from|guide|guidelines|have|help|into|project|rules|should|that|them|then|these|this|used|uses|using|what|when|where|which|with|work|working|your)$/
/** So many words of a description must occur in the slice, or all where it has fewer. */
const ENOUGH = 2

/**
 * Which steering applies, by Kiro's rules. `always`; `fileMatch` where a file that the task, its linked design or that of
 * the tasks it depends on names matches (or the test file that belongs to it); `manual` where the task or its design says
 * `#name`, or agent.yaml asks; `auto` where two words of its description occur in the slice. `built`: text of the design
 * of earlier tasks; `asked`: names from agent.yaml.
 */
export function chooseSteering(
  spec: Spec,
  slice: Slice,
  built: string,
  paths: readonly string[],
  asked: readonly string[],
): SteeringChoice {
  const own = [slice.task.text, ...slice.sections.map((section) => section.text)].join('\n')
  const files = aboutFiles(`${own}\n${built}`, paths)
  const criteria = slice.requirements.flatMap((one) => [one.title, ...one.criteria.map(({ text }) => text)])
  const words = wordsOf([own, ...criteria].join('\n'))
  const choice: SteeringChoice = { applied: [], left: [] }
  for (const steering of spec.steering) {
    const why = whyApplies(steering, own, files, words, asked)
    if (why !== null) choice.applied.push({ steering, why })
    else choice.left.push({ source: steering.path, why: whyNot(steering) })
  }
  return choice
}

function whyApplies(
  steering: Steering,
  text: string,
  files: readonly string[],
  words: ReadonlySet<string>,
  asked: readonly string[],
): string | null {
  const { inclusion, pattern } = steering
  if (inclusion === 'always') return 'always'
  const name = nameOf(steering)
  if (asked.some((one) => one === name || one === steering.path)) return 'agent.yaml asks for it'
  if (namesIt(text, name)) return `the spec says #${name}`
  if (inclusion === 'fileMatch') {
    const matches = pattern === null ? null : picomatch(pattern, { dot: true, windows: false })
    const hit = matches && files.find((path) => matches(path) || matches(path.slice(path.lastIndexOf('/') + 1)))
    return hit ? `${hit} matches ${pattern}` : null
  }
  if (inclusion !== 'auto' || steering.description === null) return null
  const wanted = [...wordsOf(steering.description)].filter((word) => !COMMON.test(word))
  const found = wanted.filter((word) => words.has(word))
  const enough = found.length >= Math.min(ENOUGH, wanted.length) && found.length > 0
  return enough ? `its description has ${found.slice(0, 3).join(', ')}` : null
}

function whyNot({ inclusion, pattern, path }: Steering): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '')
  if (inclusion === 'fileMatch') return `no file that the task is about matches ${pattern ?? 'its missing pattern'}`
  if (inclusion === 'auto') return `its description has too little in common with the task; #${name} asks for it`
  return `inclusion: manual; #${name} in the task or context.steering in agent.yaml asks for it`
}

function nameOf({ path, name }: Steering): string {
  return name ?? path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '')
}

function namesIt(text: string, name: string): boolean {
  const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\d_#&/])#${escaped}(?![\\p{L}\\d_-])`, 'iu').test(text)
}

/** Files that a text names, existing or not, and the tests that belong to them. */
function aboutFiles(text: string, paths: readonly string[]): string[] {
  const written = (text.match(/[\w@./-]+\/[\w.-]+\.\w+/g) ?? []).map((path) => path.replace(/^\.\//, ''))
  const found = new Set([...written, ...namedFiles(text, [...paths])])
  for (const path of [...found]) {
    const [, stem = '', ending = ''] = /([^/]+)\.([cm]?[jt]sx?)$/.exec(path) ?? []
    if (stem !== '') found.add(`test/${stem}.test.${ending}`)
  }
  return [...found]
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/\p{L}{4,}/gu) ?? []).map((word) => word.replace(/(?:es|s)$/, '')))
}
