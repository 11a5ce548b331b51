/**
 * What reading a spec costs: CPU time of parse and lint for folders of 1x, 2x and 4x the size, each in a process of its own,
 * taking turns, so that other load on the machine hits all alike; then for texts that were written to be expensive. Prints what
 * the first reading costs (cold) and later ones (warm), the least and the median of the rounds, and what each doubling
 * costs: about 2 where the cost is linear. `node bench/spec.ts [tasks] [rounds]`
 */
import { execFileSync } from 'node:child_process'
import { parseSpec } from '../src/core/spec/parse.ts'
import type { SpecSource } from '../src/core/spec/source.ts'
import { hostileTexts } from './hostile.ts'

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

interface Cost {
  /** CPU time of the first reading in a process, of all its threads, in milliseconds. */
  cold: number
  /** Of that, the thread that reads; the rest is the compiler and the collector of garbage. */
  thread: number
  /** CPU time of all threads when the compiler has done its work: the median of the fifth to the tenth reading. */
  warm: number
  tasks: number
  criteria: number
  characters: number
}

function costOf(read: () => unknown): Pick<Cost, 'cold' | 'thread'> {
  const [all, own] = [process.cpuUsage(), process.threadCpuUsage()]
  read()
  const sum = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000
  return { thread: sum(process.threadCpuUsage(own)), cold: sum(process.cpuUsage(all)) }
}

function measure(count: number): void {
  const source = folder(count)
  const first = costOf(() => parseSpec(source))
  const later = Array.from({ length: 9 }, () => costOf(() => parseSpec(source)).cold).slice(3)
  const spec = parseSpec(source)
  const criteria = spec.requirements.reduce((sum, one) => sum + one.criteria.length, 0)
  const characters = source.files.reduce((sum, { text }) => sum + text.length, 0)
  console.log(JSON.stringify({ ...first, warm: median(later), tasks: spec.tasks.length, criteria, characters }))
}

/** CPU time for each hostile text as all three files of a folder: of 100,000, 200,000 and 400,000 characters. */
function measureHostile(): void {
  const sizes = [100_000, 200_000, 400_000].map(hostileTexts)
  const read = (text: string) => {
    const files = ['design.md', 'requirements.md', 'tasks.md'].map((path) => ({ path, text }))
    return costOf(() => parseSpec({ id: 'hostile', dir: 'specs/hostile', files, steering: [], problems: [] })).thread
  }
  const costs = Object.keys(sizes[0]!).map((name) => {
    for (let times = 0; times < 3; times++) read(sizes[0]![name]!)
    // The least of three: what the thread waits for others does not count, what it shares with them does.
    return { name, ms: sizes.map((texts) => Math.min(...[0, 0, 0].map(() => read(texts[name]!)))) }
  })
  console.log(JSON.stringify(costs))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function inProcess<T>(...args: string[]): T {
  const all = [import.meta.filename, ...args]
  return JSON.parse(execFileSync(process.execPath, all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
}

function reportFolders(): void {
  const sizes = [tasks, 2 * tasks, 4 * tasks]
  const costs = new Map(sizes.map((size) => [size, [] as Cost[]]))
  for (let round = 0; round < rounds; round++)
    for (const size of sizes) costs.get(size)!.push(inProcess<Cost>(String(size), '1', 'measure'))
  const told = (values: readonly number[]) => `${Math.min(...values).toFixed(0)} (median ${median(values).toFixed(0)})`
  let before: number | null = null
  for (const [size, found] of costs) {
    const { criteria, characters } = found[0]!
    const least = Math.min(...found.map(({ cold }) => cold))
    const growth = before === null ? '' : `; cold ${(least / before).toFixed(2)} times the half`
    console.log(
      [
        `${size} tasks, ${criteria} criteria, ${(characters / 1e6).toFixed(2)} MB, least ms of CPU`,
        `cold ${told(found.map(({ cold }) => cold))}, of which the reading thread ${told(found.map(({ thread }) => thread))}`,
        `warm ${told(found.map(({ warm }) => warm))}${growth}`,
      ].join('; '),
    )
    before = least
  }
}

function reportHostile(): void {
  const costs = inProcess<{ name: string; ms: number[] }[]>('1', '1', 'hostile')
  for (const { name, ms } of costs) {
    // What is too short to be measured says nothing of growth.
    const growth =
      ms[1]! < 10
        ? ''
        : `; times the half: ${ms
            .slice(1)
            .map((one, at) => (one / ms[at]!).toFixed(1))
            .join(', ')}`
    console.log(`${name}: ${ms.map((one) => one.toFixed(0)).join(', ')} ms${growth}`)
  }
  const worst = costs.toSorted((a, b) => b.ms.at(-1)! - a.ms.at(-1)!)[0]!
  console.log(`${costs.length} hostile texts; the dearest: ${worst.name}`)
}

export { folder }

if (process.argv[4] === 'measure') measure(tasks)
else if (process.argv[4] === 'hostile') measureHostile()
else if (import.meta.main) {
  reportFolders()
  reportHostile()
}
