import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { AUTHOR, CLAMP_RIGHT, implement, RIGHT, VITEST_AUTHOR } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { sample } from './support/sample.ts'
import { scriptModel } from './support/scripted-model.ts'

const boxes = sample('boxes of whole runs', ['unshare', 'bwrap'] as const, 1)

const SEES_ALL = (shown: string) => `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { it } from 'node:test'

const answerOf = (port: number) =>
  new Promise<string>((resolve) => {
    connect(port, '127.0.0.1').on('data', (data) => resolve(String(data))).on('error', (error) => resolve(error.message))
  })

it('what agent.yaml names is there together, fresh in each run', async () => {
  assert.equal(readFileSync('gen/made', 'utf8'), 'by set-up\\n')
  assert.throws(() => writeFileSync('gen/made', 'x'), /EROFS|EACCES|EPERM/)
  assert.equal(readFileSync('data/rows', 'utf8'), 'a\\n')
  writeFileSync('data/rows', 'b\\n')
  assert.equal(readFileSync('${shown}/model', 'utf8'), 'weights')
  assert.throws(() => writeFileSync('${shown}/model', 'x'), /EROFS|EACCES|EPERM/)
  assert.deepEqual([process.env.GIVEN, process.env.TZ, process.env.NOT_GIVEN], ['from here', 'Asia/Tokyo', undefined])
  assert.equal(await answerOf(6379), 'by set-up a')
  assert.equal(existsSync('/tmp/of-a-service'), true)
})
`

const SERVER = `import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
writeFileSync('/tmp/of-a-service', '')
const rows = readFileSync('data/rows', 'utf8').trim()
createServer((socket) => socket.end(readFileSync('gen/made', 'utf8').trim() + ' ' + rows)).listen(6379, '127.0.0.1')
`

describe.each(boxes)('everything that agent.yaml can put into the box of %s', (isolation) => {
  it('is there in one run', async () => {
    const repository = await makeRepository({ committed: false })
    const shown = join(repository.around, 'shown')
    await mkdir(shown)
    await writeFile(join(shown, 'model'), 'weights')
    const settings = {
      setup: ['mkdir gen && echo by set-up > gen/made'],
      carry: [{ path: 'data', mode: 'overlay' }],
      env: ['GIVEN', 'TZ=Asia/Tokyo'],
      show: [shown],
      services: [{ name: 'store', run: 'exec node server.mjs', ready: { port: 6379 } }],
    }
    const yaml = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    await repository.commit({
      'agent.yaml': LIGHT_LEVEL + yaml.join(''),
      '.gitignore': 'node_modules/\ngen/\ndata/\n',
      'data/rows': 'a\n',
      'server.mjs': SERVER,
      'test/all.test.ts': SEES_ALL(shown),
    })
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })

    const env = { GIVEN: 'from here', NOT_GIVEN: 'from here' }
    const run = await next(repository, model, ['--isolation', isolation], { env })

    expect(run.code, run.result.message + (model.asked('author')[1] ?? '').slice(-3000)).toBe(0)
    expect(eventsOf(run, 'baseline.finished')).toMatchObject([{ status: 'passed', tests: 1, red: 0 }])
    expect(await repository.read('data/rows')).toBe('a\n')
    expect(eventsOf(run, 'toolchains.ready')).toMatchObject([{ variables: ['GIVEN', 'TZ'], shown: [shown] }])
  })
})

const writing = (loop: string) =>
  implement(
    `import { spawn } from 'node:child_process'\nimport { writeFileSync } from 'node:fs'\n\n${CLAMP_RIGHT.replace('{\n', `{\n  ${loop}\n`)}`,
  )

describe.each(boxes)('a limit that strikes in the box of %s', (isolation) => {
  it('ends the attempt and is told by its name', async () => {
    const limits = { diskMB: 30, fileMB: 8, processes: 150 }
    const files = { 'agent.yaml': `${LIGHT_LEVEL}limits: ${JSON.stringify(limits)}\n` }
    const repository = await makeRepository({ vitest: true, files })
    const implementer = [
      writing("for (let i = 0; ; i++) writeFileSync('f' + i, 'x'.repeat(1e6))"),
      writing("writeFileSync('huge', 'x'.repeat(2e7))"),
      // In the first case alone: what cannot be started is told once all cases have tried, and each try takes long.
      writing(
        "const once = clamp as { tried?: true }\n  for (let i = 0; !once.tried && i < 200; i++) spawn('sleep', ['600']).on('error', () => process.exit(1))\n  once.tried = true",
      ),
      RIGHT,
    ]
    const model = await scriptModel({ author: [VITEST_AUTHOR], implementer })

    const run = await next(repository, model, ['--isolation', isolation, '--attempts', '4'])

    const [, ...told] = model.asked('implementer')
    expect(told[0]).toContain(
      'an answer lies within the limits and is the value where that does (1.1, 1.2, 1.3) wrote more to the disk than it may',
    )
    // Node does not die of this limit: the call fails, and the test with it.
    expect(told[1]).toContain('EFBIG: file too large')
    expect(told[2]).toContain('started too many processes')
    expect(run.code, run.result.message).toBe(0)
  })
})
