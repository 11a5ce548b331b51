/**
 * Throughput of the job queue's in-process parts: submit, take and finish of the scheduler with 100 tenants and 100,000 pending jobs,
 * and submit, take, open and complete of queue and ledger, beside a bare array that is filled and emptied in order. All take turns,
 * on one core; prints jobs a second of wall clock, minimum and median. `node bench/job-queue.ts [rounds]`
 */
import { loadavg } from 'node:os'
import { createLedger } from '../sandbox/reference/job-queue/src/ledger.ts'
import { createQueue } from '../sandbox/reference/job-queue/src/queue.ts'
import { createScheduler } from '../sandbox/reference/job-queue-scheduling/src/scheduler.ts'

const rounds = Number(process.argv[2] ?? 7)
const JOBS = 100_000
const TENANTS = 100
const GOAL = 10_000

const priorityOf = (n: number) => (n * 7_919) % 10

/** Each works off `JOBS` jobs that are pending when the clock starts, and submits as many again meanwhile. */
const WORK: Record<string, () => () => number> = {
  'bare array': () => {
    const jobs = Array.from({ length: JOBS }, (_, n) => ({ id: `job-${n}`, priority: priorityOf(n), payload: n }))
    return () => {
      let done = 0
      for (; done < JOBS; done += 1) {
        jobs.push({ id: `job-${JOBS + done}`, priority: priorityOf(done), payload: done })
        if (jobs[done]!.payload !== done % JOBS) throw new Error('out of order')
      }
      return done
    }
  },
  'priority queue and ledger': () => {
    const queue = createQueue()
    const ledger = createLedger()
    for (let n = 0; n < JOBS; n += 1) queue.submit(n, priorityOf(n))
    return () => {
      let done = 0
      for (; done < JOBS; done += 1) {
        queue.submit(done, priorityOf(done))
        const job = queue.take()!
        if (ledger.complete(ledger.open(job.id), done) !== 'accepted') throw new Error('not accepted')
      }
      return done
    }
  },
  'scheduler of 100 tenants': () => {
    const scheduler = createScheduler()
    const names = Array.from({ length: TENANTS }, (_, n) => `tenant ${n}`)
    for (const [n, name] of names.entries()) scheduler.addTenant(name, 1 + (n % 10), 50)
    for (let n = 0; n < JOBS; n += 1) scheduler.submit(names[n % TENANTS]!, n, priorityOf(n))
    return () => {
      let done = 0
      for (; done < JOBS; done += 1) {
        scheduler.submit(names[done % TENANTS]!, done, priorityOf(done))
        scheduler.finish(scheduler.take()!.id)
      }
      return done
    }
  },
}

const rates = new Map<string, number[]>(Object.keys(WORK).map((name) => [name, []]))
for (let round = 0; round < rounds; round += 1) {
  for (const [name, prepare] of Object.entries(WORK)) {
    const work = prepare()
    const begin = performance.now()
    const jobs = work()
    rates.get(name)!.push((1_000 * jobs) / (performance.now() - begin))
  }
}
const sorted = (name: string) => rates.get(name)!.toSorted((a, b) => a - b)
const median = (name: string) => sorted(name)[Math.floor(rounds / 2)]!
const number = (value: number) => Math.round(value).toLocaleString('en-US')
console.log(`${rounds} rounds of ${number(JOBS)} jobs, load ${loadavg()[0]!.toFixed(1)}`)
for (const name of rates.keys()) {
  const least = sorted(name)[0]!
  const beside = (median('bare array') / median(name)).toFixed(1)
  const verdict =
    name === 'bare array'
      ? ''
      : `, the bare array is ${beside} times as fast; ${least >= GOAL ? `at least ${number(GOAL)} a second` : `BELOW ${number(GOAL)} a second`}`
  console.log(
    `${name.padEnd(28)} ${number(least).padStart(12)} jobs/s at the least, ${number(median(name))} median${verdict}`,
  )
}
if ([...rates.keys()].some((name) => sorted(name)[0]! < GOAL)) process.exitCode = 1
