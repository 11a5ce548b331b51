import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMask } from '../core/mask.ts'
import { tryGit } from '../io/git/git.ts'
import { nameOf } from '../io/journal/journal.ts'
import { openFile } from '../io/open-file.ts'
import type { PanelKind } from '../ui/keys.ts'
import type { Shown } from '../ui/panel.ts'
import type { ViewState } from '../ui/state.ts'
import { testName, testSource } from '../ui/test-source.ts'
import type { World } from '../world.ts'
import { cut, SHOW } from './diffs.ts'
import type { GlobalOptions } from './options.ts'

/** What of a run at work can be looked at. */
export interface Peek {
  /** The run has its journal, in `dir`. */
  at(root: string, dir: string): void
  /** The same World; the commits that it makes are known afterwards. */
  watching(world: World): World
  show(kind: Exclude<PanelKind, 'help'>, state: ViewState): Promise<Shown>
  /** Writes the report of the run so far and opens it. Answers a sentence. */
  report(): Promise<string>
}

interface Made {
  parent: string
  commit: string
}

export function createPeek(options: GlobalOptions): Peek {
  let place: { root: string; dir: string } | null = null
  // What stands in the journal is masked already; what git holds is not.
  const mask = createMask(process.env)
  /** The last candidate of each task, by the commit that it began on. */
  const candidates = new Map<string, Made>()
  let last: Made | null = null

  const git = async (...args: string[]) => {
    const ran = place && (await tryGit(place.root, args))
    return ran?.ok ? cut(mask(ran.stdout.toString('utf8'))) : null
  }
  /** The file of a commit that defines a test of this name. */
  const fileOf = async (name: string, commit: string) => {
    const holding = (await git('grep', '-l', '-z', '-I', '-F', '-e', name, commit, '--'))?.split('\0') ?? []
    const paths = holding.filter((one) => one !== '').map((one) => one.slice(commit.length + 1))
    return paths.find((path) => /test|spec/i.test(path)) ?? paths[0] ?? null
  }
  const prompt = async ({ prompt: asked }: ViewState): Promise<Shown> => {
    if (!asked || !place) return nothing('Prompt', 'No model was asked for this task yet.')
    const text = await readFile(join(place.dir, 'prompts', nameOf(asked)), 'utf8').catch(() => null)
    const title = `Prompt for the ${asked.role}, attempt ${asked.attempt}, round ${asked.round}`
    return text === null ? nothing(title, 'The journal does not hold it.') : { title, kind: 'text', text }
  }
  const candidateOf = ({ task }: ViewState) => (task && candidates.get(keyOf(task))) ?? null
  const diff = async (state: ViewState): Promise<Shown> => {
    if (state.commit) {
      const text = await git(...SHOW, state.commit.commit)
      return { title: `Diff of the commit ${state.commit.commit.slice(0, 7)}`, kind: 'diff', text: text ?? '' }
    }
    const made = candidateOf(state)
    if (made === null) return nothing('Diff', 'There is no change of this task to judge yet.')
    const text = await git('diff', '--no-color', '--no-ext-diff', '--no-textconv', made.parent, made.commit)
    return { title: `Diff of attempt ${state.attempt}, as it is judged`, kind: 'diff', text: text ?? '' }
  }
  const test = async (state: ViewState): Promise<Shown> => {
    if (!state.found) return nothing('Failing test', 'No test of this task has failed where it should hold.')
    const { attempt, counterexample } = state.found
    const made = candidateOf(state) ?? last
    const path = made && (await fileOf(testName(counterexample.test), made.commit))
    const text = path && (await git('show', `${made.commit}:${path}`))
    const code = text ? `${path}\n\n${testSource(text, counterexample.test)}` : ''
    return { title: `What failed in attempt ${attempt}`, kind: 'code', text: code, counterexample }
  }
  return {
    at(root, dir) {
      place = { root, dir }
    },
    watching(world) {
      let task: string | null = null
      return {
        ...world,
        tell(event) {
          if (event.type === 'task.selected') task = keyOf(event)
          world.tell(event)
        },
        async makeCommit(request) {
          const made = await world.makeCommit(request)
          if (request.message === 'candidate') {
            last = { parent: request.parent, commit: made.commit }
            if (task !== null) candidates.set(task, last)
          }
          return made
        },
      }
    },
    show: (kind, state) => ({ prompt, diff, test })[kind](state),
    async report() {
      if (!place) return 'there is no journal yet'
      const page = join(place.dir, 'report.html')
      // Pages are seldom written, and no run is to wait for their parts.
      const { writeReport } = await import('./report.ts')
      await writeReport(options, place.root, place.dir, page)
      return (await openFile(page)) ? `opened ${page}` : `the report: ${page}`
    },
  }
}

const keyOf = ({ spec, task }: { spec: string; task: string }) => `${spec}/${task}`

function nothing(title: string, text: string): Shown {
  return { title, kind: 'text', text }
}
