import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelFailure, ModelRequest, ModelResult } from '../../world.ts'
import { editsAsReply } from './edits.ts'
import type { AskOptions, Model } from './model.ts'
import { costOf, type Price } from './prices.ts'
import { type ProgramResult, runProgram } from './program.ts'
import { openScratchTree, type TreeSource } from './scratch-tree.ts'
import { estimateTokens, NO_USAGE } from './usage.ts'

/** One entry of `commands:` in agent.yaml. */
export interface Command {
  run: string
  mode?: 'text' | 'edits' | undefined
  seconds?: number | undefined
}

export interface CommandOptions {
  env: Record<string, string | undefined>
  price: Price | null
  tree: TreeSource
}

/** Assumed, since a program does not tell which model it asks. */
const ASSUMED = { contextTokens: 200_000, outputTokens: 64_000 }
const SECONDS = 900
const LAST_LINES = 8

const IN_PLACE = `# How to answer here

You stand in a copy of the repository, without its history. Edit, create and delete files in the current folder instead of writing the fences that are described above; only what you changed there is taken, by the same rules. What you print is read only if you changed no file: then it is your answer, such as NEED or BLOCKED lines.`

/** An agent of the user's as a model: its program gets the prompt, and prints an answer or edits a throw-away tree. */
export function commandModel(name: string, command: Command, options: CommandOptions): Model {
  const edits = command.mode === 'edits'
  return {
    name,
    ...ASSUMED,
    async ask(request, asked) {
      const parts = [request.system, request.prompt.trim(), edits ? IN_PLACE : ''].filter((part) => part !== '')
      const input = `${parts.join('\n\n')}\n`
      try {
        return edits
          ? await askForEdits(name, command, options, request, asked, input)
          : await askForText(name, command, options, asked, input)
      } catch (error) {
        return failed(name, 'bad-request', error instanceof Error ? error.message : String(error))
      }
    },
  }
}

async function askForText(
  name: string,
  command: Command,
  options: CommandOptions,
  asked: AskOptions,
  input: string,
): Promise<ModelResult> {
  const { scratch } = options.tree
  await mkdir(scratch(), { recursive: true })
  // Not in the user's checkout: an agent edits where it stands.
  const cwd = await mkdtemp(join(scratch(), 'command-'))
  try {
    const result = await runProgram(programOf(command, options, asked, cwd, input))
    const problem = problemOf(name, command, result)
    return problem ?? answered(name, options.price, input, (result as Ended).stdout, null)
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

async function askForEdits(
  name: string,
  command: Command,
  options: CommandOptions,
  request: ModelRequest,
  asked: AskOptions,
  input: string,
): Promise<ModelResult> {
  if (!request.base) throw new Error('there is no tree to edit')
  const tree = await openScratchTree(options.tree, request.base)
  try {
    const result = await runProgram(programOf(command, options, asked, tree.dir, input))
    const problem = problemOf(name, command, result)
    if (problem) return problem
    const { text, left } = await editsAsReply(tree)
    const missing = left.length > 0 ? `left out of its edits: ${left.join(', ')}` : null
    return answered(name, options.price, input, text === '' ? (result as Ended).stdout : text, missing)
  } finally {
    await tree.close()
  }
}

type Ended = Extract<ProgramResult, { ended: 'itself' }>

function programOf(command: Command, options: CommandOptions, asked: AskOptions, cwd: string, input: string) {
  const onOutput = (text: string) => {
    try {
      asked.onDelta(text)
    } catch {
      // A fault in a listener must not lose an answer.
    }
  }
  const { run, seconds = SECONDS } = command
  return { run, cwd, env: options.env, input, seconds, signal: asked.signal, onOutput }
}

function answered(name: string, price: Price | null, input: string, text: string, left: string | null): ModelResult {
  const usage = { input: estimateTokens(input.length), output: estimateTokens(text.length), cached: 0 }
  const note = ['tokens are estimated: a program tells nobody what it used', left].filter(Boolean).join('; ')
  return { ok: true, text, truncated: false, usage, usd: costOf(usage, price), model: name, note }
}

function problemOf(name: string, { run, seconds = SECONDS }: Command, result: ProgramResult): ModelResult | null {
  switch (result.ended) {
    case 'cancelled':
      return failed(name, 'cancelled', 'cancelled')
    case 'not-started':
      return failed(name, 'bad-request', `\`${run}\` could not be started: ${result.reason}`)
    case 'too-slow':
      return failed(name, 'outage', `\`${run}\` did not end within ${seconds} s${lastLines(result)}`)
    case 'too-much':
      return failed(name, 'outage', `\`${run}\` printed more than 10 MB`)
    case 'itself': {
      const { exitCode, killedBy } = result
      if (exitCode === 0) return null
      const how = exitCode === null ? `was ended by ${killedBy}` : `ended with exit code ${exitCode}`
      // 126 and 127: the shell found nothing that it could run.
      const failure = exitCode === 126 || exitCode === 127 ? 'bad-request' : 'outage'
      return failed(name, failure, `\`${run}\` ${how}${lastLines(result)}`)
    }
  }
}

function lastLines({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-LAST_LINES).join('\n').slice(-1_000)
  return said === '' ? '' : `: ${said}`
}

function failed(name: string, failure: ModelFailure, message: string): ModelResult {
  return { ok: false, failure, message: `${name}: ${message}`, usage: NO_USAGE, usd: null, model: name }
}
