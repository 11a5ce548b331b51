import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agent, eventsOf, processesIn } from './support/agent.ts'
import { AUTHOR, CLAMP_RIGHT, CLAMP_STUB, CLAMP_TEST, RIGHT } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository, type TestRepository } from './support/repository.ts'

/** Answers of a program in text mode, by the role that the prompt names. */
const ANSWERS = { author: AUTHOR, implementer: RIGHT }

/** A program of the user's: Node code with the prompt in `prompt` and its role in `role`. */
async function program(repository: TestRepository, code: string): Promise<string> {
  const file = join(repository.around, 'program.mjs')
  const head = `import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
const prompt = readFileSync(0, 'utf8')
const role = prompt.includes('# Your role: test author') ? 'author' : 'implementer'
`
  await writeFile(file, head + code)
  return `${process.execPath} ${file}`
}

async function configure(repository: TestRepository, settings: string): Promise<void> {
  await repository.commit({ 'agent.yaml': `${LIGHT_LEVEL}${settings}` })
}

describe('a program that prints its answer', () => {
  it('is given the prompt, in an empty folder, with the environment of the user', async () => {
    const repository = await makeRepository()
    const run = await program(
      repository,
      `if (process.env.OF_THE_USER !== 'yes') process.exit(3)
if (readdirSync('.').length > 0) process.exit(4)
if (process.argv[2] !== '--flag') process.exit(5)
process.stdout.write(${JSON.stringify(ANSWERS)}[role])
`,
    )
    const ended = await agent(repository, ['next', '--model', `command/${run} --flag`], { env: { OF_THE_USER: 'yes' } })
    expect(ended.code, ended.result.message).toBe(0)
    expect(ended.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 1 })
    expect(eventsOf(ended, 'model.finished')[0]!.note).toContain('tokens are estimated')
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toContain(`command/${run}`)
  })

  it.each([
    [
      'fails',
      'console.error("a word"); console.error("not logged in"); process.exit(9)',
      /exit code 9: a word\nnot logged/,
    ],
    ['is not there', null, /`no-such-program-here` ended with exit code 127/],
    ['takes too long', 'setInterval(() => {}, 1000)', /did not end within 0\.5 s/],
    [
      'floods',
      "import { writeSync } from 'node:fs'\nfor (;;) try { writeSync(1, 'x'.repeat(1 << 16)) } catch {}",
      /printed more than 10 MB/,
    ],
  ])('that %s is a failure of the provider, with its last words', async (_how, code, message) => {
    const repository = await makeRepository()
    const run = code === null ? 'no-such-program-here' : await program(repository, code)
    const seconds = code?.startsWith('setInterval') ? ', seconds: 0.5' : ''
    await configure(repository, `model: command/mine\ncommands: { mine: { run: '${run}'${seconds} } }\n`)
    const ended = await agent(repository, ['next'])
    expect(ended.result).toMatchObject({ status: 'provider', exitCode: 6 })
    expect(ended.result.message).toMatch(message)
    expect(ended.result.message).toContain('command/mine: ')
  })

  it('is ended with all that it started when the run is interrupted', async () => {
    const repository = await makeRepository()
    const run = await program(
      repository,
      `import { spawn } from 'node:child_process'
process.on('SIGTERM', () => {})
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ${JSON.stringify(repository.around)}], { stdio: 'inherit' })
process.stdout.write('I think')
setInterval(() => {}, 1000)
`,
    )
    const ended = await agent(repository, ['next', '--model', `command/${run}`], {
      onEvent: (event, child) => void (event.type === 'model.delta' && child.kill('SIGINT')),
    })
    expect(ended.result).toMatchObject({ status: 'interrupted', exitCode: 130 })
    expect(await processesIn(repository)).toEqual([])
  })
})

describe('a program that edits files', () => {
  const edits = async (code: string, files: Record<string, string> = {}) => {
    const repository = await makeRepository({ files: { ...files, '.gitignore': 'node_modules/\n.agent/\njunk/\n' } })
    const run = await program(repository, code)
    await configure(repository, `model: command/mine\ncommands: { mine: { run: '${run}', mode: edits } }\n`)
    return repository
  }
  const WRITE = `const author = ${JSON.stringify({ 'test/clamp.test.ts': CLAMP_TEST, 'src/clamp.ts': CLAMP_STUB })}
const write = (path, text) => {
  mkdirSync(path.split('/').slice(0, -1).join('/') || '.', { recursive: true })
  writeFileSync(path, text)
}
if (role === 'author') for (const [path, text] of Object.entries(author)) write(path, text)
`

  it('stands in the base with the stub, without history, tests and secrets; its change is judged as every patch', async () => {
    const repository = await edits(
      `${WRITE}else {
  for (const path of ['.git', 'test/clamp.test.ts', '.env', 'node_modules']) if (existsSync(path)) process.exit(7)
  if (readFileSync('src/clamp.ts', 'utf8') !== ${JSON.stringify(CLAMP_STUB)}) process.exit(8)
  if (/hunter2/.test(readFileSync('notes.txt', 'utf8'))) process.exit(9)
  write('src/clamp.ts', ${JSON.stringify(CLAMP_RIGHT)})
  rmSync('src/old.ts')
  write('junk/cache', 'ignored')
  write('picture.png', Buffer.from([0, 1, 2]))
  symlinkSync('/etc/passwd', 'link')
  console.log('done')
}
`,
      {
        'src/old.ts': 'export {}\n',
        '.env': 'A=1\n',
        'notes.txt': 'password = "hunter2x7Q9zLmN4vB8"\nanother line\n',
      },
    )
    const ended = await agent(repository, ['next'])
    expect(ended.code, ended.result.message).toBe(0)
    expect(eventsOf(ended, 'patch.applied').at(-1)!.files).toEqual([
      { path: 'src/clamp.ts', action: 'edit' },
      { path: 'src/old.ts', action: 'delete' },
    ])
    const { note } = eventsOf(ended, 'model.finished').at(-1)!
    expect(note).toContain('left out of its edits: link (a symbolic link), picture.png (not text)')
    const landed = await repository.git('show', '--name-status', '--format=', 'HEAD')
    expect(landed.split('\n').sort()).toEqual([
      'A\tsrc/clamp.ts',
      'A\ttest/clamp.test.ts',
      'D\tsrc/old.ts',
      'M\tspecs/limits/tasks.md',
    ])
  })

  it('is refused what no patch may touch, and is told so when it is asked again', async () => {
    const repository = await edits(
      `${WRITE}else {
  write('src/clamp.ts', ${JSON.stringify(CLAMP_RIGHT)})
  if (!prompt.includes('What is wrong with it')) write('specs/limits/design.md', 'Anything goes.')
}
`,
    )
    const ended = await agent(repository, ['next'])
    expect(ended.code, ended.result.message).toBe(0)
    expect(eventsOf(ended, 'patch.refused')).toMatchObject([
      { role: 'implementer', reasons: [{ path: 'specs/limits/design.md', code: 'protected' }] },
    ])
    expect(ended.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 1 })
  })

  it('that changes nothing answers by what it prints', async () => {
    const repository = await edits(`${WRITE}else console.log('BLOCKED: a person has to decide')\n`)
    const ended = await agent(repository, ['next'])
    expect(ended.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(ended.result.message).toContain('a person has to decide')
  })
})
