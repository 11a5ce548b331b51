import { countFailed } from '../core/verdict/count-tests.ts'
import { redInWords } from '../core/verdict/feedback.ts'
import { byAssertion } from '../core/verdict/guards.ts'
import type { World } from '../world.ts'
import type { NewTests } from './aimed.ts'
import { askArbiter } from './dispute.ts'
import type { State } from './state.ts'

/** Added tests of which the candidate breaks some, all of them by what the specification demands. */
export interface Objection extends NewTests {
  /** In words for the next attempt. */
  reason: string
}

/** The arbiter is asked about so many tests of one file. */
const MOST_ASKED = 6

/**
 * What becomes of added tests that are red on the candidate: tests and code may forget the same thing, and then the code is wrong. The
 * arbiter, who sees no code, decides about each. `reason`: why the tests are left out; null: they are not.
 */
export async function objectionOf(
  world: World,
  state: State,
  added: NewTests | string | null,
): Promise<{ state: State; objection: Objection | null; reason: string | null }> {
  const leftOut = (reason: string | null, after = state) => ({ state: after, objection: null, reason })
  if (added === null || typeof added === 'string') return leftOut(added)
  const red = added.result.tests.filter(({ status }) => status === 'failed')
  const [first] = red
  if (!first) return leftOut(null)
  const why = `"${first.name}" is red on the candidate`
  const { frozen, around } = state
  // An expert's own tests are the judge alone; and where wrong versions end nothing, neither does this.
  if (!frozen || frozen.own || around.settings.teeth !== 'required') return leftOut(why)
  if (red.length > MOST_ASKED || !red.every(byAssertion)) return leftOut(why)
  let current: State = { ...state, frozen: { ...frozen, files: [...frozen.files, ...added.files] } }
  const back = (): State => ({ ...current, frozen })
  const reasons: string[] = []
  for (const test of red) {
    const { state: asked, ruling } = await askArbiter(world, current, test)
    current = asked
    if (ruling?.kind !== 'code-wrong')
      return leftOut(ruling ? `${why}; the arbiter says ${ruling.kind}: ${ruling.reason}` : why, back())
    reasons.push(`${redInWords(test)}. The arbiter: ${ruling.reason}`)
  }
  const who = countFailed(red) === 1 ? 'an added test finds' : `${countFailed(red)} added tests find`
  const reason = `${who} the code wrong, and an arbiter agrees: ${reasons.join('; ')}`
  return { state: back(), objection: { ...added, reason }, reason: null }
}
