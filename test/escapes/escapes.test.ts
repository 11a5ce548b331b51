import { randomBytes } from 'node:crypto'
import { lstatSync, realpathSync } from 'node:fs'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa, execaSync } from 'execa'
import { afterAll, describe, expect, it } from 'vitest'
import { hasRuntime } from '../io/box/support.ts'
import { sample } from '../support/sample.ts'
import type { Attempt } from './attempt.ts'
import { ATTEMPTS } from './attempts.ts'
import { hasAllRights, isRealRoot } from './bait.ts'
import type { Request } from './child.ts'
import { WITH_SESSION_KEY } from './host-helper.ts'
import type { Outcome } from './round.ts'

const checkout = dirname(dirname(import.meta.dirname))
const node = realpathSync(process.execPath)
const PLAIN_ID = 12_345
const has = (program: string, ...args: string[]) => !execaSync(program, args, { reject: false }).failed
const hasPython = has('/usr/bin/python3', '--version')
const hasTerminal = has('script', '--version')
const hasBwrap = has('bwrap', '--version')
const installed = { unshare: true, bwrap: hasBwrap, srt: hasBwrap && hasRuntime() }
const backends = (['unshare', 'bwrap', 'srt'] as const).filter((name) => installed[name])
for (const [name, there] of Object.entries(installed)) {
  if (!there) console.warn(`no escape is tried from the box of ${name}: it is not installed`)
}

// The checkout may lie where only root can read, so that others see it through a mount.
const AT_MNT = 'mount --rbind "$1" /mnt && cd /mnt && shift && exec "$@"'
const atMnt = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', AT_MNT, 'sh', checkout]
const asPlainUser = [
  ...atMnt,
  ...['setpriv', `--reuid=${PLAIN_ID}`, `--regid=${PLAIN_ID}`, '--clear-groups', '--inh-caps=-all', '--'],
]
const OWN_PROC = 'mount -t proc proc /proc && exec "$@"'
const ownNamespaces = [
  ...['unshare', ...(isRealRoot ? [] : ['-U', '-r']), '-m', '--propagation', 'private', '-p', '-f', '-i', '-u', '-C'],
  ...['--kill-child', 'sh', '-c', OWN_PROC, 'sh', ...(isRealRoot ? atMnt : [])],
]
const mntThere = lstatSync('/mnt', { throwIfNoEntry: false })?.isDirectory() === true
const nodeAtMnt = node.startsWith(`${checkout}/`) ? node.replace(checkout, '/mnt') : node

/** Why this cannot be run within the given command line; null when it can. */
function obstacle(around: string[], program: string): string | null {
  const tried = execaSync(around[0]!, [...around.slice(1), program, '-e', '0'], { reject: false })
  return tried.exitCode === 0 ? null : `it cannot start Node: ${tried.stderr || tried.message}`
}

function whyNotPlain(): string | null {
  if (process.geteuid?.() !== 0) return 'it is one already'
  return mntThere ? obstacle(asPlainUser, nodeAtMnt) : 'there is no /mnt to show the checkout at'
}

function whyNotWeak(): string | null {
  if (isRealRoot && !mntThere) return 'there is no /mnt to show the checkout at'
  return obstacle(ownNamespaces, isRealRoot ? nodeAtMnt : node)
}

const LAUNCH = 'exec "$ESCAPE_NODE" test/escapes/child.ts'
const LAUNCH_WITH_KEY = 'exec /usr/bin/python3 -c "$ESCAPE_KEY_SCRIPT" "$ESCAPE_NODE" test/escapes/child.ts'

/** One round in a process of its own: with a terminal and a session key to reach for, where the machine has them. */
async function round(box: Request['box'], attempts: Attempt[], around: string[], program: string): Promise<Outcome[]> {
  const home = await mkdtemp(join(tmpdir(), 'specproof-round-'))
  // What stops the payload must be the box and not the rights of this folder.
  await chmod(home, 0o755)
  if (around === asPlainUser) await chown(home, PLAIN_ID, PLAIN_ID)
  const report = join(home, 'report.json')
  const request: Request = { box, names: attempts.map(({ name }) => name), report }
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: home,
    ESCAPE_NODE: program,
    ESCAPE_KEY_SCRIPT: WITH_SESSION_KEY,
    ESCAPE_REQUEST: JSON.stringify(request),
    ESCAPE_SECRET: `parent-secret-${randomBytes(12).toString('hex')}`,
  }
  const launch = hasPython ? LAUNCH_WITH_KEY : LAUNCH
  const inTerminal = hasTerminal ? ['script', '-qec', launch, '/dev/null'] : ['sh', '-c', launch]
  const [file, ...args] = [...around, ...inTerminal]
  const run = await execa(file!, args, {
    cwd: checkout,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    all: true,
  })
  const text = await readFile(report, 'utf8').catch(() => null)
  await rm(home, { recursive: true, force: true })
  if (text === null) throw new Error(`no report: ${run.all}`)
  return JSON.parse(text) as Outcome[]
}

const lines: string[] = []
afterAll(() => console.log(lines.join('\n')))

function tell(what: string, outcomes: Outcome[]): void {
  const untried = outcomes.filter(({ state }) => state === 'not tried')
  lines.push(`${what}: ${outcomes.length - untried.length} of ${ATTEMPTS.length} escapes tried`)
  for (const { name, detail } of untried) lines.push(`  not tried: ${name}: ${detail}`)
}

const not =
  (...states: Outcome['state'][]) =>
  (outcome: Outcome) =>
    !states.includes(outcome.state)

/** What gets through where only the rules for macOS are in force, tried here on Linux, and why. */
const OWN_PATH_HOLES = new Map(
  Object.entries({
    'reads a key that the caller of this program holds': 'macOS has no such keys',
    'reads a key by its number': 'macOS has no such keys',
    'attaches shared memory of the host': 'the runtime shares System V memory on Linux; its rules for macOS refuse it',
    'remounts the root writable and puts a library before every program': 'what is denied is an empty writable folder',
    'puts a program before those of the system': 'what is denied is an empty writable folder',
    'opens another device': 'it has terminals of its own on Linux',
    'holds capabilities': 'none is held, but the bounding set is not empty',
    'fills /tmp': 'scratch folders have no size',
    'fills the home folder': 'scratch folders have no size',
    'fills /dev/shm': 'scratch folders have no size',
    'fills /tmp with empty files': 'scratch folders have no size',
  }),
)

const knownHoles = new Map(ATTEMPTS.flatMap(({ name, knownHole }) => (knownHole ? [[name, knownHole] as const] : [])))

/** Those that got through although nothing is known to let them, or did not come to an end. */
function unexpected(what: string, outcomes: Outcome[], holes: Map<string, string>): Outcome[] {
  const open = outcomes.filter(not('held', 'not tried'))
  const known = open.filter(({ name, state }) => state === 'got through' && holes.has(name))
  for (const { name } of known) lines.push(`  KNOWN HOLE in ${what}: ${name}: ${holes.get(name)}`)
  return open.filter((outcome) => !known.includes(outcome))
}

async function expectAllHeld(
  backend: Exclude<Request['box'], 'weak'>,
  around: string[],
  program: string,
  holes = knownHoles,
): Promise<void> {
  const outcomes = await round(backend, ATTEMPTS, around, program)
  const what = `${backend} ${around.length > 0 ? 'as another, plain user' : 'as the caller'}`
  tell(what, outcomes)

  expect(unexpected(what, outcomes, holes)).toEqual([])
  expect(outcomes.map(({ name }) => name)).toEqual(ATTEMPTS.map(({ name }) => name))
  // Without Python most attempts cannot be made, and each is named.
  expect(outcomes.filter(not('not tried')).length).toBeGreaterThan(hasPython ? 60 : 40)
}

describe.each(sample('boxes that are escaped from', backends, 1))('the box of %s', (backend) => {
  it('lets none of the escapes through', () => expectAllHeld(backend, [], node))
})

const notPlain = whyNotPlain()
if (notPlain !== null) console.warn(`no escape is tried as another, plain user: ${notPlain}`)

const byPlain = sample('boxes of a plain user', backends, 1)
describe.skipIf(notPlain !== null).each(byPlain)('the box of %s, made by a plain user', (backend) => {
  it('lets none of the escapes through', () => expectAllHeld(backend, asPlainUser, nodeAtMnt))
})

// On Linux the runtime looks through folders with ripgrep when it makes these rules.
const hasRules = installed.srt && has('rg', '--version')
if (!hasRules) console.warn('no escape is tried from the rules for macOS: the runtime or ripgrep is not installed')

const full = process.env['SPECPROOF_FULL'] === '1'
if (!full) console.log('the rules of srt for macOS are tried with npm run test:full')

describe.skipIf(notPlain !== null || !hasRules || !full)('the rules of srt for macOS, tried on Linux', () => {
  it('lets none of the escapes through but those that are known', async () => {
    const holes = new Map([...knownHoles, ...OWN_PATH_HOLES])
    await expectAllHeld('srt, own path', asPlainUser, nodeAtMnt, holes)
  })
})

const notWeak = whyNotWeak()
if (notWeak !== null) console.warn(`the escapes are not shown to find holes: ${notWeak}`)

describe.skipIf(notWeak !== null)('every escape', () => {
  it('finds the hole in a box that was weakened for it', async () => {
    const provable = ATTEMPTS.filter(({ provenByRootOnly }) => hasAllRights || !provenByRootOnly)
    const proven = sample('escapes from weakened boxes', provable, 30)
    const outcomes = await round('weak', proven, ownNamespaces, isRealRoot ? nodeAtMnt : node)
    tell('weakened boxes', outcomes)
    const unproven = ATTEMPTS.filter((attempt) => !provable.includes(attempt))
    for (const { name } of unproven) lines.push(`  only root can show: ${name}`)

    expect(outcomes.filter(not('got through', 'not tried'))).toEqual([])
    expect(outcomes.length).toBe(proven.length)
  })
})

it('knows each escape by a name of its own', () => {
  expect(new Set(ATTEMPTS.map(({ name }) => name)).size).toBe(ATTEMPTS.length)
  expect(ATTEMPTS.length).toBeGreaterThan(60)
})
