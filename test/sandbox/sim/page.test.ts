import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Disk,
  type Net,
  type NodeClock,
  noLostAcknowledgement,
  type Random,
  Simulation,
} from '../../../sandbox/sim/index.ts'
import { cast, startTally } from './page/src/tally.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../../docs/sim.md')
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}))

describe('docs/sim.md', () => {
  it('shows only code that is run here', () => {
    const files = ['src/tally.ts', 'test/tally.test.ts', 'test/store.test.ts', 'test/heartbeat.test.ts'].map((file) =>
      shown(read(`./page/${file}`)),
    )
    const examples = blocks.filter(({ language, text }) => language === 'ts' && !text.startsWith('interface'))
    expect(examples.map(({ text }) => text)).toEqual(files)
  })

  it('shows what a failure really says', async () => {
    const said = blocks.find(({ text }) => text.startsWith('Counterexample'))?.text ?? ''
    const [{ faults, seed }] = JSON.parse(/Counterexample: (.*)/.exec(said)![1]!) as [{ faults: never[]; seed: number }]
    const sim = new Simulation({ faults, seed })
    const acknowledged: string[] = []
    sim.node('tally', (env) => startTally({ ...env, disk: { ...env.disk, fsync: () => Promise.resolve() } }))
    for (const voter of ['v1', 'v2', 'v3']) {
      sim.client(voter, async (env) => {
        await env.clock.sleep(env.random.int(9_000))
        await cast(env, voter)
        acknowledged.push(voter)
      })
    }
    const disk = sim.disk('tally')
    const counted = () => (disk.existsSync('votes') ? disk.readTextSync('votes').split('\n') : [])
    sim.always('acknowledged votes stay', () => noLostAcknowledgement(acknowledged, counted()))
    const error = (await sim.runPhases({ faults: 10_000 }).catch((caught: Error) => caught)) as Error
    expect(said).toContain(sim.picture().join('\n'))
    expect(said.trimEnd().endsWith(error.message)).toBe(true)
  })

  it('names every kind of fault and every checker, and the interfaces with all their members', () => {
    const exported = read('../../../sandbox/sim/checkers/index.ts')
    const checkers = [...exported.matchAll(/\b([a-z]\w+)\b(?=[,\s}])/g)].map(([, name]) => name!)
    const words = new Set(page.match(/[\w-]+/g))
    const missing = checkers.filter((name) => !/^(export|type|from)$/.test(name) && !words.has(name))
    expect(missing).toEqual(['checkLinearizability'])
    const kinds = [...read('../../../sandbox/sim/types.ts').matchAll(/\{ kind: '([\w-]+)'/g)].map(([, kind]) => kind!)
    expect(kinds.filter((kind) => !page.includes(`| \`${kind}\``) && !page.includes(`\`${kind}\``))).toEqual([])
    // The compiler holds these lists to the types.
    const clock = { now: 1, monotonic: 1, setTimeout: 1, clearTimeout: 1, setInterval: 1, clearInterval: 1, sleep: 1 }
    const disk = { read: 1, readText: 1, write: 1, append: 1, fsync: 1, rename: 1, remove: 1, fsyncDir: 1, list: 1 }
    const members: [string, string[]][] = [
      ['NodeClock', Object.keys(clock satisfies Record<keyof NodeClock, number>)],
      ['Net', Object.keys({ send: 1, onMessage: 1 } satisfies Record<keyof Net, number>)],
      ['Disk', Object.keys(disk satisfies Record<Exclude<keyof Disk, `${string}Sync`>, number>)],
      ['Random', Object.keys({ next: 1, int: 1, uuid: 1 } satisfies Record<keyof Random, number>)],
    ]
    const interfaces = blocks.find(({ text }) => text.startsWith('interface'))?.text ?? ''
    for (const [name, wanted] of members) {
      const body = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(interfaces)?.[1] ?? ''
      expect([...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, member]) => member)).toEqual(wanted)
    }
  })

  it('stays one page', () => {
    expect(page.split('\n').length).toBeLessThan(300)
  })
})

/** As a project writes it: the package by its name, its imports in order. */
function shown(text: string): string {
  const lines = text.replace('../../../../../sandbox/sim/index.ts', 'specproof/sim').split('\n')
  const imports = lines.filter((line) => line.startsWith('import '))
  const from = (line: string) => /'(.*)'/.exec(line)![1]!
  const rank = (line: string) => (from(line).startsWith('.') ? `2${from(line)}` : `1${from(line)}`)
  const sorted = imports.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
  return [...sorted, ...lines.slice(imports.length)].join('\n')
}
