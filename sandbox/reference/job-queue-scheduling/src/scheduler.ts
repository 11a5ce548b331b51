export interface Job {
  readonly id: string
  readonly tenant: string
  readonly priority: number
  readonly payload: unknown
}

export interface Scheduler {
  /** Throws RangeError for a bad weight or quota, and for a tenant that is there. */
  addTenant(name: string, weight: number, quota: number): void
  /** Answers the job's id. Throws RangeError for an unknown tenant or a bad priority. */
  submit(tenant: string, payload: unknown, priority: number): string
  /** Removes and answers the next job, which runs from now on; undefined when no tenant is backlogged. */
  take(): Job | undefined
  /** Throws an Error when the job does not run. */
  finish(id: string): void
  /** Makes a running job pending again. Throws an Error when the job does not run. */
  putBack(id: string): void
  pending(tenant: string): number
  running(tenant: string): number
}

const MAX_WEIGHT = 1_000
const PRIORITIES = 10

interface Entry {
  readonly job: Job
  readonly tenant: Tenant
  /** Place in the order of submission, kept when the job is put back. */
  readonly sequence: number
}

interface Tenant {
  readonly weight: number
  readonly quota: number
  /** Pending jobs by priority, each in order of submission. */
  readonly pending: Line[]
  waiting: number
  running: number
  tag: number
}

/** Jobs in order of submission: taken from the front, nearly always added at the end. */
class Line {
  #entries: Entry[] = []
  #first = 0

  add(entry: Entry): void {
    let at = this.#entries.length
    while (at > this.#first && this.#entries[at - 1]!.sequence > entry.sequence) at -= 1
    if (at === this.#first && at > 0) {
      this.#first -= 1
      this.#entries[this.#first] = entry
    } else this.#entries.splice(at, 0, entry)
  }

  take(): Entry | undefined {
    const entry = this.#entries[this.#first]
    if (entry === undefined) return undefined
    this.#first += 1
    if (2 * this.#first > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    return entry
  }
}

export function createScheduler(): Scheduler {
  const tenants = new Map<string, Tenant>()
  const runningJobs = new Map<string, Entry>()
  let submitted = 0
  let virtualTime = 0

  function tenantOf(name: string): Tenant {
    const tenant = tenants.get(name)
    if (tenant === undefined) throw new RangeError(`unknown tenant: ${name}`)
    return tenant
  }

  /** Makes a change to a tenant; one that becomes backlogged by it gets no credit for the time before. */
  function change(tenant: Tenant, act: () => void): void {
    const before = isBacklogged(tenant)
    act()
    if (!before && isBacklogged(tenant)) tenant.tag = Math.max(tenant.tag, virtualTime)
  }

  function add(entry: Entry): void {
    entry.tenant.pending[entry.job.priority]!.add(entry)
    entry.tenant.waiting += 1
  }

  function next(): Tenant | undefined {
    let chosen: Tenant | undefined
    for (const tenant of tenants.values()) {
      if (!isBacklogged(tenant)) continue
      if (chosen === undefined || tenant.tag < chosen.tag) chosen = tenant
    }
    return chosen
  }

  function stop(id: string): Entry {
    const entry = runningJobs.get(id)
    if (entry === undefined) throw new Error(`job ${id} does not run`)
    runningJobs.delete(id)
    return entry
  }

  return {
    addTenant(name, weight, quota) {
      if (tenants.has(name)) throw new RangeError(`tenant ${name} is there already`)
      if (!isInteger(weight, 1, MAX_WEIGHT)) throw new RangeError(`weight must be an integer from 1 to ${MAX_WEIGHT}`)
      if (!isInteger(quota, 1, Number.MAX_SAFE_INTEGER)) throw new RangeError('quota must be an integer of at least 1')
      const pending = Array.from({ length: PRIORITIES }, () => new Line())
      tenants.set(name, { weight, quota, pending, waiting: 0, running: 0, tag: 0 })
    },

    submit(name, payload, priority) {
      const tenant = tenantOf(name)
      if (!isInteger(priority, 0, PRIORITIES - 1))
        throw new RangeError(`priority must be an integer from 0 to ${PRIORITIES - 1}`)
      submitted += 1
      const job = { id: `job-${submitted}`, tenant: name, priority, payload }
      change(tenant, () => add({ job, tenant, sequence: submitted }))
      return job.id
    },

    take() {
      const tenant = next()
      if (tenant === undefined) return undefined
      const entry = takeHighest(tenant)
      tenant.waiting -= 1
      tenant.running += 1
      virtualTime = tenant.tag
      tenant.tag += 1 / tenant.weight
      runningJobs.set(entry.job.id, entry)
      return entry.job
    },

    finish(id) {
      const { tenant } = stop(id)
      change(tenant, () => {
        tenant.running -= 1
      })
    },

    putBack(id) {
      const entry = stop(id)
      change(entry.tenant, () => {
        entry.tenant.running -= 1
        add(entry)
      })
    },

    pending: (name) => tenantOf(name).waiting,
    running: (name) => tenantOf(name).running,
  }
}

function isBacklogged({ waiting, running, quota }: Tenant): boolean {
  return waiting > 0 && running < quota
}

function takeHighest(tenant: Tenant): Entry {
  for (let priority = PRIORITIES - 1; priority >= 0; priority -= 1) {
    const entry = tenant.pending[priority]!.take()
    if (entry !== undefined) return entry
  }
  throw new Error('a backlogged tenant has a pending job')
}

function isInteger(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
