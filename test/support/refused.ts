import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { EventOf } from '../../src/core/events.ts'
import { type AgentRun, eventsOf } from './agent.ts'

const RECORDINGS = join(import.meta.dirname, '..', '..', 'recordings')

export const recorded = (name: string) => ['--model', `recorded/${join(RECORDINGS, name)}`]

/** A planted reply is refused with its shrunk counterexample, which it answers, and how to see it again. */
export function expectRefused(name: string, run: AgentRun): string {
  const info = JSON.parse(readFileSync(join(RECORDINGS, name, 'recording.json'), 'utf8')) as { label: string }
  expect(info.label).toContain('planted')
  expect(run.result, name).toMatchObject({ status: 'failed', exitCode: 3 })
  expect(run.result.tasks[0]?.commit).toBeNull()
  const found = eventsOf(run, 'check.finished')
    // Before that the tests were red on the stub.
    .filter(({ stage }: EventOf<'check.finished'>) => stage === 'tests' || stage === 'property' || stage === 'chaos')
    .map(({ counterexample }) => counterexample)
    .find((counterexample) => counterexample?.value)
  expect(found?.value).not.toBe('')
  expect(found?.seed).not.toBeNull()
  expect(run.stderr).toContain('replay')
  return found?.value ?? ''
}
