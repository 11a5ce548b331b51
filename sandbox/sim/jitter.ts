/**
 * Random extra latency that depends on the seed, the link and the number of the message on that link, and on nothing else:
 * with one shared stream of random numbers, taking away one fault would reshuffle every later message of the whole run.
 */
export class Jitter {
  #max: number
  #seed: number
  #links = new Map<string, Map<string, { hash: number; sent: number }>>()

  constructor(max: number, seed: number) {
    this.#max = max
    this.#seed = seed
  }

  /** Whole ms from 0 to the maximum, both included, for the next message of this link. */
  next(from: string, to: string): number {
    if (this.#max === 0) return 0
    const link = this.#link(from, to)
    link.sent += 1
    return mix(link.hash + Math.imul(link.sent, 0x9e3779b9)) % (this.#max + 1)
  }

  #link(from: string, to: string): { hash: number; sent: number } {
    let targets = this.#links.get(from)
    if (targets === undefined) {
      targets = new Map()
      this.#links.set(from, targets)
    }
    let link = targets.get(to)
    if (link === undefined) {
      link = { hash: mix(hashText(`${from}\u0000${to}`) + mix(this.#seed)), sent: 0 }
      targets.set(to, link)
    }
    return link
  }
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
