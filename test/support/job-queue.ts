import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Files, makeRepository, type TestRepository } from './repository.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export const RECORDING = join(ROOT, 'recordings', 'job-queue')

async function filesOf(from: string, to: string): Promise<Files> {
  const files: Files = {}
  for (const entry of await readdir(join(ROOT, from), { withFileTypes: true })) {
    if (entry.isFile()) files[`${to}${entry.name}`] = await readFile(join(ROOT, from, entry.name), 'utf8')
  }
  return files
}

/** The demo's repository: the shipped spec and the empty target, at a light level. */
export async function makeJobQueue(level: string): Promise<TestRepository> {
  const files: Files = {
    ...(await filesOf('sandbox/targets/typescript', '')),
    ...(await filesOf('specs/job-queue', 'specs/job-queue/')),
    ...(await filesOf('specs/steering', 'specs/steering/')),
    'specs/limits/requirements.md': null,
    'specs/limits/design.md': null,
    'specs/limits/tasks.md': null,
    '.gitignore': 'node_modules/\n',
    'agent.yaml': level,
  }
  return makeRepository({ files, packages: ['vitest', 'fast-check', 'typescript', '@types/node', 'specproof'] })
}
