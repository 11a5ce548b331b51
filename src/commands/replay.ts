import { readFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { EXIT, UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import { firstDifference, storyOf } from '../core/verdict/story.ts'
import { tryGit } from '../io/git/git.ts'
import { openRepository, type Repository } from '../io/git/repository.ts'
import { lastRun } from '../io/journal/last-run.ts'
import { listRuns, runsFolder } from '../io/journal/past-runs.ts'
import type { GlobalOptions } from './options.ts'
import { type JournaledRun, RUN_VERSION, type RunDescription } from './run-description.ts'
import { replaySession } from './session.ts'

export interface ReplayFlags {
  isolation?: string
}

/**
 * `agent replay RUN`: a journaled run again, on its own commit, with the answers it got and its seeds; no model is
 * asked and nothing lands. 0: the same decisions and the same trees; 1: they differ.
 */
export async function replayCommand(options: GlobalOptions, name: string, flags: ReplayFlags): Promise<number> {
  const repository = await openRepository(options.cwd)
  const journaled = await findRun(repository, options.cwd, name)
  const was = storyOf(await eventsIn(journaled.dir))
  const { exitCode, events } = await replaySession(options, { land: true, ...flags }, journaled)
  // Another run is at work, or there is no commit to begin at: it did not begin.
  if (!events.some(({ type }) => type === 'run.started')) return exitCode
  if ([EXIT.interrupted, EXIT.bug, EXIT.isolation, EXIT.environment].includes(exitCode as never)) return exitCode
  const difference = firstDifference(was, storyOf(events))
  const trees = was.filter((line) => line.startsWith('tree ')).length
  if (options.json)
    process.stdout.write(`${JSON.stringify({ type: 'replay.result', same: !difference, difference })}\n`)
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  if (!difference) {
    say(`The replay of ${journaled.run.run} decided the same${trees > 0 ? ' and made the same tree' : ''}.`)
    return EXIT.done
  }
  say(`The replay of ${journaled.run.run} differs.`)
  say(`  then: ${difference.was ?? '(nothing further)'}`)
  say(`  now:  ${difference.is ?? '(nothing further)'}`)
  return EXIT.problems
}

async function findRun(repository: Repository, cwd: string, name: string): Promise<JournaledRun> {
  const runs = runsFolder(repository.root)
  const known = await listRuns(repository.root)
  const wanted = name === 'last' ? ((await lastRun(repository.root)) ?? name) : name
  const matching = known.filter((run) => run.startsWith(wanted))
  if (matching.length > 1) throw new UserError(`${name} names several runs: ${matching.join(', ')}.`)
  const dir = matching[0] ? join(runs, matching[0]) : isAbsolute(name) ? name : resolve(cwd, name)
  const text = await readFile(join(dir, 'run.json'), 'utf8').catch(() => null)
  if (text === null) {
    const advice = known.length > 0 ? `There are: ${known.slice(-5).join(', ')}.` : 'There is none in this repository.'
    throw new UserError(`No journal of a run "${name}" that could be replayed. ${advice}`)
  }
  const run = JSON.parse(text) as RunDescription
  if (run.wanted.parallel !== undefined)
    throw new UserError(
      `${run.run} had several tasks at work at once, in an order that only its clock knew: it cannot be replayed.`,
    )
  if (run.version !== RUN_VERSION)
    throw new UserError(`The journal of ${run.run} was written by another version of agent and cannot be replayed.`)
  if (!(await tryGit(repository.root, ['cat-file', '-e', `${run.base}^{commit}`])).ok)
    throw new UserError(`The run ${run.run} began at commit ${run.base}, which is not in this repository.`, 'git')
  return { dir, run }
}

async function eventsIn(dir: string): Promise<Event[]> {
  const lines = (await readFile(join(dir, 'events.jsonl'), 'utf8')).split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Event)
}
