import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { tryGit } from '../io/git/git.ts'
import { type Finding, warning } from './finding.ts'
import type { Step } from './init-steps.ts'

const FROM_PATH = /^(?:file:|link:|portal:|\.{0,2}\/|~\/|[A-Za-z]:\\)/

const ARCHIVE = /\.(?:tgz|tar\.gz)$/

/** An archive in the project is packed already; what lies elsewhere comes into it as one. */
async function mend(root: string, source: string): Promise<string> {
  const path = pathOf(source)
  const inside = insideOf(root, source)
  if (ARCHIVE.test(path) && inside !== null && existsSync(join(root, inside)))
    return `commit ${inside}${(await isIgnored(root, inside)) ? ` (git ignores it: \`git add -f ${inside}\`)` : ''}`
  return `run \`npm pack ${path}\` and \`npm i -D ./NAME.tgz\` here, and commit the archive NAME.tgz`
}

async function isIgnored(root: string, path: string): Promise<boolean> {
  return (await tryGit(root, ['check-ignore', '-q', '--', path])).ok
}

/** The path that package.json has this program from, as it is written there; null: from elsewhere, or git holds what lies there. */
export async function uncommittedSource(root: string, manifest: string | null): Promise<string | null> {
  const source = sourceIn(manifest ?? '{}')
  if (source === null || !(FROM_PATH.test(source) || (/^[^:]+$/.test(source) && ARCHIVE.test(source)))) return null
  const inside = insideOf(root, source)
  if (inside === null) return source
  const tracked = await tryGit(root, ['--literal-pathspecs', 'ls-files', '--', inside])
  return tracked.ok && tracked.stdout.length > 0 ? null : source
}

const pathOf = (source: string) => source.replace(/^(?:file|link|portal):(?:\/\/(?=\/))?/, '')

/** Its path from the top of the project; null: it lies elsewhere. */
function insideOf(root: string, source: string): string | null {
  const inside = relative(root, resolve(root, pathOf(source)))
  return inside === '..' || inside.startsWith('../') || isAbsolute(inside) ? null : inside
}

function sourceIn(manifest: string): string | null {
  try {
    const { dependencies, devDependencies } = JSON.parse(manifest) as Record<
      string,
      Record<string, unknown> | undefined
    >
    const source = devDependencies?.['specproof'] ?? dependencies?.['specproof']
    return typeof source === 'string' ? source : null
  } catch {
    return null
  }
}

const words = (source: string) =>
  `package.json has specproof from \`${source}\`, which is there on this machine alone; fine until colleagues or CI install it`

/** Of doctor: nothing is wrong on this machine. */
export async function sourceFinding(root: string, manifest: string | null): Promise<Finding[]> {
  const source = await uncommittedSource(root, manifest)
  return source === null ? [] : [warning('specproof', words(source), await mend(root, source))]
}

/** The same of init. */
export async function sourceStep(root: string, manifest: string | null): Promise<Step | null> {
  const source = await uncommittedSource(root, manifest)
  return source === null
    ? null
    : { what: 'specproof', status: 'found', text: `${words(source)}: then ${await mend(root, source)}` }
}
