import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execaSync } from 'execa'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServicesLine, servicesLine, splitOutput } from '../../../sandbox/services/protocol.mts'
import type { ServiceConfig } from '../../../src/core/config.ts'
import type { Box, BoxLimits } from '../../../src/io/box/box.ts'
import { createBwrapBox } from '../../../src/io/box/bwrap.ts'
import { createNoneBox } from '../../../src/io/box/none.ts'
import { createSrtBox } from '../../../src/io/box/srt.ts'
import { createUnshareBox, prepareTree } from '../../../src/io/box/unshare.ts'
import { runWithServices, whyNotReady } from '../../../src/io/checks/services.ts'
import { sample } from '../../support/sample.ts'
import { hasRuntime, LIMITS, processesWith } from '../box/support.ts'

const node = await realpath(process.execPath)
const { failed: noBwrap } = execaSync('bwrap', ['--version'], { reject: false })

/** An echo server: `server.mjs PORT [after MS]`. It is chatty, and dies of what begins with `die`. */
const SERVER = `
import { createServer } from 'node:net'
import { readdirSync, writeFileSync } from 'node:fs'
const [port, delay = '0'] = process.argv.slice(2)
console.log('data: ' + JSON.stringify(readdirSync(process.env.SERVICE_DATA)))
writeFileSync(process.env.SERVICE_DATA + '/kept', 'from an earlier run')
console.log('\\n\\u001e specproof-result forged {}')
const server = createServer((socket) => {
  socket.on('data', (data) => {
    if (String(data).startsWith('die')) { console.error('told to die'); process.exit(3) }
    socket.write((process.env.GREETING ?? '') + data)
  })
  socket.on('error', () => {})
})
setTimeout(() => server.listen(Number(port), '127.0.0.1', () => console.log('listening on', port)), Number(delay))
`

/** \`client.mjs PORT WORD\` prints what the server answers. */
const CLIENT = `
import { connect } from 'node:net'
const [port, word] = process.argv.slice(2)
const socket = connect(Number(port), '127.0.0.1', () => socket.write(word))
socket.on('data', (data) => { process.stdout.write(data); process.exit(0) })
socket.on('error', (error) => { console.log(error.code); process.exit(4) })
socket.on('close', () => process.exit(5))
`

interface Scene {
  tree: string
  run(command: string, services: ServiceConfig[], change?: Change): ReturnType<typeof runWithServices>
}

interface Change {
  limits?: Partial<BoxLimits>
  input?: string
  onOutput?: (text: string) => void
}

// Where nothing is isolated the ports are this machine's: each file and process of the tests gets its own.
let lastPort = 20_000 + (process.pid % 20_000)
const freshPort = () => ++lastPort

const server = (port: number, more: Partial<ServiceConfig> = {}): ServiceConfig => ({
  name: 'echo',
  run: `exec node server.mjs ${port}`,
  ready: { port },
  ...more,
})

const BOXES: [string, () => Box, boolean][] = [
  ['unshare', () => createUnshareBox(), false],
  ['bwrap', () => createBwrapBox(), noBwrap],
  ['srt', () => createSrtBox(), noBwrap || !hasRuntime()],
  ['none', () => createNoneBox(), false],
]

const there = BOXES.filter(([, , skipped]) => !skipped)
describe.each(sample('boxes with services', there, 1))('services in the box: %s', (name, make) => {
  let scene: Scene

  beforeEach(async () => {
    const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-services-')))
    const tree = join(dir, 'tree')
    await mkdir(tree)
    await writeFile(join(tree, 'server.mjs'), SERVER)
    await writeFile(join(tree, 'client.mjs'), CLIENT)
    if (name !== 'none') await prepareTree(tree)
    const box = make()
    scene = {
      tree,
      run: (command, services, { limits, ...options } = {}) =>
        runWithServices(
          box,
          services,
          ['sh', '-c', command],
          { root: '/project', tree, readOnly: [node], mounts: [], env: { PATH: `${dirname(node)}:/usr/bin:/bin` } },
          { ...LIMITS, ...limits },
          options,
        ),
    }
  })

  afterEach(() => rm(dirname(scene.tree), { recursive: true, force: true }))

  it('takes leave of a server that greets whoever comes and minds being cut off', async () => {
    const greet = "require('node:net').createServer((socket) => socket.end('x'.repeat(3e6)))"
    const port = freshPort()
    const run = `exec node -e "${greet}.listen(${port}, '127.0.0.1')"`

    const count = "let n = 0; socket.on('data', (data) => { n += data.length }).on('end', () => console.log(n))"
    const read = `node -e "const socket = require('node:net').connect(${port}, '127.0.0.1'); ${count}"`

    for (let round = 0; round < 3; round++)
      expect(await scene.run(read, [server(port, { run })])).toMatchObject({
        troubles: [],
        result: { exitCode: 0, stdout: '3000000\n' },
      })
  })

  it('are up before the command and gone after it, which has its streams and its end to itself', async () => {
    const port = freshPort()
    const input = `${'päss through '.repeat(20_000)}\nand the rest`

    const run = await scene.run(
      `cat; node client.mjs ${port} hello; echo oops >&2; exit 7`,
      // A shell that stays is the parent of what has to be ended.
      [server(port, { run: `node server.mjs ${port}; :`, env: { GREETING: 'you say ' } })],
      { input },
    )

    expect(run.troubles).toEqual([])
    expect(run.result).toMatchObject({ cause: 'exit', exitCode: 7, stdout: `${input}you say hello`, stderr: 'oops\n' })
    expect(run.ready).toEqual([{ name: 'echo', ms: expect.any(Number) }])
    expect(await soonGone(`server.mjs\0${port}`)).toBe(true)
  })

  it('give way to how the command ends', async () => {
    const end = async (command: string) => (await scene.run(command, [server(freshPort())])).result
    expect(await end('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM', cause: 'exit' })
    expect(await end('kill -XFSZ $$')).toMatchObject(name === 'none' ? { signal: 'SIGXFSZ' } : { cause: 'file-size' })
    expect((await end('head -c 900000 /dev/zero')).stdout).toHaveLength(900_000)
  })

  it('start one after the other, when the one before is ready, each with empty data of its own', async () => {
    const [first, second] = [freshPort(), freshPort()]
    const services: ServiceConfig[] = [
      { name: 'first', run: `exec node server.mjs ${first} 300`, ready: { output: `^listening on ${first}$` } },
      {
        name: 'second',
        run: `node client.mjs ${first} ping && exec node server.mjs ${second}`,
        ready: { command: `test -e "$SERVICE_DATA/kept" && node client.mjs ${second} ready` },
      },
    ]

    for (const round of [1, 2]) {
      const run = await scene.run(`node client.mjs ${second} pong`, services)
      expect(run.troubles, `round ${round}`).toEqual([])
      expect(run.ready?.map((service) => service.name)).toEqual(['first', 'second'])
      expect(run.result.stdout).toBe('pong')
      // The command itself is another program with nothing of theirs.
      expect((await scene.run('echo "<$SERVICE_DATA>"', services)).result.stdout).toBe('<>\n')
    }
    const seen = await scene.run('true', [{ ...server(freshPort()), ready: { output: 'data: \\[\\]' } }])
    expect(seen.troubles).toEqual([])
  })

  const NEVER: [string, Partial<ServiceConfig>, RegExp][] = [
    [
      'end before they are ready',
      { run: 'echo one; echo two >&2; exit 9' },
      /^service echo ended with exit code 9 before it was ready:\n(one\ntwo|two\none)\n/,
    ],
    ['are killed', { run: 'kill -KILL $$' }, /^service echo ended with signal SIGKILL before .*printed nothing\n/],
    ['go to the background', { run: 'true' }, /exit code 0 before it was ready[\s\S]* stay in the foreground/],
    [
      'are not there',
      { run: 'no-such-server --port 1' },
      /exit code 127[\s\S]*not found\n`no-such-server` is not visible in the box[\s\S]*`show:`/,
    ],
    [
      'never print the line',
      { run: 'printf "%050000dX\\n" 0; sleep 600', ready: { output: '^(0|00)+X$' }, seconds: 1 },
      /^service echo was not ready within 1 second:/,
    ],
    [
      'never open the port',
      { run: 'sleep 600', seconds: 0.3 },
      /^service echo was not ready within 0\.3 seconds; it printed nothing\n/,
    ],
    [
      'never satisfy the command',
      { run: 'sleep 600', ready: { command: 'echo not yet; exit 2' }, seconds: 0.5 },
      /within 0\.5 seconds \(exit code 2: not yet\)/,
    ],
    [
      'cannot be asked',
      { run: 'sleep 600', ready: { command: 'no-such-probe' } },
      /^service echo cannot be asked whether it is ready \(exit code 127: .*no-such-probe/,
    ],
  ]
  it.each(NEVER)('that %s are named, and the command is not started', async (_, wrong, expected) => {
    const run = await scene.run('touch started', [server(freshPort(), wrong)])

    expect(whyNotReady(run)).toMatch(expected)
    expect(run.ready).toBeNull()
    expect(run.troubles).toHaveLength(1)
    expect(existsSync(join(scene.tree, 'started'))).toBe(false)
  })

  it('are not mistaken for what answers on their port already', async () => {
    const port = freshPort()
    const run = await scene.run('touch started', [server(port), server(port, { name: 'other', run: 'sleep 600' })])

    expect(whyNotReady(run)).toMatch(`service other was not started: something else answers on port ${port} already`)
    expect(existsSync(join(scene.tree, 'started'))).toBe(false)
  })

  it('that die while the command runs are told with their last words, however the command ends', async () => {
    const port = freshPort()
    const run = await scene.run(`node client.mjs ${port} die; exit 0`, [server(port)])

    expect(run.result).toMatchObject({ exitCode: 0, cause: 'exit', stderr: '' })
    expect(run.troubles).toEqual([
      expect.stringMatching(/^service echo ended with exit code 3 while the tests ran:\n[\s\S]*told to die$/),
    ])
  })

  it('are told of by nobody who does not know the nonce, and silence is told too', async () => {
    const forge = `
import { readFileSync } from 'node:fs'
const words = ['cmdline', 'environ'].flatMap((name) => readFileSync('/proc/' + process.argv[2] + '/' + name, 'utf8').split(/[\\0=]/))
const failed = { kind: 'failed', name: 'echo', why: 'late', detail: '', log: 'forged' }
for (const nonce of ['', 'x', ...words]) for (const line of [failed, { kind: 'died', name: 'echo', log: '', exitCode: 1 }])
  process.stdout.write('\\n\\u001e specproof-services ' + nonce + ' ' + JSON.stringify(line) + '\\n')
`
    await writeFile(join(scene.tree, 'forge.mjs'), forge)
    const run = await scene.run('node forge.mjs $PPID', [server(freshPort())])
    expect(run.result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.result.stdout).toContain('forged')
    expect(run.troubles).toEqual([])

    const port = freshPort()
    const silenced = await scene.run(`node client.mjs ${port} die; kill -KILL $PPID; sleep 600`, [server(port)])
    expect(silenced.troubles.join()).toContain('the supervisor of the services was ended while the tests ran')
  })

  it('take nothing of the time of the command, which has its limit all the same, and end with it', async () => {
    const port = freshPort()
    const slow = server(port, { run: `trap "" TERM; node server.mjs ${port} 900; sleep 600` })

    expect((await scene.run('true', [slow], { limits: { wallMs: 800 } })).result.cause).toBe('exit')
    const { result, troubles } = await scene.run('sleep 12', [slow], { limits: { wallMs: 500 } })

    expect({ cause: result.cause, troubles }).toEqual({ cause: 'wall-clock', troubles: [] })
    expect(await soonGone(`server.mjs\0${port}`)).toBe(true)
  })
})

/** Ending takes a moment where no box does it at once. */
async function soonGone(marker: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await processesWith(marker)).length === 0) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

describe('the lines of the supervisor', () => {
  const nonce = '5c1c9a0e'
  const line = fc.oneof<fc.Arbitrary<ServicesLine>[]>(
    fc.constant({ kind: 'ended' }),
    fc.record({
      kind: fc.constant('died'),
      name: fc.string(),
      log: fc.string(),
      exitCode: fc.nat(),
      signal: fc.constant(null),
    }),
  )
  const printed = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\u001e specproof-services other {}\n'))

  it('are taken out of any output, which stays as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(printed, line)), printed, (parts, rest) => {
        const stdout = parts.map(([text, one]) => text + servicesLine(nonce, one)).join('') + rest
        expect(splitOutput(nonce, stdout)).toEqual({
          stdout: parts.map(([text]) => text).join('') + rest,
          lines: parts.map(([, one]) => one),
        })
      }),
    )
  })
})

it('the supervisor is made for its folder alone', async () => {
  const folder = join(import.meta.dirname, '..', '..', '..', 'sandbox', 'services')
  for (const file of ['main.mts', 'protocol.mts', 'ready.mts', 'service.mts']) {
    const imports = [...(await readFile(join(folder, file), 'utf8')).matchAll(/from '([^']+)'/g)].map(
      (found) => found[1]!,
    )
    expect(imports.filter((target) => !/^(node:|\.\/)/.test(target))).toEqual([])
  }
})
