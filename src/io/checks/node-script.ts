/** How a project runs its tests with Node's own runner. */
export interface NodeTests {
  /** Options of Node that its test processes need: loaders, conditions, features. */
  flags: string[]
  /** Where it looks for test files; empty: where Node does. */
  globs: string[]
}

/** Options that concern the runner as a whole, which is ours here, with whether a value follows as a word of its own. */
const RUNNERS_OWN: [RegExp, boolean][] = [
  [/^--test-(name-pattern|skip-pattern|reporter|reporter-destination|shard|concurrency|timeout|isolation)$/, true],
  [/^--test-coverage-(include|exclude|lines|branches|functions)$/, true],
  [/^--(test|watch|experimental-test|inspect)(-|=|$)/, false],
  [/^--(no-warnings|trace-warnings|enable-source-maps|experimental-strip-types)$/, false],
]
/** Options of Node whose value may be the next word. */
const WITH_VALUE =
  /^(--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--env-file|--env-file-if-exists|--max-old-space-size|--disable-warning)$/

/** Reads `node [options] --test [patterns]` out of a script; null where it holds none. */
export function nodeTestScript(script: string): NodeTests | null {
  for (const command of commandsOf(script)) {
    const start = command.findIndex((word) => /^(.*\/)?node(js)?$/.test(word) || word === 'tsx')
    const words = start < 0 ? [] : command.slice(start + 1)
    if (!words.some((word) => word === '--test' || word.startsWith('--test='))) continue
    const { flags, globs } = sorted(words)
    // tsx is Node with a loader of its own.
    return { flags: command[start] === 'tsx' ? ['--import', 'tsx', ...flags] : flags, globs }
  }
  return null
}

function sorted(words: string[]): NodeTests {
  const flags: string[] = []
  const globs: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const own = RUNNERS_OWN.find(([pattern]) => pattern.test(word))
    if (own) {
      if (own[1]) at++
    } else if (!word.startsWith('-')) globs.push(word)
    else if (WITH_VALUE.test(word)) flags.push(word, words[++at] ?? '')
    else flags.push(word)
  }
  return { flags, globs }
}

/** The simple commands of a shell text, in words. Quotes group; variables and substitutions stay as they are. */
function commandsOf(script: string): string[][] {
  const commands: string[][] = [[]]
  const token = /\s*(?:(&&|\|\||[;|&\n])|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s;|&"'\\])+))/gy
  for (let match = token.exec(script); match; match = token.exec(script)) {
    if (match[1]) commands.push([])
    else commands.at(-1)!.push(unquoted(match[2]!))
  }
  return commands
}

function unquoted(word: string): string {
  return word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
    double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : (single ?? escaped),
  )
}
