import { readFile } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { EXIT, UserError } from '../core/errors.ts'
import { createMask } from '../core/mask.ts'
import { specRootsOf } from '../core/projects.ts'
import { beganAt } from '../core/run-id.ts'
import { tableOf } from '../core/trace/rows.ts'
import { tryGit } from '../io/git/git.ts'
import { openRepository } from '../io/git/repository.ts'
import { runAtWork } from '../io/git/run-lock.ts'
import { nameOf } from '../io/journal/journal.ts'
import { lastRun } from '../io/journal/last-run.ts'
import { listRuns, runsFolder } from '../io/journal/past-runs.ts'
import { readEvents } from '../io/journal/read-events.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { chooseColor, chooseUnicode } from '../ui/choose.ts'
import { readableWidth } from '../ui/line.ts'
import { printed } from '../ui/printed.ts'
import { type Beside, reportHtml } from '../ui/report/html.ts'
import { type Story, storyOfRun } from '../ui/report/story.ts'
import { reportLines } from '../ui/report/terminal.ts'
import type { ModelRequest } from '../world.ts'
import { cut, SHOW } from './diffs.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { pageAt, writePage } from './page.ts'
import { runsCommand } from './runs.ts'
import { traceAll } from './trace.ts'

export interface ReportFlags {
  html?: string
  /** The runs that there are, and none of them. */
  list?: boolean
}

/** `agent report [RUN]`: what happened in a run, from its journal. Asks nobody and changes nothing but the file it is told to write. */
export async function reportCommand(
  options: GlobalOptions,
  named: string | undefined,
  flags: ReportFlags,
): Promise<number> {
  if (flags.list) {
    if (named !== undefined || flags.html !== undefined)
      throw new UserError('--list tells of all runs: leave out the run and --html.')
    return runsCommand(options)
  }
  const name = named ?? 'last'
  const repository = await openRepository(options.cwd)
  const { root, commonDir } = repository
  const dir = await folderOfRun(root, options.cwd, name)
  const story = await readStory(commonDir, root, dir)
  if (story.run === null && story.result === null)
    throw new UserError(`${join(dir, 'events.jsonl')} holds no events of a run that this version of agent can read.`)
  const page = flags.html === undefined ? null : pageAt(repository, options.cwd, flags.html)
  if (page !== null) await writePage(repository, page, reportHtml(story, await besides(options, root, dir, story)))
  if (options.json) process.stdout.write(`${JSON.stringify({ ...story, html: page })}\n`)
  else print(options, story, page)
  return EXIT.done
}

async function readStory(commonDir: string, root: string, dir: string): Promise<Story> {
  // Who ends between the two looks has written its end before it lets go: so the lock is looked at first.
  const run = await runAtWork(commonDir)
  const { events, unread } = await readEvents(dir)
  const story = storyOfRun(events, run !== null && dir === join(runsFolder(root), run))
  const began = beganAt(basename(dir))
  // What is under way tells nothing of how long it has been.
  if (story.atWork && began !== null) story.ms = Math.max(story.ms, Date.now() - Date.parse(began))
  if (unread > 0) story.notes.push(`${unread} events are not told: another version of agent wrote them`)
  return story
}

/** Writes the page of a run, as far as its journal tells it. */
export async function writeReport(options: GlobalOptions, root: string, dir: string, page: string): Promise<void> {
  const repository = await openRepository(root)
  const story = await readStory(repository.commonDir, root, dir)
  await writePage(repository, page, reportHtml(story, await besides(options, root, dir, story)))
}

/** A run by its id, the beginning of it, `last` (the last that did something), or its folder. Throws UserError, which names those that there are. */
async function folderOfRun(root: string, cwd: string, name: string): Promise<string> {
  const known = await listRuns(root)
  const last = name === 'last' ? await lastRun(root) : null
  if (last !== null) return join(runsFolder(root), last)
  const matching = known.filter((run) => run.startsWith(name))
  if (matching.length > 1) throw new UserError(`${name} names several runs: ${matching.join(', ')}.`)
  const dir = matching[0] ? join(runsFolder(root), matching[0]) : isAbsolute(name) ? name : resolve(cwd, name)
  const { events, unread } = await readEvents(dir)
  if (events.length + unread > 0) return dir
  const advice =
    known.length > 0
      ? `There are: ${known.slice(-5).join(', ')}; \`agent report --list\` tells of all.`
      : 'There is none in this repository: `agent next` writes the first.'
  throw new UserError(name === 'last' ? advice : `There is no journal of a run "${name}". ${advice}`)
}

async function besides(options: GlobalOptions, root: string, dir: string, story: Story): Promise<Beside> {
  // What stands in the journal is masked already; what git holds is not.
  const mask = createMask(process.env)
  const commits = story.tasks.flatMap(({ commit }) => (commit === null ? [] : [commit.commit]))
  const diffs = new Map<string, string>()
  for (const commit of commits) {
    const shown = await tryGit(root, [...SHOW, commit])
    if (shown.ok) diffs.set(commit, cut(mask(shown.stdout.toString('utf8'))))
  }
  const replies = new Map<string, string>()
  for (const { spec, task, attempts } of story.tasks)
    for (const { n, moments } of attempts)
      for (const { asked } of moments) {
        if (asked === undefined) continue
        const file = nameOf({
          spec,
          task,
          attempt: Math.max(1, n),
          round: asked.round,
          role: asked.role as ModelRequest['role'],
        })
        const text = await readFile(join(dir, 'replies', file), 'utf8').catch(() => null)
        if (text !== null) replies.set(file, cut(mask(text)))
      }
  return {
    diff: (commit) => diffs.get(commit) ?? null,
    reply: (asked) => replies.get(nameOf({ ...asked, role: asked.role as ModelRequest['role'] })) ?? null,
    traces: await tracesOf(options, root, story),
  }
}

/** Of the specs that the run worked on; none where they are gone or cannot be read any more. */
async function tracesOf(options: GlobalOptions, root: string, story: Story): Promise<Beside['traces']> {
  const config = await loadConfig(options, root)
  const roots = specRootsOf(config)
  const { specs } = await loadSpecs(await specFilesOnDisk(root, roots), roots)
  const worked = new Set(story.tasks.map(({ spec }) => spec))
  const wanted = specs.filter(({ id, dir }) => worked.has(id) || worked.has(dir))
  return (await traceAll(root, specs, wanted, config)).map(tableOf)
}

function print(options: GlobalOptions, story: Story, page: string | null): void {
  const { stdout, env } = process
  const isTTY = stdout.isTTY === true
  const color = chooseColor({ noColor: !options.color, isTTY, env })
  const look = { width: readableWidth(stdout.columns), unicode: chooseUnicode(env) }
  if (options.quiet && page !== null) return
  const lines = reportLines(story, look, !isTTY)
  // Who asks for a page reads that: here stands which run it is of, and how it ended.
  const shown = page === null ? lines : lines.slice(0, 2)
  stdout.write(shown.map((line) => `${printed(line, color)}\n`).join(''))
  if (page !== null) stdout.write(`\nWritten: ${page}\n`)
}
