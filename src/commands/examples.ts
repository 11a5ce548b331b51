/** Of each command: what is typed, and what it is for. Shown below its help; '' is the program itself. */
const EXAMPLES: Record<string, [line: string, what: string][]> = {
  '': [
    ['agent init', 'set up this repository'],
    ['agent status', 'what is next, and why not the others'],
    ['agent next --model anthropic/MODEL', 'one task, to one verified commit'],
    ['agent report', 'what happened in the last run'],
  ],
  next: [
    ['agent next --model anthropic/MODEL', 'the next task'],
    ['agent next --spec login --task 2 --max-usd 1', 'this one, for at most a dollar'],
    ['agent next --dry-run', 'the task and its prompt, without asking anybody'],
    ["agent next --model 'command/claude -p'", 'with a program of yours as the model'],
  ],
  run: [
    ['agent run --model anthropic/MODEL', 'until nothing is left'],
    ['agent run --until 4 --max-usd 5', 'up to task 4, for at most five dollars'],
    ['agent run --parallel 3 --keep-going', 'three at a time, past those that fail'],
  ],
  status: [
    ['agent status', 'all specs'],
    ['agent status login', 'one of them'],
    ['agent status --watch', 'anew whenever git or a spec changes'],
  ],
  lint: [
    ['agent lint', 'all specs'],
    ['agent lint specs/login --strict', 'one, where warnings count as well'],
    ['agent lint --coverage', 'components and failure modes'],
  ],
  show: [
    ['agent show login', 'a spec as it was understood'],
    ['agent show login/2', 'a task with all that it links to'],
  ],
  trace: [
    ['agent trace', 'each requirement with its evidence'],
    ['agent trace login --html trace.html', 'one spec, as a page as well'],
  ],
  context: [
    ['agent context login/2', 'what the prompt is made of, and its size'],
    ['agent context login/2 --full --role implementer', 'its whole text'],
  ],
  report: [
    ['agent report', 'the last run that did something'],
    ['agent report --list', 'all runs, a line each'],
    ['agent report 20260114-101502 --html .agent/report.html', 'another one, as a page as well'],
  ],
  replay: [['agent replay last', 'the last run that did something again, with its answers and seeds']],
  apply: [
    ['agent apply --reply answer.md --check', 'whether a reply fits'],
    ['agent apply --reply - --dir sandbox', 'a reply from the standard input, to a folder'],
  ],
  verify: [
    ['agent verify', 'all that is ticked, on known and fresh seeds'],
    ['agent verify --spec login --task 2 --level nightly', 'one task, harder'],
    ['agent verify --adopt --model anthropic/MODEL', 'your own change, judged as an attempt'],
  ],
  undo: [['agent undo login/2', 'takes task 2 back, in one commit']],
  chaos: [
    ['agent chaos test/lock.test.ts', 'for a minute'],
    ['agent chaos test --seconds 600 --seed 42', 'all chaos tests, ten minutes, from a known seed'],
  ],
  clean: [
    ['agent clean --dry-run', 'what would go'],
    ['agent clean --days 3', 'what was not used for three days'],
  ],
  init: [
    ['agent init', 'look, write agent.yaml, and ask for the rest'],
    ['agent init --yes', 'all of it without a question'],
  ],
  doctor: [
    ['agent doctor', 'this machine and this project'],
    ['agent doctor --ask --model anthropic/MODEL', 'and whether the model answers'],
  ],
  demo: [
    ['agent demo', 'the job queue, six tasks'],
    ['agent demo --spec lease-lock', 'another system'],
    ['agent demo --spec priority-queue', 'in Go, judged by a property of a person'],
    ['agent demo --then planted-46-seconds', 'a wrong implementation, refused'],
  ],
}

/** Text below the help of a command. */
export function examplesOf(command: string): string {
  const lines = EXAMPLES[command] ?? []
  const width = Math.max(0, ...lines.map(([line]) => line.length))
  return ['\nExamples:', ...lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`)].join('\n')
}
