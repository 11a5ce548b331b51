import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect } from 'vitest'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from '../../../../src/io/box/box.ts'
import { chooseAuto } from '../../../../src/io/box/choose.ts'
import { nodeToolchain } from '../../../../src/io/box/toolchain.ts'
import { detectToolchains, type Toolchains } from '../../../../src/io/box/toolchains/index.ts'
import { prepareTree } from '../../../../src/io/box/unshare.ts'
import { isDrawn } from '../../../support/sample.ts'
import { LIMITS } from '../support.ts'

const ROOMY: BoxLimits = {
  ...LIMITS,
  wallMs: 120_000,
  cpuSeconds: 120,
  fileBytes: 500_000_000,
  tmpBytes: 1_000_000_000,
  processes: 500,
}

/** Stands in every file where a tool keeps passwords. */
export const SECRET = `secret-${randomBytes(8).toString('hex')}`

/** Files of a home that hold passwords. */
const PLANTED: Record<string, string> = {
  '.cargo/credentials.toml': `[registry]\ntoken = "${SECRET}"\n`,
  '.config/go/env': `GOPROXY=https://user:${SECRET}@127.0.0.1:9\n`,
  '.config/pip/pip.conf': `[global]\nindex-url = https://user:${SECRET}@127.0.0.1:9/simple\n`,
  '.gradle/gradle.properties': `password=${SECRET}\n`,
  '.m2/settings.xml': `<settings><servers><server><id>x</id><password>${SECRET}</password></server></servers></settings>`,
  '.netrc': `machine example.org login user password ${SECRET}\n`,
  '.npmrc': `//registry.example.org/:_authToken=${SECRET}\n`,
}

/** A project of a user with a home of its own, as a run finds it. */
export interface Scene {
  dir: string
  home: string
  root: string
  env: NodeJS.ProcessEnv
  /** Runs a command on the host, in the project. */
  host(command: string, env?: Record<string, string>): Promise<string>
  /** Puts passwords into the home, and into further files of it. */
  plant(files?: Record<string, string>): Promise<void>
  detect(): Promise<Toolchains>
  /** Runs a script in a box that holds the project with these files changed. */
  inBox(script: string, changed?: Record<string, string>, mounts?: BoxPolicy['mounts']): Promise<BoxResult>
  close(): Promise<void>
}

let chosen: Promise<Box> | null = null

async function anyBox(): Promise<Box> {
  const choice = await chooseAuto(await mkdtemp(join(tmpdir(), 'specproof-probe-')))
  if (!choice.box) throw new Error('no box holds on this machine')
  return choice.box
}

export async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

export async function openScene(files: Record<string, string>): Promise<Scene> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-language-')))
  const [home, root, scratch] = [join(dir, 'home'), join(dir, 'project'), join(dir, 'scratch')]
  for (const folder of [home, root, scratch]) await mkdir(folder)
  await write(root, files)
  const real = process.env['HOME'] ?? ''
  const managers = { RUSTUP_HOME: join(real, '.rustup'), PYENV_ROOT: join(real, '.pyenv') }
  const env: NodeJS.ProcessEnv = { ...managers, ...process.env, HOME: home }
  for (const name of ['GOPATH', 'GOMODCACHE', 'GOCACHE', 'GOFLAGS', 'CARGO_HOME', 'VIRTUAL_ENV']) delete env[name]
  const detect = () => detectToolchains(Object.keys(files), env, { root, scratch })
  return {
    ...{ dir, home, root, env, detect },
    async host(command, more = {}) {
      const made = await execa('sh', ['-ec', command], { cwd: root, env: { ...env, ...more }, extendEnv: false })
      return made.stdout
    },
    plant: (more = {}) => write(home, { ...PLANTED, ...more }),
    async inBox(script, changed = {}, more = []) {
      const tree = join(dir, `tree-${randomBytes(4).toString('hex')}`)
      for (const path of Object.keys(files)) await cp(join(root, path), join(tree, path))
      await write(tree, changed)
      await prepareTree(tree)
      const { readOnly, mounts, overlays, env: variables, path } = await detect()
      const policy = { root, tree, readOnly, mounts: [...mounts, ...more], overlays, env: { ...variables, PATH: path } }
      chosen ??= anyBox()
      return (await chosen).run(['sh', '-c', script], policy, ROOMY, {})
    },
    close: () => rm(dir, { recursive: true, force: true }),
  }
}

/** Reads every place where something was planted, `more` and the environment. */
const hunt = ({ home, root }: Scene, more = '') =>
  `grep -rs '${SECRET}' '${home}' '${root}' ${more} || true; env | grep '${SECRET}' || true`

/** Tries a listener on the host's loopback and the name of a registry. */
const call = (port: number) => `node -e "
const net = require('node:net'), dns = require('node:dns')
const socket = net.connect(${port}, '127.0.0.1', () => { console.log('CONNECTED'); socket.destroy() })
socket.on('error', (error) => console.log(error.code))
dns.lookup('registry.npmjs.org', (error) => console.log(error ? 'NO NAMES' : 'RESOLVED'))
"`

/** Shows that no password can be read and no network reached inside, by scripts that do both on the host. */
export async function expectClosed(scene: Scene): Promise<void> {
  expect((await scene.host(hunt(scene))).split(SECRET).length).toBeGreaterThan(Object.keys(PLANTED).length)
  const node = (await nodeToolchain(process.env['PATH'] ?? '')).path
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const path = `${node}${delimiter}${scene.env['PATH']}`
    expect(await scene.host(call(port), { PATH: path })).toContain('CONNECTED')
    const inside = await scene.inBox(`${call(port)}; ${hunt(scene, '/home /tmp /etc')}`)
    expect(inside.stdout.trim().split('\n').toSorted()).toEqual(['ECONNREFUSED', 'NO NAMES'])
  } finally {
    server.close()
  }
}

/** The first program of each language that is tried in the box. */
const LANGUAGES = ['npm', 'python3', 'go', 'cargo', 'javac']

/** Why a language is not tried here and now, or null; printed, so that a skipped test is not taken for a green one. */
export async function whySkipped(...programs: string[]): Promise<string | null> {
  if (!isDrawn('languages in the box', LANGUAGES, programs[0], 2)) {
    console.warn(`skipped: ${programs[0]} is not in the sample`)
    return 'not in the sample'
  }
  for (const program of programs) {
    const found = await execa(
      'sh',
      ['-c', `command -v ${program} && ${program} --version || ${program} -version || ${program} version`],
      { reject: false },
    )
    if (found.exitCode === 0) continue
    console.warn(`skipped: ${program} is not installed`)
    return program
  }
  return null
}
