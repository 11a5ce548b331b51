import { execa } from 'execa'
import type { Survey } from '../core/init/survey.ts'
import type { Step } from './init-steps.ts'

const WHAT = 'test script'
/** What `npm test` runs with each runner of JavaScript. */
const COMMANDS: Record<string, string> = { vitest: 'vitest run', 'node:test': 'node --test', jest: 'jest' }
/** What `npm init` writes. */
const NONE = /no test specified/

/**
 * A package.json without a script `test`: its tests run here, and `npm test` says that there are none. npm adds it where somebody says yes.
 * Null: there is one.
 */
export async function testScriptStep(
  root: string,
  { runner }: Survey,
  manifest: string | null,
  agreed: (question: string) => Promise<boolean>,
): Promise<Step | null> {
  const command = 'name' in runner ? COMMANDS[runner.name] : undefined
  if (command === undefined || manifest === null) return null
  const { scripts } = JSON.parse(manifest.replace(/^\uFEFF/, '')) as { scripts?: { test?: unknown } }
  const test = scripts?.test
  if (typeof test === 'string' && !NONE.test(test)) return null
  const next = `npm pkg set scripts.test="${command}"`
  const text = 'package.json has none, so `npm test` fails'
  const toDo: Step = { what: WHAT, status: 'to do', text: `${text}: ${next}`, next }
  if (!(await agreed(`${text}. Add \`${command}\`?`))) return toDo
  const ended = await execa('npm', ['pkg', 'set', `scripts.test=${command}`], {
    cwd: root,
    reject: false,
    stdin: 'ignore',
  })
  return ended.failed
    ? toDo
    : { what: WHAT, status: 'written', text: `\`${command}\` in package.json, for \`npm test\`` }
}
