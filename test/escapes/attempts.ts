import type { Attempt } from './attempt.ts'
import { CONTENTS } from './attempts/contents.ts'
import { KERNEL } from './attempts/kernel.ts'
import { MOUNTS } from './attempts/mounts.ts'
import { NETWORK } from './attempts/network.ts'
import { PROCESSES } from './attempts/processes.ts'
import { SECRETS } from './attempts/secrets.ts'
import { TREE } from './attempts/tree.ts'

/** Every escape that is tried; the names are unique. */
export const ATTEMPTS: Attempt[] = [...SECRETS, ...NETWORK, ...MOUNTS, ...KERNEL, ...PROCESSES, ...TREE, ...CONTENTS]
