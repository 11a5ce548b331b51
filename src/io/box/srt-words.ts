/**
 * The runtime takes a text for a shell. The real command line goes around it in variables, one for each word, so that
 * nothing has to be quoted and each word may be as long as the system allows.
 */
export function wordVariables(argv: string[]): Record<string, string> {
  const words = argv.map((word, index) => [`BOX_WORD_${index}`, word] as const)
  return { ...Object.fromEntries(words), BOX_WORDS: String(argv.length) }
}

/** Text for `sh` that becomes the command line of `wordVariables`; `before` runs first. */
export function execWords(before = ':'): string {
  return `set --
at=0
while [ "$at" -lt "$BOX_WORDS" ]; do
  eval "set -- \\"\\$@\\" \\"\\$BOX_WORD_$at\\"; unset BOX_WORD_$at"
  at=$((at + 1))
done
${before}
exec "$@"`
}

/** The command line that starts what the runtime's `wrapWithSandbox` has returned. */
export function startWrapped(wrapped: string): string[] {
  return ['sh', '-c', `exec ${wrapped}`]
}
