import { nodeTestScript } from './node-script.ts'

export type Runner = 'vitest' | 'node:test' | 'jest' | 'pytest' | 'go'

/** The parts of a package.json that tell how its tests run. */
export interface Manifest {
  dependencies: ReadonlySet<string>
  scripts: Readonly<Record<string, string>>
  /** Whether it holds a `jest` section. */
  jest: boolean
}

/** `why` is told to the user and recorded. */
export type Choice = { runner: Runner; why: string } | { unsupported: string }

const CONFIG: [Runner, RegExp][] = [
  ['vitest', /^vitest\.(config|workspace|projects)\.[cm]?[jt]s$/],
  ['jest', /^jest\.config\.([cm]?[jt]s|json)$/],
]
const BY_HAND = 'say `runner: vitest`, `runner: jest` or `runner: node:test` in agent.yaml'

/**
 * Which runner a project has. What agent.yaml says goes first, then what the script `test` starts; otherwise the one that
 * is there. Two of them without a word are refused: half of the tests would not be judged.
 */
export function chooseRunner(manifest: Manifest, paths: readonly string[], said: Runner | undefined): Choice {
  if (said !== undefined) return { runner: said, why: 'agent.yaml says so' }
  const script = manifest.scripts['test'] ?? ''
  const started = startedBy(script)
  if (started.length === 1) return { runner: started[0]!, why: `the script \`test\` starts it: ${script}` }
  if (started.length > 1)
    return { unsupported: `package.json: the script \`test\` starts ${started.join(' and ')}: ${BY_HAND}` }
  const there = signs(manifest, paths)
  const [only] = there.keys()
  if (there.size === 1) return { runner: only!, why: there.get(only!)! }
  if (there.size > 1) return { unsupported: `package.json: ${[...there.values()].join(', and ')}: ${BY_HAND}` }
  return {
    unsupported: `package.json: no test runner is found: neither vitest nor jest is among the dependencies, and no script runs \`node --test\`. Install one, ${BY_HAND}, or name a command under \`checks:\``,
  }
}

function startedBy(script: string): Runner[] {
  const found: Runner[] = []
  if (/(^|[\s/;&|])vitest(\s|$|\.mjs)/.test(script)) found.push('vitest')
  if (/(^|[\s/;&|])jest(\s|$|\.js)/.test(script)) found.push('jest')
  if (nodeTestScript(script)) found.push('node:test')
  return found
}

/** What speaks for a runner, in words. */
function signs({ dependencies, scripts, jest }: Manifest, paths: readonly string[]): Map<Runner, string> {
  const found = new Map<Runner, string>()
  for (const runner of ['vitest', 'jest'] as const) {
    if (dependencies.has(runner)) found.set(runner, `${runner} is among the dependencies`)
  }
  if (jest) found.set('jest', 'package.json has a section `jest`')
  for (const [runner, pattern] of CONFIG) {
    const config = paths.find((path) => pattern.test(path))
    if (config !== undefined && !found.has(runner)) found.set(runner, `there is a ${config}`)
  }
  const named = Object.entries(scripts).find(([, script]) => nodeTestScript(script))
  if (named && found.size === 0) found.set('node:test', `the script \`${named[0]}\` starts it: ${named[1]}`)
  return found
}
