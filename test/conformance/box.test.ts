import { lstatSync, realpathSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa, execaSync } from 'execa'
import { describe, expect, it } from 'vitest'
import { createBwrapBox } from '../../src/io/box/bwrap.ts'
import { createSrtBox } from '../../src/io/box/srt.ts'
import { createLinuxSrtBox } from '../../src/io/box/srt-linux.ts'
import { createOwnPathBox } from '../../src/io/box/srt-own-path.ts'
import { shellStarter } from '../../src/io/box/starter.ts'
import { createUnshareBox, prepareTree } from '../../src/io/box/unshare.ts'
import { boxConformance } from '../io/box/conformance.ts'
import { hasRuntime } from '../io/box/support.ts'
import { sample } from '../support/sample.ts'

/** In the run of the plain user: which of the boxes it tries. */
const chosen = process.env['SPECPROOF_PLAIN_RUN']?.split(',') ?? null

const { failed: noBwrap } = execaSync('bwrap', ['--version'], { reject: false })
if (noBwrap) console.warn('the box of bwrap is not tried: it is not installed')
const noSrt = noBwrap || !hasRuntime()
if (noSrt) console.warn('the box of srt is not tried: @anthropic-ai/sandbox-runtime or bwrap is not installed')
const ofRuntime = {
  'Unix sockets': "the runtime's filter refuses them",
  'mounts in overlays': 'what is laid over is handed on from one box to the other',
}
// On Linux the runtime looks through folders with ripgrep when it makes these rules.
const noRules = noSrt || execaSync('rg', ['--version'], { reject: false }).failed

/** Boxes that a plain user has as well. */
const PLAIN: Record<string, boolean> = { unshare: true, bwrap: !noBwrap, srt: !noSrt, 'srt, own path': !noRules }
const isTried = (name: string) => PLAIN[name]! && (chosen === null || chosen.includes(name))

const BOXES = {
  unshare: { make: () => createUnshareBox(), prepareTree },
  bwrap: { make: () => createBwrapBox(), prepareTree },
  srt: { make: () => createSrtBox(), prepareTree, lacks: ofRuntime },
}
const tried = Object.entries(BOXES).filter(([name]) => isTried(name))
describe('with perl inside', () => {
  // Whole runs and escapes go through boxes too; `auto` takes bwrap where it is.
  for (const [name, options] of chosen === null ? sample('boxes', tried, 1) : tried) boxConformance(name, options)
})

// What a machine without Perl gets. With srt it is the slowest of all: each box is made twice by a dozen programs.
const SHELLS = {
  'unshare by a shell': { make: () => createUnshareBox(shellStarter), prepareTree },
  ...(noBwrap ? {} : { 'bwrap by a shell': { make: () => createBwrapBox('bwrap', shellStarter), prepareTree } }),
  ...(noSrt
    ? {}
    : { 'srt by a shell': { make: () => createLinuxSrtBox(shellStarter), prepareTree, lacks: ofRuntime } }),
}
describe.skipIf(chosen !== null)('with a shell inside', () => {
  for (const [name, options] of sample('boxes with a shell inside', Object.entries(SHELLS), 1))
    boxConformance(name, options)
})

// The way of the runtime on macOS, tried on Linux as far as that goes.
const ownPath = {
  ...ofRuntime,
  'original path': 'nothing can be mounted on macOS',
  'own file system': 'the runtime denies parts of that of the machine',
  'own user': 'the payload is the caller, confined',
  overlays: 'nothing can be mounted on macOS',
  filter: 'macOS has no such system calls',
  signals: 'on Linux the runtime makes exit codes of them',
}
const noOwnPath = !isTried('srt, own path') || process.geteuid?.() === 0
if (noOwnPath) console.warn('the rules of srt for macOS are tried by a plain user only, with srt and ripgrep installed')
else boxConformance('srt, own path', { make: () => createOwnPathBox(), prepareTree, lacks: ownPath })

const checkout = dirname(dirname(import.meta.dirname))
const asPlainUser = ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups', '--inh-caps=-all', '--']

// The checkout may lie where only root can read, so the plain user sees it through a mount.
const AT_MNT = 'mount --rbind "$1" /mnt && cd /mnt && shift && exec "$@"'
const inMount = ['-m', '--propagation', 'private', 'sh', '-c', AT_MNT, 'sh', checkout, ...asPlainUser]

const node = realpathSync(process.execPath)
const nodeAtMnt = node.startsWith(`${checkout}/`) ? node.replace(checkout, '/mnt') : node

/** Why the suite cannot run as a plain user here; null when it can. */
function obstacle(): string | null {
  if (process.geteuid?.() !== 0) return 'it is one already'
  if (!lstatSync('/mnt', { throwIfNoEntry: false })?.isDirectory()) return 'there is no /mnt to show the checkout at'
  const tried = execaSync('unshare', [...inMount, nodeAtMnt, '-e', '0'], { reject: false })
  return tried.exitCode === 0 ? null : `it cannot start Node: ${tried.stderr || tried.message}`
}

const why = obstacle()
if (why !== null) console.warn(`the box is not tried as another, plain user: ${why}`)

interface JsonReport {
  numPassedTests: number
  testResults: {
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

describe.skipIf(why !== null)('every box, for a plain user', () => {
  it('holds in the same suite', { timeout: 300_000 }, async () => {
    const there = Object.keys(PLAIN).filter((name) => PLAIN[name])
    const tried = sample('boxes for a plain user', there, 1)
    const home = await mkdtemp(join(tmpdir(), 'specproof-plain-'))
    await chown(home, 12_345, 12_345)
    const file = join(home, 'report.json')
    const options = ['--configLoader=runner', '--reporter=json', `--outputFile=${file}`]
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...options, 'test/conformance/box.test.ts']

    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, SPECPROOF_PLAIN_RUN: tried.join(',') }
    const run = await execa('unshare', [...inMount, nodeAtMnt, ...vitest], { env, extendEnv: false, reject: false })
    const text = await readFile(file, 'utf8').catch(() => null)
    await rm(home, { recursive: true, force: true })

    if (text === null) throw new Error(`no report: ${run.stdout}\n${run.stderr}`)
    const report = JSON.parse(text) as JsonReport
    const failed = report.testResults
      .flatMap((file) => file.assertionResults)
      .filter((test) => test.status === 'failed')
    expect(failed.map(({ fullName, failureMessages }) => [fullName, failureMessages])).toEqual([])
    // A hook that fails leaves its tests skipped.
    expect(report.testResults.map(({ status, message }) => [status, message])).toEqual([['passed', '']])
    expect(report.numPassedTests).toBeGreaterThan(20 * tried.length)
  })
})
