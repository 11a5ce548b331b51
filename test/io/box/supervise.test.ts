import { expect, it } from 'vitest'
import { parseHardLimits, prlimitOptions, rlimits } from '../../../src/io/box/limits.ts'
import { supervise } from '../../../src/io/box/supervise.ts'
import { LIMITS } from './support.ts'

const program = (...argv: string[]) => ({ argv, variables: {}, filter: null, inherit: [] })

it('reports a program that cannot be started', async () => {
  const outcome = await supervise(program('/no/such/program'), LIMITS, {})

  expect(outcome).toMatchObject({ stopped: null, stdout: '', report: '' })
  expect(outcome.spawnError).toContain('ENOENT')
})

it('takes a wall clock beyond the longest timer as one that never ends', async () => {
  const outcome = await supervise(
    program('/bin/sh', '-c', 'sleep 0.1; echo ready >&3'),
    { ...LIMITS, wallMs: 1e12 },
    {},
  )

  expect(outcome).toMatchObject({ stopped: null, exitCode: 0, report: 'ready\n' })
})

it('drops a character that the output limit cuts in two', async () => {
  const script = `printf 'aä'; sleep 600`
  const outcome = await supervise(program('/bin/sh', '-c', script), { ...LIMITS, outputBytes: 2 }, {})

  expect(outcome).toMatchObject({ stopped: 'output', stdout: 'a' })
})

it('never asks for more than the hard limits that it runs under', async () => {
  const table =
    'Limit  Soft  Hard  Units\nMax cpu time              unlimited            unlimited            seconds\nMax processes             50   60   processes'
  expect([...parseHardLimits(table)]).toEqual([
    ['Max cpu time', Number.POSITIVE_INFINITY],
    ['Max processes', 60],
  ])

  const options = prlimitOptions(rlimits({ ...LIMITS, processes: 2 ** 40 }, { kind: 'root', nested: true }))
  const asked = Number(/^--nproc=(\d+)$/.exec(options.at(-1)!)?.[1])
  expect(asked).toBeLessThan(2 ** 40)
})

it('ends a program that has children but no pid namespace yet', async () => {
  const controller = new AbortController()
  const options = { signal: controller.signal, onOutput: () => controller.abort() }

  const outcome = await supervise(program('/bin/sh', '-c', 'sleep 600 & echo; sleep 600; echo on'), LIMITS, options)

  expect(outcome).toMatchObject({ stopped: 'cancelled', stdout: '\n', signal: 'SIGKILL' })
})
