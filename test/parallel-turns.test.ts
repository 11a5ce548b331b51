import { describe, expect, it } from 'vitest'
import { runParallel } from '../src/parallel.ts'
import type { RunOptions, RunResult } from '../src/run-options.ts'
import type { World } from '../src/world.ts'
import { smallTasks } from './support/small-tasks.ts'
import { type SmallWorld, smallSurroundings } from './support/small-world.ts'

const OPTIONS: RunOptions = { spec: null, task: null, most: null, until: null, keepGoing: false, dryRun: false }
const TASKS = 'specs/q/tasks.md'

const told = ({ status, tasks }: RunResult) => [status, ...tasks.map((one) => `${one.task} ${one.status}`)].join(', ')

/** Something that happens right after the landing of a task. */
function afterLanding(small: SmallWorld, task: string, happens: () => void): World {
  const land: World['land'] = async (...args) => {
    const result = await small.world.land(...args)
    if (result.landed && small.landed().at(-1)?.includes(`(task ${task})`)) happens()
    return result
  }
  return { ...small.world, land }
}

/** Somebody ticks tasks by hand. */
function tick(small: SmallWorld, ...tasks: string[]): void {
  const text = small.head().get(TASKS)!
  small.commit({ [TASKS]: tasks.reduce((now, task) => now.replace(`[ ] ${task}.`, `[x] ${task}.`), text) })
}

/** Something that happens as soon as the verified commit of a task waits. */
function afterKeeping(small: SmallWorld, task: string, happens: () => void): World {
  const land: World['land'] = async (commit, head, branch, now) => {
    const result = await small.world.land(commit, head, branch, now)
    if (!now && branch === `specproof/q--${task}`) happens()
    return result
  }
  return { ...small.world, land }
}

const turns = async (most: number) => {
  for (let turn = 0; turn < most; turn++) await new Promise(setImmediate)
}

describe('a task whose turn has come', () => {
  it('waits for the workers that judge others', async () => {
    const small = smallTasks(['', '', '', 'Depends: 1'])
    const world = afterLanding(small, '1', () => tick(small, '2', '3'))
    let judging = 0
    // Whoever judges 2 and 3 on top of 1 is at it for long.
    const slow: World = {
      ...world,
      async askModel(request, mayRepeat) {
        if (request.task === '1') await turns(100)
        return world.askModel(request, mayRepeat)
      },
      async openWorktree(commit) {
        const { paths } = await world.tree(commit)
        if (paths.includes('src/f1.ts') && paths.some((path) => /f[23]/.test(path))) {
          judging++
          await turns(300)
        }
        return world.openWorktree(commit)
      },
    }
    const workers = { most: 2, world: (worker: number) => (worker === 0 ? world : slow) }
    const result = await runParallel(world, smallSurroundings(), OPTIONS, workers)
    expect(judging).toBeGreaterThan(1)
    expect(told(result)).toBe('verified, 1 verified, 4 verified, 2 git, 3 git')
  })
})

it('a task whose time is up while it measures the baseline says nothing about it to others', async () => {
  const small = smallTasks(['', '', ''])
  let measured = 0
  const slow: World = {
    ...small.world,
    now: () => (measured > 0 ? 120_000 : 0),
    async runChecks(worktree, request) {
      await turns(20)
      if (request.stage === 'baseline') measured++
      return small.world.runChecks(worktree, request)
    },
  }
  const workers = { most: 3, world: (worker: number) => (worker === 1 ? slow : small.world) }
  const around = smallSurroundings({ taskLimits: { maxTokens: null, maxUsd: null, maxMinutes: 1 } })
  const result = await runParallel(small.world, around, OPTIONS, workers)
  expect(measured).toBeGreaterThan(0)
  expect(told(result)).toBe('budget, 1 budget, 2 git, 3 git')
})

describe('a task that was verified ahead of its turn and does not land', () => {
  const ENDED = ['on_failure', 'after_task'].flatMap((name) => [`${name} 1 git`, `${name} 2 git`])
  /** Both tasks are verified before the turn of the first one comes. */
  const runWith = async (small: SmallWorld, world: World) => {
    const workers = { most: 2, world: () => world }
    const result = await runParallel(world, smallSurroundings(), OPTIONS, workers)
    expect(small.hooks.slice(0, 2)).toEqual(['before_task 1', 'before_task 2'])
    return { result, hooks: small.hooks.slice(2) }
  }

  it('is none that is verified where somebody has ticked it meanwhile', async () => {
    const small = smallTasks(['', ''])
    const { result, hooks } = await runWith(
      small,
      afterKeeping(small, '1', () => tick(small, '1')),
    )
    expect(told(result)).toBe('git, 1 git, 2 git')
    expect(result).toMatchObject({ exitCode: 9, message: expect.stringContaining('on branch specproof/q--1.') })
    expect(hooks.toSorted()).toEqual(ENDED.toSorted())
    expect(small.branches()).toEqual(['specproof/q--1', 'specproof/q--2'])
  })

  it('is told of where nothing can be done on the base any more', async () => {
    for (const against of ['head', 'uncommitted', 'signal'] as const) {
      const small = smallTasks(['', ''])
      const stop = new AbortController()
      let kept = ''
      const world: World = {
        ...small.world,
        signal: stop.signal,
        async askModel(request, mayRepeat) {
          // The first one has its turn when both are verified.
          while (request.task === '1' && kept === '') await turns(1)
          return small.world.askModel(request, mayRepeat)
        },
        async land(commit, head, branch, now) {
          kept = branch
          if (against === 'signal' && branch.endsWith('--1')) stop.abort()
          return small.world.land(commit, head, branch, now)
        },
      }
      const both = () => kept.endsWith('--1')
      if (against === 'head')
        world.head = async () => ({ ...(await small.world.head()), ...(both() ? { branch: null } : {}) })
      if (against === 'uncommitted') world.uncommitted = async () => (both() ? [TASKS] : [])
      const { result, hooks } = await runWith(small, world)
      expect(told(result).replace(/^(git|interrupted), /, ''), against).toBe('1 git, 2 git')
      expect(hooks.toSorted(), against).toEqual(ENDED.toSorted())
    }
  })
})
