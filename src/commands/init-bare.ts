import { isOurs, parseManifest } from '../io/checks/detect.ts'
import { type Step, toDo } from './init-steps.ts'

/** What a new repository may hold, and no language shows in: notes, settings, specs, and what brings this program. */
const SAYS_NOTHING =
  /^(?:\.[^/]+|(?:package|package-lock|npm-shrinkwrap)\.json|(?:yarn|bun)\.lockb?|[^/]+\.(?:md|txt|ya?ml)|LICEN[CS]E[^/]*|(?:\.[^/]+|docs|specs)\/.+)$/i
/** Python, or somebody who has set this program up by hand. */
const SAYS_SOMETHING = /^(?:requirements[^/]*\.txt|environment\.ya?ml|agent\.ya?ml)$/

/**
 * A project of which nothing is there yet but this program: settings and a first spec would be those of a guessed language. Null: there is
 * more. `manifest`: package.json.
 */
export function bareStep(paths: readonly string[], manifest: string | null): Step | null {
  const parsed = parseManifest(manifest ?? '')
  if (manifest === null || 'unsupported' in parsed || !isOurs(parsed)) return null
  if (paths.some((path) => !SAYS_NOTHING.test(path) || SAYS_SOMETHING.test(path))) return null
  return toDo(
    'project',
    'nothing shows its language yet, and nothing is written. TypeScript: `npm i -D typescript @types/node vitest@5 fast-check`. Python: pytest and hypothesis in a requirements-dev.txt. Go: `go mod init MODULE`. Then `agent init` again',
  )
}
