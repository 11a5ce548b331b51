import type { Box } from './box.ts'
import { createLinuxSrtBox } from './srt-linux.ts'
import { createOwnPathBox } from './srt-own-path.ts'

/**
 * The box of `@anthropic-ai/sandbox-runtime`, an optional dependency that is loaded with the first run. On Linux the
 * tree is at the original path, as in every box; elsewhere at its own, see `createOwnPathBox`. Where it is not
 * installed every run ends with cause `box`.
 */
export function createSrtBox(platform: NodeJS.Platform = process.platform): Box {
  return platform === 'linux' ? createLinuxSrtBox() : createOwnPathBox()
}
