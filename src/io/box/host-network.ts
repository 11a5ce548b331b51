import { realpath } from 'node:fs/promises'

/** How names become addresses. What they are links to (below /run, mostly) is not visible inside. */
const FILES = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/host.conf', '/etc/gai.conf']

/** What a box that uses the network of the host has to show in addition. */
export async function hostNetworkBinds(): Promise<{ from: string; to: string }[]> {
  const binds: { from: string; to: string }[] = []
  for (const to of FILES) {
    const from = await realpath(to).catch(() => null)
    if (from !== null) binds.push({ from, to })
  }
  return binds
}
