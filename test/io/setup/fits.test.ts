import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fitOf } from '../../../src/io/setup/fits.ts'
import { MANAGERS, type Source } from '../../../src/io/setup/managers.ts'
import { scratch } from '../checks/target.ts'

const PIP = MANAGERS.find(({ name }) => name === 'pip')!

it.each<[fit: string, files: Record<string, string>, installed?: string[]]>([
  ['fits', { 'requirements.txt': 'six\n', 'requirements-dev.txt': '-r requirements.txt\npytest>=8\nMy.Own==1.0\n' }],
  ['fits', { 'requirements.txt': 'six==1.17.0 \\\n  --hash=sha256:00\n' }],
  ['differs', { 'requirements.txt': 'six==1.16.0\n' }],
  ['differs', { 'requirements.txt': 'six\n', 'requirements-dev.txt': 'pytest>=9.1\n' }],
  ['differs', { 'requirements.txt': 'six\n', 'test-requirements.txt': 'hypothesis\n' }],
  ['unknown', { 'requirements.txt': 'six\n', 'requirements-docs.txt': 'mkdocs\n' }],
  ['unknown', { 'requirements.txt': 'six\n-e .\n' }],
  ['unknown', { 'requirements.txt': '-r gone.txt\n' }],
  ['unknown', { 'pyproject.toml': '[project]\nname = "x"\n' }],
  ['absent', { 'requirements.txt': 'six\n' }, []],
])('.venv %s where the project has %j', async (fit, files, installed) => {
  const folder = await scratch()
  const packages = join(folder, '.venv', 'lib', 'python3.11', 'site-packages')
  for (const name of installed ?? ['six-1.17.0.dist-info', 'pytest-9.0.2.dist-info', 'my_own-1.0-py3.11.egg-info'])
    await mkdir(join(packages, name), { recursive: true })
  if (!installed) await writeFile(join(folder, '.venv', 'pyvenv.cfg'), 'include-system-site-packages = false\n')
  const source: Source = {
    commit: '',
    paths: Object.keys(files),
    hashOf: (path) => (path in files ? path : null),
    read: async (path) => files[path] ?? null,
  }
  expect(await fitOf(folder, PIP, source)).toBe(fit)
})
