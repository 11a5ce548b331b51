import { readdir, readFile } from 'node:fs/promises'

const O_CLOEXEC = 0o2000000

/**
 * Open descriptors above 3 that every child would inherit. Node closes its own and the low ones; a high one that the
 * caller of this program left open would otherwise reach into the box.
 */
export async function inheritableDescriptors(): Promise<number[]> {
  const numbers = (await readdir('/proc/self/fd').catch(() => [])).map(Number).filter((number) => number > 3)
  const inherited: number[] = []
  for (const number of numbers) {
    const info = await readFile(`/proc/self/fdinfo/${number}`, 'utf8').catch(() => '')
    const flags = /^flags:\s*(\d+)$/m.exec(info)?.[1]
    if (flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0) inherited.push(number)
  }
  return inherited
}

/** What a child gets at each descriptor from 4 on: the null device instead of everything that it would inherit. */
export function maskedDescriptors(inherited: number[], nullDevice: number): (number | 'ignore')[] {
  // From 4 on, 'ignore' leaves a descriptor as it is.
  const length = Math.max(3, ...inherited) - 3
  return Array.from({ length }, (_, index) => (inherited.includes(index + 4) ? nullDevice : 'ignore'))
}
