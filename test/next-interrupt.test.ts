import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StampedEvent } from '../src/core/events.ts'
import { type AgentOptions, eventsOf, next, processesIn, start } from './support/agent.ts'
import { AUTHOR, HANGS, implement, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

/** Sends a signal at the first event of this kind. */
function signalAt(signal: NodeJS.Signals, matches: (event: StampedEvent) => boolean): AgentOptions {
  let sent = false
  return {
    onEvent(event, child) {
      if (!sent && matches(event)) sent = child.kill(signal)
    },
  }
}

const checking = (stage: string) => (event: StampedEvent) => event.type === 'check.progress' && event.stage === stage

describe('Ctrl-C', () => {
  it('ends a run at any moment with everything cleaned up, and the next one succeeds', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [{ text: AUTHOR, hangAfterChars: 100 }, AUTHOR, AUTHOR],
      implementer: [RIGHT, RIGHT],
    })
    const moments = [
      signalAt('SIGINT', (event) => event.type === 'run.started'),
      signalAt('SIGTERM', (event) => event.type === 'isolation.ready'),
      signalAt('SIGINT', (event) => event.type === 'model.delta'),
      signalAt('SIGINT', checking('red-throwing')),
      signalAt('SIGINT', checking('final')),
    ]
    const told: string[] = []
    for (const moment of moments) {
      const run = await next(repository, model, [], moment)
      told.push(
        eventsOf(run, 'run.recovered')
          .flatMap(({ found }) => found)
          .join(),
      )
      expect(run.result, run.result.message).toMatchObject({ status: 'interrupted', exitCode: 130 })
    }
    // Before the author had answered there is no answer to take over.
    for (const words of told.slice(1, 4)) expect(words).toContain('ended with interrupted: no model had answered it')
    expect(told[4]).toContain('what it was answered is not asked or paid again')
    // What was answered before an interruption is not asked again.
    expect(model.asked('author')).toHaveLength(2)
    expect(model.asked('implementer')).toHaveLength(1)

    const run = await next(repository, model)
    expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(model.asked('author')).toHaveLength(2)
    expect(model.asked('implementer')).toHaveLength(1)
    const recovered = run.events.find((event) => event.type === 'run.recovered')
    expect(recovered?.found.join()).toContain('ended with interrupted: what it was answered is not asked or paid again')
    const started = run.events.find((event) => event.type === 'run.started')
    expect(started?.earlierMs).toBeGreaterThan(0)
    const checks = eventsOf(run, 'check.finished')
    expect(checks.find(({ stage }) => stage === 'property')).toMatchObject({ status: 'passed', earlier: true })
    expect(checks.find(({ stage }) => stage === 'final')).not.toHaveProperty('earlier')
    expect(run.stderr).toMatch(/property +\d.*; earlier run/)
  })
})

describe('Ctrl-C twice', () => {
  it('waits for nothing any more, and leaves as little behind', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [{ text: AUTHOR, usage: { input: 3000, output: 2000 } }] })
    // A git that never comes back after the first answer, so that a run which waits for it would not end.
    const bin = join(repository.around, 'bin')
    await mkdir(bin)
    const stuck = join(repository.around, 'stuck')
    const git = `#!/bin/sh\ncase "$*" in *mktree* | *checkout-index* | *read-tree*) ls "${repository.dir}"/.agent/runs/*/replies/*.md > /dev/null 2>&1 && : > ${stuck} && exec sleep 1000 ;; esac\nPATH=\${PATH#*:}\nexec git "$@"\n`
    await writeFile(join(bin, 'git'), git, { mode: 0o755 })
    const run = await next(repository, model, [], {
      env: { PATH: `${bin}:${repository.env['PATH']}` },
      onStart(child) {
        const watching = setInterval(() => {
          if (!existsSync(stuck)) return
          clearInterval(watching)
          child.kill('SIGINT')
          setTimeout(() => child.kill('SIGINT'), 1_000)
        }, 20)
        child.once('exit', () => clearInterval(watching))
      },
    })
    expect(run.result).toMatchObject({
      status: 'interrupted',
      exitCode: 130,
      message: 'interrupted twice: ended at once',
      // What was billed by then is told.
      tokens: { input: 3000, output: 2000 },
    })
  })
})

describe('a run that is killed', () => {
  it('takes its box with it, and the next run clears up after it and succeeds', async () => {
    const repository = await makeRepository()
    const endless = `export function clamp(_value: number, _low: number, _high: number): number {\n  ${HANGS}\n  return 0\n}\n`
    const model = await scriptModel({ author: [AUTHOR], implementer: [implement(endless), RIGHT] })
    await repository.remember()
    const before = repository.remembered()

    const killed = await start(repository, ['next', ...model.args], {
      model,
      ...signalAt('SIGKILL', checking('tests')),
    })

    expect(killed.signal).toBe('SIGKILL')
    expect(await processesIn(repository)).toEqual([])
    expect(await repository.snapshot()).toEqual(before)
    const cache = join(repository.env['XDG_CACHE_HOME']!, 'specproof')
    expect(await readdir(cache)).toHaveLength(1)
    // Going on with it, the next run would judge the endless answer again.
    await rm(join(repository.dir, '.agent', 'runs'), { recursive: true })

    const run = await next(repository, model)
    expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(model.asked('author')).toHaveLength(1)
  })

  it('is told from one that is alive, which keeps what it needs', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [
        async () => {
          const other = await start(repository, ['next', '--model', 'openai-compatible/any', '--task', '9'], { model })
          expect(other.code, other.stdout).toBe(9)
          return AUTHOR
        },
      ],
      implementer: [RIGHT],
    })
    const run = await next(repository, model)
    expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
  })
})
