import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { missingHypothesis, unnamedHypothesis } from '../../../src/io/checks/installed.ts'

async function environment(packages: string[], system = false): Promise<string> {
  const venv = await mkdtemp(join(tmpdir(), 'specproof-venv-'))
  onTestFinished(() => rm(venv, { recursive: true, force: true }))
  await writeFile(join(venv, 'pyvenv.cfg'), `home = /usr/bin\ninclude-system-site-packages = ${system}\n`)
  for (const name of ['pytest', ...packages])
    await mkdir(join(venv, 'lib', 'python3.11', 'site-packages', name), { recursive: true })
  return venv
}

it('an environment without Hypothesis is told with the place where it has to be named', async () => {
  const bare = await environment(['hypothesisless'])
  const told = (paths: string[]) => missingHypothesis(bare, paths)
  expect(await told(['requirements.txt', 'test-requirements.txt'])).toContain(
    'add the line `hypothesis` to test-requirements.txt',
  )
  expect(await told(['requirements.txt'])).toContain('to requirements.txt')
  expect(await told(['pyproject.toml', 'uv.lock'])).toContain('`uv add --dev hypothesis`')
  expect(await told(['pyproject.toml', 'poetry.lock'])).toContain('`poetry add --group dev hypothesis`')
  expect(await told(['pyproject.toml'])).toContain('to an extra `test` under `[project.optional-dependencies]`')
  expect(await told(['setup.py'])).toContain('where the project names pytest')
})

it('an environment that lacks what the project names is to be filled, and no file to be changed', async () => {
  const bare = await environment([])
  const read = async (path: string) => (path === 'requirements-dev.txt' ? 'pytest\nhypothesis>=6\n' : 'six\n')
  expect(await missingHypothesis(bare, ['requirements.txt', 'requirements-dev.txt'], read)).toBe(
    'requirements-dev.txt names Hypothesis, and .venv does not have it: `.venv/bin/pip install -r requirements-dev.txt`',
  )
})

it('before anything is installed, the files that say what is are asked', async () => {
  const told = (files: Record<string, string>) =>
    unnamedHypothesis(Object.keys(files), async (path) => files[path] ?? null)
  expect(await told({ 'requirements.txt': 'six', 'test-requirements.txt': 'pytest' })).toContain('to test-requirements')
  expect(await told({ 'requirements.txt': 'six', 'test-requirements.txt': 'Hypothesis>=6' })).toBeNull()
  expect(await told({ 'setup.py': 'setup()' })).toContain('names Hypothesis')
  expect(await told({ 'requirements.txt': 'hypothesis-jsonschema' })).toContain('names Hypothesis')
  expect(await told({ 'README.md': '' })).toBeNull()
})

it('nothing is missing where it is installed, or may be', async () => {
  expect(await missingHypothesis(await environment(['hypothesis']), [])).toBeNull()
  expect(await missingHypothesis(await environment(['__editable__.hypothesis-6.150.pth']), [])).toBeNull()
  expect(await missingHypothesis(await environment([], true), [])).toBeNull()
  expect(await missingHypothesis(join(tmpdir(), 'specproof-no-venv'), [])).toBeNull()
  expect(await missingHypothesis(null, [])).toBeNull()
})
