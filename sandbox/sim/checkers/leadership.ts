/** Somebody believed to lead in this term. */
export interface Claim {
  term: number | string
  leader: string
  /** For people, ms. */
  at?: number
}

/** No term has two leaders. The same leader may claim its term as often as it likes. */
export function oneLeaderPerTerm(claims: Iterable<Claim>): string[] {
  const leaders = new Map<number | string, Map<string, Claim>>()
  for (const claim of claims) {
    const known = leaders.get(claim.term) ?? new Map<string, Claim>()
    leaders.set(claim.term, known)
    if (!known.has(claim.leader)) known.set(claim.leader, claim)
  }
  return [...leaders]
    .filter(([, known]) => known.size > 1)
    .map(([term, known]) => `term ${term} has ${known.size} leaders: ${[...known.values()].map(claimText).join(', ')}`)
}

function claimText({ leader, at }: Claim): string {
  return at === undefined ? leader : `${leader} (t=${at})`
}

/** Held for `from <= time < to`, ms; infinity: still held. */
export interface Lease {
  holder: string
  from: number
  to: number
  /** What is held. Leases of different resources have nothing to do with each other. */
  resource?: string
}

/** At no moment do two hold the same. One holder may hold several times over. */
export function noLeaseOverlap(leases: Iterable<Lease>): string[] {
  const problems: string[] = []
  /** Per resource, those that may still be held, from an earlier begin on. */
  const open = new Map<string, Lease[]>()
  for (const lease of [...leases].filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from)) {
    const resource = lease.resource ?? ''
    const held = (open.get(resource) ?? []).filter(({ to }) => to > lease.from)
    for (const other of held) if (other.holder !== lease.holder) problems.push(overlapText(other, lease))
    open.set(resource, [...held, lease])
  }
  return problems
}

function overlapText(first: Lease, second: Lease): string {
  const of = second.resource === undefined ? '' : ` of ${second.resource}`
  return `${first.holder} and ${second.holder} are both holders${of} from t=${second.from} to t=${Math.min(first.to, second.to)}`
}
