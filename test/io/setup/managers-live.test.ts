import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sample } from '../../support/sample.ts'
import { makeRepo } from '../git/support.ts'
import { provisionerOf } from './support.ts'

function runs(command: string): boolean {
  try {
    execFileSync('sh', ['-c', command], { stdio: 'ignore', timeout: 60_000 })
    return true
  } catch {
    console.warn(`not tried, since it does not run here: ${command}`)
    return false
  }
}

const drawn = sample('managers of other languages', ['pip', 'go', 'cargo'], 1)

/** One module of the standard kind, from the directory of packages that pip is given. */
describe('managers of other languages', () => {
  it.skipIf(
    !drawn.includes('pip') ||
      !runs(
        'python3 -m venv --help && python3 -m pip download --no-deps -q -d /tmp/specproof-six six==1.16.0 && rm -r /tmp/specproof-six',
      ),
  )('pip: a virtual environment at the path of the repository, that works where it is shown', async () => {
    const repo = await makeRepo({ '.gitignore': '.venv/\n', 'requirements.txt': 'six==1.16.0\n' })
    const run = provisionerOf(repo)
    const provided = await run.provisioner.base(repo.head(), ['python'])
    if (!provided.ok) throw new Error(provided.unready.message)
    const [mount] = provided.provision.mounts
    expect(mount?.to).toBe(join(repo.root, '.venv'))
    expect(readFileSync(join(mount!.from, 'bin/pip'), 'utf8')).toContain(`${repo.root}/.venv/bin/python`)
    const python = join(mount!.from, 'bin/python')
    expect(execFileSync(python, ['-c', 'import six; print(six.__version__)'], { encoding: 'utf8' })).toBe('1.16.0\n')
    for (const path of provided.provision.readOnly) expect(existsSync(path)).toBe(true)

    await repo.write({ 'requirements.txt': 'six==1.17.0\n' })
    const patched = await run.provisioner.patched(repo.commit())
    if (!patched.ok) throw new Error(patched.unready.message)
    expect(existsSync(join(patched.provision.mounts[0]!.from, 'lib'))).toBe(true)
    await repo.write({ 'requirements.txt': 'six==99.0.0\n' })
    expect(await run.provisioner.patched(repo.commit())).toMatchObject({ ok: false, unready: { status: 'patch' } })
  })

  it.skipIf(!drawn.includes('go') || !runs('go version'))(
    'go: the module cache is shown, and the box is told to stay offline',
    async () => {
      const repo = await makeRepo({ 'go.mod': 'module example.com/target\n\ngo 1.21\n', 'a.go': 'package target\n' })
      const run = provisionerOf(repo)
      const provided = await run.provisioner.base(repo.head(), ['go'])
      if (!provided.ok) throw new Error(provided.unready.message)
      expect(provided.provision.env).toMatchObject({ GOPROXY: 'off' })
      await repo.write({ 'go.mod': 'module example.com/target\n\ngo 1.21\n\nrequire (\n' })
      expect(await run.provisioner.patched(repo.commit())).toMatchObject({ ok: false, unready: { status: 'patch' } })
    },
  )

  it.skipIf(!drawn.includes('cargo') || !runs('cargo --version'))(
    'cargo: a lockfile that is out of date is the fault of the patch',
    async () => {
      const manifest = '[package]\nname = "target"\nversion = "0.1.0"\nedition = "2021"\n'
      const lock = 'version = 4\n\n[[package]]\nname = "target"\nversion = "0.1.0"\n'
      const repo = await makeRepo({
        '.gitignore': 'target/\n',
        'Cargo.toml': manifest,
        'Cargo.lock': lock,
        'src/lib.rs': '',
      })
      const run = provisionerOf(repo)
      const provided = await run.provisioner.base(repo.head(), ['rust'])
      if (!provided.ok) throw new Error(provided.unready.message)
      expect(provided.provision.env).toMatchObject({ CARGO_NET_OFFLINE: 'true' })
      await repo.write({ 'Cargo.lock': lock.replace('0.1.0', 'one') })
      expect(await run.provisioner.patched(repo.commit())).toMatchObject({ ok: false, unready: { status: 'patch' } })
    },
  )
})
