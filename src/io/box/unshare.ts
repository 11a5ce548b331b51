import type { Box } from './box.ts'
import { outerNamespaces } from './identity.ts'
import { createLinuxBox, type Recipe } from './linux-box.ts'
import { hostMounts } from './mount-table.ts'
import { SETUP_SCRIPT } from './setup-script.ts'
import { unshareVariables } from './unshare-layout.ts'

export { prepareTree } from './identity.ts'

const recipe: Recipe = async ({ plan, identity, limits, payload }) => {
  // Should this process die without a word, the kernel ends the box.
  const outer = ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...outerNamespaces(identity), '--']
  return {
    argv: [...outer, 'sh', '-c', SETUP_SCRIPT, 'box', ...payload],
    variables: await unshareVariables(plan, limits, await hostMounts()),
  }
}

/**
 * A box from `unshare` and mounts (util-linux 2.36 or newer), for root and for plain users, with nothing to install.
 * HOME and PATH are set inside even when the policy leaves them out.
 */
export function createUnshareBox(): Box {
  return createLinuxBox('unshare', recipe)
}
