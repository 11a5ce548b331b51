import { basename } from 'node:path'
import type { Config } from '../core/config.ts'
import { EXIT, UserError } from '../core/errors.ts'
import { dirsOf, specRootsOf } from '../core/projects.ts'
import type { Spec } from '../core/spec/spec.ts'
import type { SpecTrace } from '../core/trace/matrix.ts'
import { countStates, tableOf } from '../core/trace/rows.ts'
import { pathsNamed } from '../core/trace/tests.ts'
import { traceSpec } from '../core/trace/trace.ts'
import { openRepository } from '../io/git/repository.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { readTestFiles } from '../io/test-files.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { chooseColor, chooseUnicode } from '../ui/choose.ts'
import { printed } from '../ui/printed.ts'
import { atWorkWords } from '../ui/status.ts'
import { traceHtml } from '../ui/trace/html.ts'
import { traceMarkdown } from '../ui/trace/markdown.ts'
import { traceLines } from '../ui/trace/terminal.ts'
import { readAtWork } from './at-work.ts'
import { readEvidence } from './evidence.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { pageAt, writePage } from './page.ts'
import { nameOfSpec, specsNamed } from './spec-named.ts'
import { changedFiles, readHere } from './uncommitted.ts'

/** What a screen has no room for, a pipe has. */
function seeAllOf(name: string | undefined): string {
  return `agent trace${name === undefined ? '' : ` ${name}`} | less`
}

export interface TraceFlags {
  spec?: string
  html?: string
  markdown?: boolean
}

/** `agent trace`: requirement -> property -> task -> test -> commit -> evidence, and what is not covered. 1 where something is not. */
export async function traceCommand(
  options: GlobalOptions,
  argument: string | undefined,
  flags: TraceFlags,
): Promise<number> {
  if (options.json && flags.markdown) throw new UserError('--json and --markdown both write to stdout: choose one.')
  const name = nameOfSpec(argument, flags.spec)
  const seeAll = seeAllOf(name)
  const repository = await openRepository(options.cwd)
  const { root } = repository
  const config = await loadConfig(options, root)
  const roots = specRootsOf(config)
  const { specs } = await loadSpecs(await specFilesOnDisk(root, roots), roots)
  const wanted = specsNamed(specs, name)
  const traces = await traceAll(root, specs, wanted, config)
  const changed = await changedFiles(options.cwd, wanted)
  const atWork = await readAtWork(repository)
  const views = traces.map(tableOf)
  const page = flags.html === undefined ? null : pageAt(repository, options.cwd, flags.html)
  if (page !== null) await writePage(repository, page, traceHtml(views, `Trace of ${basename(root)}`))
  const clean = traces.every(({ problems }) => problems.length === 0)
  if (options.json)
    process.stdout.write(`${JSON.stringify({ clean, specs: traces.map(withCounts), uncommitted: changed, atWork })}\n`)
  else if (flags.markdown) process.stdout.write(traceMarkdown(views))
  else print(options, views, seeAll)
  const people = options.json || flags.markdown ? process.stderr : process.stdout
  if (page !== null && !options.quiet) people.write(`Written: ${page}\n`)
  if (!options.json && !flags.markdown) people.write(readHere(changed, people.isTTY ? seeAll : null))
  if (atWork !== null && !options.json && !flags.markdown)
    people.write(`${atWorkWords(atWork, new Date()).join('\n')}\nWhat it has not committed yet is not traced.\n`)
  return clean ? EXIT.done : EXIT.problems
}

/** The matrices of `wanted`, which are among `all`, with the evidence of HEAD. */
export async function traceAll(root: string, all: Spec[], wanted: Spec[], config: Config): Promise<SpecTrace[]> {
  const { histories, before } = await readEvidence(root, wanted)
  const changed = [...histories.values()].flatMap((tasks) =>
    [...tasks.values()].flatMap(({ current }) => current?.files ?? []),
  )
  const files = await readTestFiles(root, [...pathsNamed(wanted, (spec) => dirsOf(spec, config)), ...changed])
  return wanted.map((spec) =>
    traceSpec({
      spec,
      history: histories.get(spec.dir) ?? new Map(),
      before: (commit) => before(spec, commit),
      files,
      dirs: dirsOf(spec, config),
      alone: all.length === 1,
    }),
  )
}

function withCounts(trace: SpecTrace): SpecTrace & { counts: Record<string, number> } {
  return { ...trace, counts: countStates(trace) }
}

function print(options: GlobalOptions, views: Parameters<typeof traceLines>[0], seeAll: string): void {
  const { stdout, env } = process
  const isTTY = stdout.isTTY === true
  const color = chooseColor({ noColor: !options.color, isTTY, env })
  const look = { width: isTTY ? (stdout.columns ?? 100) : null, unicode: chooseUnicode(env), seeAll }
  const quiet = options.quiet ? views.map((view) => ({ ...view, rows: [] })) : views
  stdout.write(
    traceLines(quiet, look)
      .map((line) => `${printed(line, color)}\n`)
      .join(''),
  )
}
