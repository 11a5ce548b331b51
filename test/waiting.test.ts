import { describe, expect, it } from 'vitest'
import { runParallel } from '../src/parallel.ts'
import { run } from '../src/run.ts'
import type { RunOptions, RunResult } from '../src/run-options.ts'
import type { World } from '../src/world.ts'
import { block, creates } from './support/clamp.ts'
import { smallTasks as tasks } from './support/small-tasks.ts'
import { type SmallWorld, smallSurroundings } from './support/small-world.ts'

const OPTIONS: RunOptions = { spec: null, task: null, most: 1, until: null, keepGoing: false, dryRun: false }

const kept = smallSurroundings({ land: false })
const told = ({ status, tasks: done }: RunResult) => [status, ...done.map(({ task }) => task)].join(' ')
const asked = (small: SmallWorld) =>
  small.events.flatMap((event) => (event.type === 'prompt.built' ? [event.task] : [])).join(' ')

describe('with --no-land', () => {
  it('the next task is one whose commit does not wait yet; then the first that waits is named', async () => {
    const small = tasks(['', 'Depends: 1', ''])
    expect(told(await run(small.world, kept, OPTIONS))).toBe('verified 1')
    expect(told(await run(small.world, kept, OPTIONS))).toBe('verified 3')
    const last = await run(small.world, kept, OPTIONS)
    expect(last).toMatchObject({
      status: 'nothing',
      exitCode: 0,
      message: expect.stringContaining('branch specproof/q--1.'),
    })
    expect(told(await run(small.world, kept, { ...OPTIONS, task: '1' }))).toBe('nothing')
    expect(asked(small)).toBe('1 3')
    expect(small.branches()).toEqual(['specproof/q--1', 'specproof/q--3'])
    expect(small.landed()).toEqual([])
  })

  it('a run does all that need nothing of each other, and no checkpoint behind one that waits', async () => {
    const small = tasks(['', '', 'Checkpoint', ''])
    expect(told(await run(small.world, kept, { ...OPTIONS, most: null }))).toBe('verified 1 2')
    expect(asked(small)).toBe('1 2')
    expect(told(await run(small.world, smallSurroundings(), { ...OPTIONS, most: null }))).toBe('verified 1 2 3 4')
    expect(asked(small)).toBe('1 2 4')
    expect(small.branches()).toEqual([])
  })
})

it('a dry run shows the task that would be asked about, and says so where all that is left waits', async () => {
  const small = tasks(['', ''])
  await run(small.world, kept, OPTIONS)
  const dry = { ...OPTIONS, dryRun: true }
  const message = async () => (await run(small.world, smallSurroundings(), dry)).message
  expect(await message()).toMatch(/^Dry run: task 2 /)
  await run(small.world, kept, OPTIONS)
  expect(await message()).toContain('its commit waits on branch specproof/q--1.')
  expect(small.landed()).toEqual([])
})

/** Each task adds a line to one file, and so does somebody else: the lines are merged. */
function listing(lines: string[]): { small: SmallWorld; world: World } {
  const list = 'src/list.ts'
  const small = tasks(lines, {
    reply: ({ task }, files) =>
      `${creates({ [`src/f${task}.ts`]: 'right\n' })}\n\n${block(list, files.get(list)!, `${files.get(list)}// f${task}\n`)}`,
  })
  small.commit({ [list]: '// all\n' })
  const reapply: World['reapply'] = async (commit, onto, except) => {
    const changes = (await small.world.changesOf(commit)).filter(({ path }) => path !== except)
    const there = await (await small.world.tree(onto)).read(list)
    const own = changes
      .find(({ path }) => path === list)!
      .content!.trimEnd()
      .split('\n')
      .at(-1)!
    const merged = there.kind === 'text' ? `${there.text}${own}\n` : ''
    return { ok: true, changes: changes.map((one) => (one.path === list ? { ...one, content: merged } : one)) }
  }
  return { small, world: { ...small.world, reapply } }
}

it('a commit that was judged again and has landed leaves no branch, also where the run was killed before it was dropped', async () => {
  const { small, world } = listing(['', ''])
  await run(world, kept, OPTIONS)
  small.commit({ 'src/list.ts': `${small.head().get('src/list.ts')}// mine\n` })
  const killed: World = {
    ...world,
    dropWaiting: async () => {
      throw new Error('killed')
    },
  }
  await expect(run(killed, smallSurroundings(), OPTIONS)).rejects.toThrow('killed')
  expect(small.head().get('src/list.ts')).toBe('// all\n// mine\n// f1\n')
  expect(small.branches()).toEqual(['specproof/q--1'])
  small.commit({ 'src/list.ts': '// another\n' })
  expect(told(await run(world, smallSurroundings(), OPTIONS))).toBe('verified 2')
  expect(small.branches()).toEqual([])
})

it('a branch stays where what replaced its commit has not landed', async () => {
  const { small, world } = listing([''])
  await run(world, kept, OPTIONS)
  small.commit({ 'src/list.ts': '// all\n// mine\n' })
  const killed: World = {
    ...world,
    land: async () => {
      throw new Error('killed')
    },
  }
  await expect(run(killed, smallSurroundings(), OPTIONS)).rejects.toThrow('killed')
  // Somebody ticks it by hand.
  small.commit({ 'specs/q/tasks.md': small.head().get('specs/q/tasks.md')!.replace('[ ]', '[x]') })
  expect(told(await run(world, smallSurroundings(), OPTIONS))).toBe('nothing')
  expect(small.branches()).toEqual(['specproof/q--1'])
})

/** Commits of the first `most` tasks wait, judged again on a later base, on branches with a number. */
async function onNumberedBranches(small: SmallWorld, most: number): Promise<void> {
  const names = Array.from({ length: most }, (_, at) => String(at + 1))
  for (const task of names) await run(small.world, kept, { ...OPTIONS, task })
  small.commit({ 'notes.txt': 'mine\n' })
  // Something of the user is in the way.
  const inTheWay = {
    ...small.world,
    land: (...[commit, head, branch]: Parameters<typeof small.world.land>) =>
      small.world.land(commit, head, branch, false),
  }
  for (const task of names) await run(inTheWay, smallSurroundings(), { ...OPTIONS, task })
  expect(small.branches()).toEqual(names.map((task) => `specproof/q--${task}-2`))
}

it('a parallel run lands what waits on numbered branches, and asks nobody about it', async () => {
  const small = tasks(['', '', '', ''])
  await onNumberedBranches(small, 3)
  const before = asked(small)
  const result = await runParallel(
    small.world,
    smallSurroundings(),
    { ...OPTIONS, most: null },
    { most: 3, world: () => small.world },
  )
  expect(told(result)).toBe('verified 1 2 3 4')
  expect(asked(small)).toBe(`${before} 4`)
  expect(small.branches()).toEqual([])
})
