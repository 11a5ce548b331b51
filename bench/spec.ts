/**
 * What reading a spec costs: CPU time of parse and lint for folders of 1x, 2x and 4x the size, each in a process of its own,
 * taking turns, so that other load on the machine hits all alike. Prints the least and the median of the rounds, and what
 * each doubling costs: about 2 where the cost is linear. `node bench/spec.ts [tasks] [rounds]`
 */
import { execFileSync } from 'node:child_process'
import { parseSpec } from '../src/core/spec/parse.ts'
import type { SpecSource } from '../src/core/spec/source.ts'

const tasks = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 7)

/** A folder with this many tasks and half as many criteria, in the forms of real ones. */
function folder(count: number): SpecSource {
  const requirements = [
    '# Requirements Document',
    '',
    '## Introduction',
    '',
    'A service that keeps its promises.',
    '',
    '## Requirements',
    '',
  ]
  const groups = Math.ceil(count / 20)
  for (let r = 1; r <= groups; r++) {
    requirements.push(`### Requirement ${r}: Part ${r}`, '')
    requirements.push(`**User Story:** As an operator, I want part ${r}, so that jobs are not lost.`, '')
    requirements.push('#### Acceptance Criteria', '')
    for (let c = 1; c <= 10; c++)
      requirements.push(`${c}. WHEN the client sends message ${c}, THE Service_${r} SHALL answer within ${c * 10} ms`)
    requirements.push('')
  }
  const lines = ['# Implementation Plan', '', '## Tasks', '']
  for (let n = 0; n < count / 5; n++) {
    const r = 1 + (n % groups)
    lines.push(`- [ ] ${n + 1}. Build part ${n + 1} of the service`)
    for (let k = 1; k <= 3; k++) {
      lines.push(`  - [${k === 1 ? 'x' : ' '}] ${n + 1}.${k} Implement step ${k} in \`src/part${n}/step${k}.ts\``)
      lines.push(`    - Keep the order of messages, also after a restart`)
      lines.push(`    - _Requirements: ${r}.${k}, ${r}.${k + 1}_`)
    }
    lines.push(`  - [ ]* ${n + 1}.4 Write property test for the order of messages`)
    lines.push(`    - **Property ${1 + (n % 50)}: Order ${1 + (n % 50)}**`)
    lines.push(`    - **Validates: Requirements ${r}.4-${r}.6**`, '')
  }
  const design = [
    '# Design',
    '',
    '## Overview',
    '',
    'Messages go through one queue.',
    '',
    '## Correctness Properties',
    '',
  ]
  for (let p = 1; p <= 50; p++)
    design.push(
      `### Property ${p}: Order ${p}`,
      '',
      '*For any* sequence of messages the order is kept.',
      '',
      `**Validates: Requirements ${1 + (p % groups)}.1**`,
      '',
    )
  const files = [
    { path: 'design.md', text: design.join('\n') },
    { path: 'requirements.md', text: requirements.join('\n') },
    { path: 'tasks.md', text: lines.join('\n') },
  ]
  return { id: 'large', dir: 'specs/large', files, steering: [], problems: [] }
}

function measure(count: number): void {
  const source = folder(count)
  const before = process.cpuUsage()
  const spec = parseSpec(source)
  const { user, system } = process.cpuUsage(before)
  const criteria = spec.requirements.reduce((sum, one) => sum + one.criteria.length, 0)
  const characters = source.files.reduce((sum, { text }) => sum + text.length, 0)
  console.log(JSON.stringify({ ms: (user + system) / 1000, tasks: spec.tasks.length, criteria, characters }))
}

export { folder }

if (process.argv[4] === 'measure') measure(tasks)
else if (import.meta.main) {
  const sizes = [tasks, 2 * tasks, 4 * tasks]
  const times = new Map(sizes.map((size) => [size, [] as number[]]))
  let last: Record<number, { tasks: number; criteria: number; characters: number }> = {}
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) {
      const args = [import.meta.filename, String(size), '1', 'measure']
      const read = JSON.parse(
        execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      )
      times.get(size)!.push(read.ms)
      last = { ...last, [size]: read }
    }
  }
  const quantile = (values: number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!
  let before: number | null = null
  for (const [size, values] of times) {
    const [least, median] = [quantile(values, 0), quantile(values, 0.5)]
    const { criteria, characters } = last[size]!
    const growth = before === null ? '' : `; ${(least / before).toFixed(2)} times the half`
    console.log(
      `${size} tasks, ${criteria} criteria, ${(characters / 1e6).toFixed(2)} MB: least ${least.toFixed(0)} ms, median ${median.toFixed(0)} ms${growth}`,
    )
    before = least
  }
}
