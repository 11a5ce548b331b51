import { readFileSync } from 'node:fs'

/**
 * The text of a file of /proc or of a control group; empty when it is not there. In one go: no disk is behind it, while each
 * turn of the event loop is a wait for the processor, and on a busy machine a long one.
 */
export function kernelText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
