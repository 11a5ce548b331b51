/** A process of its own that writes the patch on its stdin to a folder and kills itself before a system call of a number. */
import { readFileSync } from 'node:fs'
import type { ResolvedChange } from '../../../src/core/patch/patch.ts'
import { type FileLayer, realFiles } from '../../../src/io/patch/file-layer.ts'
import { writePatch } from '../../../src/io/patch/write-patch.ts'

const [root = '', last = '0'] = process.argv.slice(2)
const changes = JSON.parse(readFileSync(0, 'utf8')) as ResolvedChange[]
let calls = 0
const files = Object.fromEntries(
  Object.entries(realFiles).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      if (++calls > Number(last)) process.kill(process.pid, 'SIGKILL')
      return (call as (...all: unknown[]) => unknown)(...args)
    },
  ]),
) as unknown as FileLayer
writePatch(files, root, changes)
