import type { HooksConfig } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import type { HookName } from '../world.ts'
import { runProgram } from './models/program.ts'

/** A hook that is asked for nothing else has so many seconds. */
const SECONDS = 60
/** Of what a failed hook printed. */
const SHOWN = 500

const MODEL_KEY = /^(ANTHROPIC|OPENAI)_API_KEY$/

export interface HookOptions {
  root: string
  hooks: HooksConfig | undefined
  tell(event: Event): void
  signal: AbortSignal
}

/**
 * Runs the user's commands of `hooks:` at the top of the checkout, outside the box, in order, until one fails: it gets `event` as one
 * line of JSON on its standard input, and none of the models' keys. Answers what failed, in words; null: nothing did.
 */
export function createHooks({ root, hooks = {}, tell, signal }: HookOptions) {
  return async (name: HookName, event: object): Promise<string | null> => {
    const { [name]: wanted = [], seconds = SECONDS } = hooks
    const own = Object.entries(process.env).filter(([variable]) => !MODEL_KEY.test(variable))
    const env = { ...Object.fromEntries(own), SPECPROOF_HOOK: name }
    for (const run of [wanted].flat()) {
      const started = performance.now()
      // What has to be put in order after a task is put in order after an interrupted one as well.
      const until = name === 'before_task' ? signal : NEVER
      const input = `${JSON.stringify(event)}\n`
      const ended = await runProgram({ run, cwd: root, env, input, seconds, signal: until, onOutput: () => {} })
      const why = inWords(ended, seconds)
      tell({
        type: 'hook.finished',
        hook: name,
        command: run,
        ok: why === null,
        message: why,
        ms: Math.round(performance.now() - started),
      })
      if (why !== null) return `${name}: \`${run}\` ${why}`
    }
    return null
  }
}

const NEVER = new AbortController().signal

function inWords(ended: Awaited<ReturnType<typeof runProgram>>, seconds: number): string | null {
  if (ended.ended === 'not-started') return `could not be started: ${ended.reason}`
  if (ended.ended === 'cancelled') return 'was interrupted'
  if (ended.ended === 'too-slow') return `did not end within ${seconds} s (hooks.seconds)`
  if (ended.ended !== 'itself') return 'printed too much'
  if (ended.exitCode === 0) return null
  const said = (ended.stderr.trim() || ended.stdout.trim()).slice(-SHOWN)
  const how = ended.killedBy ? `was ended by ${ended.killedBy}` : `ended with exit code ${ended.exitCode}`
  return said === '' ? how : `${how}: ${said}`
}
