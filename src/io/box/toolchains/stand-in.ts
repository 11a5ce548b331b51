import { createHash } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFile } from './part.ts'

/** Settings that may hold a password, by their place in an installation. */
const SETTINGS = [
  ...['pip.conf', 'etc/pip.conf', '.condarc', 'condarc', '.netrc', '.pypirc'],
  ...['.npmrc', 'npmrc', 'etc/npmrc', 'bin/npmrc'],
  ...['conf/settings.xml', 'conf/settings-security.xml', 'gradle.properties', 'init.gradle'],
]

/** Writes a file in the scratch folder that stands in the box in place of the user's. */
export async function standIn(scratch: string, text: string, name = 'empty'): Promise<string> {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const path = join(scratch, 'stand-ins', `${digest}-${name}`)
  await mkdir(join(scratch, 'stand-ins'), { recursive: true })
  await writeFile(path, text)
  // The payload may be another user.
  await chmod(path, 0o644)
  return path
}

export async function emptyFolder(scratch: string): Promise<string> {
  const path = join(scratch, 'stand-ins', 'nothing')
  await mkdir(path, { recursive: true })
  await chmod(path, 0o755)
  return path
}

/** Mounts that put empty files over the settings in these folders, which appear in the box at `to`. */
export async function hideSettings(
  folders: { from: string; to: string }[],
  scratch: string,
): Promise<{ from: string; to: string }[]> {
  const candidates = folders.flatMap(({ from, to }) =>
    SETTINGS.map((name) => ({ at: join(from, name), to: join(to, name) })),
  )
  const there = await Promise.all(candidates.map(({ at }) => isFile(at)))
  const places = new Set(candidates.filter((_, index) => there[index]).map(({ to }) => to))
  return Promise.all(
    [...places].map(async (to) => ({ from: await standIn(scratch, to.endsWith('.xml') ? '<settings/>' : ''), to })),
  )
}
