/**
 * Runs one command in a box, for tests that need a process of their own around it.
 * Argument: JSON `{ script, tree, readOnly, marker }`. Prints `OUTPUT text` as it comes and `RESULT json` at the end.
 */
import { createUnshareBox } from '../../../src/io/box/unshare.ts'
import { LIMITS } from './support.ts'

export interface ChildRequest {
  script: string
  tree: string
  readOnly: string[]
  marker: string
}

const { script, tree, readOnly, marker } = JSON.parse(process.argv[2]!) as ChildRequest
const policy = { root: '/project', tree, readOnly, mounts: [], env: {} }
const result = await createUnshareBox().run(['sh', '-c', script, marker], policy, LIMITS, {
  onOutput: (text) => process.stdout.write(`OUTPUT ${text}`),
})
console.log(`RESULT ${JSON.stringify(result)}`)
