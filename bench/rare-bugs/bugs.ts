/** One implementation that is wrong in a way that few cases show. */
export interface RareBug {
  system: 'job-queue' | 'lease-lock' | 'rate-limits' | 'crdt'
  /** What is wrong, in the words of who finds it in production. */
  name: string
  file: string
  /** Whole lines of the right implementation, and what stands there instead. */
  search: string
  replace: string
  /** The tests that must find it, and what kind they are. */
  test: string
  by: 'property' | 'chaos'
}

const queue = (name: string, search: string, replace: string): RareBug => ({
  ...{ system: 'job-queue', name, file: 'src/queue.ts', search, replace, test: 'test/queue.test.ts', by: 'property' },
})
const coordinator = (name: string, search: string, replace: string, file = 'src/coordinator.ts'): RareBug => ({
  ...{ system: 'job-queue', name, file, search, replace, test: 'test/coordinator.test.ts', by: 'chaos' },
})
const client = (name: string, search: string, replace: string): RareBug => ({
  ...{ system: 'lease-lock', name, file: 'src/client.ts', search, replace, test: 'test/client.test.ts', by: 'chaos' },
})
const leases = (name: string, search: string, replace: string): RareBug => ({
  ...{
    system: 'lease-lock',
    name,
    file: 'src/leases.ts',
    search,
    replace,
    test: 'test/leases.test.ts',
    by: 'property',
  },
})
const limits = (name: string, part: string, search: string, replace: string): RareBug => ({
  ...{ system: 'rate-limits', name, search, replace, by: 'property' },
  file: `src/${part}.ts`,
  test: `test/${part}.test.ts`,
})
const crdt = (
  name: string,
  part: string,
  search: string,
  replace: string,
  by: RareBug['by'] = 'property',
): RareBug => ({
  ...{ system: 'crdt', name, search, replace, by },
  file: `src/${part}.ts`,
  test: `test/${part}.test.ts`,
})

/** One edge or race each; the numbers in them make it rare. */
export const BUGS: RareBug[] = [
  queue(
    'the last entries of a large heap are put below the wrong parent',
    '    const parentIndex = Math.floor((index - 1) / 2)\n',
    '    const parentIndex = Math.floor((index - (index > 14 ? 0 : 1)) / 2)\n',
  ),
  limits(
    'a number of sixteen digits is read, and rounded',
    'rule',
    'const NUMBER = /[1-9][0-9]{0,14}/y\n',
    'const NUMBER = /[1-9][0-9]{0,15}/y\n',
  ),
  limits(
    'a window of a thousand hours is written in minutes',
    'rule',
    '  const unit = LARGEST_UNIT_FIRST.find(({ ms }) => rule.windowMs % ms === 0) ?? MILLISECOND\n',
    '  const unit = LARGEST_UNIT_FIRST.find(({ ms }) => rule.windowMs % ms === 0 && rule.windowMs / ms !== 1_000) ?? MILLISECOND\n',
  ),
  limits(
    'a window of a day is written in minutes',
    'rule',
    '  const unit = LARGEST_UNIT_FIRST.find(({ ms }) => rule.windowMs % ms === 0) ?? MILLISECOND\n',
    '  const unit = LARGEST_UNIT_FIRST.find(({ ms }) => rule.windowMs % ms === 0 && (ms < 3_600_000 || rule.windowMs !== 24 * ms)) ?? MILLISECOND\n',
  ),
  client(
    'an answer that took seven seconds gives a lease of one second',
    '    if (held === undefined || until > held.until) held = { token, until }\n',
    '    if (held === undefined || until > held.until) held = { token, until: Math.max(until, now + 1_000) }\n',
  ),
  client(
    'an answer that took seven and a half seconds gives a lease of half a second',
    '    if (held === undefined || until > held.until) held = { token, until }\n',
    '    if (held === undefined || until > held.until) held = { token, until: Math.max(until, now + 500) }\n',
  ),
  leases(
    'an old token extends when it is the one before',
    '    return held !== undefined && held.holder === client && held.token === token\n',
    '    return held !== undefined && held.holder === client && (held.token === token || (held.token > 4 && held.token === token + 1))\n',
  ),
  leases(
    'an old token extends when it is the one before, from the third on',
    '    return held !== undefined && held.holder === client && held.token === token\n',
    '    return held !== undefined && held.holder === client && (held.token === token || (held.token > 2 && held.token === token + 1))\n',
  ),
  leases(
    'a release in the last millisecond is refused, from the fourth token on',
    '      if (!isInForce(client, token, now)) return false\n      lease = undefined\n',
    '      if (!isInForce(client, token, now) || (token > 3 && lease!.until - now === 1)) return false\n      lease = undefined\n',
  ),
  crdt(
    'the eighth tag of a replica takes the number of the first',
    'or-set',
    '  const number = (own(state.seen, replica) ?? 0) + 1\n',
    '  const number = ((own(state.seen, replica) ?? 0) % 7) + 1\n',
  ),
  coordinator(
    'an assignment is repeated five times and then no more',
    "    const message = { type: 'assign', key, job: id, payload, epoch: worker.epoch }\n    const assignment: Assignment = { worker, resendTimer: undefined }\n",
    "    const message = { type: 'assign', key, job: id, payload, epoch: worker.epoch }\n    const assignment: Assignment = { worker, resendTimer: undefined }\n    let left = 5\n    clock.setTimeout(() => clock.clearTimeout(assignment.resendTimer), 1_000 + RESEND_INTERVAL_MS * left--)\n",
  ),
  {
    ...{ system: 'job-queue', name: 'two clients with the same number for a request share its job', by: 'chaos' },
    ...{ file: 'src/api.ts', test: 'test/api.test.ts' },
    search: '    idsByClient.set(client, ids)\n',
    replace: '    idsByClient.set(client.slice(0, -1) || client, ids)\n    idsByClient.set(client, ids)\n',
  },
  limits(
    'the wait is one millisecond too long once in ten seconds',
    'bucket',
    '      if (left < 0) return { allowed: false, retryAfterMs: Math.ceil((owedAfter - count * windowMs) / count) }\n',
    '      if (left < 0) return { allowed: false, retryAfterMs: Math.ceil((owedAfter - count * windowMs) / count) + (time % 9_973 === 1 ? 1 : 0) }\n',
  ),
  queue(
    'a job that is put back as the fifteenth loses its place',
    '      pushEntry(pending, entry)\n    },\n\n    size() {\n',
    '      pushEntry(pending, pending.length > 14 ? { ...entry, sequence: submitted + 1 } : entry)\n    },\n\n    size() {\n',
  ),
  queue(
    'the order of submission is counted in six bits',
    '      pushEntry(pending, { job: { id, priority, payload }, sequence: submitted })\n',
    '      pushEntry(pending, { job: { id, priority, payload }, sequence: submitted & 63 })\n',
  ),
  crdt(
    'the twelfth tag of a replica takes the number of the first',
    'or-set',
    '  const number = (own(state.seen, replica) ?? 0) + 1\n',
    '  const number = ((own(state.seen, replica) ?? 0) % 11) + 1\n',
  ),
  leases(
    'a release in the last millisecond is refused, from the second token on',
    '      if (!isInForce(client, token, now)) return false\n      lease = undefined\n',
    '      if (!isInForce(client, token, now) || (token > 1 && lease!.until - now === 1)) return false\n      lease = undefined\n',
  ),
  client(
    'an answer that was overtaken by one of the same two seconds shortens the lease',
    '    if (held === undefined || until > held.until) held = { token, until }\n',
    '    if (held === undefined || until > held.until - 1_800) held = { token, until }\n',
  ),
  limits(
    'the wait is one millisecond too long once in a hundred seconds',
    'bucket',
    '      if (left < 0) return { allowed: false, retryAfterMs: Math.ceil((owedAfter - count * windowMs) / count) }\n',
    '      if (left < 0) return { allowed: false, retryAfterMs: Math.ceil((owedAfter - count * windowMs) / count) + (time % 99_991 === 1 ? 1 : 0) }\n',
  ),
  limits(
    'the sixteenth call of one moment is not counted',
    'window',
    '      callsByTime.set(latest, (callsByTime.get(latest) ?? 0) + 1)\n',
    '      callsByTime.set(latest, (callsByTime.get(latest) ?? 0) + (callsByTime.get(latest) === 15 ? 0 : 1))\n',
  ),
  queue(
    'the last entries of a heap of ten are put below the wrong parent',
    '    const parentIndex = Math.floor((index - 1) / 2)\n',
    '    const parentIndex = Math.floor((index - (index > 10 ? 0 : 1)) / 2)\n',
  ),
  coordinator(
    'an assignment is repeated eight times and then no more',
    "    const message = { type: 'assign', key, job: id, payload, epoch: worker.epoch }\n    const assignment: Assignment = { worker, resendTimer: undefined }\n",
    "    const message = { type: 'assign', key, job: id, payload, epoch: worker.epoch }\n    const assignment: Assignment = { worker, resendTimer: undefined }\n    let left = 8\n    clock.setTimeout(() => clock.clearTimeout(assignment.resendTimer), 1_000 + RESEND_INTERVAL_MS * left--)\n",
  ),
]
