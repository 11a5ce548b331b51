import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'
import { demoTests, makeDemoRepository } from '../io/demo.ts'
import { readRecordingInfo } from '../io/models/recording.ts'
import { ownCommand } from '../io/own-command.ts'
import { PACKAGE_ROOT } from '../io/package-root.ts'
import type { RunOptions } from '../run-options.ts'
import type { GlobalOptions } from './options.ts'
import { runSession } from './session.ts'
import type { RunFlags } from './settings.ts'

export interface DemoFlags extends RunFlags {
  spec?: string
  tasks?: string
  then?: string
}

function recording(name: string, otherwise: string): string {
  const dir = join(PACKAGE_ROOT, 'recordings', name)
  if (!existsSync(join(dir, 'recording.json'))) throw new UserError(otherwise)
  return `recorded/${dir}`
}

/** The shipped specs that the demo can build. */
function shippedSpec(name: string): string {
  const specs = readdirSync(join(PACKAGE_ROOT, 'specs')).filter((id) =>
    existsSync(join(PACKAGE_ROOT, 'specs', id, 'tasks.md')),
  )
  const known = specs.filter((id) => id !== 'agent')
  if (known.includes(name)) return name
  throw new UserError(`--spec ${name}: the demo has ${known.join(', ')}.${didYouMean(name, known)}`)
}

/** The last task that the recording of a spec answers, where the spec goes on behind it; null: all are recorded. */
function lastRecorded(spec: string): string | null {
  const tasks = readFileSync(join(PACKAGE_ROOT, 'specs', spec, 'tasks.md'), 'utf8')
  const ids = [...tasks.matchAll(/^- \[ \] (\d+)\./gm)].map(([, id]) => id!)
  const recorded = readdirSync(join(PACKAGE_ROOT, 'recordings', spec, spec))
  return ids.every((id) => recorded.includes(id)) ? null : (ids.findLast((id) => recorded.includes(id)) ?? null)
}

/** What a recording with a wrong reply is about: one task, which comes after those that `before` ends with; null: it is the first. */
interface Then {
  model: string
  spec: string
  task: string
  before: string | null
}

function thenOf(name: string): Then {
  const model = recording(name, `--then ${name}: there is no such recording.`)
  const dir = model.slice('recorded/'.length)
  const [spec = ''] = foldersIn(dir)
  const [task = '', ...others] = foldersIn(join(dir, spec))
  if (others.length > 0)
    throw new UserError(`--then ${name} answers several tasks: \`agent demo --spec ${spec}\` replays them.`)
  return { model, spec, task, before: Number(task) > 1 ? String(Number(task) - 1) : null }
}

function foldersIn(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

/** `agent demo`: the main job on a shipped spec, in a fresh temporary repository. */
export async function demoCommand(options: GlobalOptions, flags: DemoFlags): Promise<number> {
  const say = (text: string) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  const then = flags.then === undefined ? null : thenOf(flags.then)
  const spec = shippedSpec(flags.spec ?? then?.spec ?? 'job-queue')
  if (then && spec !== then.spec) throw new UserError(`--then ${flags.then} is about a task of ${then.spec}.`)
  const model =
    flags.model ?? recording(spec, `Of ${spec} there is no recording: name a model with --model provider/model.`)
  const dir = await makeDemoRepository(spec)
  const last = flags.model === undefined ? lastRecorded(spec) : null
  introduce(say, dir, spec, model)
  if (last) say(`Tasks 1 to ${last} are recorded, and the demo ends there; with a live model it goes on.\n`)
  const here = { ...options, cwd: dir }
  const until = then ? then.before : (flags.tasks ?? last)
  const whole: RunOptions = { spec, task: null, most: null, until, keepGoing: false, dryRun: false }
  let code = then && then.before === null ? 0 : await runSession(here, { ...flags, model }, whole)
  if (then && code === 0) {
    say(`\nNow task ${then.task} with the recording ${flags.then}: ${await labelOf(then.model)}\n`)
    code = await runSession(here, { ...flags, model: then.model }, { ...whole, task: then.task, most: 1, until: null })
  }
  say('')
  say(`Look at it:  git -C ${dir} log --stat      # the commits with their evidence`)
  say(`             cat ${join(dir, `specs/${spec}/tasks.md`)}`)
  say(`             cd ${dir} && ${demoTests(dir)}`)
  say(`             rm -rf ${dir}      # nothing else needs it`)
  return code
}

async function labelOf(model: string): Promise<string> {
  const info = await readRecordingInfo(model.slice('recorded/'.length))
  return info.ok ? info.value.label : ''
}

function introduce(say: (text: string) => void, dir: string, spec: string, model: string): void {
  say(`The demo builds ${spec === 'job-queue' ? 'the job queue of ' : ''}specs/${spec} in ${dir}`)
  if (model.startsWith('recorded/')) {
    say('Replies are replayed: a real model gave them once. All that follows a reply runs')
    say('for real, with fresh seeds: patch, compiler, tests in the box, fault schedules, verdict, commit.')
    say('With a live model (needs ANTHROPIC_API_KEY and costs money):')
    say(`  ${ownCommand()} demo --model anthropic/MODEL`)
  }
  say('')
}
