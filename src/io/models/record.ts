import type { ModelRequest, ModelResult } from '../../world.ts'
import type { Model } from './model.ts'
import { pathsOf, promptHash, survivorsHash, writeRecordingInfo, writeReply } from './recording.ts'

type Reply = Extract<ModelResult, { ok: true }>

/**
 * The same model, which also writes every reply to `dir` as `recorded/DIR` reads it (see `recording.ts`). Failures are
 * not written. A reply asked for again replaces the earlier one. When a file cannot be written the reply is still
 * given, and its note says so.
 */
export function record(model: Model, dir: string, label: string): Model {
  return {
    ...model,
    async ask(request, options) {
      const result = await model.ask(request, options)
      if (!result.ok) return result
      try {
        await write(model, dir, label, request, result)
        return result
      } catch (error) {
        const problem = `not recorded: ${error instanceof Error ? error.message : String(error)}`
        return { ...result, note: result.note ? `${result.note}; ${problem}` : problem }
      }
    },
  }
}

async function write(model: Model, dir: string, label: string, request: ModelRequest, reply: Reply): Promise<void> {
  await writeRecordingInfo(dir, {
    version: 1,
    label,
    model: model.name,
    recordedAt: new Date().toISOString(),
    note: null,
    contextTokens: model.contextTokens,
    outputTokens: model.outputTokens,
  })
  const survivors = survivorsHash(request)
  await writeReply(pathsOf(dir, request), reply.text, {
    promptVersion: request.promptVersion,
    promptHash: promptHash(request),
    ...(survivors === null ? {} : { survivors }),
    model: reply.model,
    usage: reply.usage,
    usd: reply.usd,
    truncated: reply.truncated,
  })
}
