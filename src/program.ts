import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { ApplyFlags } from './commands/apply.ts'
import type { ChaosFlags } from './commands/chaos.ts'
import type { CleanFlags } from './commands/clean.ts'
import type { ContextFlags } from './commands/context.ts'
import type { DemoFlags } from './commands/demo.ts'
import type { DoctorFlags } from './commands/doctor.ts'
import { examplesOf } from './commands/examples.ts'
import type { InitFlags } from './commands/init.ts'
import type { LintFlags } from './commands/lint.ts'
import type { GlobalOptions } from './commands/options.ts'
import type { ReplayFlags } from './commands/replay.ts'
import type { ReportFlags } from './commands/report.ts'
import type { RunCommandFlags } from './commands/run.ts'
import type { RunFlags } from './commands/settings.ts'
import type { StatusFlags } from './commands/status.ts'
import type { TraceFlags } from './commands/trace.ts'
import type { VerifyFlags } from './commands/verify.ts'
import { packageVersion } from './io/package-root.ts'

// Each command is loaded when it runs: SDKs, Ink and the tokenizer cost start-up time.
const COMMANDS = {
  run: () => import('./commands/run.ts'),
  status: () => import('./commands/status.ts'),
  context: () => import('./commands/context.ts'),
  demo: () => import('./commands/demo.ts'),
  lint: () => import('./commands/lint.ts'),
  show: () => import('./commands/show.ts'),
  trace: () => import('./commands/trace.ts'),
  report: () => import('./commands/report.ts'),
  replay: () => import('./commands/replay.ts'),
  init: () => import('./commands/init.ts'),
  doctor: () => import('./commands/doctor.ts'),
  apply: () => import('./commands/apply.ts'),
  chaos: () => import('./commands/chaos.ts'),
  verify: () => import('./commands/verify.ts'),
  undo: () => import('./commands/undo.ts'),
  clean: () => import('./commands/clean.ts'),
}

function globals(command: Command): GlobalOptions {
  const { cwd, config, json, quiet, color, plain } = command.optsWithGlobals<{
    cwd?: string
    config?: string
    json?: boolean
    quiet?: boolean
    color: boolean
    plain?: boolean
  }>()
  return {
    cwd: resolve(cwd ?? '.'),
    json: json ?? false,
    quiet: quiet ?? false,
    color,
    ...(config === undefined ? {} : { config }),
    ...(plain ? { plain } : {}),
  }
}

function withRunOptions(command: Command): Command {
  return command
    .option(
      '--model <name>',
      'provider/model: anthropic/..., openai/..., openai-compatible/..., command/..., recorded/DIR',
    )
    .option('--attempts <n>', 'attempts per task')
    .option('--max-tokens <n>', 'tokens of the run, in and out')
    .option('--max-usd <x>', 'US dollars of the run')
    .option('--max-minutes <n>', 'minutes of the run')
    .option('--require <level>', 'verified: stop with 4 where a task can only be checked')
    .option('--review-tests', 'stop when the tests are written, for a person to read them')
    .option('--fresh-tests', 'write tests anew where frozen ones are kept')
    .option('--isolation <backend>', 'auto, bwrap, unshare, srt or none')
    .option('--no-land', 'leave the commit on branch specproof/<spec>--<task>')
    .option('--record <dir>', 'keep all replies as a recording')
}

/** Files for CI services: see docs/ci.md. */
function withCiOptions(command: Command): Command {
  return command
    .option('--summary <file>', 'append a summary in Markdown')
    .option('--annotations <file>', 'write what is wrong as workflow commands of GitHub Actions')
    .option('--junit <file>', 'write the evidence as JUnit XML')
}

/** A terminal that is narrower breaks the lines itself, and what is shown can be written down when the program is built. */
const HELP_WIDTH = 80
const OWN_PAGES = '.agent/FILE lies at the top of the repository'

/** Stands below what was wrong with the words of a command. */
function takenBy(command: Command): string {
  const byOption = command.registeredArguments.length === 0 && command.options.some(({ long }) => long === '--spec')
  const name = `agent ${command.name()}`
  return `It takes \`${name} ${command.usage()}\`${byOption ? ', a spec as `--spec ID`' : ''}: see \`${name} --help\`.`
}

/** All commands with their options; `run` is given what a command does, as its exit code. */
export function buildProgram(run: (action: Promise<number>) => Promise<void>): Command {
  const program = new Command('agent')
    .description(
      'Turns the next unchecked task of a spec into one verified commit, or into an honest report of why not.',
    )
    .version(packageVersion())
    .option('--cwd <dir>', 'work in this folder')
    .option('--config <file>', 'settings (default: agent.yaml, optional)')
    .option('--json', 'JSON on stdout, text for people on stderr')
    .option('--quiet', 'verdicts, commits and errors only')
    .option('--plain', 'plain lines in place of the live view, for screen readers (as ACCESSIBLE=1)')
    .addOption(new Option('--no-color', 'no colours'))
    .exitOverride()
    .configureOutput({ getOutHelpWidth: () => HELP_WIDTH, getErrHelpWidth: () => HELP_WIDTH })
  withCiOptions(
    withRunOptions(program.command('next').description('the next unchecked task, to one verified commit or a report')),
  )
    .option('--spec <id>', 'only this spec')
    .option('--task <n>', 'this task')
    .option('--dry-run', 'show the task and the prompt, ask no model')
    .action(async (flags: RunFlags, command: Command) =>
      run(COMMANDS.run().then((module) => module.nextCommand(globals(command), flags))),
    )
  withCiOptions(
    withRunOptions(program.command('run').description('`next` until nothing is left, a task fails or a limit is met')),
  )
    .option('--spec <id>', 'only this spec')
    .option('--until <n>', 'stop after this task')
    .option('--keep-going', 'go on with the next task after one that was not verified')
    .option('--parallel <n>', 'so many tasks at work at the same time; they land in order')
    .action(async (flags: RunCommandFlags, command: Command) =>
      run(COMMANDS.run().then((module) => module.runCommand(globals(command), flags))),
    )
  program
    .command('status [spec]')
    .description('specs, progress, the next task and why each other open task is not it; of all, or of SPEC')
    .option('--spec <id>', 'only this spec')
    .option('--watch', 'show it anew when git or a spec changes, with the run at work, until q or Ctrl-C')
    .action(async (name: string | undefined, flags: StatusFlags, command: Command) =>
      run(COMMANDS.status().then((module) => module.statusCommand(globals(command), name, flags))),
    )
  withCiOptions(
    program
      .command('lint [paths...]')
      .description('what is wrong with the specs: file, line, and what to write instead'),
  )
    .option('--strict', 'warnings count as well')
    .option('--coverage', 'the table of components and failure modes instead, with its open cells')
    .action(async (paths: string[], flags: LintFlags, command: Command) =>
      run(COMMANDS.lint().then((module) => module.lintCommand(globals(command), paths, flags))),
    )
  program
    .command('show [target]')
    .description('what the parser understood of SPEC, SPEC/TASK or a folder')
    .action(async (target: string | undefined, _flags, command: Command) =>
      run(COMMANDS.show().then((module) => module.showCommand(globals(command), target))),
    )
  program
    .command('trace [spec]')
    .description(
      'requirement, property, task, test, commit, evidence; what is not covered, and what the spec no longer says',
    )
    .option('--spec <id>', 'only this spec')
    .option('--html <file>', `write a page as well; ${OWN_PAGES}`)
    .option('--markdown', 'a Markdown table, for pull requests')
    .action(async (name: string | undefined, flags: TraceFlags, command: Command) =>
      run(COMMANDS.trace().then((module) => module.traceCommand(globals(command), name, flags))),
    )
  program
    .command('context <target>')
    .description('the prompt of SPEC/TASK and what it is made of; asks no model')
    .option('--full', 'the whole text')
    .option('--role <role>', 'author or implementer')
    .option('--model <name>', 'whose tokens are counted')
    .option('--exact', "by the service's own count: sends the prompt there, costs nothing")
    .action(async (target: string, flags: ContextFlags, command: Command) =>
      run(COMMANDS.context().then((module) => module.contextCommand(globals(command), target, flags))),
    )
  program
    .command('report [run]')
    .description(
      'what happened in a run (its id, the beginning of it, or `last`, the last that did something), for people',
    )
    .option('--list', 'the runs that there are: id, when, how each ended, its tasks')
    .option(
      '--html <file>',
      `write one page that needs nothing else: attempts, prompts, cost, evidence, diffs; ${OWN_PAGES}`,
    )
    .action(async (name: string | undefined, flags: ReportFlags, command: Command) =>
      run(COMMANDS.report().then((module) => module.reportCommand(globals(command), name, flags))),
    )
  program
    .command('replay <run>')
    .description(
      'a journaled run again (its id, the beginning of it, or `last`), with its answers and seeds; asks no model',
    )
    .option('--isolation <backend>', 'auto, bwrap, unshare, srt or none')
    .action(async (name: string, flags: ReplayFlags, command: Command) =>
      run(COMMANDS.replay().then((module) => module.replayCommand(globals(command), name, flags))),
    )
  program
    .command('apply')
    .description("applies a model's reply to a folder, all of it or nothing: the patch engine by itself")
    .requiredOption('--reply <file>', 'the reply; - reads it from stdin')
    .option('--dir <dir>', 'the folder (default: the current one)')
    .option('--check', 'say what would happen, write nothing')
    .option('--allow <glob...>', 'protected or git-ignored paths that may be changed')
    .action(async (flags: ApplyFlags, command: Command) =>
      run(COMMANDS.apply().then((module) => module.applyCommand(globals(command), flags))),
    )
  withCiOptions(
    program
      .command('verify')
      .description(
        'the evidence of ticked tasks again at HEAD, on known and fresh seeds; what no longer holds, since when',
      ),
  )
    .option('--spec <id>', 'only this spec')
    .option('--task <n>', 'only this task')
    .option('--level <name>', 'attempt (default) or nightly: how many seeds and schedules')
    .option('--adopt', 'judge your own change, as it lies in the checkout, as an attempt at the next task')
    .option('--model <name>', 'with --adopt: who writes the tests where the task has none')
    .option('--isolation <backend>', 'auto, bwrap, unshare, srt or none')
    .action(async (flags: VerifyFlags, command: Command) =>
      run(COMMANDS.verify().then((module) => module.verifyCommand(globals(command), flags))),
    )
  program
    .command('undo <task>')
    .description('takes back a landed SPEC/TASK: code, tests and tick, in one commit')
    .action(async (task: string, _flags, command: Command) =>
      run(COMMANDS.undo().then((module) => module.undoCommand(globals(command), task))),
    )
  program
    .command('chaos <target>')
    .description('fresh fault schedules for the chaos tests of a file or folder, in the box, until one fails')
    .option('--seconds <n>', 'how long (default: 60)')
    .option('--schedules <n>', 'least schedules of each property in a round (default: 1000)')
    .option('--seed <n>', 'the seed of an earlier campaign')
    .option('--isolation <backend>', 'auto, bwrap, unshare, srt or none')
    .option('--no-save', 'keep no failing case as a regression test')
    .action(async (target: string, flags: ChaosFlags, command: Command) =>
      run(COMMANDS.chaos().then((module) => module.chaosCommand(globals(command), target, flags))),
    )
  program
    .command('init')
    .description('writes agent.yaml for this repository; with a yes adds the property library and a first spec')
    .option('--yes', 'do it all without a question')
    .action(async (flags: InitFlags, command: Command) =>
      run(COMMANDS.init().then((module) => module.initCommand(globals(command), flags))),
    )
  program
    .command('doctor')
    .description('what this machine can do, by trying it, and the mend for each thing missing')
    .option('--all', 'every limit, toolchain and probe too')
    .option('--ask', 'ask the models of agent.yaml, or --model, for one token each')
    .option('--model <name>', 'with --ask: whom')
    .action(async (flags: DoctorFlags, command: Command) =>
      run(COMMANDS.doctor().then((module) => module.doctorCommand(globals(command), flags))),
    )
  program
    .command('clean')
    .description('removes what old runs have left: journals, caches; commits that are not merged are listed and stay')
    .option('--days <n>', 'remove what was not used for so many days (default: 14)')
    .option('--max-mb <n>', 'remove the oldest while journals, or the cache, are larger (default: 1000)')
    .option('--dry-run', 'say what would go, remove nothing')
    .action(async (flags: CleanFlags, command: Command) =>
      run(COMMANDS.clean().then((module) => module.cleanCommand(globals(command), flags))),
    )
  withRunOptions(program.command('demo').description('the main job on a shipped spec, in a fresh temporary repository'))
    .option(
      '--spec <id>',
      'job-queue (default), crdt, lease-lock, rate-limits, priority-queue (Go) or job-queue-python',
    )
    .option('--tasks <n>', 'stop after this task')
    .option(
      '--then <recording>',
      'the tasks before it, then one with a wrong reply: planted-46-seconds, planted-go-lowest-first, retry, ... of recordings/',
    )
    .action(async (flags: DemoFlags, command: Command) =>
      run(COMMANDS.demo().then((module) => module.demoCommand(globals(command), flags))),
    )
  for (const command of program.commands)
    command.addHelpText('after', examplesOf(command.name())).showHelpAfterError(takenBy(command))
  return program.addHelpText('after', examplesOf(''))
}
