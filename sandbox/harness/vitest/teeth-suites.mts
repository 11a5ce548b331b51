/** Stands in for a test file: the file's own tests, once for the code as it is and once for each wrong version of it. */
import { relative } from 'node:path'
import * as vitest from 'vitest'
import type { MutantRun } from '../../../src/core/verdict/evidence.ts'
import { CARRIER, SUITE, TESTS } from '../protocol.mts'
import { CUT_SHORT, cutShort, reasonOf, timeFor } from '../teeth.mts'
import { runningTest } from '../test-process.mts'
import { type Teeth, takeTeeth } from './teeth-process.mts'

interface Task {
  id: string
  name: string
  type: string
  result?: { state: string; errors?: readonly { message?: string }[] }
  tasks?: Task[]
  suite?: Task | undefined
  file: { filepath: string }
}

interface Context {
  task: Task
  skip(): void
}

interface Api {
  describe(name: string, factory: () => Promise<void> | void): void
  it(name: string, test: (context: Context) => void): void
  beforeAll(hook: () => void): void
  afterAll(hook: () => void): void
  beforeEach(hook: (context: Context) => void): void
  afterEach(hook: (context: Context) => void): void
  vi: { resetModules(): void; setConfig(config: object): void; resetConfig(): void }
}

const api = vitest as unknown as Api

/** `load` evaluates the test file anew, with all that it imports: constants of a module belong to what may be wrong. */
export function suites(load: () => Promise<unknown>): void {
  const teeth = takeTeeth()
  const { mutants, control } = teeth.settings
  // The right version comes first, to be compared with, and last: what the wrong ones leave behind must not matter.
  const order = control ? [0, ...mutants, 0] : mutants
  for (const [at, mutant] of order.entries()) suite(new Suite(teeth, mutant, order.length - at), load)
}

function suite(run: Suite, load: () => Promise<unknown>): void {
  api.describe(`${SUITE}${run.mutant}`, () => {
    api.describe(TESTS, async () => {
      api.beforeAll(() => run.begin())
      api.afterAll(() => run.finish())
      api.beforeEach((context) => run.test(context))
      api.afterEach(({ task }) => run.tested(task))
      await run.collect(load)
    })
    api.it(CARRIER, ({ task }) => {
      if (run.mutant !== 0) run.carry(task.suite?.tasks?.find(({ name }) => name === TESTS))
    })
  })
}

/** The tests of one file on one wrong version. */
class Suite {
  readonly mutant: number
  #teeth: Teeth
  /** Versions that are not through yet, this one included. */
  #toCome: number
  #since = 0
  #uncollected: unknown = null
  #red: MutantRun | null = null
  #killers: string[] = []
  #skipped = new Set<string>()
  #ran = new Set<string>()
  #late = false
  #until = 0
  #tests = 0

  constructor(teeth: Teeth, mutant: number, toCome: number) {
    this.#teeth = teeth
    this.mutant = mutant
    this.#toCome = toCome
  }

  async collect(load: () => Promise<unknown>): Promise<void> {
    if (this.#nothing(COLLECTING)) return
    this.#teeth.enter(this.mutant)
    if (this.mutant === 0) this.#teeth.record('')
    api.vi.resetModules()
    const { waitMs } = this.#teeth.settings
    if (this.mutant === 0) api.vi.resetConfig()
    else api.vi.setConfig({ testTimeout: waitMs, hookTimeout: waitMs })
    try {
      await load()
    } catch (error) {
      if (this.mutant === 0) throw error
      this.#uncollected = error
    } finally {
      this.#teeth.leave()
    }
  }

  begin(): void {
    this.#teeth.enter(this.mutant)
    const { state, settings } = this.#teeth
    this.#since = state.clock()
    if (this.mutant === 0) return
    state.intensity = settings.thorough ?? this.#teeth.intensity
    // Those that die at once leave their share to those that live.
    const { patience, rightMs } = this.#teeth
    const time = timeFor(this.#teeth.left(), this.#toCome, rightMs, this.#teeth.settings.alone)
    this.#until = this.#since + Math.min(time, patience / 2)
  }

  finish(): void {
    const { state, intensity } = this.#teeth
    if (this.mutant === 0) this.#teeth.took(state.clock() - this.#since)
    state.intensity = intensity
    this.#teeth.leave()
  }

  /** Before each test. One that cannot change what is known is left out. */
  test({ task, skip }: Context): void {
    const name = nameOf(task)
    const { state } = this.#teeth
    if (this.mutant === 0) {
      // The last wrong version may have left hardly any time, and where the right one is cut short nothing counts.
      state.deadline = Number.POSITIVE_INFINITY
      this.#teeth.record(name)
      return
    }
    this.#late ||= this.#nothing()
    if (this.#late || this.#done || !this.#teeth.reaches(name, this.mutant)) {
      this.#skipped.add(task.id)
      skip()
    }
    this.#ran.add(task.id)
    // A test that stops early leaves its share to those after it.
    const left = Math.max(0, this.#until - state.clock())
    state.deadline = state.clock() + left / Math.max(1, this.#total(task) - this.#ran.size - this.#skipped.size + 1)
  }

  tested(task: Task): void {
    if (task.result?.state !== 'fail') return
    if (this.mutant === 0) this.#teeth.leaveOut(nameOf(task))
    if (this.mutant === 0 || this.#done) return
    const status = this.#statusOf(task)
    if (status === 'killed') this.#killers.push(`${fileOf(task)} > ${nameOf(task)}`)
    if (this.#red?.status === 'killed' || (this.#red !== null && status === 'not-run')) return
    this.#red = { mutant: this.mutant, status, test: task.name, message: this.#reason(task) }
  }

  /** Seals the outcome with the test that is running. `inner` is the suite of the file's tests. */
  carry(inner: Task | undefined): void {
    runningTest(this.#teeth.state)?.carry?.(this.#outcome(inner))
  }

  #outcome(inner: Task | undefined): MutantRun {
    const none = { mutant: this.mutant, test: null, message: null }
    if (this.#red) return { ...this.#red, ...(this.#teeth.settings.every ? { killers: this.#killers } : {}) }
    if (this.#uncollected !== null)
      return {
        ...none,
        status: this.#teeth.overrun ? 'timeout' : 'error',
        message: reasonOf(String(this.#uncollected)),
      }
    const all = inner ? [...testsIn(inner)] : []
    if (this.#late || all.length === 0) return { ...none, status: 'not-run' }
    // What a hook kept from running says nothing.
    const kept = all.filter(({ id }) => !this.#ran.has(id) && !this.#skipped.has(id))
    if (kept.length > 0) return { ...none, status: 'error', message: 'a hook failed' }
    return { ...none, status: this.#ran.size === 0 ? 'unreached' : 'survived' }
  }

  #total(task: Task): number {
    let top: Task = task
    while (top.suite && top.name !== TESTS) top = top.suite
    this.#tests ||= [...testsIn(top as Task)].length
    return this.#tests
  }

  /** Red by an exception alone may yet be killed by another test. */
  get #done(): boolean {
    const killed = this.#red?.status === 'killed' && this.#teeth.settings.every !== true
    return killed || this.#red?.status === 'timeout'
  }

  #statusOf(task: Task): MutantRun['status'] {
    const seen = this.#teeth.seen(task)
    const message = task.result?.errors?.[0]?.message ?? ''
    if (cutShort(message)) return 'not-run'
    if (this.#teeth.overrun || /^Test timed out in /.test(message)) return 'timeout'
    const falsified = seen?.properties.some(({ failed, path }) => failed && path !== null) === true
    return falsified || seen?.error?.assertion === true ? 'killed' : 'error'
  }

  #reason(task: Task): string {
    if (cutShort(task.result?.errors?.[0]?.message ?? '')) return CUT_SHORT
    return reasonOf(this.#teeth.seen(task)?.error?.message ?? task.result?.errors?.[0]?.message ?? '')
  }

  /** No time is left; the right version always runs, since nothing counts without it. */
  #nothing(share = 1): boolean {
    return this.mutant !== 0 && this.#teeth.left(share) <= 0
  }
}

/** Part of the time that may go to collecting the files anew: what was collected has to run, too. */
const COLLECTING = 0.5

function fileOf({ file }: Task): string {
  return relative(process.cwd(), file.filepath).replaceAll('\\', '/')
}

function nameOf(task: Task): string {
  const names: string[] = []
  for (let step: Task | undefined = task; step && step.name !== TESTS; step = step.suite) names.unshift(step.name)
  return names.join(' > ')
}

function* testsIn(task: Task): Generator<Task> {
  if (task.type === 'test') yield task
  for (const child of task.tasks ?? []) yield* testsIn(child)
}
