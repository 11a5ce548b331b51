import type { FileChange } from '../patch/patch.ts'
import type { CheckResult } from '../verdict/evidence.ts'
import { applied, type Mutant } from './mutants.ts'

/** Complaints of the compiler about what is unused or not reached: a wrong program may well have that. */
const HARMLESS = /\bTS(6133|6138|6192|6196|6198|6199|7027)\b/

/** Beside the file, so that its imports hold; no runner collects it. */
function twinPath(path: string, id: number): string {
  return path.replace(/(\.[cm]?[jt]sx?|\.py)$/, `.specproof${id}$1`)
}

/**
 * Every wrong version as a file of its own beside the right one, so that one build says which of them a compiler would have refused; and
 * the right one under such a name, to be compared with.
 */
export function twins(mutants: readonly Mutant[], texts: ReadonlyMap<string, string>): FileChange[] {
  const copy = (path: string, id: number, content: string): FileChange => ({
    ...{ path: twinPath(path, id), action: 'create', content, blocks: [] },
  })
  const right = [...new Set(mutants.map(({ path }) => path))].map((path) => copy(path, 0, texts.get(path) ?? ''))
  return [
    ...right,
    ...mutants.map((mutant) => copy(mutant.path, mutant.id, applied(texts.get(mutant.path) ?? '', mutant))),
  ]
}

/** Ids of wrong versions that the compiler refuses: nobody could land them. A file whose right twin is refused tells nothing. */
export function refusedByCompiler(build: CheckResult, mutants: readonly Mutant[]): Set<number> {
  const refused = new Set(
    build.problems.flatMap(({ file, message }) => (file !== null && !HARMLESS.test(message) ? [file] : [])),
  )
  const told = mutants.filter(({ path }) => !refused.has(twinPath(path, 0)))
  return new Set(told.filter(({ path, id }) => refused.has(twinPath(path, id))).map(({ id }) => id))
}

/** Ids of wrong versions of Go of which a compiler said something: `instrumentGo` names them as files to it. */
export function namedByCompiler({ problems, output }: CheckResult): Set<number> {
  const said = [...problems.flatMap(({ file, message }) => [file ?? '', message]), output].join('\n')
  return new Set([...said.matchAll(/\bwrong(\d+)\.go\b/g)].map(([, id]) => Number(id)))
}
