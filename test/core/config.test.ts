import { describe, expect, it } from 'vitest'
import { placeOf } from '../../src/core/config-place.ts'
import { UserError } from '../../src/core/errors.ts'
import { parseConfig } from '../../src/core/parse-config.ts'

/** The message of the UserError that a text gives. */
function complaint(text: string): string {
  try {
    parseConfig('agent.yaml', text)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as Error).message
  }
  throw new Error('the text was accepted')
}

const EVERYTHING = `# all settings
model: anthropic/claude
baseUrl: http://127.0.0.1:11434/v1
attempts: 3
maxTokens: 100000
maxUsd: 1.5
maxMinutes: 30
context:
  maxTokens: 20000
maxOutputTokens: 8000
prices:
  anthropic/claude: { input: 3, output: 15, cached: 0.3 }
build: npm run build
level:
  seeds: 5
  runs: 1000
  schedules: 2000
  chaosSeconds: 0
  maxMinutes: 0.5
isolation: auto
`

describe('agent.yaml', () => {
  it('may be empty, or hold comments only', () => {
    for (const text of ['', '\n', '# nothing yet\n', '---\n', '{}']) expect(parseConfig('agent.yaml', text)).toEqual({})
  })

  it('gives every setting', () => {
    expect(parseConfig('agent.yaml', EVERYTHING)).toEqual({
      model: 'anthropic/claude',
      baseUrl: 'http://127.0.0.1:11434/v1',
      attempts: 3,
      maxTokens: 100_000,
      maxUsd: 1.5,
      maxMinutes: 30,
      context: { maxTokens: 20_000 },
      maxOutputTokens: 8_000,
      prices: { 'anthropic/claude': { input: 3, output: 15, cached: 0.3 } },
      build: 'npm run build',
      level: { seeds: 5, runs: 1_000, schedules: 2_000, chaosSeconds: 0, maxMinutes: 0.5 },
      isolation: 'auto',
    })
  })

  it('gives who is asked, and how', () => {
    const text = `models: { author: a/b, implementer: [c/d, e/f] }
fallback: [g/h]
roles: { author: { temperature: 0, effort: low, maxOutputTokens: 2000 } }
commands: { claude: { run: claude -p, mode: edits, seconds: 60 } }
retries: { most: 0, seconds: 10 }
prices: { a/b: { input: 1, output: 2, written: 1.25, upTo: 100000 } }
`
    expect(parseConfig('agent.yaml', text)).toEqual({
      models: { author: 'a/b', implementer: ['c/d', 'e/f'] },
      fallback: ['g/h'],
      roles: { author: { temperature: 0, effort: 'low', maxOutputTokens: 2_000 } },
      commands: { claude: { run: 'claude -p', mode: 'edits', seconds: 60 } },
      retries: { most: 0, seconds: 10 },
      prices: { 'a/b': { input: 1, output: 2, written: 1.25, upTo: 100_000 } },
    })
  })

  const WRONG: [string, string, RegExp][] = [
    ['a folder outside', 'specs: [a, ../b]\n', /^agent\.yaml:1: `specs\.1`: expected a folder inside the repository$/],
    ['a role that there is not', 'models: { reviewer: a/b }\n', /^agent\.yaml:1: `models\.reviewer` is not a setting/],
    [
      'an empty list of models',
      'models:\n  author: []\n',
      /^agent\.yaml:2: `models\.author`: expected `provider\/model`/,
    ],
    ['an unknown effort', 'roles:\n  author:\n    effort: huge\n', /^agent\.yaml:3: `roles\.author\.effort`/],
    ['a command without a program', 'commands:\n  mine: {}\n', /^agent\.yaml:2: `commands\.mine\.run`/],
    ['a mode that there is not', 'commands: { mine: { run: x, mode: json } }\n', /`commands\.mine\.mode`/],
    [
      'a misspelt key of a project',
      'projects:\n  - dirr: a\n',
      /^agent\.yaml:2: `projects\.0\.dirr` is not a setting\.$/,
    ],
    ['an unknown key', 'model: a/b\n\natempts: 3\n', /^agent\.yaml:3: `atempts` is not a setting; known are model, /],
    [
      'an unknown key below another',
      'level:\n  seeds: 1\n  seed: 2\n',
      /^agent\.yaml:3: `level\.seed` is not a setting\.$/,
    ],
    ['a wrong type', 'model: a/b\nattempts: many\n', /^agent\.yaml:2: `attempts`: .*number/],
    ['a number out of bounds', 'attempts: 0\n', /^agent\.yaml:1: `attempts`: .*1/],
    ['a fraction of an attempt', 'attempts: 1.5\n', /^agent\.yaml:1: `attempts`: .*int/],
    [
      'a key that stands twice at different depths',
      'maxTokens: 5\ncontext:\n  maxTokens: 1\n',
      /^agent\.yaml:3: `context\.maxTokens`/,
    ],
    ['a key in braces', 'model: a/b\ncontext: { maxTokens: 1 }\n', /^agent\.yaml:2: `context\.maxTokens`/],
    ['a quoted key', 'prices:\n  "a/b":\n    input: -1\n    output: 1\n', /^agent\.yaml:3: `prices\.a\/b\.input`/],
    ['a key that is missing', 'prices:\n  a/b: { input: 1 }\n', /^agent\.yaml:2: `prices\.a\/b\.output`/],
    ['an unknown word', 'isolation: docker\n', /^agent\.yaml:1: `isolation`: .*"auto"/],
    ['a setting without a value', 'model:\n', /^agent\.yaml:1: `model`: /],
    ['a list', '- model\n', /^agent\.yaml:1: expected settings/],
    ['a text', 'just words', /^agent\.yaml:1: expected settings/],
    [
      'a service that is never ready',
      'services:\n  - name: a\n    run: x\n    ready: { output: y }\n  - name: b\n    run: x\n    ready: { prot: 1 }\n',
      /^agent\.yaml:7: `services\.1\.ready`: expected one of `\{ port: 5432 \}`/,
    ],
    [
      'a setting of a service that is missing',
      'attempts: 1\nservices:\n  - { name: a, ready: { port: 1 } }\n',
      /^agent\.yaml:3: `services\.0\.run`/,
    ],
    [
      'a pattern that may take for ever',
      'services:\n  - { name: a, run: x, ready: { output: "(a)\\\\1" } }\n',
      /^agent\.yaml:2: `services\.0\.ready\.output`: .*without lookaround and backreferences/,
    ],
    [
      'two services of one name',
      'services:\n  - { name: a, run: x, ready: { port: 1 } }\n  - { name: a, run: y, ready: { port: 2 } }\n',
      /^agent\.yaml:1: `services`: two services have the same name/,
    ],
    ['broken YAML', 'model: a/b\nlevel: [1,\n', /^agent\.yaml:\d: (?!.*at line)/],
    ['a tab as indent', 'level:\n\tseeds: 1\n', /^agent\.yaml:2: /],
    ['a key twice', 'model: a/b\nmodel: c/d\n', /^agent\.yaml:2: .*unique/],
    [
      'a variable that the box sets',
      'env:\n  - CI\n  - PATH=/x\n',
      /^agent\.yaml:3: `env\.1`: PATH is refused: the box sets it/,
    ],
    ['a variable with no name', 'env: ["=x"]\n', /^agent\.yaml:1: `env\.0`: expected NAME or NAME=value/],
    ['two documents', 'model: a/b\n---\nmodel: c/d\n', /^agent\.yaml:/],
    ['an alias to nothing', 'model: *name\n', /^agent\.yaml/],
  ]
  it.each(['^ready$', 'port \\\\d+', '[(?=]', '\\\\\\\\1', '(?:a|b)+', '\\\\('])('takes the pattern %s', (pattern) => {
    const text = `services:\n  - { name: a, run: x, ready: { output: "${pattern}" } }\n`
    expect(parseConfig('agent.yaml', text).services).toMatchObject([{ ready: { output: JSON.parse(`"${pattern}"`) } }])
  })

  it.each(WRONG)('says file, line and what is expected for %s', (_, text, expected) => {
    expect(complaint(text)).toMatch(expected)
  })
})

describe('a setting that is found wrong later', () => {
  it('is told with its line', () => {
    const config = parseConfig('agent.yaml', 'attempts: 3\nshow:\n  - /opt/a\n  - /opt/b\ncarry:\n  - .venv\n')
    expect(placeOf(config, 'show', 1)).toBe('agent.yaml:4')
    expect(placeOf(config, 'carry', 0)).toBe('agent.yaml:6')
    expect(placeOf({}, 'carry', 0)).toBe('agent.yaml')
  })
})
