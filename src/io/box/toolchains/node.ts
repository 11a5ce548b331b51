import { basename, delimiter, dirname, join } from 'node:path'
import { BOX_HOME, isSystemPath, isWithin } from '../system.ts'
import { nodeToolchain } from '../toolchain.ts'
import { type Detected, foldersIn, homeOf, missing, onPath, type Place, partOf, realOf } from './part.ts'

/** Node as `nodeToolchain` finds it, with the headers that a native addon is compiled against. */
export async function detectNode(place: Place): Promise<Detected> {
  const found = await onPath(place, 'node')
  if (found === null) return missing('there is no `node` on PATH')
  const { readOnly, path } = await nodeToolchain(place.env['PATH'] ?? '')
  const bin = path.split(delimiter)[0]!
  const version = await versionOf(place, found, join(bin, 'node'))
  const prefix = dirname(bin)
  const own = readOnly.includes(bin) && basename(bin) === 'bin'
  const headers = own ? await foldersIn(prefix, ['include/node']) : []
  const cache = await foldersIn(homeOf(place.env), ['.cache/node-gyp'])
  return partOf(version, join(bin, 'node'), {
    readOnly: [...readOnly, ...headers],
    mounts: cache.map((from) => ({ from, to: join(BOX_HOME, '.cache/node-gyp') })),
    path: isSystemPath(bin) ? [] : [bin],
    env: {
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      ...(headers.length > 0 ? { npm_config_nodedir: prefix } : {}),
    },
  })
}

/** This process is mostly that Node itself. */
async function versionOf(place: Place, found: string, node: string): Promise<string> {
  const [own, real] = await Promise.all([realOf(process.execPath), realOf(node)])
  if (own !== null && own === real) return process.versions.node
  // Installed by the project, it is what runs this program already.
  if (isWithin(found, place.root) && !found.includes('/node_modules/')) return 'unknown'
  const answer = await place.ask(found, ['-p', 'process.versions.node'], { cwd: '/', env: place.env })
  return answer.ok ? answer.text.trim() : 'unknown'
}
