import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { pathsOf } from './recording.ts'

const seeds = z.array(z.number().int())

function fileOf(dir: string, spec: string, task: string, attempt: number): string {
  const { reply } = pathsOf(dir, { spec, task, role: 'implementer', attempt, round: 1 })
  return join(dirname(reply), `seeds-${attempt}.json`)
}

/** Seeds that judged an attempt of a recording; none where the recording has none. */
export async function readSeeds(dir: string, spec: string, task: string, attempt: number): Promise<number[]> {
  try {
    return seeds.parse(JSON.parse(await readFile(fileOf(dir, spec, task, attempt), 'utf8')))
  } catch {
    return []
  }
}

export async function writeSeeds(
  dir: string,
  spec: string,
  task: string,
  attempt: number,
  value: number[],
): Promise<void> {
  const file = fileOf(dir, spec, task, attempt)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(value)}\n`)
}
