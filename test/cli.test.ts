import { execFile } from 'node:child_process'
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
    const plain = await run(['doctor'])
    expect(plain.stdout).toContain('box unshare')
  })
})

describe('the installed command', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
  })

  it.each(['18.20.0', '22.11.0'])('answers Node %s in one sentence, without a stack trace', async (version) => {
    const old = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`
    const { code, stdout, stderr } = await run(['--version'], ['--import', old])
    expect(code).toBe(10)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`agent needs Node 22.12 or newer, and this is Node ${version} (${process.execPath}): `),
    ])
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
