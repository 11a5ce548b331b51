import { NO_LIMITS } from '../core/budget.ts'
import { UserError } from '../core/errors.ts'
import { type Assembled, assemble } from '../core/prompt/prompt.ts'
import { DEFAULT_LEVEL, type Settings } from '../core/settings.ts'
import { splitTarget } from '../core/spec/locate.ts'
import { openRepository, readHead } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { openMemory } from '../io/journal/memory.ts'
import { choose, planOf } from '../run.ts'
import { authorParts, implementerParts } from '../task/context.ts'
import { loadSpecs } from '../task/load-specs.ts'
import type { Frozen } from '../task/state.ts'
import { frozenKeyOf } from '../task/write-tests.ts'
import { table } from '../ui/format.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { surroundings } from './session.ts'

export interface ContextFlags {
  full?: boolean
  role?: string
}

/** `agent context SPEC/TASK`: the prompt and its manifest. Asks no model. */
export async function contextCommand(options: GlobalOptions, target: string, flags: ContextFlags): Promise<number> {
  const repository = await openRepository(options.cwd)
  const config = await loadConfig(options, repository.root)
  const tree = await openTree(repository.root, (await readHead(repository.root)).commit)
  const { specs, withoutTasks } = await loadSpecs(tree, config.specs)
  const chosen = choose(specs, withoutTasks, splitTarget(target, specs))
  if ('outcome' in chosen) throw new UserError(chosen.outcome.message)
  const plan = await planOf(chosen.spec, chosen.task, tree)
  const limit = config.context?.maxTokens ?? 60_000
  const around = await surroundings('context', contextSettings(limit), config)
  const frozen = (await openMemory(repository.root).recall(frozenKeyOf(plan))) as Frozen | null
  const role = flags.role ?? (frozen ? 'implementer' : 'author')
  if (role !== 'author' && role !== 'implementer')
    throw new UserError(`--role ${role}: expected author or implementer.`)
  const scene = { around, plan, tree }
  const parts = role === 'author' ? await authorParts(scene, []) : await implementerParts(scene, frozen, [])
  const assembled = assemble(role, around.templates.version, parts, limit, around.count)
  process.stdout.write(
    options.json ? asJson(assembled) : asText(assembled, `${plan.spec.id}/${plan.task.id}`, role, flags.full ?? false),
  )
  if (!assembled.ok) throw new UserError(assembled.message)
  return 0
}

function contextSettings(promptLimit: number): Settings {
  return {
    model: 'none',
    specRoots: [],
    attempts: 1,
    limits: NO_LIMITS,
    taskLimits: NO_LIMITS,
    price: null,
    promptLimit,
    outputLimit: 0,
    level: DEFAULT_LEVEL,
    checksKey: '',
    requireVerified: false,
    freshTests: false,
    reviewTests: false,
    land: true,
  }
}

function asJson(assembled: Assembled): string {
  const manifest = assembled.ok ? assembled.prompt.manifest : assembled.manifest
  const prompt = assembled.ok
    ? { system: assembled.prompt.system, messages: [{ role: 'user', content: assembled.prompt.user }] }
    : null
  return `${JSON.stringify({ ...manifest, prompt })}\n`
}

function asText(assembled: Assembled, task: string, role: string, full: boolean): string {
  const manifest = assembled.ok ? assembled.prompt.manifest : assembled.manifest
  const share = (tokens: number) => `${Math.round((100 * tokens) / Math.max(1, manifest.tokens))} %`
  const rows = manifest.parts.map((part) => [
    part.kind,
    part.source,
    part.tokens.toLocaleString('en-US'),
    share(part.tokens),
  ])
  const lines = [
    `Prompt of the ${role} for ${task}: ${manifest.tokens.toLocaleString('en-US')} of ${manifest.limit.toLocaleString('en-US')} tokens (counted with the o200k vocabulary, an estimate for other models)`,
    '',
    ...table(rows, { indent: 2, align: 'llrr' }),
    ...manifest.dropped.map((part) => `  left out: ${part.source}, ${part.tokens} tokens: ${part.why}`),
  ]
  if (full && assembled.ok) lines.push('', '--- system', assembled.prompt.system, '', '--- user', assembled.prompt.user)
  else lines.push('', 'The whole text: --full')
  return `${lines.join('\n')}\n`
}
