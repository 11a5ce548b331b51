import { join } from 'node:path'
import { planOf } from '../begin.ts'
import { NO_LIMITS } from '../core/budget.ts'
import { calibrate } from '../core/calibration.ts'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { createMask } from '../core/mask.ts'
import { specRootsOf } from '../core/projects.ts'
import { type Assembled, assemble, type Prompt } from '../core/prompt/prompt.ts'
import { DEFAULT_LEVEL, type ModelFacts, ROLES, type Settings, suiteLevels } from '../core/settings.ts'
import { choose, type Reason, type Wanted } from '../core/spec/choose.ts'
import { splitTarget } from '../core/spec/locate.ts'
import type { Spec } from '../core/spec/spec.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { openRepository, readHead } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { type Memory, openMemory } from '../io/journal/memory.ts'
import { ModelNameError } from '../io/models/model-name.ts'
import { createSymbols } from '../io/symbols/symbols.ts'
import { estimatorOf } from '../task/ask.ts'
import { authorParts, implementerParts } from '../task/context.ts'
import { frozenKeyOf } from '../task/frozen.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { ownTestsUnrun } from '../task/own-tests.ts'
import type { Frozen, Plan } from '../task/state.ts'
import { lostReferences } from '../task/steering.ts'
import { oneLine, plural, table } from '../ui/format.ts'
import { readFromWords } from '../ui/read-from.ts'
import type { Role } from '../world.ts'
import { designJson, designLines } from './design.ts'
import { openModels, recallRatios } from './models.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { PART_WORDS } from './part-words.ts'
import { aroundIn, dirOfTask } from './place.ts'
import { surroundings } from './surroundings.ts'
import { vocabularyOf } from './tokens.ts'
import { changedFiles } from './uncommitted.ts'

export interface ContextFlags {
  full?: boolean
  role?: string
  /** Whose tokens are counted. */
  model?: string
  /** Has the service itself count them: the prompt leaves the machine, nothing is billed. */
  exact?: boolean
}

/** `agent context SPEC/TASK`: the prompt and its manifest. Asks no model. */
export async function contextCommand(options: GlobalOptions, target: string, flags: ContextFlags): Promise<number> {
  const repository = await openRepository(options.cwd)
  const config = await loadConfig(options, repository.root)
  const tree = await openTree(repository.root, (await readHead(repository.root)).commit)
  const { specs, withoutTasks } = await loadSpecs(tree, specRootsOf(config))
  const wanted = splitTarget(target, specs)
  const chosen = choose(specs, withoutTasks, wanted)
  if ('outcome' in chosen) throw new UserError(noPrompt(chosen.outcome, specs, wanted))
  const place = await dirOfTask(chosen.spec, chosen.task, config, tree)
  if ('problem' in place) throw new UserError(place.problem)
  const plan = await planOf(chosen.spec, chosen.task, tree, config.context?.steering, place.dir)
  const memory = openMemory(repository.root)
  const kept = (await memory.recall(frozenKeyOf(plan))) as Frozen | null
  const frozen = (await ownTestsUnrun(tree, plan)) ?? kept
  const role = flags.role ?? (frozen ? 'implementer' : 'author')
  if (role !== 'author' && role !== 'implementer')
    throw new UserError(`--role ${role}: expected author or implementer.`)
  const model = flags.model ?? [config.models?.[role] ?? config.model ?? []].flat()[0] ?? null
  const limit = config.context?.maxTokens ?? 60_000
  const general = await surroundings('context', await contextSettings(limit, model, memory), config, tree)
  const around = { ...general, ...(await aroundIn(tree, config, place.dir)) }
  const symbols = createSymbols(repository.root, join(cacheFolder(repository), 'symbols'))
  const scene = { around, plan, tree, symbols }
  const left = [...plan.steering.left, ...(await lostReferences(scene))]
  const parts = role === 'author' ? await authorParts(scene, []) : await implementerParts(scene, frozen, [])
  const size = { limit, aim: around.promptAim }
  const assembled = assemble(role, around.templates.version, parts, size, estimatorOf(around, model ?? ''))
  const exact = flags.exact && assembled.ok ? await countExactly(assembled.prompt, model, config, options.cwd) : null
  const how = await howCounted(model, around.settings)
  const changed = await changedFiles(options.cwd, [plan.spec])
  const name = `${plan.spec.id}/${plan.task.id}`
  const isAsked = frozen === null && plan.task.verify === null && plan.task.kind !== 'checkpoint'
  const shown = { task: name, role, isAsked, full: flags.full ?? false, exact, how, left, changed, plan }
  process.stdout.write(options.json ? asJson(assembled, shown) : asText(assembled, shown))
  if (!assembled.ok) throw new UserError(assembled.message)
  return 0
}

/** Why there is no prompt; of a task that is done also what can be seen of it. */
function noPrompt({ status, message }: Reason, specs: readonly Spec[], wanted: Wanted): string {
  if (status !== 'nothing') return message
  const open = '`agent context` shows what a model would be asked about an open task.'
  const spec = specs.find(({ id, dir }) => id === wanted.spec || dir === wanted.spec)
  const task = spec?.tasks.find(({ id }) => id === wanted.task)
  if (!spec || !task) return `${message} ${open}`
  return [
    `${message} ${open} Of this one:`,
    `  \`agent show ${spec.id}/${task.id}\` shows what was understood of it, and the words of its prompt`,
    `  \`agent verify --spec ${spec.id} --task ${task.id}\` judges its evidence again`,
    `  to have it done anew, write \`[ ]\` at ${spec.dir}/tasks.md:${task.line} and commit that`,
  ].join('\n')
}

async function contextSettings(promptLimit: number, model: string | null, memory: Memory): Promise<Settings> {
  const models = model === null ? [] : [model]
  const ratios = await recallRatios(memory, models)
  const facts = async (name: string): Promise<[string, ModelFacts]> => {
    const known = (await vocabularyOf(name)) !== null
    return [name, { price: null, tokens: calibrate(name, known, ratios[name] ?? []) }]
  }
  const role = { models, promptLimit, outputLimit: 0 }
  return {
    roles: Object.fromEntries(ROLES.map((name) => [name, role])) as Settings['roles'],
    fallback: [],
    models: Object.fromEntries(await Promise.all(models.map(facts))),
    specRoots: [],
    attempts: 1,
    limits: NO_LIMITS,
    taskLimits: NO_LIMITS,
    level: DEFAULT_LEVEL,
    levels: suiteLevels(DEFAULT_LEVEL),
    checks: [],
    teeth: 'off',
    checksKey: '',
    requireVerified: false,
    freshTests: false,
    reviewTests: false,
    land: true,
  }
}

async function countExactly(
  { system, user, stable, role, version }: Prompt,
  name: string | null,
  config: Config,
  cwd: string,
): Promise<number> {
  if (name === null)
    throw new UserError('--exact needs a model: use --model provider/model or set `model:` in agent.yaml.')
  const roles = Object.fromEntries(ROLES.map((one) => [one, [name]])) as Record<Role, string[]>
  const opened = await openModels({ roles, fallback: [] }, config, cwd).catch((error: unknown) => {
    throw error instanceof ModelNameError ? new UserError(error.message) : error
  })
  const model = opened.get(name)
  if (!model?.count) throw new UserError(`--exact: nobody counts the tokens of ${name}; anthropic/ and openai/ do.`)
  const mask = createMask(process.env)
  const asked = { model: name, spec: '', task: '', role, attempt: 1, round: 1, promptVersion: version }
  const request = { ...asked, system: mask(system), prompt: mask(user), stable, maxOutputTokens: 1 }
  const counted = await model.count(request, new AbortController().signal)
  if (!counted.ok) throw new UserError(`--exact: ${counted.message}`, 'provider')
  return counted.tokens
}

async function howCounted(model: string | null, { models }: Settings): Promise<string> {
  const tokens = model === null ? undefined : models[model]?.tokens
  if (model === null || !tokens) return 'counted with the o200k vocabulary, an estimate for other models'
  if (tokens.ratio !== 1) return `estimated for ${model} from ${plural(tokens.samples, 'prompt')} billed earlier`
  const vocabulary = await vocabularyOf(model)
  if (vocabulary !== null) return `counted with the ${vocabulary} vocabulary of ${model}`
  return `counted with the o200k vocabulary, an estimate for ${model}`
}

function asJson(
  assembled: Assembled,
  { exact, left, changed, plan }: Pick<Shown, 'exact' | 'left' | 'changed' | 'plan'>,
): string {
  const manifest = assembled.ok ? assembled.prompt.manifest : assembled.manifest
  const prompt = assembled.ok
    ? { system: assembled.prompt.system, messages: [{ role: 'user', content: assembled.prompt.user }] }
    : null
  const dropped = [...manifest.dropped, ...left.map((one) => ({ ...one, tokens: 0 }))]
  return `${JSON.stringify({ ...manifest, dropped, ...(exact === null ? {} : { exact }), design: designJson(plan.spec, plan.slice), uncommitted: changed, prompt })}\n`
}

interface Shown {
  task: string
  role: string
  /** Whether an author is asked at all. */
  isAsked: boolean
  full: boolean
  /** By the service's own count. */
  exact: number | null
  how: string
  /** What was never meant to be in this prompt, beside what did not fit. */
  left: { source: string; why: string }[]
  /** Files of the spec that differ from HEAD. */
  changed: string[]
  plan: Pick<Plan, 'spec' | 'slice'>
}

const LATER =
  'The first question; the implementer and the strengthener are asked later, with the tests and the code that there are then.'

function asText(assembled: Assembled, { task, role, isAsked, full, exact, how, left, changed, plan }: Shown): string {
  const manifest = assembled.ok ? assembled.prompt.manifest : assembled.manifest
  const share = (tokens: number) => `${Math.round((100 * tokens) / Math.max(1, manifest.tokens))} %`
  const rows = manifest.parts.map((part) => [
    part.kind,
    part.source,
    part.tokens.toLocaleString('en-US'),
    share(part.tokens),
    PART_WORDS[part.kind],
  ])
  const seeAll = process.stdout.isTTY ? `agent context ${task} | less` : null
  const lines = [
    `Prompt of the ${role} for ${task}: ${manifest.tokens.toLocaleString('en-US')} of ${manifest.limit.toLocaleString('en-US')} tokens (${how})`,
    ...(exact === null
      ? []
      : [`The service counts ${exact.toLocaleString('en-US')} tokens: ${offBy(manifest.tokens, exact)}.`]),
    ...(role === 'author' && isAsked ? [LATER] : []),
    '',
    ...table(rows, { indent: 2, align: 'llrrl' }),
    ...manifest.shortened.map(
      (part) => `  shortened: ${part.source}, whole ${part.tokens.toLocaleString('en-US')} tokens: ${part.why}`,
    ),
    ...manifest.dropped.map(
      (part) => `  left out: ${part.source}, ${part.tokens.toLocaleString('en-US')} tokens: ${part.why}`,
    ),
    ...left.map((part) => `  left out: ${part.source}: ${part.why}`),
    ...designLines(plan.spec, plan.slice, seeAll).map((line) => `  ${line}`),
  ]
  if (full && assembled.ok) lines.push('', '--- system', assembled.prompt.system, '', '--- user', assembled.prompt.user)
  else lines.push('', 'The whole text: --full')
  if (changed.length > 0) lines.push(...readFromWords('HEAD', changed, seeAll).map(oneLine))
  return `${lines.join('\n')}\n`
}

function offBy(estimated: number, exact: number): string {
  const share = Math.round((100 * (estimated - exact)) / Math.max(1, exact))
  return share === 0
    ? 'the count above is right'
    : `the count above is ${Math.abs(share)} % too ${share > 0 ? 'high' : 'low'}`
}
