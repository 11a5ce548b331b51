import {
  addUsage,
  costOf,
  NOTHING_SPENT,
  type Permit,
  permitWithin,
  type Spent,
  spend,
  worstCase,
} from '../core/budget.ts'
import { calibrationKey, learn, readRatios } from '../core/calibration.ts'
import type { FileChange, Reply } from '../core/patch/patch.ts'
import { readReply } from '../core/patch/read-reply.ts'
import { dearest } from '../core/prices.ts'
import { assemble, type CountTokens, type Part } from '../core/prompt/prompt.ts'
import { modelAt } from '../core/settings.ts'
import type { ModelFailure, ModelRequest, ModelResult, Role, Usage, World } from '../world.ts'
import { end, type State, type Surroundings } from './state.ts'

export interface Answer {
  state: State
  /** Null when there is none; then the state carries the outcome, or `exhausted` is set. */
  reply: Reply | null
  text: string
  /** It numbers other survivors than those that were asked about. */
  others: boolean
  /** The model has nothing further for this task (a recording that ends here). */
  exhausted: string | null
}

/**
 * Builds the prompt, checks the budget, asks, charges what was billed, then reads the reply. `overlay`: what lies upon the base for a
 * model that answers by editing files.
 */
export async function ask(
  world: World,
  state: State,
  role: Role,
  round: number,
  parts: Part[],
  overlay: FileChange[] = role === 'author' ? [] : (state.frozen?.stubs ?? []),
): Promise<Answer> {
  const { settings, templates } = state.around
  const { spec, task } = state.plan
  const none = (next: State): Answer => ({
    ...{ state: next, reply: null, text: '' },
    ...{ others: false, exhausted: null },
  })
  const how = settings.roles[role]
  const model = modelAt(how, state.escalations)
  const estimate = estimatorOf(state.around, model)
  const size = { limit: how.promptLimit, aim: state.around.promptAim }
  const assembled = assemble(role, templates.version, parts, size, estimate)
  if (!assembled.ok) return none(end(state, 'usage', assembled.message))
  const { prompt } = assembled
  const { permit, mayRepeat, settle } = await reserve(world, state, role, model, prompt.manifest.tokens)
  if (!permit.ok) return none(end(state, 'budget', permit.reason))
  const at = { role, attempt: state.attempt, round }
  const started = world.now()
  const request: ModelRequest = {
    model,
    spec: spec.id,
    task: task.id,
    ...at,
    promptVersion: prompt.version,
    system: prompt.system,
    prompt: prompt.user,
    stable: prompt.stable,
    maxOutputTokens: permit.maxOutputTokens,
    ...(how.temperature === undefined ? {} : { temperature: how.temperature }),
    ...(how.effort === undefined ? {} : { effort: how.effort }),
    base: { commit: state.tree.commit, overlay },
  }
  let result: ModelResult | null = null
  try {
    world.tell({ type: 'prompt.built', spec: spec.id, task: task.id, ...at, ...prompt.manifest })
    const { silence } = settings.models[model] ?? {}
    world.tell({ type: 'model.started', ...at, model, ...(silence ? { silence } : {}) })
    result = await world.askModel(request, mayRepeat)
  } finally {
    // Whatever went wrong: other workers wait for what is held back here.
    settle(result)
  }
  const charged = charge(
    world,
    state,
    result,
    world.now() - started,
    estimatorOf(state.around, result.model)(textOf(request)),
  )
  await remember(world, state.around, request, result)
  if (!result.ok) {
    if (result.failure === 'exhausted') return { ...none(charged), exhausted: result.message }
    return none(end(charged, STATUS_OF[result.failure], result.message))
  }
  if (result.truncated) {
    const message = 'Your answer was cut off at the length limit. Answer again, shorter: fewer files or fewer words.'
    return {
      state: charged,
      reply: { kind: 'unreadable', problems: [{ line: 1, message }] },
      text: result.text,
      others: false,
      exhausted: null,
    }
  }
  const { text, others = false } = result
  return { state: charged, reply: readReply(text), text, others, exhausted: null }
}

/**
 * Whether the call fits what is left, at the dearest that may answer; and the same after what a lost answer cost. Where other
 * workers' calls hold back what this one needs, it waits until they have ended.
 */
async function reserve(world: World, state: State, role: Role, model: string, promptTokens: number) {
  const { settings, ledger } = state.around
  const able = [model, ...settings.fallback].map((name) => settings.models[name])
  const price = dearest(able.map((facts) => facts?.price ?? null))
  const margin = Math.max(...able.map((facts) => (facts ? facts.tokens.ratio * facts.tokens.margin : 1)))
  const perToken = margin / (settings.models[model]?.tokens.ratio ?? 1)
  const permitAfter = (spent: Spent, spentHere: Spent) => {
    const minutes = world.now() / 60_000
    const here = (world.now() - state.startedMs) / 60_000
    return permitWithin(
      [
        { of: 'run', limits: settings.limits, spent, minutes },
        { of: 'task', limits: settings.taskLimits, spent: spentHere, minutes: here },
      ],
      promptTokens,
      settings.roles[role].outputLimit,
      price,
      perToken,
    )
  }
  const permitNow = (spent: Spent) => permitAfter(spent, state.spentHere)
  let permit = permitNow(ledger?.taken() ?? state.spent)
  while (ledger && ledger.underWay() > 0 && !sameRoom(permit, permitNow(ledger.charged()))) {
    await ledger.changed()
    permit = permitNow(ledger.taken())
  }
  const most = permit.ok && ledger ? worstCase(promptTokens, permit.maxOutputTokens, price, perToken) : null
  const reservation = most && ledger?.reserve(most.usage, most.usd)
  const mayRepeat = (billed: Usage) => {
    const usd = costOf(billed, price)
    const others = reservation?.others() ?? state.spent
    const again = permitAfter(spend(others, billed, usd), spend(state.spentHere, billed, usd))
    if (!permit.ok || !again.ok || again.maxOutputTokens < permit.maxOutputTokens) return false
    reservation?.repeat(billed, usd)
    return true
  }
  const settle = (result: Pick<ModelResult, 'usage' | 'usd'> | null) =>
    reservation?.settle(result?.usage ?? NOTHING_SPENT.usage, result?.usd ?? null)
  return { permit, mayRepeat, settle }
}

function sameRoom(one: Permit, other: Permit): boolean {
  return one.ok && other.ok ? one.maxOutputTokens === other.maxOutputTokens : one.ok === other.ok
}

/** Our reckoning of a model's tokens, by what past prompts were billed. */
export function estimatorOf({ settings, count, countFor }: Surroundings, model: string): CountTokens {
  const counted = countFor?.(model) ?? count
  const ratio = settings.models[model]?.tokens.ratio ?? 1
  return (text) => Math.ceil(counted(text) * ratio)
}

function textOf({ system, prompt }: ModelRequest): string {
  return `${system}\n${prompt}`
}

/** Keeps what the service counted against what we did, for the runs to come. */
async function remember(world: World, around: Surroundings, request: ModelRequest, result: ModelResult): Promise<void> {
  if (!result.ok || result.promptTokens === undefined) return
  const key = calibrationKey(result.model)
  const ours = (around.countFor?.(result.model) ?? around.count)(textOf(request))
  await world.remember(key, learn(readRatios(await world.recall(key)), ours, result.promptTokens))
}

/** What was billed is charged before anybody looks at the answer. */
function charge(world: World, state: State, result: ModelResult, ms: number, estimated: number): State {
  const { usage, usd, model } = result
  const [message, note] = result.ok ? [null, result.note] : [result.message, null]
  const { promptTokens: counted, earlier } = result.ok ? result : {}
  const compared = counted === undefined ? {} : { estimated, counted }
  const taken = earlier === undefined ? {} : { earlier }
  world.tell({ type: 'model.finished', ok: result.ok, message, usage, usd, model, note, ...compared, ...taken, ms })
  return {
    ...state,
    spent: spend(state.spent, usage, usd),
    spentHere: spend(state.spentHere, usage, usd),
    ...(earlier ? { earlier: state.earlier ? addUsage(state.earlier, earlier) : earlier } : {}),
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
