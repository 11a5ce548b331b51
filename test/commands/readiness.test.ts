import { expect, it, vi } from 'vitest'
import type { Preparation } from '../../src/commands/project.ts'
import { believe, openReadiness } from '../../src/commands/readiness.ts'
import type { Memory } from '../../src/io/journal/memory.ts'
import type { Tree, Unready } from '../../src/world.ts'

const AT = { build: 'b1', boot: 'since-noon' }
const TREE = { hash: 't1' } as Tree
const NO_BOX: Unready = { status: 'isolation', message: 'no user namespaces' }

function memoryOf(): Memory {
  const kept = new Map<string, unknown>()
  return {
    recall: async (key) => kept.get(key) ?? null,
    remember: async (key, value) => void kept.set(key, structuredClone(value)),
  }
}

/** A preparation that tells what it was asked, and answers what it is told. */
function preparation(): Preparation & { answer: Unready | null; told: string[] } {
  const told: string[] = []
  const one = {
    ...{ answer: null as Unready | null, told },
    prepare: async ({ hash }: Tree) => {
      told.push(`prepare ${hash}`)
      return one.answer
    },
    provide: async () => {
      told.push('provide')
      return null
    },
    checks: async () => {
      told.push('checks')
      return null
    },
    tooling: async () => 'tools',
  }
  return one
}

it('knows a base of the same machine, program and settings, and nothing of any other', async () => {
  const memory = memoryOf()
  const first = await openReadiness(memory, AT, ['auto'])
  expect(first.any).toBe(false)
  await first.learn(TREE, ['a'])
  const known = async (at = AT, settings = ['auto'], tree = TREE, dirs = ['a']) =>
    (await openReadiness(memory, at, settings)).knows(tree, dirs)
  expect(await known()).toBe(true)
  expect(await known({ ...AT, boot: 'since-one' })).toBe(false)
  expect(await known({ ...AT, build: 'b2' })).toBe(false)
  expect(await known(AT, ['none'])).toBe(false)
  expect(await known(AT, ['auto'], { hash: 't2' } as Tree)).toBe(false)
  expect(await known(AT, ['auto'], TREE, [])).toBe(false)
  vi.stubEnv('PATH', '/elsewhere')
  expect(await known()).toBe(false)
  vi.unstubAllEnvs()
  // Where nobody says when the machine was started, or the program may change at any time, nothing is kept.
  for (const at of [
    { ...AT, boot: '' },
    { ...AT, build: null as never },
  ]) {
    const own = memoryOf()
    await (await openReadiness(own, at, [])).learn(TREE, [])
    expect((await openReadiness(own, at, [])).any).toBe(false)
  }
})

it('waits for what is not known, and puts off what is until a check or an answer has time for it', async () => {
  const readiness = await openReadiness(memoryOf(), AT, [])
  const real = preparation()
  const signed = vi.fn(async () => {})
  await believe(real, readiness, signed).prepare(TREE)
  expect(real.told).toEqual(['prepare t1'])
  expect(signed).not.toHaveBeenCalled()

  const second = believe(real, readiness, signed)
  expect(await second.prepare(TREE)).toBeNull()
  expect(signed).toHaveBeenCalledOnce()
  expect(real.told).toEqual(['prepare t1'])
  await second.checks()
  await second.provide('c1')
  expect(real.told).toEqual(['prepare t1', 'prepare t1', 'checks', 'provide'])

  const times = () => real.told.filter((one) => one === 'prepare t1').length
  const third = believe(real, readiness, signed)
  await third.prepare(TREE)
  third.asked()
  await vi.waitFor(() => expect(times()).toBe(3))
  await third.settled()

  // What would take the processor from a question that is being sent waits until it is on its way.
  const fourth = believe(real, readiness, signed)
  await fourth.prepare(TREE)
  fourth.asked()
  const checks = fourth.checks()
  let opened = false
  const opening = fourth.onItsWay().then(() => {
    opened = true
  })
  await new Promise(setImmediate)
  expect([times(), opened]).toEqual([3, false])
  await Promise.all([checks, opening])
  expect(times()).toBe(4)

  // A run that ends before that begins nothing more.
  const fifth = believe(real, readiness, signed)
  await fifth.prepare(TREE)
  fifth.asked()
  await fifth.settled()
  await fifth.onItsWay()
  expect(times()).toBe(4)
})

it("throws as the user's to mend what is not in order any more before anything runs, and waits the next time", async () => {
  const memory = memoryOf()
  const readiness = await openReadiness(memory, AT, [])
  const real = preparation()
  await believe(real, readiness, async () => {}).prepare(TREE)
  real.answer = NO_BOX
  const second = believe(real, readiness, async () => {})
  expect(await second.prepare(TREE)).toBeNull()
  await expect(second.checks()).rejects.toMatchObject({
    name: 'UserError',
    status: 'isolation',
    message: NO_BOX.message,
  })
  expect(real.told).not.toContain('checks')
  await expect(second.provide('c1')).rejects.toThrow(NO_BOX.message)
  expect(await believe(real, await openReadiness(memory, AT, []), async () => {}).prepare(TREE)).toEqual(NO_BOX)
})
