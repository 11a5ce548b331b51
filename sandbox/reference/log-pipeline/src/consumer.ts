import type { Clock, Net } from 'specproof/sim'
import { createAsk } from './ask.ts'

const BATCH = 10
const POLL_MS = 500
const ATTEMPT_MS = 5_000
/** How long to wait after each failure but the last. */
const PAUSES_MS = [1_000, 2_000]

export type Handle = (value: string, offset: number) => void | Promise<void>

interface Read {
  readonly offset: number
  readonly value: string
}

/** `handle` is called with one record at a time and rejects, or throws, when it fails. */
export function startConsumer(clock: Clock, net: Net, name: string, handle: Handle): void {
  const ask = createAsk(clock, net, name)
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms))

  async function run(): Promise<void> {
    let { offset } = (await ask({ type: 'position', group: name })) as unknown as Read
    for (;;) {
      const { records } = (await ask({ type: 'fetch', offset, max: BATCH })) as unknown as { records: Read[] }
      for (const record of records) {
        await finish(record)
        offset = record.offset + 1
        await ask({ type: 'commit', group: name, offset })
      }
      if (records.length === 0) await sleep(POLL_MS)
    }
  }

  /** Processes a record, or has it buried. */
  async function finish({ offset, value }: Read): Promise<void> {
    for (const pause of [...PAUSES_MS, null]) {
      const error = await attempt(value, offset)
      if (error === null) return
      if (pause === null) await ask({ type: 'bury', group: name, offset, error })
      else await sleep(pause)
    }
  }

  /** Why it failed; null when it did not. */
  function attempt(value: string, offset: number): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => resolve('timeout'), ATTEMPT_MS)
      const end = (error: string | null) => {
        clock.clearTimeout(timer)
        resolve(error)
      }
      new Promise<void>((done) => done(handle(value, offset))).then(
        () => end(null),
        (error: unknown) => end(error instanceof Error ? error.message : String(error)),
      )
    })
  }

  void run()
}
