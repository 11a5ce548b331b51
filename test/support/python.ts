import { execFile } from 'node:child_process'
import { access, chmod, mkdtemp, realpath, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRequired } from './required.ts'

const run = promisify(execFile)
/** One environment for all tests of this machine and user: making it takes longer than most tests. */
const SHARED = join(tmpdir(), `specproof-python-${process.getuid?.() ?? 0}`)
const PACKAGES = ['pytest>=8', 'hypothesis>=6.130']
const MOST_MS = 180_000

/** Folder of a virtual environment with pytest and Hypothesis, or why there is none. Made once, in the folder for temporary files. */
export async function pythonEnvironment(): Promise<{ venv: string } | { missing: string }> {
  const works = (venv: string) => run(join(venv, 'bin', 'python3'), ['-c', 'import pytest, hypothesis'])
  try {
    await access(join(SHARED, 'pyvenv.cfg'))
    await works(SHARED)
    return { venv: await realpath(SHARED) }
  } catch {
    return makeEnvironment()
  }
}

async function makeEnvironment(): Promise<{ venv: string } | { missing: string }> {
  const made = await mkdtemp(`${SHARED}-`)
  try {
    await run('python3', ['-m', 'venv', made], { timeout: MOST_MS })
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', ...PACKAGES]
    await run(join(made, 'bin', 'python3'), pip, { timeout: MOST_MS })
    // In the box somebody else reads it.
    await chmod(made, 0o755)
    await rm(SHARED, { recursive: true, force: true })
    await rename(made, SHARED)
    return { venv: await realpath(SHARED) }
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    if (isRequired('python')) throw error
    const words = String((error as { stderr?: string }).stderr || (error as Error).message).trim()
    return { missing: `Python with pytest and Hypothesis: ${words.split('\n').at(-1)}` }
  }
}
