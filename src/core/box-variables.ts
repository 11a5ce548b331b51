/** Which variables agent.yaml may give to the box, and what is said about them. */

const SECRET_NAME = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?|AUTH|APIKEY)$|_PWD$/i
const SECRET_VALUE = /:\/\/[^/\s:@]*:[^/\s@]+@/

/** Node options that neither load code nor open a port. */
const NODE_OPTION =
  /^--(max-old-space-size|max-semi-space-size|stack-trace-limit|stack-size)=\d+$|^--(no-warnings|no-deprecation|enable-source-maps|trace-warnings|trace-uncaught|experimental-vm-modules|expose-gc)$/

const REFUSED: [RegExp, string][] = [
  [/^(PATH|HOME|PWD|OLDPWD|TMPDIR|TMP|TEMP)$/, 'the box sets it'],
  [/^(BOX|SPECPROOF|VITEST)_|^(VITEST|NODE_ENV_FILE)$/, 'it belongs to the box and the test runner'],
  [/^LD_(PRELOAD|AUDIT)$/, 'it loads code into every program of the box'],
  [
    /^(BASH_ENV|ENV|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|IFS|PERL5OPT|PERL5DB)$|^BASH_FUNC_/,
    'it runs code in every shell or program of the box',
  ],
  [/^(NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_V8_COVERAGE|NODE_CHANNEL_FD)$/, 'it changes what the test runner loads'],
  [/^GIT_/, 'the box has a git folder of its own'],
  [/^(ANTHROPIC|OPENAI)_/, 'keys and addresses of models never enter the box'],
  [
    /^(SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DBUS_.*|XDG_RUNTIME_DIR|DOCKER_HOST|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY)$/,
    'it leads to something of the host that is not in the box',
  ],
]

/** Why a variable is refused, or null. `value` is null where the host's value is taken. */
export function whyRefused(name: string, value: string | null): string | null {
  if (name === 'NODE_OPTIONS') return whyNodeOptions(value)
  return REFUSED.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

function whyNodeOptions(value: string | null): string | null {
  if (value === null) return 'give its value here, as NODE_OPTIONS=--max-old-space-size=4096'
  const other = value.split(/\s+/).find((option) => option !== '' && !NODE_OPTION.test(option))
  return other === undefined ? null : `${other} is not among the options that load no code`
}

/** True when a variable may hold a secret, by its name or by a password in an address. */
export function looksSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value)
}

export interface BoxVariables {
  env: Record<string, string>
  /** What a person should know of it; never a value. */
  warnings: string[]
}

/** The variables that `env:` gives to the box; `host` is the environment of this process. */
export function boxVariables(entries: string[], host: Record<string, string | undefined>): BoxVariables {
  const made: BoxVariables = { env: {}, warnings: [] }
  for (const entry of entries) {
    const { name, value } = splitVariable(entry)
    const taken = value ?? host[name]
    if (taken === undefined) {
      made.warnings.push(`env: ${name} is not set here, so the box does not get it`)
      continue
    }
    if (looksSecret(name, taken)) {
      made.warnings.push(`env: ${name} looks like a secret, and whatever runs in the box can read and print it`)
    }
    made.env[name] = taken
  }
  return made
}

/** `NAME` has no value of its own. */
export function splitVariable(entry: string): { name: string; value: string | null } {
  const at = entry.indexOf('=')
  return at < 0 ? { name: entry, value: null } : { name: entry.slice(0, at), value: entry.slice(at + 1) }
}
