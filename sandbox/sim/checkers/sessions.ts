/** One step of a client, in the order in which it took them. Versions grow with every write. */
export interface Access {
  client: string
  kind: 'read' | 'write'
  /** Left out: there is one value only. */
  key?: string
  /** That was read, or that the write made; undefined: a read that found nothing. */
  version: number | undefined
  /** For people, ms. */
  at?: number
}

/** What a client has read once it does not un-read: versions of a key never go back for it. */
export function monotonicReads(accesses: Iterable<Access>): string[] {
  return notBelow(accesses, (access) => access.kind === 'read', 'had read')
}

/** A client reads its own writes, or later ones. */
export function readYourWrites(accesses: Iterable<Access>): string[] {
  return notBelow(accesses, (access) => access.kind === 'write', 'had written')
}

/** Reads that find less than what the client has done before, of the accesses that count. */
function notBelow(accesses: Iterable<Access>, counts: (access: Access) => boolean, verb: string): string[] {
  const highest = new Map<string, number>()
  const problems: string[] = []
  for (const access of accesses) {
    const { client, key = '', kind, at } = access
    const own = JSON.stringify([client, key])
    const version = access.version ?? Number.NEGATIVE_INFINITY
    const before = highest.get(own) ?? Number.NEGATIVE_INFINITY
    if (kind === 'read' && version < before) {
      const found = access.version === undefined ? 'nothing' : `version ${version}`
      const what = key === '' ? '' : ` of ${key}`
      problems.push(
        `${client} reads ${found}${what}${at === undefined ? '' : ` at t=${at}`}, and ${verb} version ${before}`,
      )
    }
    if (counts(access) && version > before) highest.set(own, version)
  }
  return problems
}
