import type { Diagnostic, Spec } from './spec.ts'

/** One file of a spec folder, as text. */
export interface SourceFile {
  /** Path below the folder, with forward slashes: `tasks.md`, `specs/auth/spec.md`. */
  path: string
  text: string
}

/** One spec folder as it was found, before anything is understood. */
export interface SpecSource {
  id: string
  dir: string
  /** The `.md` files at any depth and `spec.json`, sorted by path. */
  files: SourceFile[]
  steering: { path: string; text: string }[]
  /** What was wrong with loading it: not UTF-8, too large, unreadable. */
  problems: Diagnostic[]
}

/** Answers what the same texts were parsed to before, or parses them now. */
export type ParsedSpecs = (source: SpecSource, parse: () => Promise<Spec>) => Promise<Spec>

/** Text of one file of the folder; null where there is none. */
export function textOf(source: Pick<SpecSource, 'files'>, path: string): string | null {
  return source.files.find((file) => file.path === path)?.text ?? null
}
