import { dirname, join } from 'node:path'
import { BOX_HOME, isSystemPath, isWithin } from '../system.ts'
import { type Detected, isFolder, missing, onPath, type Place, partOf } from './part.ts'
import { emptyFolder } from './stand-in.ts'

const ASKED = ['GOVERSION', 'GOROOT', 'GOMODCACHE', 'GOCACHE', 'GOFLAGS', 'CGO_ENABLED', 'GOEXPERIMENT'] as const
type Answers = Record<(typeof ASKED)[number], string>

/** Flags that choose what is built. Others name programs and files of the host, or carry texts into the binary. */
const KEPT_FLAGS =
  /^--?(tags|mod|modfile|race|msan|asan|trimpath|short|count|p|parallel|timeout|vet|v|cover|covermode|buildvcs)(=|$)/

/** Go with its module cache (read-only) and its build cache (an overlay: a warm start, and nothing comes back). */
export async function detectGo(place: Place): Promise<Detected> {
  const go = await onPath(place, 'go')
  if (go === null) return missing('there is no `go` on PATH')
  if (isWithin(go, place.root)) return missing(`${go} lies in the repository, and nothing of it is run outside the box`)
  // A newer toolchain that go.mod asks for is taken from the module cache, but not downloaded here.
  const env = { ...place.env, GOPROXY: 'off' }
  const answer = await place.ask(go, ['env', '-json', ...ASKED], { cwd: place.dir, env })
  if (!answer.ok) return missing(answer.why)
  const said = answersIn(answer.text)
  if (said === null) return missing(`\`${go} env -json\` printed no JSON`)
  if (!(await isFolder(join(said.GOROOT, 'bin')))) return missing(`GOROOT ${said.GOROOT} has no folder bin`)
  const { readOnly, ...rest } = await caches(said, place)
  const mage = await mageOf(place)
  return partOf(said.GOVERSION.replace(/^go/, ''), said.GOROOT, {
    ...rest,
    readOnly: [...readOnly, ...mage],
    path: [join(said.GOROOT, 'bin'), ...mage.map((program) => dirname(program))],
    env: variables(said),
  })
}

/** The one program of `go install` that a project's own commands need by its name; it lies in the user's home. */
async function mageOf(place: Place): Promise<string[]> {
  if (!place.paths.some((path) => /(^|\/)magefile\.go$|(^|\/)magefiles\/[^/]+\.go$/.test(path))) return []
  const mage = await onPath(place, 'mage')
  return mage === null || isSystemPath(mage) || isWithin(mage, place.root) ? [] : [mage]
}

async function caches(said: Answers, { scratch }: Place) {
  const modules = await isFolder(said.GOMODCACHE)
  // Clones of repositories: not needed to build, and their settings may hold a password.
  const clones = join(said.GOMODCACHE, 'cache/vcs')
  return {
    readOnly: [...(isSystemPath(said.GOROOT) ? [] : [said.GOROOT]), ...(modules ? [said.GOMODCACHE] : [])],
    mounts: (await isFolder(clones)) ? [{ from: await emptyFolder(scratch), to: clones }] : [],
    overlays: (await isFolder(said.GOCACHE)) ? [{ from: said.GOCACHE, to: join(BOX_HOME, '.cache/go-build') }] : [],
  }
}

function variables(said: Answers): Record<string, string> {
  const flags = said.GOFLAGS.split(/\s+/).filter((flag) => KEPT_FLAGS.test(flag))
  // Stamping asks git about a tree that is none of its commits, and fails the build where it cannot.
  if (!flags.some((flag) => flag.includes('buildvcs'))) flags.push('-buildvcs=false')
  return {
    GOENV: 'off',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GOMODCACHE: said.GOMODCACHE,
    GOFLAGS: flags.join(' '),
    ...(said.CGO_ENABLED === '0' ? { CGO_ENABLED: '0' } : {}),
    ...(said.GOEXPERIMENT ? { GOEXPERIMENT: said.GOEXPERIMENT } : {}),
  }
}

function answersIn(text: string): Answers | null {
  try {
    const parsed = JSON.parse(text) as Partial<Answers>
    return Object.fromEntries(ASKED.map((name) => [name, parsed[name] ?? ''])) as Answers
  } catch {
    return null
  }
}
