import { createInterface } from 'node:readline/promises'

/** Whether a person can be asked: never where the input is no terminal, nor in CI. */
export function canAsk(env: NodeJS.ProcessEnv): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !env['CI']
}

/** Asks a question on stderr. An empty answer is a yes; the end of the input is a no. */
export async function askYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('no')))
  try {
    const answer = await Promise.race([lines.question(`${question} [Y/n] `), ended])
    return /^\s*(y|yes)?\s*$/i.test(answer)
  } finally {
    lines.close()
  }
}
