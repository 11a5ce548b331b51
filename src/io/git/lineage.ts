import { git } from './git.ts'

export interface Ancestor {
  commit: string
  subject: string
  author: string
  /** ISO 8601. */
  date: string
}

const FORMAT = '--format=%H%x00%s%x00%an%x00%cI%x00'

/** The commits on the main line of `to` that build on `from`, oldest first, without `from` itself. */
export function lineage(root: string, from: string, to: string): Promise<Ancestor[]> {
  return read(root, ['--first-parent', '--ancestry-path', '--reverse', `${from}..${to}`])
}

/** The commits after `from` up to `to` that changed a file, newest first, with their whole messages. */
export async function changesSince(
  root: string,
  from: string,
  to: string,
  path: string,
): Promise<(Ancestor & { message: string })[]> {
  const found = await read(root, [`${from}..${to}`, '--', path])
  return Promise.all(
    found.map(async (one) => ({ ...one, message: await git(root, ['log', '-1', '--format=%B', one.commit]) })),
  )
}

/** The last commit up to `to` that changed a file; null: none did. */
export async function lastChange(root: string, to: string, path: string): Promise<Ancestor | null> {
  return (await read(root, ['-1', to, '--', path]))[0] ?? null
}

/** A commit in words. */
export async function oneCommit(root: string, commit: string): Promise<Ancestor | null> {
  return (await read(root, ['-1', commit]))[0] ?? null
}

async function read(root: string, args: string[]): Promise<Ancestor[]> {
  const out = await git(root, ['--literal-pathspecs', 'log', '--no-show-signature', '--no-patch', FORMAT, ...args])
  const fields = out.split('\0')
  const found: Ancestor[] = []
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [commit = '', subject = '', author = '', date = ''] = fields.slice(at, at + 4)
    found.push({ commit: commit.trim(), subject, author, date })
  }
  return found
}
