import type { Clock, Net } from 'specproof/sim'
import { createAsk } from './ask.ts'

export interface Producer {
  /** Resolves with the offset. Rejects with an Error when the broker refuses the record. */
  send(value: string): Promise<number>
}

export function startProducer(clock: Clock, net: Net, name: string): Producer {
  const ask = createAsk(clock, net, name)
  const producer = `${name}/${clock.now()}`
  let number = 0
  let before: Promise<unknown> = Promise.resolve()

  async function append(value: string): Promise<number> {
    const answer = await ask({ type: 'append', producer, number: number + 1, value })
    if (answer['type'] === 'refused') throw new Error(`refused: number ${String(answer['expected'])} is expected`)
    number += 1
    return answer['offset'] as number
  }

  return {
    send(value) {
      const sent = before.then(() => append(value))
      before = sent.catch(() => {})
      return sent
    },
  }
}
