export interface Terminal {
  json: boolean
  quiet: boolean
  /** `--plain`; left out: no. */
  plain?: boolean
  noColor: boolean
  stdoutIsTTY: boolean
  stdinIsTTY: boolean
  /** The environment, of which only these are read. */
  env: Environment
}

export interface Environment {
  CI?: string | undefined
  NO_COLOR?: string | undefined
  TERM?: string | undefined
  ACCESSIBLE?: string | undefined
  LC_ALL?: string | undefined
  LC_CTYPE?: string | undefined
  LANG?: string | undefined
}

export type View = 'ink' | 'plain' | 'jsonl'

/** Whether an automation runs us, as most CI services say it: `CI` set to anything but nothing, `0` or `false`. */
export function inCi(env: Environment): boolean {
  return isSet(env.CI)
}

const isSet = (value: string | undefined) => value !== undefined && !['', '0', 'false'].includes(value.toLowerCase())

/** Whether what is shown is read aloud: then nothing is drawn anew, and nothing is said by a mark alone. */
export function isSpoken({ plain = false, env }: { plain?: boolean | undefined; env: Environment }): boolean {
  return plain || isSet(env.ACCESSIBLE)
}

/**
 * What goes to stdout. With `jsonl`, text for people goes to stderr, as plain lines. The live view needs a terminal on
 * both sides: without one to read from, an interrupt could not be told from other keys.
 */
export function chooseView(terminal: Terminal): View {
  if (terminal.json) return 'jsonl'
  const live = terminal.stdoutIsTTY && terminal.stdinIsTTY && !terminal.quiet && !isSpoken(terminal)
  return live && !inCi(terminal.env) && terminal.env.TERM !== 'dumb' ? 'ink' : 'plain'
}

/** Colour on a stream: only on a terminal, and neither `--no-color`, `NO_COLOR` nor a dumb terminal forbid it. */
export function chooseColor(options: { noColor: boolean; isTTY: boolean; env: Environment }): boolean {
  const { noColor, isTTY, env } = options
  return isTTY && !noColor && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** Marks and lines beyond ASCII: only where the locale says UTF-8, and not on consoles whose fonts lack them. */
export function chooseUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return /utf-?8/i.test(locale) && env.TERM !== 'dumb' && env.TERM !== 'linux'
}
