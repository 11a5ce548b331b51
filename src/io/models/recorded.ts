import { resolve } from 'node:path'
import type { ModelRequest, ModelResult } from '../../world.ts'
import type { Model } from './model.ts'
import { ModelNameError } from './model-name.ts'
import { pathsOf, type ReplyInfo, readRecordingInfo, readReply, survivorsHash } from './recording.ts'
import { NO_USAGE } from './usage.ts'

/** Assumed where a recording does not say how large its model was. */
const ASSUMED = { contextTokens: 200_000, outputTokens: 64_000 }

/**
 * A model that repeats the replies of a recording (see `recording.ts` for its files), with the usage and cost that
 * they had. A question that the recording has no reply to fails as `exhausted`.
 * @throws ModelNameError when `folder` is not a recording.
 */
export async function openRecorded(name: string, folder: string, cwd: string): Promise<Model> {
  const dir = resolve(cwd, folder)
  const read = await readRecordingInfo(dir)
  if (!read.ok) {
    const advice = 'write recorded/DIR with a folder that was made by --record DIR'
    throw new ModelNameError(`model "${name}" is not a recording: ${read.reason}: ${advice}`)
  }
  const info = read.value
  const told = new Set<string>()
  return {
    name,
    contextTokens: info.contextTokens ?? ASSUMED.contextTokens,
    outputTokens: info.outputTokens ?? ASSUMED.outputTokens,
    ask: (request, options) => replay(dir, info.model, request, options, told),
  }
}

async function replay(
  dir: string,
  recordedModel: string,
  request: ModelRequest,
  options: Parameters<Model['ask']>[1],
  told: Set<string>,
): Promise<ModelResult> {
  const nothing = { ok: false as const, usage: { ...NO_USAGE }, usd: 0, model: `recorded (${recordedModel})` }
  if (options.signal.aborted) return { ...nothing, failure: 'cancelled', message: 'cancelled' }
  const read = await readReply(pathsOf(dir, request))
  if (!read.ok)
    return { ...nothing, failure: 'exhausted', message: missingMessage(request, read.missing ? null : read.reason) }
  const { text, info } = read.value
  try {
    options.onDelta(text)
  } catch {
    // As with a live model, a fault in a listener does not lose the answer.
  }
  const { usage, usd, truncated } = info
  const answer = { ok: true as const, text, truncated, usage, usd, model: `recorded (${info.model})` }
  const survivors = survivorsHash(request)
  const others = survivors !== null && survivors !== info.survivors
  return { ...answer, note: noteOf(info, request, told), ...(others ? { others } : {}) }
}

function missingMessage(request: ModelRequest, problem: string | null): string {
  const { spec, task, role, attempt, round } = request
  const what = `the recording holds no reply for ${spec}/${task}, ${role}, attempt ${attempt}, round ${round}`
  return problem === null ? what : `${what}: ${problem}`
}

/** Replies to prompts of other templates are mostly all of a recording: of the first it is said. */
function noteOf(info: ReplyInfo, request: ModelRequest, told: Set<string>): string {
  const versions = `${info.promptVersion} ${request.promptVersion}`
  if (info.promptVersion === request.promptVersion || told.has(versions)) return 'replayed'
  told.add(versions)
  return `replayed; it answered prompt version ${info.promptVersion}, and today's is ${request.promptVersion} (said once)`
}
