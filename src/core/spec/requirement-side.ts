import type { Doc } from './markdown.ts'
import { isOpenSpec, readOpenSpec } from './openspec.ts'
import { outline } from './outline.ts'
import type { Criterion, Requirement } from './requirement.ts'
import { readIntroduction, readRequirements } from './requirements.ts'
import type { Diagnostic } from './spec.ts'
import { isSpecKit, readSpecKit } from './spec-kit.ts'

export interface RequirementSide {
  requirements: Requirement[]
  introduction: string
  /** The documents that requirements were looked for in, in that order. */
  docs: Doc[]
  diagnostics: Diagnostic[]
}

/** Which documents of a folder hold requirements; the deltas of an OpenSpec change come last. */
const PLACES = [/^requirements\.md$/i, /^bugfix\.md$/i, /^spec\.md$/i, /^specs\/(?:.+\/)?spec\.md$/i]

/**
 * Requirements of a folder's documents (`doc.file` is folder and path). What a document looks like decides how it is read, so a folder
 * may mix the dialects. Ids are unique unless an author wrote the same number twice.
 */
export function readRequirementSide(docs: readonly Doc[]): RequirementSide {
  const root = rootOf(docs)
  const rank = (doc: Doc) => PLACES.findIndex((place) => place.test(doc.file.slice(root.length)))
  const holders = docs.filter((doc) => rank(doc) >= 0).sort((a, b) => rank(a) - rank(b))
  const taken = new Set<string>()
  const requirements = holders.flatMap((doc) => {
    const read = readDocument(doc).map((one) =>
      taken.has(one.id) ? renamed(one, `${capability(doc)}-${one.id}`) : one,
    )
    for (const { id } of read) taken.add(id)
    return read
  })
  const [first] = holders
  return {
    requirements,
    introduction: first === undefined ? '' : readIntroduction(first),
    docs: holders,
    diagnostics: [],
  }
}

function readDocument(doc: Doc): Requirement[] {
  const sections = outline(doc)
  if (isOpenSpec(sections)) return readOpenSpec(doc)
  return isSpecKit(sections) ? readSpecKit(doc) : readRequirements(doc)
}

function rootOf(docs: readonly Doc[]): string {
  const folders = docs.map(({ file }) => file.slice(0, file.lastIndexOf('/') + 1))
  return folders.reduce((a, b) => (b.length < a.length ? b : a), folders[0] ?? '')
}

/** `auth` of `specs/auth/spec.md`. */
function capability(doc: Doc): string {
  return doc.file.split('/').at(-2) ?? 'spec'
}

/** The same requirement in a second file: its ids carry the folder of that file. */
function renamed(one: Requirement, id: string): Requirement {
  const own = (criterion: Criterion): Criterion =>
    criterion.id.startsWith(`${one.id}.`) ? { ...criterion, id: id + criterion.id.slice(one.id.length) } : criterion
  return { ...one, id, criteria: one.criteria.map(own) }
}
