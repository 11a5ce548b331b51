import type { SimNode } from './node.ts'
import type { Scheduler } from './scheduler.ts'
import type { NodeClock } from './types.ts'

/** The clock of a node. `alive` false: timers that are set now never fire. */
export function createClock(node: SimNode, scheduler: Scheduler, alive: () => boolean): NodeClock {
  const { clock } = node
  const intervals = new Map<number, number>()
  const setTimer = (fn: () => unknown, ms: number, where: string) => {
    const after = checkDuration(ms, `${where} on node "${node.name}"`)
    const real = clock.percent === 0 ? after : Math.round(after / (1 + clock.percent / 100))
    return alive() ? scheduler.setTimer(node, scheduler.now + real, fn) : scheduler.unusedId()
  }
  const cancel = (id: number | undefined) => {
    if (id !== undefined) scheduler.cancelTimer(node, id)
  }
  return {
    now: () => scheduler.now + clock.offset + drift(node, scheduler.now),
    monotonic: () => scheduler.now + clock.drifted + drift(node, scheduler.now),
    setTimeout: (fn, ms) => setTimer(fn, ms, 'setTimeout()'),
    clearTimeout: cancel,
    setInterval(fn, ms) {
      const id = scheduler.unusedId()
      const again = () => {
        intervals.set(id, setTimer(tick, Math.max(1, ms), 'setInterval()'))
      }
      const tick = () => {
        again()
        return fn()
      }
      again()
      return id
    },
    clearInterval(id) {
      if (id === undefined) return
      cancel(intervals.get(id))
      intervals.delete(id)
    },
    sleep: (ms) => new Promise((resolve) => void setTimer(resolve as () => void, ms, 'sleep()')),
  }
}

/** ms that the drift in force has made so far. */
function drift({ clock }: SimNode, now: number): number {
  return clock.percent === 0 ? 0 : Math.floor(((now - clock.since) * clock.percent) / 100)
}

/** The clock runs so much faster from now on; ends the drift before. 0: it is right again. */
export function setDrift(node: SimNode, percent: number, now: number): void {
  const { clock } = node
  // `now` is right again at once. The monotonic clock never goes back: a slow one catches up, a fast one stays ahead.
  clock.drifted = Math.max(0, clock.drifted + drift(node, now))
  clock.percent = percent
  clock.since = now
}

export function checkDuration(ms: number, where: string): number {
  if (Number.isFinite(ms) && ms >= 0) return ms
  throw new RangeError(`${where}: a time in ms that is finite and not negative, not ${ms}`)
}
