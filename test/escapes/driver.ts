/** One attempt as the driver gets it, in a JSON list on its input. */
export interface DriverTask {
  name: string
  argv: string[]
  variables: Record<string, string>
}

/** One line that the driver prints for each. */
export interface DriverLine {
  name: string
  exitCode: number | null
  signal: string | null
  /** The program could not be started: its language is not installed. */
  missing: string | null
  output: string
}

/**
 * Runs inside the box with Node: all attempts, two at a time, each for thirty seconds at most. It is JavaScript as text
 * because only the Node binary is visible inside.
 */
export const DRIVER = `
const { spawn } = require('node:child_process')
const { mkdirSync, readFileSync } = require('node:fs')
const tasks = JSON.parse(readFileSync(0, 'utf8'))
const one = ({ name, argv, variables }, index) => new Promise((resolve) => {
  let output = ''
  const cwd = 'work-' + index
  mkdirSync(cwd)
  const child = spawn(argv[0], argv.slice(1), { cwd, env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] })
  const say = (line) => {
    clearTimeout(timer)
    child.stdout.destroy(); child.stderr.destroy()
    console.log(JSON.stringify({ name, exitCode: null, signal: null, missing: null, output, ...line }))
    resolve()
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 30000)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { if (output.length < 20000) output += data })
  child.on('error', (error) => say({ missing: error.code }))
  // Children of an attempt may keep its output open: what has arrived shortly after its end is all of it.
  child.on('exit', (exitCode, signal) => setTimeout(() => say({ exitCode, signal }), 20))
})
const queue = tasks.entries()
const worker = async () => { for (const [index, task] of queue) await one(task, index) }
Promise.all([worker(), worker()])
`
