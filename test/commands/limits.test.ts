import { expect, it } from 'vitest'
import { boxLimits } from '../../src/commands/equip.ts'
import { parseConfig } from '../../src/core/parse-config.ts'

it('hands every limit of agent.yaml on to the box, in bytes', () => {
  const lines = [
    'processes: 64',
    'memoryMB: 1',
    'fileMB: 2',
    'diskMB: 3',
    'tmpMB: 0.5',
    'outputMB: 5',
    'cpuSeconds: 60',
  ]
  const { limits } = parseConfig('agent.yaml', `limits:\n${lines.map((line) => `  ${line}\n`).join('')}`)

  expect(boxLimits(limits)).toEqual({
    processes: 64,
    memoryBytes: 1_048_576,
    fileBytes: 2_097_152,
    diskBytes: 3_145_728,
    tmpBytes: 524_288,
    outputBytes: 5_242_880,
    cpuSeconds: 60,
  })
})

it('leaves out what is left out, so that the defaults hold', () => {
  expect(boxLimits()).toEqual({})
  expect(boxLimits({ diskMB: 1 })).toEqual({ diskBytes: 1_048_576 })
})
