import { UserError } from '../core/errors.ts'
import { renderSlice } from '../core/prompt/sections.ts'
import { boundWords } from '../core/spec/bound-words.ts'
import { splitTarget } from '../core/spec/locate.ts'
import { sliceOf } from '../core/spec/slice.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import { table } from '../ui/format.ts'
import { designJson, designLines } from './design.ts'
import { specsHere, specsOnDisk } from './lint.ts'
import type { GlobalOptions } from './options.ts'
import { changedFiles, readHere } from './uncommitted.ts'
import { propertyLines, understoodLines, WIDTH } from './understood.ts'

/** `agent show SPEC[/TASK] | FOLDER`: what the parser understood. */
export async function showCommand(options: GlobalOptions, target: string | undefined): Promise<number> {
  const wanted = target ?? (await onlyOne(options))
  const { spec, task } = await find(options, wanted)
  const changed = await changedFiles(options.cwd, [spec])
  const slice = task === null ? null : sliceOf(spec, task.id)
  const shown =
    slice === null ? publicSpec(spec) : { ...publicTask(slice.task), spec: spec.id, design: designJson(spec, slice) }
  if (options.json) process.stdout.write(`${JSON.stringify({ ...shown, uncommitted: changed })}\n`)
  else {
    const seeAll = process.stdout.isTTY ? `agent show ${wanted} | less` : null
    const below = slice ? ['', ...designLines(spec, slice, seeAll)].map((line) => `${line}\n`).join('') : ''
    const text =
      slice && task
        ? `${understoodLines(spec, task).join('\n')}\n${renderSlice(slice, true)}\n${below}`
        : specText(spec, seeAll)
    process.stdout.write(`${text}${readHere(changed, seeAll)}`)
  }
  return 0
}

/** Without a name the only spec is meant. */
async function onlyOne(options: GlobalOptions): Promise<string> {
  const ids = (await specsHere(options)).folders.map(({ id }) => id)
  const [first, second] = ids
  if (first === undefined) throw new UserError('There is no spec here to show: name its folder.')
  if (second === undefined) return first
  throw new UserError(
    `Name what to show, \`agent show ${first}\` or a task as \`${first}/1\`. There are: ${ids.join(', ')}.`,
  )
}

async function find(options: GlobalOptions, target: string): Promise<{ spec: Spec; task: Task | null }> {
  const whole = await specsOnDisk(options, [target]).catch(() => null)
  if (whole?.[0]) return { spec: whole[0], task: null }
  const slash = target.lastIndexOf('/')
  const ways = [splitTarget(target, (await specsHere(options)).folders)]
  // A folder elsewhere and a task of it: `../other/.kiro/specs/login/2.1`.
  if (slash > 0) ways.push({ spec: target.slice(0, slash), task: target.slice(slash + 1) })
  let near: Spec | undefined
  for (const { spec: name, task: id } of ways) {
    const [spec] = await specsOnDisk(options, [name]).catch((): Spec[] => [])
    const task = spec?.tasks.find((one) => one.id === id)
    if (spec && task) return { spec, task }
    near = spec ?? near
  }
  if (near === undefined) await specsOnDisk(options, [ways[0]!.spec])
  const has = near?.tasks.map((one) => one.id).join(', ')
  throw new UserError(`Spec ${near?.id} has no task "${ways.at(-1)!.task}"; it has: ${has}.`)
}

/** Fields that scripts rely on; offsets and source text are our own business. */
const TASK_FIELDS = [
  ...(['id', 'title', 'status', 'line', 'parent', 'optional', 'kind', 'depends'] as const),
  ...(['parallel', 'story', 'phase', 'struck', 'boundary', 'blocked'] as const),
  ...(['class', 'statements', 'requirements', 'unresolved', 'properties', 'test', 'verify', 'allows'] as const),
]

function publicTask(task: Task): object {
  return Object.fromEntries(TASK_FIELDS.map((name) => [name, task[name]]))
}

function publicSpec(spec: Spec): object {
  const { id, dir, dialect, archived, introduction, phases, requirements, protocol, decisions, layers, glossary } = spec
  return {
    ...{ id, dir, dialect, archived, introduction, phases },
    tasks: spec.tasks.map(publicTask),
    ...{ requirements, properties: spec.properties, protocol, decisions, layers, glossary },
    steering: spec.steering.map(({ path, inclusion, pattern }) => ({ path, inclusion, pattern })),
    diagnostics: spec.diagnostics,
  }
}

/** `seeAll`: the command that shows all of it, where lines are cut to what a screen has room for; null: none is cut. */
export function specText(spec: Spec, seeAll: string | null): string {
  const whole = describe(spec, Number.POSITIVE_INFINITY)
  const cut = describe(spec, WIDTH)
  return seeAll === null || cut === whole
    ? whole
    : `${cut}Lines are cut at ${WIDTH} columns: \`${seeAll}\` shows them whole.\n`
}

function describe(spec: Spec, width: number): string {
  const tasks = spec.tasks.map((task) => [
    task.status,
    task.id,
    task.title,
    task.test ? `${task.test.kind} test` : '',
    task.requirements.join(', '),
  ])
  const criteria = spec.requirements.flatMap((requirement) =>
    requirement.criteria.map((criterion) => [
      criterion.id,
      criterion.pattern,
      criterion.bounds.map(boundWords).join('; '),
      criterion.text,
    ]),
  )
  const requirements = spec.requirements.map(({ id, kind, priority, change, file, title }) => [
    id,
    [kind, priority, change].filter((word) => word !== null).join(', '),
    title,
    spec.dir !== '' && file.startsWith(`${spec.dir}/`) ? file.slice(spec.dir.length + 1) : file,
  ])
  const protocol = spec.protocol.map(({ name, validates, text }) => [name, validates.join(', '), text])
  const decisions = spec.decisions.map(({ n, title, decision }) => [n === null ? '' : String(n), title, decision ?? ''])
  const layers = spec.layers.map(({ property, layer, path, text }) => [String(property), layer ?? '', path ?? '', text])
  const part = (title: string, rows: string[][]) => [
    `${title} (${rows.length})`,
    ...table(rows, { indent: 2, width }),
    '',
  ]
  return [
    `${spec.id} in ${spec.dir}, read as ${spec.dialect}`,
    '',
    ...part('Tasks', tasks),
    ...part('Requirements', requirements),
    ...part('Criteria', criteria),
    ...propertyLines(spec, width),
    ...(protocol.length > 0 ? part('Coordination protocol', protocol) : []),
    ...(decisions.length > 0 ? part('Decisions', decisions) : []),
    ...(layers.length > 0 ? part('Where properties are tested', layers) : []),
    `Steering: ${spec.steering.map((one) => `${one.path} (${one.inclusion})`).join(', ') || 'none'}`,
    `Diagnostics: ${spec.diagnostics.length} (see \`agent lint ${spec.id}\`)`,
    '',
  ].join('\n')
}
