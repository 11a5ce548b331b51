import type { Survey } from './survey.ts'

/** Where an editor finds the schema once the package is among the project's dependencies. */
export const SCHEMA = './node_modules/specproof/docs/agent.schema.json'

const COMMANDS: Record<string, string> = {
  Go: '{ name: go, run: go test ./... }',
  Rust: '{ name: cargo, run: cargo test }',
  Java: '{ name: maven, run: mvn -q test, report: target/surefire-reports/*.xml }',
}

/** A model as the variables of the service that is set up here name it. */
export function exampleModel(env: {
  OPENAI_BASE_URL?: string
  OPENAI_API_KEY?: string
  ANTHROPIC_API_KEY?: string
}): string {
  if (env.OPENAI_BASE_URL) return 'openai-compatible/NAME'
  return env.OPENAI_API_KEY && !env.ANTHROPIC_API_KEY ? 'openai/MODEL' : 'anthropic/MODEL'
}

const SETUP: Record<string, string> = { Python: 'pip install -e .', Go: 'go mod download' }

/**
 * agent.yaml for what was found, each choice with its reason. What can be detected stays detected. `schema`: null without one. `model`: an
 * example of one.
 */
export function configText(survey: Survey, schema: string | null, model: string): string {
  const [language = ''] = survey.languages
  const blocks = [
    [
      ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
      '# Settings of specproof. All of them are optional, and flags go first.',
    ],
    [
      '# Who writes tests and code, as provider/model: anthropic/..., openai/..., openai-compatible/... (a server of your own),',
      '# command/... (a program of yours). Keys come from the environment and never stand here.',
      `# model: ${model}`,
    ],
    runnerBlock(survey),
    specsBlock(survey),
    [
      '# Limits, each a number. A run ends before the call that could exceed one (exit code 5), and the next run goes on.',
      'attempts: 3          # of each task',
      'maxTokens: 1000000   # of a run, in and out',
      '# maxUsd: 5          # of a run; needs the price of the model',
      'maxMinutes: 240      # of a run',
    ],
    [
      '# Small wrong versions of each change are run against its tests. required: too many that live end the task without a',
      '# commit. report: they are only told. off: none are made.',
      'teeth: required',
    ],
    [
      '# What the tests need beside the lockfile; the box has nothing else of this machine.',
      `# setup: [${SETUP[language] ?? 'npm ci'}]`,
      '# env: [CI, TZ=Europe/Berlin]',
      '# carry: [.env.test]',
      '# services: [{ name: cache, run: exec redis-server --port 6379, ready: { port: 6379 } }]',
    ],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function runnerBlock({ runner, languages }: Survey): string[] {
  if ('name' in runner)
    return [`# Test runner: ${runner.name}, because ${comment(runner.why)}.`, `# runner: ${runner.name}`]
  const others = languages.filter((name) => COMMANDS[name] !== undefined)
  const why = `# No test runner that is known: ${comment(runner.unsupported)}.`
  if (others.length === 0) return [why, '# runner: vitest']
  return [
    `# ${others.join(' and ')}: no test runner of ours, so commands judge, and a task is at most \`checked\`.`,
    'checks:',
    ...others.map((name) => `  - ${COMMANDS[name]}`),
  ]
}

function specsBlock({ elsewhere }: Survey): string[] {
  if (elsewhere.length === 0) return []
  const folders = elsewhere.map((folder) => JSON.stringify(folder)).join(', ')
  return ['# Folders of specs that are found by this setting only.', `specs: [${folders}]`]
}

/** A comment ends with its line, whatever a file name or a script says. */
function comment(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
