// What `agent --help`, `agent COMMAND --help` and `agent --version` print, so that bin/agent.js need not load the program for it.
import { writeFileSync } from 'node:fs'
import { buildProgram } from '../src/program.ts'

const program = buildProgram(async () => {})

function helpOf(command) {
  let text = ''
  command.configureOutput({ writeOut: (written) => (text += written) })
  command.outputHelp()
  return text
}

const commands = Object.fromEntries(program.commands.map((command) => [command.name(), helpOf(command)]))
const help = { version: `${program.version()}\n`, program: helpOf(program), commands }
writeFileSync('dist/help.json', JSON.stringify(help))
