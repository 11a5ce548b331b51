import { applyPatch } from '../../../src/core/patch/apply.ts'
import type { BaseFile, Edit, Operation, PatchResult, Refusal, Reply } from '../../../src/core/patch/patch.ts'
import { readReply } from '../../../src/core/patch/read-reply.ts'

export type Files = Record<string, string | BaseFile>

/** A base tree from texts by path; other kinds of files are given as they are. */
export function reader(files: Files): (path: string) => BaseFile {
  return (path) => {
    const file = Object.hasOwn(files, path) ? files[path] : undefined
    if (file === undefined) return { kind: 'absent' }
    return typeof file === 'string' ? { kind: 'text', text: file } : file
  }
}

export function apply(files: Files, ...operations: Operation[]): Promise<PatchResult> {
  return applyPatch({ operations }, reader(files))
}

export function edit(path: string, ...pairs: [search: string, replace: string][]): Operation {
  const edits: Edit[] = pairs.map(([search, replace], k) => ({ search, replace, line: k + 1 }))
  return { action: 'edit', path, edits, line: 1 }
}

export function create(path: string, content: string): Operation {
  return { action: 'create', path, content, line: 1 }
}

/** New text of the only changed file. */
export function onlyText(result: PatchResult): string | null {
  if (!result.ok) throw new Error(result.refused.map((refusal) => refusal.message).join('\n'))
  if (result.changes.length !== 1) throw new Error(`${result.changes.length} changes`)
  return result.changes[0]!.content
}

export function refusals(result: PatchResult): Refusal[] {
  if (result.ok) throw new Error('the patch was accepted')
  return result.refused
}

export function operationsOf(reply: Reply): Operation[] {
  if (reply.kind !== 'patch') throw new Error(`not a patch: ${JSON.stringify(reply)}`)
  return reply.patch.operations
}

/** Reads a reply given by its lines. */
export function read(...lines: string[]): Reply {
  return readReply(lines.join('\n'))
}
