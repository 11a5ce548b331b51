/** Programs that read what follows them as the name of a script in package.json. */
const RUN_SCRIPT = /\b(?:npm|pnpm|yarn|bun)\s+(?:run(?:-script)?\s+)?([\w:.-]+)/g

/** What judges, by its name; the program that is being built is run by commands as well. */
const JUDGES = /(^|\/)(scripts?|tools?|ci|checks?|hack)\/|(check|verify|test|lint)[^/]*$|\.(sh|bash|bats)$/i

/**
 * Files of a tree that commands name, directly or through a script of package.json: whoever may change them would write his
 * own verdict. Paths are from the top, with forward slashes.
 */
export function namedInCommands(commands: readonly string[], manifest: string, paths: readonly string[]): string[] {
  const scripts = scriptsOf(manifest)
  const through = commands.flatMap((command) =>
    [...command.matchAll(RUN_SCRIPT)].flatMap((match) => scripts[match[1]!] ?? []),
  )
  const words = [...commands, ...through].flatMap((command) => command.split(/[\s=;&|"'()<>]+/))
  const known = new Set(paths)
  return [
    ...new Set(words.map((word) => word.replace(/^\.\//, '')).filter((word) => known.has(word) && JUDGES.test(word))),
  ]
}

function scriptsOf(manifest: string): Record<string, string> {
  try {
    return (JSON.parse(manifest) as { scripts?: Record<string, string> }).scripts ?? {}
  } catch {
    return {}
  }
}
