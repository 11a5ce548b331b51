import fc from 'fast-check'
import { chaos, type FaultKind, noLostAcknowledgement, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type JobState, rank, type Status } from '../src/job-state.ts'
import { type Replica, startReplica } from '../src/replica.ts'
import { changes, compare, join, type VectorClock } from '../src/vector-clock.ts'

const NAMES = ['r1', 'r2', 'r3']
const JOBS = ['j1', 'j2', 'j3']
const STATUSES: Status[] = ['pending', 'running', 'cancelled', 'done']
const CHANGES_UNTIL = 12_000

interface Line {
  job: string
  state: JobState
}

const textOf = (sim: Simulation, name: string) => {
  const disk = sim.disk(name)
  return disk.existsSync('changes') ? disk.readTextSync('changes') : ''
}

function linesOf(sim: Simulation, name: string): Line[] {
  return textOf(sim, name)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** Three replicas, each with a client of its own that changes jobs now and then. */
function build(sim: Simulation) {
  const replicas = new Map<string, Replica>()
  const made: string[] = []
  /** Joined clocks that a replica has seen in this life, by `replica job`. */
  const seen = new Map<string, VectorClock>()
  const wrong: string[] = []
  let count = 0
  const see = (name: string, job: string, clock: VectorClock) =>
    seen.set(`${name} ${job}`, join(seen.get(`${name} ${job}`) ?? {}, clock))
  sim.observe((event) => {
    if (event.what !== 'delivered' && event.what !== 'sent') return
    const { from, to, message } = event.delivery
    for (const [job, { state }] of Object.entries((message as { jobs: Record<string, Line> }).jobs)) {
      if (event.what === 'delivered') see(to, job, state.clock)
      else if (state.by === from && !textOf(sim, from).includes(`"${state.detail}"`))
        wrong.push(`${from} sends ${state.detail}, which is not on its disk`)
    }
  })
  for (const name of NAMES) {
    sim.node(name, async ({ clock, net, disk, random }) => {
      const replica = startReplica(
        clock,
        net,
        disk,
        name,
        NAMES.filter((other) => other !== name),
      )
      replicas.set(name, replica)
      for (const job of JOBS) seen.delete(`${name} ${job}`)
      while (sim.now() < CHANGES_UNTIL) {
        await clock.sleep(random.int(3_000))
        const job = JOBS[random.int(JOBS.length - 1)]!
        const least = rank(replica.state(job)?.status ?? 'pending')
        const status = STATUSES[Math.min(3, least + (random.int(4) === 0 ? 1 : 0))]!
        count += 1
        const detail = `${name}/${count}`
        const before = seen.get(`${name} ${job}`) ?? {}
        try {
          await replica.change(job, status, detail)
        } catch (error) {
          if ((error as { code?: string }).code === undefined && !String(error).includes('cannot become')) throw error
          continue
        }
        made.push(detail)
        const line = linesOf(sim, name).find(({ state }) => state.detail === detail)
        if (line && compare(before, line.state.clock) !== 'before')
          wrong.push(`${detail} has ${JSON.stringify(line.state.clock)} and had seen ${JSON.stringify(before)}`)
        if (line) see(name, job, line.state.clock)
      }
    })
  }
  const everything = () => NAMES.flatMap((name) => linesOf(sim, name))
  const stands = (job: string) =>
    everything()
      .filter((line) => line.job === job)
      .map(({ state }) => state)
      .sort(
        (a, b) => rank(b.status) - rank(a.status) || changes(b.clock) - changes(a.clock) || (a.by < b.by ? 1 : -1),
      )[0]
  return { replicas, made, wrong, stands }
}

const NETWORK: FaultKind[] = ['partition', 'one-way', 'drop', 'delay', 'duplicate', 'reorder']

it('3.5 within 15 s of the healing all replicas have the same state of every job, the one that stands', () =>
  chaos({ nodes: NAMES, kinds: [...NETWORK, 'crash'], until: 15_000, liveness: 15_000 }, (sim) => {
    const { replicas, stands } = build(sim)
    sim.eventually('all agree', () =>
      JOBS.every((job) => {
        const expected = JSON.stringify(stands(job))
        return NAMES.every((name) => JSON.stringify(replicas.get(name)?.state(job)) === expected)
      }),
    )
    sim.sometimes('a conflict is resolved', () => [...replicas.values()].some((replica) => replica.conflicts() > 0))
  }))

it('3.6 no change that was answered as made is lost, whatever crashes', () =>
  chaos(
    { nodes: NAMES, kinds: ['crash', 'torn-crash', 'partition', 'disk-slow'], until: 15_000, diskLatency: 3 },
    (sim) => {
      const { made, wrong, replicas, stands } = build(sim)
      const lost = () => {
        const text = NAMES.map((name) => textOf(sim, name)).join('')
        return made
          .filter((detail) => !text.includes(`"${detail}"`))
          .map((detail) => `"${detail}" was answered as made and is lost`)
      }
      sim.observe((event) => {
        if (event.what === 'crash') wrong.push(...lost())
      })
      sim.always('sent when it is safe', () => wrong)
      sim.finally('nothing was lost', lost)
      sim.eventually('what was made stands', () =>
        JOBS.every((job) => JSON.stringify(stands(job)) === JSON.stringify(replicas.get('r1')?.state(job))),
      )
    },
  ))

it('3.1 a change comes after all that its replica has seen, and no clock is given twice', () =>
  chaos(
    { nodes: NAMES, kinds: ['crash', 'partition', 'delay', 'reorder', 'disk-error'], until: 15_000, diskLatency: 3 },
    (sim) => {
      const { wrong } = build(sim)
      const details = new Map<string, string>()
      sim.observe((event) => {
        if (event.what !== 'sent') return
        for (const [job, { state }] of Object.entries(
          (event.delivery.message as { jobs: Record<string, Line> }).jobs,
        )) {
          const id = `${job} ${state.by} ${state.clock[state.by]}`
          const before = details.get(id)
          if (before !== undefined && before !== state.detail) wrong.push(`${id} is ${before} and ${state.detail}`)
          details.set(id, state.detail)
        }
      })
      sim.always('clocks', () => wrong)
    },
  ))

it('3.9 after the disk has refused changes, further ones are made', () =>
  chaos({ nodes: ['r1'], kinds: ['disk-error', 'disk-full', 'crash'], until: 9_000 }, (sim) => {
    const { made } = build(sim)
    let before = 0
    sim.at(9_000, () => {
      before = made.filter((detail) => detail.startsWith('r1')).length
    })
    sim.eventually('further ones', () => made.filter((detail) => detail.startsWith('r1')).length > before)
  }))

const calls = fc.array(
  fc.record({
    job: fc.constantFrom('j1', 'j2'),
    status: fc.constantFrom(...STATUSES),
    after: fc.constantFrom(0, 0, 0, 30),
  }),
  {
    maxLength: 12,
  },
)

it('3.7 changes that are called at once are made one after the other, and none lowers a status', () =>
  fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 20 }), async (all, diskLatency) => {
      const sim = new Simulation({ diskLatency })
      const results: (boolean | null)[] = all.map(() => null)
      let replica: Replica | undefined
      sim.node('r1', ({ clock, net, disk }) => {
        replica = startReplica(clock, net, disk, 'r1', [])
        let at = 0
        for (const [index, { job, status, after }] of all.entries()) {
          at += after
          clock.setTimeout(() => {
            replica!.change(job, status, String(index)).then(
              () => results.splice(index, 1, true),
              () => results.splice(index, 1, false),
            )
          }, at)
        }
      })
      await sim.runAsync(5_000)
      const least: Record<string, number> = { j1: 0, j2: 0 }
      const expected = all.map(({ job, status }) => {
        if (rank(status) < least[job]!) return false
        least[job] = rank(status)
        return true
      })
      expect(results).toEqual(expected)
      const lines = linesOf(sim, 'r1')
      expect(lines.map(({ state }) => state.detail)).toEqual(
        all.flatMap((_, index) => (expected[index] ? [String(index)] : [])),
      )
      for (const job of ['j1', 'j2']) {
        const own = lines.filter((line) => line.job === job)
        expect(own.map(({ state }) => state.clock['r1'])).toEqual(own.map((_, index) => index + 1))
        expect(replica?.state(job)?.detail).toBe(own.at(-1)?.state.detail)
      }
    }),
  ))

it('3.8 a conflict is counted once, however often the states come', () =>
  fc.assert(
    fc.asyncProperty(
      fc.subarray(JOBS),
      fc.subarray(JOBS),
      fc.integer({ min: 5_000, max: 20_000 }),
      async (one, other, heal) => {
        // What r2 has stands, and r1 does not hear of it: its own comes again and again.
        const sim = new Simulation({ faults: [{ kind: 'one-way', from: 'r2', to: 'r1', at: 0, ms: heal }] })
        const replicas = new Map<string, Replica>()
        for (const [name, jobs] of [
          ['r1', one],
          ['r2', other],
        ] as const) {
          sim.node(name, ({ clock, net, disk }) => {
            const replica = startReplica(
              clock,
              net,
              disk,
              name,
              ['r1', 'r2'].filter((peer) => peer !== name),
            )
            replicas.set(name, replica)
            for (const job of jobs) void replica.change(job, 'running', name)
          })
        }
        await sim.runAsync(heal + 40_000)
        const both = one.filter((job) => other.includes(job)).length
        const counts = [...replicas.values()].map((replica) => replica.conflicts())
        expect(counts.filter((count) => count > both)).toEqual([])
        // Who wins need not hear of the other's state again: at least one of both has met each pair.
        expect(Math.max(...counts)).toBe(both)
      },
    ),
  ))

it('3.6 a line that a crash has torn is not in the way of the next', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(80), fc.nat(7)), { minLength: 1, maxLength: 4 }), async (crashes) => {
      const faults = crashes.map(([keep, after], index) => ({
        kind: 'torn-crash' as const,
        node: 'r1',
        at: 100 * (index + 1) + after,
        ms: 20,
        keep,
      }))
      const sim = new Simulation({ faults, diskLatency: 3 })
      let replica: Replica | undefined
      sim.node('r1', ({ clock, net, disk }) => {
        replica = startReplica(clock, net, disk, 'r1', [])
      })
      const made: string[] = []
      for (let index = 1; index <= 10; index += 1) {
        // Called from outside of the node: a replica that is down takes no calls.
        sim.at(50 * index, () => {
          if (sim.isUp('r1'))
            replica?.change('j1', 'running', `d${index}`).then(
              () => made.push(`d${index}`),
              () => {},
            )
        })
      }
      await sim.runAsync(2_000)
      expect(
        noLostAcknowledgement(
          made,
          linesOf(sim, 'r1').map(({ state }) => state.detail),
        ),
      ).toEqual([])
      expect(made.length).toBeGreaterThan(0)
    }),
  ))
