/**
 * Runs one command in a box, for tests that need a process of their own around it.
 * Argument: JSON `{ backend, script, tree, readOnly, marker }`. Prints `OUTPUT text` as it comes and `RESULT json` at the end.
 */
import { createBwrapBox } from '../../../src/io/box/bwrap.ts'
import { createUnshareBox } from '../../../src/io/box/unshare.ts'
import { LIMITS } from './support.ts'

export interface ChildRequest {
  backend: 'unshare' | 'bwrap'
  script: string
  tree: string
  readOnly: string[]
  marker: string
}

const { backend, script, tree, readOnly, marker } = JSON.parse(process.argv[2]!) as ChildRequest
const policy = { root: '/project', tree, readOnly, mounts: [], env: {} }
const box = backend === 'bwrap' ? createBwrapBox() : createUnshareBox()
const result = await box.run(['sh', '-c', script, marker], policy, LIMITS, {
  onOutput: (text) => process.stdout.write(`OUTPUT ${text}`),
})
console.log(`RESULT ${JSON.stringify(result)}`)
