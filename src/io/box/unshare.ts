import type { Box } from './box.ts'
import { outerNamespaces } from './identity.ts'
import { createLinuxBox, type Recipe } from './linux-box.ts'
import { hostMounts } from './mount-table.ts'
import type { FindStarter } from './starter.ts'
import { unshareVariables } from './unshare-layout.ts'

export { prepareTree } from './identity.ts'

const recipe: Recipe = async ({ plan, identity, limits, start }) => {
  // Should this process die without a word, the kernel ends the box.
  const outer = ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...outerNamespaces(identity, plan.network), '--']
  return { argv: [...outer, ...start.build], variables: await unshareVariables(plan, limits, hostMounts()) }
}

/**
 * A box from `unshare` and mounts (util-linux 2.36 or newer), for root and for plain users, with nothing to install.
 * HOME and PATH are set inside even when the policy leaves them out. `findStarter` says who works inside, left out:
 * Perl where there is one, else a shell.
 */
export function createUnshareBox(findStarter?: FindStarter): Box {
  return createLinuxBox('unshare', recipe, findStarter)
}
