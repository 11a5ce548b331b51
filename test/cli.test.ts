import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'bin', 'agent.js')

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function run(args: string[], before: string[] = []): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...before, BIN, ...args], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

describe('agent doctor', () => {
  it('says which boxes hold here, with every probe, and what is missing', async () => {
    const { code, stdout } = await run(['--json', 'doctor'])
    const diagnosis = JSON.parse(stdout) as {
      node: string
      boxes: { name: string; ok: boolean; advice: string | null; checks: { held: boolean }[] }[]
    }
    expect(diagnosis.node).toBe(process.versions.node)
    expect(code).toBe(diagnosis.boxes.some((box) => box.ok) ? 0 : 7)
    for (const box of diagnosis.boxes) {
      if (box.ok) expect(box.checks.every((check) => check.held) && box.checks.length > 10).toBe(true)
      else expect(box.advice).not.toBe('')
    }
    const short = await run(['doctor'])
    if (code === 0) expect(short.stdout).toMatch(/^ok {7}probes +\d+ probes x \d box(es)?: all held/m)
    expect(short.stdout.split('\n').length).toBeLessThan(45)
    expect(short.stdout.match(/control group/g)?.length ?? 0).toBeLessThanOrEqual(1)
    const plain = await run(['doctor', '--all'])
    expect(plain.stdout).toContain('box unshare')
    expect(plain.stdout).toMatch(/^ {2}tokens of a run +1,000,000 +--max-tokens, maxTokens$/m)
    expect(plain.stdout).toMatch(/^ {2}journal of a run +200 MB +limits\.journalMB$/m)
  })
})

const FORBIDDEN = [
  ...['-U', '-r', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', 'sh'],
  ...[process.execPath, BIN, 'doctor'],
]
const forbids = spawnSync('unshare', [...FORBIDDEN.slice(0, 6), 'true']).status === 0
if (!forbids) console.warn('not tried: what doctor says where user namespaces are forbidden, as none can be made here')

describe.skipIf(!forbids)('agent doctor where user namespaces are forbidden', () => {
  it('says what to do, in lines that fit a terminal, and nothing of probes that never ran', () => {
    const { status, stdout } = spawnSync('unshare', FORBIDDEN, { cwd: ROOT, encoding: 'utf8' })

    expect(status).toBe(7)
    expect(stdout).toContain('box unshare: not usable\n')
    expect(stdout).toContain('To mend it: allow user namespaces: sysctl -w user.max_user_namespaces=15000;')
    expect(stdout).not.toMatch(/held|BROKEN/)
    const ours = stdout.slice(stdout.indexOf('box unshare')).split('\n')
    expect(Math.max(...ours.map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('the installed command', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
  })

  it.each([
    [[], []],
    [['next'], ['next']],
  ])('has written down what its help says: %j', async (before, after) => {
    const asked = await run([...before, '--help'])
    expect(asked).toEqual(await run(['help', ...after]))
    expect(asked.stdout).toMatch(/^Usage: agent [\s\S]*\nExamples:\n/)
  })

  it('ends with 2 for what it does not know, and says so on stderr', async () => {
    for (const args of [['dance'], ['next', '--wat'], ['context']]) {
      const { code, stdout, stderr } = await run(args)
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^error: /)
    }
  })

  it('closes with run.result as JSON also when an option is not known', async () => {
    const { code, stdout } = await run(['--json', 'next', '--wat'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ type: 'run.result', status: 'usage', exitCode: 2 })
  })

  it('shows help for every command', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const command of ['next', 'run', 'status', 'context', 'doctor', 'demo']) {
      expect(stdout).toContain(command)
      expect(await run([command, '--help'])).toMatchObject({ code: 0 })
    }
  })
})
