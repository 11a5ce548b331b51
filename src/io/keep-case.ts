import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Kept } from '../core/chaos/campaign.ts'
import { NotKept, regressionFile, withRegression } from '../core/chaos/regressions.ts'
import { isHarmlessSvg } from '../core/chaos/safe-svg.ts'
import type { Runner } from './checks/choose-runner.ts'

/** Adds the case to the regression tests beside its test file, and puts its picture into `.agent/`. `id`: `file > suite > name`. */
export async function keepCase(root: string, id: string, kept: Kept, runner: Runner | null): Promise<Kept> {
  const picture = kept.svg === null ? null : await keepPicture(root, id, kept.svg)
  if (kept.example === null) return { ...kept, picture }
  if (runner !== 'vitest' && runner !== 'node:test') {
    return { ...kept, picture, why: 'which is done for vitest and node:test: give it to the test as `examples`' }
  }
  const [testFile = '', ...names] = id.split(' > ')
  const file = regressionFile(testFile)
  const path = join(root, file)
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  try {
    const text = withRegression(before, { testFile, runner }, { test: names.join(' > '), example: kept.example })
    if (text !== null) await writeFile(path, text)
    return { ...kept, picture, file }
  } catch (error) {
    if (error instanceof NotKept) return { ...kept, picture, why: error.message }
    throw error
  }
}

async function keepPicture(root: string, id: string, svg: string): Promise<string | null> {
  if (!isHarmlessSvg(svg)) return null
  const name = id.replace(/[^\w.-]+/g, '-').slice(0, 120)
  const path = join('.agent', 'chaos', `${name}.svg`)
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), svg)
  return path
}
