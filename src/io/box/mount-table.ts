import { readFileSync } from 'node:fs'
import { isWithin } from './system.ts'

export interface HostMount {
  path: string
  options: string[]
  type: string
  /** Options of the file system itself, which all its mounts share. */
  superOptions: string[]
}

const decoded = (text: string) => text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)))

/** Parses the text of /proc/self/mountinfo, in mount order. */
export function parseMountInfo(text: string): HostMount[] {
  const mounts: HostMount[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const path = fields[4]
    const options = fields[5]
    if (path === undefined || options === undefined) continue
    const [type = '', , superOptions = ''] = fields.slice(fields.indexOf('-', 6) + 1)
    mounts.push({
      path: decoded(path),
      options: options.split(','),
      type,
      superOptions: superOptions.split(','),
    })
  }
  return mounts
}

export function hostMounts(): HostMount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** Mounts strictly below a folder, outermost first. */
export function submounts(mounts: HostMount[], dir: string): HostMount[] {
  const below = new Map<string, HostMount>()
  for (const mount of mounts) {
    if (mount.path !== dir && isWithin(mount.path, dir)) below.set(mount.path, mount)
  }
  return [...below.values()].sort((a, b) => a.path.length - b.path.length)
}

/**
 * Options of the mount that holds `path` which a less privileged namespace may not clear: leaving one out of a remount
 * makes the kernel refuse the whole remount.
 */
export function lockedOptions(mounts: HostMount[], path: string): string[] {
  let holder: HostMount | null = null
  for (const mount of mounts) {
    if (isWithin(path, mount.path) && (holder === null || mount.path.length >= holder.path.length)) holder = mount
  }
  return holder?.options.includes('noexec') ? ['noexec'] : []
}

/** One line of an fstab; blanks and backslashes in paths are written in octal, as fstab(5) has it. */
export function fstabLine(from: string, to: string, type: string, options: string[]): string {
  const encoded = (path: string) =>
    path.replace(/[ \t\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `${encoded(from)} ${encoded(to)} ${type} ${options.join(',')} 0 0`
}
