import { join } from 'node:path'
import type { ModelRequest, ModelResult } from '../../world.ts'
import { readJournaledReply } from '../journal/journal.ts'
import type { Model } from './model.ts'
import { NO_USAGE } from './usage.ts'

/** A model that gives the answers that stand in the journal of a run, with what they cost then. */
export function openJournaled(dir: string): Model {
  return {
    name: 'journal',
    contextTokens: Number.MAX_SAFE_INTEGER,
    outputTokens: Number.MAX_SAFE_INTEGER,
    async ask(request: ModelRequest, { onDelta }): Promise<ModelResult> {
      const reply = await readJournaledReply(join(dir, 'replies'), request)
      if (!reply) {
        const { spec, task, role, attempt, round } = request
        const message = `the journal holds no reply for ${spec}/${task}, ${role}, attempt ${attempt}, round ${round}`
        return { ok: false, failure: 'exhausted', message, usage: NO_USAGE, usd: 0, model: request.model }
      }
      onDelta(reply.text)
      return { ok: true, ...reply, note: 'replayed' }
    },
  }
}
