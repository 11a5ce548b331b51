import fc from 'fast-check'
import { chaos, type FaultKind, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type Assign, Cluster } from './cluster.ts'

const WORKERS = ['w1', 'w2', 'w3']
const KINDS: FaultKind[] = ['partition', 'one-way', 'drop', 'delay', 'duplicate', 'reorder', 'crash']
const PAIR = ['w1', 'w2']
const UNTIL = 120_000

/** Jobs come in at any time; `check` is asked every second. */
function busy(
  sim: Simulation,
  check: (cluster: Cluster) => string | undefined,
  { jobs = 8, workers = WORKERS, until = UNTIL } = {},
): Cluster {
  const cluster = new Cluster(sim, workers)
  sim.client('user', async ({ clock, random }) => {
    for (let count = 0; count < jobs; count += 1) {
      await clock.sleep(random.int(2) === 0 ? random.int(100) : random.int(Math.round(until / jobs)))
      cluster.submit(random.int(9))
    }
  })
  sim.every(1_000, () => {
    const wrong = check(cluster)
    if (wrong !== undefined) throw new Error(wrong)
  })
  return cluster
}

const stateOf = (cluster: Cluster, job: string) => cluster.coordinator!.state(job)

it('4.1 a job whose first assignment has failed is assigned again within 60 s of the last heartbeat in its epoch', () =>
  chaos({ nodes: WORKERS, kinds: KINDS, until: UNTIL, liveness: 70_000 }, (sim) => {
    busy(sim, (cluster) => {
      for (const job of cluster.submitted) {
        const [first, second] = cluster.assignmentsOf(job)
        if (!first || second || cluster.results.has(job)) continue
        const silence = cluster.silence(first.worker, first.epoch)
        const others = WORKERS.filter(
          (worker) => worker !== first.worker && cluster.isAliveSince(worker, sim.now() - silence),
        )
        if (silence > 60_000 && others.length > 0)
          return `${job}: ${silence} ms after the last heartbeat of ${first.worker}, while ${others} was alive`
      }
      return undefined
    })
    sim.sometimes('a job is assigned again', () =>
      sim.sent({ from: 'coordinator' }).some(({ message }) => (message as Assign).key.endsWith('#2')),
    )
  }))

it('4.1 no job is assigned again while its worker is heard, and none to a worker that is not', () =>
  chaos({ nodes: WORKERS, kinds: KINDS, until: UNTIL }, (sim) => {
    const cluster = busy(sim, () => undefined)
    const seen = new Set<string>()
    sim.always('rightly assigned', () => {
      for (const { key, job, worker, epoch, at } of cluster.assignments.values()) {
        if (seen.has(key)) continue
        seen.add(key)
        const beats = cluster.newest(worker, at)
        const silence = at - (beats.at(-1)?.at ?? -100_000)
        if (silence > 30_000) return `${key} goes to ${worker}, ${silence} ms after its last heartbeat`
        if (beats.at(-1)?.epoch !== epoch)
          return `${key} goes to epoch ${epoch} of ${worker}, the newest is ${beats.at(-1)?.epoch}`
        if (cluster.results.has(job)) return `${key} is assigned, and the job is done`
        const first = cluster.assignments.get(`${job}#1`)!
        const newer = cluster.newest(first.worker, at)
        const failed = newer.at(-1)!.epoch > first.epoch || !cluster.isAliveSince(first.worker, first.at)
        if (key.endsWith('#2') && !failed) return `${key}: the first assignment to ${first.worker} has not failed`
        if (key.endsWith('#3')) return `${key} is a third assignment`
      }
      return true
    })
  }))

it('4.2 no job is executed more than twice, and an assignment once and in its epoch alone', () =>
  chaos({ nodes: WORKERS, kinds: KINDS, until: UNTIL }, (sim) => {
    // Also for results that are no value.
    const cluster = new Cluster(sim, WORKERS, () => undefined)
    for (const at of [10, 10, 10_000, 31_000]) sim.at(at, () => cluster.submit(5))
    const expected = new Set<string>()
    sim.observe((event) => {
      if (event.what !== 'delivered' || event.delivery.from !== 'coordinator') return
      const { key, job, epoch } = event.delivery.message as Assign
      if (epoch === lives.get(event.delivery.to)) expected.add(`${key} ${job} ${event.delivery.to} ${epoch}`)
    })
    const lives = new Map(WORKERS.map((worker) => [worker, 0]))
    sim.observe((event) => {
      if (event.what === 'restart') lives.set(event.node, event.at)
    })
    sim.always('as they came', () => {
      const most = Math.max(
        0,
        ...cluster.submitted.map((job) => cluster.executions.filter((one) => one.job === job).length),
      )
      if (most > 2) return `a job is executed ${most} times`
      return (
        cluster.executions.length === expected.size ||
        `${cluster.executions.length} executions of ${expected.size} assignments`
      )
    })
  }))

it('4.2 a late heartbeat of a former life fails no assignment, and brings no life back', () => {
  const fault = fc.record({
    beat: fc.integer({ min: 0, max: 2 }),
    late: fc.integer({ min: 20, max: 15_000 }),
    after: fc.nat(5_000),
    down: fc.integer({ min: 1, max: 3_000 }),
  })
  fc.assert(
    fc.property(fault, fc.array(fc.nat(45_000), { maxLength: 20 }), ({ beat, late, after, down }, times) => {
      const sim = new Simulation({
        faults: [
          { kind: 'delay', node: 'w1', at: 10_000 * beat, ms: 1, extra: late },
          { kind: 'crash', node: 'w1', at: 10_000 * beat + 1 + after, ms: down },
        ],
      })
      const cluster = new Cluster(sim, PAIR)
      for (const at of times) sim.at(at, () => cluster.submit(5))
      const wrong: string[] = []
      sim.always('of the newest life', () => {
        for (const { key, worker, epoch, at } of cluster.assignments.values()) {
          const newest = cluster.newest(worker, at).at(-1)?.epoch
          if (at === sim.now() && epoch !== newest)
            wrong.push(`${key} goes to epoch ${epoch} of ${worker}, the newest is ${newest}`)
        }
      })
      sim.run(120_000)
      for (const job of cluster.submitted)
        if (stateOf(cluster, job).status !== 'done') wrong.push(`${job} is ${stateOf(cluster, job).status}`)
      expect(wrong.slice(0, 3)).toEqual([])
    }),
  )
})

it('4.2 a job that is finished while it waits is not assigned again', () =>
  chaos({ nodes: PAIR, kinds: ['clog', 'partition', 'one-way'], until: UNTIL }, (sim) => {
    const cluster = busy(sim, () => undefined, { jobs: 12, workers: PAIR })
    let waited = false
    sim.every(500, () => {
      for (const job of cluster.submitted)
        if (stateOf(cluster, job).status === 'pending' && cluster.assignments.has(`${job}#1`)) waited = true
    })
    sim.always('not when it is done', () => {
      const late = [...cluster.assignments.values()].find(({ job, at }) => at > (cluster.results.get(job)?.at ?? at))
      return late === undefined || `${late.key} is assigned at ${late.at}, and its job is done`
    })
    sim.sometimes('a job waits for its second assignment', () => waited)
  }))

it('1.6 every job is done in the end, unless both its assignments have failed', () =>
  chaos({ nodes: WORKERS, kinds: KINDS, until: UNTIL, liveness: 60_000 }, (sim) => {
    const cluster = busy(sim, () => undefined)
    sim.eventually('done or lost', () =>
      cluster.submitted.every((job) => {
        const { status, assignments } = stateOf(cluster, job)
        return status === 'done' || (status === 'lost' && assignments === 2)
      }),
    )
    sim.finally('what is done was executed', () => {
      const missing = cluster.submitted.filter(
        (job) => stateOf(cluster, job).status === 'done' && !cluster.executions.some((one) => one.job === job),
      )
      return missing.length === 0 || `${missing} are done and were not executed`
    })
  }))

it('1.6 an assignment is sent every 10 s until its job is done or it has failed, and answered each time', () =>
  chaos({ nodes: WORKERS, kinds: KINDS, until: UNTIL, quiet: 60_000 }, (sim) => {
    const cluster = busy(sim, ({ coordinator, assignments }) => {
      for (const { key, job, worker, last } of assignments.values()) {
        const { status, worker: current } = coordinator!.state(job)
        const isCurrent =
          status === 'assigned' && current === worker && !assignments.has(`${job}#2`) === key.endsWith('#1')
        if (isCurrent && sim.now() - last > 10_000) return `${key} was last sent ${sim.now() - last} ms ago`
      }
      return undefined
    })
    sim.observe((event) => {
      if (event.what !== 'sent' || event.delivery.from !== 'coordinator') return
      const { key, job } = event.delivery.message as Assign
      const done = cluster.results.get(job)
      if (done && done.at < event.at) throw new Error(`${key} is sent at ${event.at} and is done since ${done.at}`)
      if (key.endsWith('#1') && cluster.assignments.has(`${job}#2`)) throw new Error(`${key} is sent after #2`)
    })
    sim.finally('answered', () => {
      const answers = sim.sent({ message: { type: 'done' } }).filter(({ duplicate }) => !duplicate).length
      const asked = WORKERS.flatMap((worker) =>
        sim
          .arrived({ to: worker, from: 'coordinator' })
          .filter(({ message, deliveredAt }) => (message as Assign).epoch === lifeOf(sim, worker, deliveredAt)),
      ).length
      return answers === asked || `${answers} answers to ${asked} assignments`
    })
  }))

/** When the life of a node began in which it was at this time. */
function lifeOf(sim: Simulation, node: string, at: number): number {
  return sim.events().findLast((event) => event.what === 'restart' && event.node === node && event.at <= at)?.at ?? 0
}

it('4.3 no job waits for more than 15 s while a worker is alive', () =>
  chaos({ nodes: WORKERS, kinds: ['partition', 'crash', 'delay', 'drop'], until: UNTIL }, (sim) => {
    busy(sim, (cluster) => {
      const alive = WORKERS.filter((worker) => cluster.isAliveSince(worker, sim.now() - 15_000))
      const waiting = cluster.submitted.filter((job) => stateOf(cluster, job).status === 'pending')
      if (alive.length === 0 || waiting.length === 0) return undefined
      const since = waiting.filter(
        (job) => waitingSince.get(job) !== undefined && sim.now() - waitingSince.get(job)! > 15_000,
      )
      for (const job of waiting) if (!waitingSince.has(job)) waitingSince.set(job, sim.now())
      return since.length > 0 ? `${since} are pending, and ${alive} alive for 15 s` : undefined
    })
    const waitingSince = new Map<string, number>()
  }))

it('4.4 a job is lost when both assignments have failed, until a completion of one of them comes', () =>
  chaos({ nodes: PAIR, kinds: ['partition', 'crash', 'clog', 'one-way'], until: UNTIL, quiet: 60_000 }, (sim) => {
    const cluster = busy(
      sim,
      (cluster) => {
        for (const job of cluster.submitted) {
          const { status, assignments, result } = stateOf(cluster, job)
          const done = cluster.results.get(job)
          if ((status === 'done') !== (done !== undefined))
            return `${job} is ${status}, completions: ${JSON.stringify(done)}`
          if (done && result !== done.value) return `${job} has the result ${String(result)}`
          if (assignments !== cluster.assignmentsOf(job).length) return `${job} has ${assignments} assignments`
          const last = cluster.assignmentsOf(job).at(-1)
          if (status === 'lost' && assignments < 2) return `${job} is lost after ${assignments} assignments`
          if (
            status === 'lost' &&
            last &&
            cluster.isAliveSince(last.worker, last.at) &&
            cluster.newest(last.worker).at(-1)!.epoch === last.epoch
          )
            return `${job} is lost, and ${last.worker} alive since ${last.at}`
          if (status === 'assigned' && last && cluster.newest(last.worker).at(-1)!.epoch > last.epoch)
            return `${job} is assigned to a former life of ${last.worker}`
        }
        return undefined
      },
      { jobs: 16, workers: PAIR },
    )
    sim.sometimes('a job is lost', () => cluster.submitted.some((job) => stateOf(cluster, job).status === 'lost'))
  }))
