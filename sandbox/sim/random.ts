import type { Random } from './types.ts'

/** FNV-1a over UTF-16 units. */
export function hashText(text: string, from = 0x811c9dc5): number {
  let hash = from
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. From 0 to 2^32 - 1. */
export function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * A stream of its own for each seed and name: with one stream for all, taking away one fault would reshuffle every later
 * draw of the whole run.
 */
export class Stream implements Random {
  #hash: number
  #drawn = 0

  constructor(seed: number, ...names: string[]) {
    this.#hash = mix(hashText(names.join('\u0000')) + mix(seed))
  }

  /** The draw of this number, from 0 to 2^32 - 1. Draws count from 1. */
  at(number: number): number {
    return mix(this.#hash + Math.imul(number, 0x9e3779b9))
  }

  /** From 0 to 2^32 - 1. */
  bits(): number {
    this.#drawn += 1
    return this.at(this.#drawn)
  }

  next(): number {
    return (this.bits() * 2 ** 21 + (this.bits() >>> 11)) / 2 ** 53
  }

  int(max: number): number {
    if (!(Number.isSafeInteger(max) && max >= 0)) throw new RangeError(`int(${max}): a whole number from 0`)
    return max < 2 ** 32 - 1 ? this.bits() % (max + 1) : Math.floor(this.next() * (max + 1))
  }

  uuid(): string {
    const [a, b, c, d] = [this.bits(), this.bits(), this.bits(), this.bits()]
    const version = 0x4000 | (b & 0x0fff)
    const variant = 0x8000 | ((c >>> 16) & 0x3fff)
    return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(version)}-${hex16(variant)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`
  }
}

/** Programs draw an id per message; formatting a number takes ten times as long as looking two bytes up. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hex16(bits: number): string {
  return HEX[(bits >>> 8) & 0xff]! + HEX[bits & 0xff]!
}
