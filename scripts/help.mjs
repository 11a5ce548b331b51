// What `agent --help`, `agent COMMAND --help` and `agent --version` print, so that bin/agent.js need not load the program for it.
import { buildProgram } from '../src/program.ts'

export async function helpTexts() {
  const program = buildProgram(async () => {})
  const commands = Object.fromEntries(program.commands.map((command) => [command.name(), helpOf(command)]))
  return { version: `${program.version()}\n`, program: helpOf(program), commands }
}

function helpOf(command) {
  let text = ''
  command.configureOutput({ writeOut: (written) => (text += written) })
  command.outputHelp()
  return text
}
