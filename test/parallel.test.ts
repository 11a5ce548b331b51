import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHold } from '../src/commands/hold.ts'
import type { Event } from '../src/core/events.ts'
import type { Settings } from '../src/core/settings.ts'
import { runParallel } from '../src/parallel.ts'
import { run } from '../src/run.ts'
import type { RunOptions, RunResult } from '../src/run-options.ts'
import { createLedger } from '../src/task/ledger.ts'
import { block, creates } from './support/clamp.ts'
import { type SmallWorld, smallSurroundings, smallWorld } from './support/small-world.ts'

/** How a task goes: `right`; `wrong`: its patch never holds; `shared`: it changes a file that others change as well. */
interface Scripted {
  goes: 'right' | 'wrong' | 'shared' | 'blocked'
  depends: number[]
  /** It is green only where this one is, and no line says so. */
  needs: number | null
  checkpoint?: boolean
}

function specOf(tasks: Scripted[]): string {
  const lines = tasks.map(({ depends, checkpoint }, at) => {
    const n = at + 1
    if (checkpoint) return `- [ ] ${n}. Checkpoint - all tests pass`
    return [
      `- [ ] ${n}. Build f${n}`,
      `  - Verify: \`./check ${n}\``,
      ...(depends.length > 0 ? [`  - Depends: ${depends.join(', ')}`] : []),
    ].join('\n')
  })
  return `# Tasks\n\n${lines.join('\n')}\n`
}

const SHARED = 'src/shared.ts'

function open(tasks: Scripted[], delay: () => number, usage = { input: 10, output: 10 }): SmallWorld {
  const holds = (n: number, files: ReadonlyMap<string, string>): boolean => {
    const { goes, needs } = tasks[n - 1]!
    const inShared = goes !== 'shared' || files.get(SHARED)!.includes(`f${n}`)
    return files.get(`src/f${n}.ts`) === `right ${n}\n` && inShared && (needs === null || files.has(`src/f${needs}.ts`))
  }
  return smallWorld({
    files: { 'specs/q/tasks.md': specOf(tasks), [SHARED]: '// all\n' },
    delay,
    usage,
    reply({ task }, files) {
      const n = Number(task)
      const { goes } = tasks[n - 1]!
      if (goes === 'blocked') return 'BLOCKED: a person has to say which'
      const own = creates({ [`src/f${n}.ts`]: goes === 'wrong' ? 'wrong\n' : `right ${n}\n` })
      if (goes !== 'shared') return own
      const shared = files.get(SHARED)!
      return `${own}\n\n${block(SHARED, shared, `${shared}// f${n}\n`)}`
    },
    judge(request, files) {
      if (request.kind === 'command') {
        const n = Number(request.check.run.split(' ')[1])
        return { [`check ${n}`]: holds(n, files) }
      }
      const built = tasks.flatMap((_, at) => (files.has(`src/f${at + 1}.ts`) ? [at + 1] : []))
      return Object.fromEntries(built.map((n) => [`f${n}`, holds(n, files)]))
    },
  })
}

const OPTIONS: RunOptions = { spec: null, task: null, most: null, until: null, keepGoing: false, dryRun: false }

const told = ({ status, exitCode, tasks }: RunResult) => ({
  status,
  exitCode,
  tasks: tasks.map(({ task, status }) => `${task} ${status}`),
})

async function inSequence(tasks: Scripted[], options: Partial<RunOptions>) {
  const small = open(tasks, () => 0)
  const result = await run(small.world, smallSurroundings(), { ...OPTIONS, ...options })
  return { small, result }
}

async function atOnce(
  tasks: Scripted[],
  options: Partial<RunOptions>,
  most: number,
  delay: () => number,
  settings: Partial<Settings> = {},
) {
  const small = open(tasks, delay)
  const workers = { most, world: () => small.world }
  const result = await runParallel(small.world, smallSurroundings(settings), { ...OPTIONS, ...options }, workers)
  return { small, result }
}

/** Delays that come round again. */
const delays = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 40 }).map((list) => {
  let at = 0
  return () => list[at++ % list.length]!
})

const scripted = fc
  .array(
    fc.record({
      goes: fc.constantFrom<Scripted['goes'][]>('right', 'right', 'right', 'shared', 'wrong', 'blocked'),
      depends: fc.array(fc.nat({ max: 6 }), { maxLength: 2 }),
      needs: fc.option(fc.nat({ max: 6 }), { freq: 5 }),
      checkpoint: fc.nat({ max: 5 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((list) =>
    // Only on what stands before: else nothing could ever begin.
    list.map((task, at) => ({
      ...task,
      depends: [...new Set(task.depends.filter((n) => n < at).map((n) => n + 1))].filter(
        (n) => !list[n - 1]?.checkpoint,
      ),
      needs: task.needs !== null && task.needs < at && !list[task.needs]?.checkpoint ? task.needs + 1 : null,
    })),
  )

/** Each task that is told to hooks is told to have ended, once. */
function expectPaired(hooks: string[]): void {
  const told = (name: string) => hooks.filter((one) => one.startsWith(name)).map((one) => one.split(' ')[1])
  expect(told('after_task').sort()).toEqual(told('before_task').sort())
  expect(new Set(told('before_task')).size).toBe(told('before_task').length)
}

/** What stands behind a checkpoint is not begun before that has been judged: it judges what stands before it, and only that. */
function expectBarriers(tasks: Scripted[], events: readonly Event[]): void {
  const place = (type: 'task.selected' | 'landed', n: number) =>
    events.findIndex((event) => event.type === type && event.task === `${n}`)
  for (const at of tasks.keys()) {
    if (!tasks[at]!.checkpoint) continue
    const judged = Math.max(place('task.selected', at + 1), place('landed', at + 1))
    for (let behind = at + 2; behind <= tasks.length; behind++) {
      const begun = place('task.selected', behind)
      const word = `task ${behind} is begun at event ${begun}, and checkpoint ${at + 1} is judged at ${judged}`
      expect(begun < 0 || (judged >= 0 && judged < begun), word).toBe(true)
    }
  }
}

describe('a parallel run', () => {
  it('ticks what a sequential run ticks, in the same order, and ends the same way', async () => {
    await fc.assert(
      fc.asyncProperty(
        scripted,
        delays,
        fc.integer({ min: 2, max: 5 }),
        fc.boolean(),
        async (tasks, delay, most, keepGoing) => {
          const one = await inSequence(tasks, { keepGoing })
          const many = await atOnce(tasks, { keepGoing }, most, delay)
          expect(many.small.landed()).toEqual(one.small.landed())
          expectBarriers(tasks, one.small.events)
          expectBarriers(tasks, many.small.events)
          expect([...many.small.head()].sort()).toEqual([...one.small.head()].sort())
          const { tasks: done, ...end } = told(many.result)
          expect(end).toEqual({ status: one.result.status, exitCode: one.result.exitCode })
          // What was begun ahead and never had its turn comes behind.
          expect(done.slice(0, one.result.tasks.length)).toEqual(told(one.result).tasks)
          expect(many.small.unjudged()).toEqual([])
          for (const { hooks } of [one.small, many.small]) expectPaired(hooks)
          if (keepGoing) expect(many.small.branches()).toEqual([])
        },
      ),
    )
  })
})

/** Every reply has this price. */
const USAGE = { input: 400, output: 600 }

describe('the budget of a parallel run', () => {
  it('holds across all workers, and the calls that it allows are made', async () => {
    const tasks: Scripted[] = Array.from({ length: 6 }, () => ({ goes: 'right', depends: [], needs: null }))
    await fc.assert(
      fc.asyncProperty(
        delays,
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 0, max: 12_000 }),
        async (delay, most, maxTokens) => {
          const small = open(tasks, delay, USAGE)
          const limits = { maxTokens: Math.max(1, maxTokens), maxUsd: null, maxMinutes: null }
          const around = smallSurroundings({ limits })
          const result = await runParallel(small.world, around, OPTIONS, { most, world: () => small.world })
          const spent = result.tokens.input + result.tokens.output
          expect(spent).toBeLessThanOrEqual(maxTokens)
          expect(small.asking.most).toBeLessThanOrEqual(most)
          expect(spent).toBe(1_000 * small.events.filter(({ type }) => type === 'model.finished').length)
          // A refusal is true: what is left could not have paid for the next call at its worst.
          if (result.status === 'budget') expect(maxTokens - spent).toBeLessThan(1_800)
          else expect(result).toMatchObject({ status: 'verified', exitCode: 0 })
        },
      ),
    )
  })

  it('makes a call wait for what others hold back, and refuses it only for what was spent', () => {
    const ledger = createLedger()
    const one = ledger.reserve({ input: 10, output: 90, cached: 0 }, 2)
    const other = ledger.reserve({ input: 5, output: 5, cached: 0 }, null)
    expect(ledger.taken().usage).toEqual({ input: 15, output: 95, cached: 0 })
    expect(one.others().usage).toEqual({ input: 5, output: 5, cached: 0 })
    expect(ledger.charged().usage).toEqual({ input: 0, output: 0, cached: 0 })
    // A lost answer is paid, and asked for again.
    one.repeat({ input: 3, output: 4, cached: 0 }, 1)
    expect(ledger.taken().usage).toEqual({ input: 18, output: 99, cached: 0 })
    one.repeat({ input: 6, output: 8, cached: 0 }, 2)
    expect([ledger.taken(), one.others().usage]).toEqual([
      expect.objectContaining({ usage: { input: 21, output: 103, cached: 0 }, usd: 4 }),
      { input: 5, output: 5, cached: 0 },
    ])
    one.settle({ input: 1, output: 2, cached: 0 }, 0.5)
    one.settle({ input: 100, output: 200, cached: 0 }, 9)
    expect([ledger.charged().usd, ledger.underWay()]).toEqual([0.5, 1])
    other.settle({ input: 0, output: 0, cached: 0 }, 0)
    expect(ledger.taken()).toEqual(ledger.charged())
  })
})

describe('tasks at work at once', () => {
  const right = (n: number, more: Partial<Scripted> = {}): Scripted[] =>
    Array.from({ length: n }, () => ({ goes: 'right', depends: [], needs: null, ...more }))

  it('are as many as there are workers, and none that depends on another one of them', async () => {
    const small = open([...right(3), { goes: 'right', depends: [1, 2], needs: null }], () => 3)
    const begun: string[] = []
    const { tell } = small.world
    const world = {
      ...small.world,
      tell: (event: Event) => {
        if (event.type === 'task.selected') begun.push(event.task)
        if (event.type === 'landed' && event.ref) begun.push(`landed ${event.task}`)
        tell(event)
      },
    }
    await runParallel(world, smallSurroundings(), OPTIONS, { most: 3, world: () => world })
    expect(small.asking.most).toBe(3)
    expect(begun.indexOf('4')).toBeGreaterThan(begun.indexOf('landed 2'))
  })

  it('are not begun past a checkpoint, a task for a person or the last one that is wanted', async () => {
    const begun = async (tasks: Scripted[], options: Partial<RunOptions>) => {
      const { small } = await atOnce(tasks, options, 4, () => 2)
      return small.events.flatMap((event) => (event.type === 'task.selected' ? [event.task] : []))
    }
    const check: Scripted = { goes: 'right', depends: [], needs: null, checkpoint: true }
    expect(await begun([...right(2), check, ...right(1)], {})).toEqual(['1', '2', '3', '4'])
    expect(await begun(right(4), { until: '2' })).toEqual(['1', '2'])
    expect(await begun([...right(1), ...right(2, { depends: [1] })], { until: '2' })).toEqual(['1', '2'])
  })

  it('that were verified behind one that failed wait on their branches, and land with the next run', async () => {
    const tasks: Scripted[] = [{ goes: 'wrong', depends: [], needs: null }, ...right(2)]
    const { small, result } = await atOnce(tasks, {}, 3, () => 1)
    expect(told(result)).toEqual({ status: 'failed', exitCode: 3, tasks: ['1 failed', '2 git', '3 git'] })
    expect(small.branches()).toEqual(['specproof/q--2', 'specproof/q--3'])
    const asked = small.events.filter(({ type }) => type === 'model.started').length
    const next = await run(small.world, smallSurroundings(), { ...OPTIONS, keepGoing: true })
    expect(told(next).tasks).toEqual(['2 verified', '3 verified', '1 failed'])
    const questions = small.events.filter(({ type }) => type === 'model.started').length - asked
    // The same wrong patch twice is the end of it; nobody is asked about the other two.
    expect([questions, small.branches()]).toEqual([2, []])
  })

  it('land although somebody commits all the time', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.array(fc.nat({ max: 60 }), { maxLength: 3 }), async (delay, when) => {
        const small = open(right(3), delay)
        let calls = 0
        const head = small.world.head
        const world = {
          ...small.world,
          head: async () => {
            calls++
            if (when.includes(calls)) small.commit({ [`notes-${calls}.txt`]: 'mine\n' })
            return head()
          },
        }
        const result = await runParallel(world, smallSurroundings(), OPTIONS, { most: 3, world: () => world })
        expect(told(result)).toEqual({
          status: 'verified',
          exitCode: 0,
          tasks: ['1 verified', '2 verified', '3 verified'],
        })
        expect(small.unjudged()).toEqual([])
      }),
    )
  })

  it('end together where one of them meets a bug', async () => {
    const small = open(right(3), () => 2)
    const world = {
      ...small.world,
      closeWorktree: async () => {
        throw new Error('oops')
      },
    }
    await expect(runParallel(world, smallSurroundings(), OPTIONS, { most: 3, world: () => world })).rejects.toThrow(
      'oops',
    )
    const before = small.events.length
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(small.events.length).toBe(before)
  })
})

describe('a run that a person holds', () => {
  const TURNS = 200

  /** Holds the run from one of its events on (the number of it, or the first of a type) for many turns of the event loop; answers which tasks were begun meanwhile. */
  async function held(tasks: Scripted[], delay: () => number, from: number | Event['type'], most: number) {
    const small = open(tasks, delay)
    const hold = createHold(new AbortController().signal)
    const begun: string[] = []
    let told = 0
    const world = {
      ...small.world,
      tell(event: Event) {
        if (hold.held() && event.type === 'task.selected') begun.push(event.task)
        small.world.tell(event)
        if (from !== told++ && from !== event.type) return
        hold.set(true)
        void (async () => {
          for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
          hold.set(false)
        })()
      },
    }
    const around = smallSurroundings()
    const result =
      most === 1
        ? await run(world, around, OPTIONS, hold)
        : await runParallel(world, around, OPTIONS, { most, world: () => world, hold })
    return { small, result, begun }
  }

  it('begins no other task until it goes on, and then comes to the same end', async () => {
    await fc.assert(
      fc.asyncProperty(scripted, delays, fc.nat({ max: 40 }), fc.integer({ min: 1, max: 4 }), async (...drawn) => {
        const [tasks, delay, from, most] = drawn
        const free = await inSequence(tasks, {})
        const { small, result, begun } = await held(tasks, delay, from, most)
        expect(small.landed()).toEqual(free.small.landed())
        expect(result.exitCode).toBe(free.result.exitCode)
        // What workers had taken by then is told a moment later, and whose turn has come is begun all the same.
        expect(begun.length).toBeLessThanOrEqual(most === 1 ? 0 : most)
      }),
      { numRuns: 25 },
    )
  })

  it('begins nothing ahead either, though workers are free', async () => {
    const tasks = Array.from({ length: 6 }, () => ({ goes: 'right' as const, depends: [], needs: null }))
    const { small, begun } = await held(tasks, () => 3, 'verdict', 2)
    expect(begun).toEqual([])
    expect(small.landed()).toHaveLength(6)
  })

  it('ends when it is told to, though it is held', async () => {
    const stop = new AbortController()
    const small = open([{ goes: 'right', depends: [], needs: null }], () => 0)
    const hold = createHold(stop.signal)
    hold.set(true)
    const world = { ...small.world, signal: stop.signal }
    const ended = run(world, smallSurroundings(), OPTIONS, hold)
    stop.abort()
    expect((await ended).status).toBe('interrupted')
    hold.set(true)
    expect(hold.held()).toBe(false)
  })
})
