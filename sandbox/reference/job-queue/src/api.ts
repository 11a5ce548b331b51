import type { Net } from 'specproof/sim'

interface Submission {
  type: 'submit'
  request: string
  payload?: unknown
  priority: number
}

type Answer = { type: 'submitted'; request: string; id: string } | { type: 'rejected'; request: string; reason: string }

/**
 * Serves the node `api`: answers each submission as soon as it arrives, and a repeated one with the id of the first.
 * `accept` answers the new job's id and throws RangeError for a priority it rejects; the reason is the error's message.
 * Any other error from `accept` is passed on to the net, and the submission is not answered.
 */
export function startApi(net: Net, accept: (payload: unknown, priority: number) => string): void {
  // By client, then by request. Nothing is forgotten: a client may repeat a submission at any later time.
  const idsByClient = new Map<string, Map<string, string>>()

  function idFor(client: string, submission: Submission): string {
    const ids = idsByClient.get(client) ?? new Map<string, string>()
    const known = ids.get(submission.request)
    if (known !== undefined) return known
    const id = accept(submission.payload, submission.priority)
    ids.set(submission.request, id)
    idsByClient.set(client, ids)
    return id
  }

  function answerTo(client: string, submission: Submission): Answer {
    const { request } = submission
    try {
      return { type: 'submitted', request, id: idFor(client, submission) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { type: 'rejected', request, reason: error.message }
    }
  }

  net.onMessage('api', (from, message) => {
    if (isSubmission(message)) net.send('api', from, answerTo(from, message))
  })
}

function isSubmission(message: unknown): message is Submission {
  if (typeof message !== 'object' || message === null) return false
  const { type, request, priority } = message as Record<string, unknown>
  return type === 'submit' && typeof request === 'string' && typeof priority === 'number'
}
