import { permitCall, spend } from '../core/budget.ts'
import type { Reply } from '../core/patch/patch.ts'
import { readReply } from '../core/patch/read-reply.ts'
import { assemble, type Part } from '../core/prompt/prompt.ts'
import type { ModelFailure, Role, World } from '../world.ts'
import { end, type State } from './state.ts'

export interface Answer {
  state: State
  /** Null when there is none; then the state carries the outcome, or `exhausted` is set. */
  reply: Reply | null
  text: string
  /** The model has nothing further for this task (a recording that ends here). */
  exhausted: string | null
}

/** Builds the prompt, checks the budget, asks, charges what was billed, then reads the reply. */
export async function ask(world: World, state: State, role: Role, round: number, parts: Part[]): Promise<Answer> {
  const { settings, templates, count } = state.around
  const { spec, task } = state.plan
  const none = (next: State): Answer => ({ state: next, reply: null, text: '', exhausted: null })
  const assembled = assemble(role, templates.version, parts, settings.promptLimit, count)
  if (!assembled.ok) return none(end(state, 'usage', assembled.message))
  const { prompt } = assembled
  const permit = permitCall(
    settings.limits,
    state.spent,
    world.now() / 60_000,
    prompt.manifest.tokens,
    settings.outputLimit,
    settings.price,
  )
  if (!permit.ok) return none(end(state, 'budget', permit.reason))
  const at = { role, attempt: state.attempt, round }
  world.tell({ type: 'prompt.built', spec: spec.id, task: task.id, ...at, ...prompt.manifest })
  world.tell({ type: 'model.started', ...at, model: settings.model })
  const started = world.now()
  const result = await world.askModel({
    spec: spec.id,
    task: task.id,
    ...at,
    promptVersion: prompt.version,
    system: prompt.system,
    prompt: prompt.user,
    maxOutputTokens: permit.maxOutputTokens,
  })
  const charged: State = {
    ...state,
    spent: spend(state.spent, result.usage, result.usd),
    spentHere: spend(state.spentHere, result.usage, result.usd),
    models: state.models.includes(result.model) ? state.models : [...state.models, result.model],
  }
  world.tell({
    type: 'model.finished',
    ok: result.ok,
    message: result.ok ? null : result.message,
    usage: result.usage,
    usd: result.usd,
    model: result.model,
    note: result.ok ? result.note : null,
    ms: world.now() - started,
  })
  if (!result.ok) {
    if (result.failure === 'exhausted') return { state: charged, reply: null, text: '', exhausted: result.message }
    return none(end(charged, STATUS_OF[result.failure], result.message))
  }
  if (result.truncated) {
    const message = 'Your answer was cut off at the length limit. Answer again, shorter: fewer files or fewer words.'
    return {
      state: charged,
      reply: { kind: 'unreadable', problems: [{ line: 1, message }] },
      text: result.text,
      exhausted: null,
    }
  }
  return { state: charged, reply: readReply(result.text), text: result.text, exhausted: null }
}

const STATUS_OF: Record<Exclude<ModelFailure, 'exhausted'>, 'provider' | 'interrupted' | 'blocked'> = {
  key: 'provider',
  'rate-limit': 'provider',
  outage: 'provider',
  network: 'provider',
  'bad-request': 'provider',
  refused: 'blocked',
  cancelled: 'interrupted',
}
