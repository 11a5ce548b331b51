import { dirname, isAbsolute, join } from 'node:path'
import { BOX_HOME, isSystemPath, isWithin } from '../system.ts'
import { foldersIn, homeOf, isFile, isFolder, onPath, type Part, type Place, realOf, textOf } from './part.ts'
import { standIn } from './stand-in.ts'

export type BuildTool = Pick<Part, 'readOnly' | 'mounts' | 'overlays' | 'path' | 'env'>

/**
 * Maven, its wrapper's downloads and the local repository. Settings of the user are not shown: they hold passwords, and
 * offline nothing in them is needed but the place of the repository. Null where the tree is no Maven project.
 */
export async function mavenParts(place: Place): Promise<BuildTool | null> {
  if (!place.paths.some((path) => /(^|\/)pom\.xml$/.test(path))) return null
  const user = join(homeOf(place.env), '.m2')
  const repository = await localRepository(user, homeOf(place.env))
  const shown = await isFolder(repository)
  const settings = await standIn(place.scratch, boxSettings(shown ? repository : null), 'settings.xml')
  const installed = await installation(place)
  const wrapped = await foldersIn(user, ['wrapper/dists'])
  return {
    // A read-only mount is enough to build and test; an overlay at the same place lets `install` work as well.
    readOnly: [...installed.readOnly, ...wrapped, ...(shown ? [repository] : [])],
    mounts: [{ from: settings, to: join(BOX_HOME, '.m2/settings.xml') }],
    overlays: shown ? [{ from: repository, to: repository }] : [],
    path: installed.path,
    env: {
      // Without the user's mirrors, Maven would take what came from them for not downloaded.
      MAVEN_OPTS: '-Dmaven.legacyLocalRepo=true -Daether.enhancedLocalRepository.trackingFilename=none',
      MAVEN_ARGS: '--offline',
      ...(wrapped.length > 0 ? { MAVEN_USER_HOME: user } : {}),
    },
  }
}

function boxSettings(repository: string | null): string {
  const place = repository === null ? '' : `<localRepository>${escaped(repository)}</localRepository>`
  return `<settings>${place}<offline>true</offline><interactiveMode>false</interactiveMode></settings>\n`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The user's settings may move it. */
async function localRepository(user: string, home: string): Promise<string> {
  const text = ((await textOf(join(user, 'settings.xml'))) ?? '').replace(/<!--[\s\S]*?-->/g, '')
  const named = /<localRepository>\s*([^<]+?)\s*<\/localRepository>/.exec(text)?.[1] ?? ''
  const path = named.replaceAll(/\$\{(user\.home|env\.HOME)\}/g, home).replaceAll('&amp;', '&')
  return isAbsolute(path) ? path : join(user, 'repository')
}

/** Maven is not asked: it reads options for the JVM from the project, so asking would run the project's code. */
async function installation(place: Place): Promise<{ readOnly: string[]; path: string[] }> {
  const found = await onPath(place, 'mvn')
  const program = found === null ? null : await realOf(found)
  if (program === null || isWithin(program, place.root)) return { readOnly: [], path: [] }
  const named = place.env['MAVEN_HOME'] ?? ''
  const home = (await isFile(join(dirname(program), 'm2.conf'))) ? dirname(dirname(program)) : named
  if (!isAbsolute(home)) return { readOnly: [], path: [] }
  if (!isSystemPath(home)) return { readOnly: [home], path: [join(home, 'bin')] }
  // Distributions keep these in /etc, beside settings that may hold passwords.
  const links = await Promise.all(
    ['bin/m2.conf', 'conf/logging/simplelogger.properties'].map((name) => realOf(join(home, name))),
  )
  return { readOnly: links.filter((path): path is string => path !== null && !isSystemPath(path)), path: [] }
}
