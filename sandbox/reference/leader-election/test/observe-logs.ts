import { samePrefix } from 'specproof/sim'
import { termAt } from '../src/log.ts'
import type { Cluster } from './cluster.ts'

/** What was handed out anywhere, by index. */
export type HandedOut = Map<number, string>

/** All nodes hand out the same, in order, once in each life, and only what a majority holds. */
export function observeCommits(cluster: Cluster): HandedOut {
  const { wrong, majority, names, nodes } = cluster
  const known: HandedOut = new Map()
  const last = new Map<string, number>()
  cluster.onStarting = (name) => last.set(name, 0)
  cluster.onCommit = (name, index, command) => {
    const before = known.get(index)
    if (before !== undefined && before !== command)
      wrong.push(`${name} handed out ${command} at ${index}, after ${before}`)
    known.set(index, command)
    if (index <= last.get(name)!) wrong.push(`${name} handed out ${index} after ${last.get(name)}`)
    last.set(name, index)
    const term = termAt(nodes.get(name)!.log(), index)!
    const holders = names.filter((one) => termAt(nodes.get(one)?.log() ?? [], index) === term)
    if (holders.length < majority)
      wrong.push(`${name} committed ${command} at ${index}, which only ${holders.join(', ')} hold`)
  }
  return known
}

/** Two logs that hold an entry of the same index and term are equal up to it; answers speak of what is on the disk. */
export function observeLogs(cluster: Cluster): void {
  const { wrong, sim, names, nodes } = cluster
  sim.every(2_000, () => {
    const logs = names.map((name) => nodes.get(name)?.log() ?? [])
    for (const [at, one] of logs.entries()) {
      for (const [offset, other] of logs.slice(at + 1).entries()) {
        const length = one.findLastIndex(({ term }, index) => other[index]?.term === term) + 1
        const pair = [one, other].map((log) => log.slice(0, length).map(({ term, command }) => `${term} ${command}`))
        const who = [names[at]!, names[at + 1 + offset]!]
        wrong.push(...samePrefix(Object.fromEntries(who.map((name, index) => [name, pair[index]!]))))
      }
    }
  })
  cluster.onSent((from, _to, message) => {
    const log = nodes.get(from)?.log() ?? []
    if (message.type === 'append-answer' && message.ok && message.match > log.length)
      wrong.push(`${from} acknowledged ${message.match} entries and holds ${log.length}`)
    if (message.type === 'append' && message.prevIndex + message.entries.length > log.length)
      wrong.push(`${from} sent more entries than it holds`)
  })
}
