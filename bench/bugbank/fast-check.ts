/** What test files get as `fast-check`: under the harness, which sets seeds and numbers of cases at the call. */
import * as real from 'fast-check'
import { overridden } from '../../sandbox/harness/fast-check.mts'
import { state } from './state.ts'

const ours = overridden(real, state)

export * from 'fast-check'
export const { assert, check, property, asyncProperty } = ours
export default ours
