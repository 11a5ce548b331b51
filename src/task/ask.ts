import { costOf, permitWithin, type Spent, spend } from '../core/budget.ts'
import type { Reply } from '../core/patch/patch.ts'
import { readReply } from '../core/patch/read-reply.ts'
import { assemble, type Part } from '../core/prompt/prompt.ts'
import type { ModelFailure, ModelResult, Role, Usage, World } from '../world.ts'
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
  const permitAfter = (spent: Spent, spentHere: Spent) =>
    permitWithin(
      [
        { of: 'run', limits: settings.limits, spent, minutes: world.now() / 60_000 },
        {
          of: 'task',
          limits: settings.taskLimits,
          spent: spentHere,
          minutes: (world.now() - state.startedMs) / 60_000,
        },
      ],
      prompt.manifest.tokens,
      settings.outputLimit,
      settings.price,
    )
  const permit = permitAfter(state.spent, state.spentHere)
  if (!permit.ok) return none(end(state, 'budget', permit.reason))
  const at = { role, attempt: state.attempt, round }
  world.tell({ type: 'prompt.built', spec: spec.id, task: task.id, ...at, ...prompt.manifest })
  world.tell({ type: 'model.started', ...at, model: settings.model })
  const started = world.now()
  const mayRepeat = (billed: Usage) => {
    const usd = costOf(billed, settings.price)
    const again = permitAfter(spend(state.spent, billed, usd), spend(state.spentHere, billed, usd))
    return again.ok && again.maxOutputTokens >= permit.maxOutputTokens
  }
  const request = {
    model: settings.model,
    spec: spec.id,
    task: task.id,
    ...at,
    promptVersion: prompt.version,
    system: prompt.system,
    prompt: prompt.user,
    maxOutputTokens: permit.maxOutputTokens,
  }
  const result = await world.askModel(request, mayRepeat)
  const charged = charge(world, state, result, world.now() - started)
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

/** What was billed is charged before anybody looks at the answer. */
function charge(world: World, state: State, result: ModelResult, ms: number): State {
  const { usage, usd, model } = result
  const [message, note] = result.ok ? [null, result.note] : [result.message, null]
  world.tell({ type: 'model.finished', ok: result.ok, message, usage, usd, model, note, ms })
  return {
    ...state,
    spent: spend(state.spent, usage, usd),
    spentHere: spend(state.spentHere, usage, usd),
    models: state.models.includes(model) ? state.models : [...state.models, model],
  }
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
