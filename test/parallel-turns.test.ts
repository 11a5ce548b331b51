import { describe, expect, it } from 'vitest'
import { runParallel } from '../src/parallel.ts'
import type { RunOptions, RunResult } from '../src/run.ts'
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
