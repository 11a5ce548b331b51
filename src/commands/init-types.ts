import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { counted } from '../core/counted.ts'
import type { Survey } from '../core/init/survey.ts'
import { tsconfigText } from '../core/init/tsconfig-text.ts'
import { NO_TSCONFIG } from '../core/types-check.ts'
import type { Project } from '../io/checks/detect.ts'
import { type Step, toDo, writeNew } from './init-steps.ts'

const WHAT = 'tsconfig.json'
const TSC = 'node_modules/typescript/bin/tsc'
const TSC_MS = 120_000

/** Whether a project of TypeScript has no tsconfig.json at all; one in a folder below is somebody's choice. */
export function lacksTsconfig(project: Project | { unsupported: string }, paths: readonly string[]): boolean {
  const any = paths.some((path) => /(^|\/)tsconfig[^/]*\.json$/.test(path))
  return !('unsupported' in project) && project.unchecked === NO_TSCONFIG && !any
}

/** Writes one where somebody says yes. One that the code which is there does not hold is taken back: no run could begin on it. */
export async function typesStep(
  root: string,
  { runner }: Survey,
  paths: readonly string[],
  read: (path: string) => Promise<string | null>,
  agreed: (question: string) => Promise<boolean>,
): Promise<Step> {
  if (!(await agreed(`${NO_TSCONFIG}. Write a strict one?`)))
    return toDo(WHAT, `${NO_TSCONFIG}; \`agent init --yes\` writes a strict one`)
  const { type, dependencies } = manifestOf((await read('package.json')) ?? '{}')
  const globals = await hasGlobals(paths, read)
  const name = 'name' in runner ? runner.name : ''
  const written = await writeNew(root, WHAT, tsconfigText({ runner: name, type, dependencies, globals }))
  if (written.status !== 'written') return written
  const wrong = await firstErrors(root)
  if (wrong === null) return written
  await rm(join(root, WHAT), { force: true })
  return toDo(WHAT, `${NO_TSCONFIG}, and a strict one does not fit the code that is there: write your own. ${wrong}`)
}

function manifestOf(source: string): { type: string | null; dependencies: Set<string> } {
  const all = JSON.parse(source.replace(/^\uFEFF/, '')) as Record<string, unknown>
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies']
  const dependencies = new Set(kinds.flatMap((kind) => Object.keys((all[kind] ?? {}) as object)))
  return { type: typeof all['type'] === 'string' ? all['type'] : null, dependencies }
}

async function hasGlobals(paths: readonly string[], read: (path: string) => Promise<string | null>): Promise<boolean> {
  const config = paths.find((path) => /^(vitest|vite)\.config\.[cm]?[jt]s$/.test(path))
  return config !== undefined && /\bglobals:\s*true\b/.test((await read(config)) ?? '')
}

/** What the compiler says of the code that is there; null: nothing, or there is no code or no compiler yet. */
async function firstErrors(root: string): Promise<string | null> {
  const there = await access(join(root, TSC)).then(
    () => true,
    () => false,
  )
  if (!there) return null
  const { failed, all } = await execa(process.execPath, [TSC, '--noEmit', '--pretty', 'false'], {
    ...{ cwd: root, reject: false, stdin: 'ignore', all: true, timeout: TSC_MS },
  })
  const errors = (all ?? '').split('\n').filter((line) => /\berror TS\d+/.test(line))
  if (!failed || errors.some((line) => line.includes('TS18003'))) return null
  return errors.length === 0
    ? 'The compiler does not start.'
    : `${counted(errors.length, 'error')}, the first: ${errors[0]}`
}
