import type { Survey } from '../core/init/survey.ts'
import type { Step } from './init-steps.ts'

/** What `npm test` runs with each runner of JavaScript. */
const COMMANDS: Record<string, string> = { vitest: 'vitest run', 'node:test': 'node --test', jest: 'jest' }
/** What `npm init` writes. */
const NONE = /no test specified/

/** A package.json without a script `test`: its tests run here, and `npm test` says that there are none. Null: there is one. */
export function testScriptStep({ runner }: Survey, manifest: string | null): Step | null {
  const command = 'name' in runner ? COMMANDS[runner.name] : undefined
  if (command === undefined || manifest === null) return null
  const { scripts } = JSON.parse(manifest.replace(/^\uFEFF/, '')) as { scripts?: { test?: unknown } }
  const test = scripts?.test
  if (typeof test === 'string' && !NONE.test(test)) return null
  const next = `npm pkg set scripts.test="${command}"`
  return { what: 'test script', status: 'to do', text: `package.json has none, so \`npm test\` fails: ${next}`, next }
}
