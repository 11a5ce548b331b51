import type { Clock, Net } from 'specproof/sim'

export type Ask = (message: Record<string, unknown>) => Promise<Record<string, unknown>>

const BROKER = 'broker'
const AGAIN_MS = 500

/** Sends to the node `broker` at once and every 500 ms until the answer is there. Is the only receiver of the node `name`. */
export function createAsk(clock: Clock, net: Net, name: string): Ask {
  const epoch = clock.now()
  const waiting = new Map<string, (answer: Record<string, unknown>) => void>()
  let count = 0

  net.onMessage(name, (from, message) => {
    if (from !== BROKER || typeof message !== 'object' || message === null) return
    const answer = message as Record<string, unknown>
    waiting.get(String(answer['request']))?.(answer)
  })

  return (message) =>
    new Promise((resolve) => {
      count += 1
      const request = `${epoch}/${count}`
      let timer: number | undefined
      const send = () => {
        timer = clock.setTimeout(send, AGAIN_MS)
        net.send(name, BROKER, { ...message, request })
      }
      waiting.set(request, (answer) => {
        waiting.delete(request)
        clock.clearTimeout(timer)
        resolve(answer)
      })
      send()
    })
}
