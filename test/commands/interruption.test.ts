import { describe, expect, it, onTestFinished } from 'vitest'
import { interruption } from '../../src/commands/interruption.ts'

describe('an interruption', () => {
  const begin = () => {
    let time = 0
    const stop = interruption(() => time)
    onTestFinished(stop.release)
    let forced = false
    void stop.forced.then(() => {
      forced = true
    })
    const send = async (signal: NodeJS.Signals, at: number) => {
      time = at
      process.emit(signal)
      await Promise.resolve()
      return { aborted: stop.signal.aborted, forced }
    }
    return send
  }

  it('ends a run in good order with the first signal, and at once with the second', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const send = begin()
      expect(await send(signal, 10)).toEqual({ aborted: true, forced: false })
      expect(await send(signal, 1_000)).toEqual({ aborted: true, forced: true })
    }
  })

  it('is one where npx passes on what the terminal has sent already', async () => {
    const send = begin()
    await send('SIGINT', 10)
    expect(await send('SIGINT', 100)).toEqual({ aborted: true, forced: false })
    expect(await send('SIGINT', 900)).toEqual({ aborted: true, forced: true })
  })
})
