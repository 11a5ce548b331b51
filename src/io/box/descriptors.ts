import { readdirSync } from 'node:fs'
import { kernelText } from './kernel-text.ts'

const O_CLOEXEC = 0o2000000

/**
 * Open descriptors above 3 that every child would inherit. Node closes its own and the low ones; a high one that the
 * caller of this program left open would otherwise reach into the box.
 */
export function inheritableDescriptors(): number[] {
  // In one go: these are no real files, and a dozen turns of the event loop would cost more than the whole look.
  const numbers = listed('/proc/self/fd').map(Number)
  return numbers.filter((number) => {
    if (number <= 3) return false
    const flags = /^flags:\s*(\d+)$/m.exec(kernelText(`/proc/self/fdinfo/${number}`))?.[1]
    return flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0
  })
}

function listed(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/** What a child gets at each descriptor from 4 on: the null device instead of everything that it would inherit. */
export function maskedDescriptors(inherited: number[], nullDevice: number): (number | 'ignore')[] {
  // From 4 on, 'ignore' leaves a descriptor as it is.
  const length = Math.max(3, ...inherited) - 3
  return Array.from({ length }, (_, index) => (inherited.includes(index + 4) ? nullDevice : 'ignore'))
}
