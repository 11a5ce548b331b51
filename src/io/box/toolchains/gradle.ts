import { dirname, isAbsolute, join } from 'node:path'
import { BOX_HOME, isSystemPath, isWithin } from '../system.ts'
import type { BuildTool } from './maven.ts'
import { homeOf, isFolder, onPath, type Place, realOf } from './part.ts'
import { standIn } from './stand-in.ts'

/** Gradle has no variable for it. */
const OFFLINE_SCRIPT = 'gradle.startParameter.offline = true\n'

/**
 * Gradle, its wrapper's downloads, and what it has downloaded as Gradle's own read-only cache. gradle.properties and
 * scripts of the user are not shown. Null where the tree is no Gradle project.
 */
export async function gradleParts(place: Place): Promise<BuildTool | null> {
  if (!place.paths.some((path) => /(^|\/)(build|settings)\.gradle(\.kts)?$/.test(path))) return null
  const user = place.env['GRADLE_USER_HOME'] ?? join(homeOf(place.env), '.gradle')
  const inside = join(BOX_HOME, '.gradle')
  const caches = join(user, 'caches')
  const cached = await isFolder(join(caches, 'modules-2'))
  const wrapper = join(user, 'wrapper/dists')
  const installed = await installation(place)
  return {
    readOnly: [...installed.readOnly, ...(cached ? [join(caches, 'modules-2')] : [])],
    mounts: [
      {
        from: await standIn(place.scratch, OFFLINE_SCRIPT, 'offline.gradle'),
        to: join(inside, 'init.d/offline.gradle'),
      },
      ...((await isFolder(wrapper)) ? [{ from: wrapper, to: join(inside, 'wrapper/dists') }] : []),
    ],
    overlays: (await isFolder(wrapper)) ? [{ from: wrapper, to: join(inside, 'wrapper/dists') }] : [],
    path: installed.path,
    env: {
      // A daemon would not outlive the box, and starting one takes longer than doing without.
      GRADLE_OPTS: '-Dorg.gradle.daemon=false',
      ...(cached ? { GRADLE_RO_DEP_CACHE: caches } : {}),
    },
  }
}

async function installation(place: Place): Promise<{ readOnly: string[]; path: string[] }> {
  const found = await onPath(place, 'gradle')
  const program = found === null ? null : await realOf(found)
  if (program === null || isWithin(program, place.root)) return { readOnly: [], path: [] }
  const home = dirname(dirname(program))
  const own = !isSystemPath(home) && isAbsolute(home) && (await isFolder(join(home, 'lib')))
  return own ? { readOnly: [home], path: [join(home, 'bin')] } : { readOnly: [], path: [] }
}
