import { globMatcher } from '../core/patch/protected-globs.ts'
import { isIn } from '../core/projects.ts'
import { MANIFESTS, manifestFacts, manifestsIn } from '../core/prompt/manifest-facts.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import type { Named, Read } from './files.ts'
import { allowedGlobs } from './place.ts'
import type { Plan } from './state.ts'

/** Of the package that the task works in. */
export function manifestsOf({ dir }: Plan): string[] {
  return MANIFESTS.map((path) => (dir === '' ? path : `${dir}/${path}`))
}

/** Those that there are; of Go modules in a package those of the package. */
function manifestsFor(plan: Plan, paths: string[]): string[] {
  if (plan.dir === '') return manifestsIn(paths)
  const inside = paths.filter((path) => isIn(plan.dir, path))
  return [...new Set([...manifestsOf(plan).filter((one) => inside.includes(one)), ...manifestsIn(inside)])]
}

/** What says which runner, compiler options and dependencies there are: facts, or the file where the task may change it. */
export async function manifestParts(plan: Plan, paths: string[], read: Read): Promise<Named[]> {
  const allowed = globMatcher(allowedGlobs(plan))
  const found: Named[] = []
  const facts: string[] = []
  const short: string[] = []
  for (const path of manifestsFor(plan, paths)) {
    const text = await read(path)
    const line = text === null || allowed(path) ? null : manifestFacts(path, text)
    if (line !== null) {
      facts.push(line)
      short.push(manifestFacts(path, text!, true) ?? line)
    } else if (text !== null)
      found.push({
        path,
        part: { kind: 'file', source: path, text: renderFile(path, text), mandatory: false, rank: 1 },
      })
  }
  if (facts.length === 0) return found
  const page = (lines: string[]) => `# Set-up\n\n${lines.join('\n')}`
  const part: Part = {
    kind: 'facts',
    source: 'manifests',
    text: page(facts),
    short: page(short),
    mandatory: false,
    rank: 4,
  }
  return [...found, { path: manifestsOf(plan).join(', '), part }]
}
