import { readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { isSystemPath, isWithin } from '../system.ts'
import { gradleParts } from './gradle.ts'
import { mavenParts } from './maven.ts'
import { type Detected, isFile, missing, onPath, type Place, partOf, realOf } from './part.ts'

/** The JDK, and Maven or Gradle with what they have downloaded, as the project's files ask for them. */
export async function detectJava(place: Place): Promise<Detected> {
  const java = await javaProgram(place)
  if (java === null) return missing('there is no `java` on PATH, and JAVA_HOME names none')
  if (isWithin(java, place.root))
    return missing(`${java} lies in the repository, and nothing of it is run outside the box`)
  const asked = { cwd: place.dir, env: place.env, from: 'all' as const }
  const answer = await place.ask(java, ['-XshowSettings:properties', '-version'], asked)
  if (!answer.ok) return missing(answer.why)
  const home = property(answer.text, 'java.home')
  if (home === null || !isAbsolute(home)) return missing(`\`${java}\` did not say where it is installed`)
  const builds = await Promise.all([mavenParts(place), gradleParts(place)])
  const parts = builds.filter((part) => part !== null)
  return partOf(property(answer.text, 'java.version') ?? 'unknown', home, {
    readOnly: [
      ...(isSystemPath(home) ? [] : [home]),
      ...(await outsideFiles(home)),
      ...parts.flatMap((part) => part.readOnly),
    ],
    mounts: parts.flatMap((part) => part.mounts),
    overlays: parts.flatMap((part) => part.overlays),
    path: [join(home, 'bin'), ...parts.flatMap((part) => part.path)],
    env: Object.assign({ JAVA_HOME: home }, ...parts.map((part) => part.env)) as Record<string, string>,
  })
}

/** `JAVA_HOME` goes first, as it does for Maven and Gradle. */
async function javaProgram(place: Place): Promise<string | null> {
  const named = join(place.env['JAVA_HOME'] ?? '', 'bin/java')
  return isAbsolute(named) && (await isFile(named)) ? named : onPath(place, 'java')
}

function property(text: string, name: string): string | null {
  return new RegExp(`^\\s*${name.replaceAll('.', '\\.')} = (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null
}

/** Distributions keep a JDK's settings in /etc and link to them, and without them it does not start. */
async function outsideFiles(home: string): Promise<string[]> {
  const found = new Set<string>()
  for (const dir of ['conf', 'lib']) {
    const entries = await readdir(join(home, dir), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries.filter((one) => one.isSymbolicLink())) {
      const target = await realOf(join(entry.parentPath, entry.name))
      // Who may watch a running JVM, and by which password, concerns nobody in the box.
      if (target && /^\/etc\/(?!.*\/management\/)/.test(target) && (await isFile(target))) found.add(target)
    }
  }
  return [...found].filter((path) => !path.startsWith('/etc/ssl/certs/'))
}
