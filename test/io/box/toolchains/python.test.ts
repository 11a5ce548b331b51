import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClosed, openScene, type Scene, SECRET, whySkipped, write } from './support.ts'

const FILES = {
  'pyproject.toml':
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "demo"\nversion = "0.1.0"\n\n[tool.hatch.build.targets.wheel]\npackages = ["src/demo"]\n',
  'src/demo/__init__.py': 'def answer():\n    return 41\n',
  'tests/test_demo.py':
    'import demo\n\ndef test_answer():\n    assert demo.answer() == 42\n    assert demo.__file__.endswith("src/demo/__init__.py")\n',
}
const MENDED = { 'src/demo/__init__.py': 'def answer():\n    return 42\n' }
const skipped = await whySkipped('python3')

describe.skipIf(skipped)('Python in the box', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await openScene(FILES)
    await scene.host(
      'python3 -m venv .venv && .venv/bin/pip install -q pytest hatchling editables && .venv/bin/pip install -q --no-build-isolation -e .',
    )
    await scene.plant()
    await write(scene.root, { '.venv/pip.conf': `[global]\nindex-url = https://user:${SECRET}@127.0.0.1:9/simple\n` })
  })
  afterAll(() => scene?.close())

  it('runs pytest of a virtual environment on the tree, which the editable install leads to', async () => {
    const wrong = await scene.inBox('pytest -q')
    const right = await scene.inBox('pytest -q && python -m pytest -q', MENDED)

    expect(wrong).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('assert 41 == 42') })
    expect(right, right.stdout + right.stderr).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('1 passed'),
    })
  })

  it('leaves the environment as it is, and pip without an index', async () => {
    const result = await scene.inBox(
      "touch .venv/lib/new; python -c \"import demo; open(demo.__file__[:-11] + 'x', 'w')\"; pip install six",
    )

    expect(result.stderr).toMatch(/touch: .*Read-only file system/)
    expect(result.stderr).toMatch(/No matching distribution found for six/)
    expect(result.stderr).not.toContain('127.0.0.1')
    expect(await scene.host('find .venv/lib -name new')).toBe('')
  })

  it('takes the Python that PATH finds where there is no environment, with its packages', async () => {
    const { found, readOnly } = await scene.detect()
    const plain = await openScene({ 'setup.cfg': '' })
    const result = await plain.inBox('python3 -c "import sys, ssl, sqlite3; print(sys.version.split()[0])"')
    const on = await plain.detect()
    await plain.close()

    expect(found).toContainEqual({
      language: 'python',
      version: result.stdout.trim(),
      where: join(scene.root, '.venv'),
    })
    expect(on.found.find(({ language }) => language === 'python')).toMatchObject({ version: result.stdout.trim() })
    expect(readOnly).not.toContain(scene.home)
  })

  it('shows no password and no network', () => expectClosed(scene))
})
