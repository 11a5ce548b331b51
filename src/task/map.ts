import { isTestPath } from '../core/patch/test-paths.ts'
import { isIn } from '../core/projects.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { onOneLine, renderSlice } from '../core/prompt/sections.ts'
import { namedFiles } from '../core/prompt/select-files.ts'
import { builtText } from '../core/spec/slice.ts'
import { candidates, renderMap } from '../core/symbols/map.ts'
import { rankFiles } from '../core/symbols/rank.ts'
import { protectedDirs, type Scene } from './state.ts'

/** Part of the aim that the map may have. */
const SHARE = 0.25
/** Tokens between the blocks of a map that is cut. */
const HEADING = 8
const MOST_LISTED = 60
const MOST_FOLDERS = 30
const SOURCE = /\.([cm]?[jt]sx?|vue|svelte|py|go|rs|java|kts?|rb|php|cs|c|cc|cpp|h|hpp|swift|scala|sql|proto|graphql)$/
const SETTINGS = /\.config\.[cm]?[jt]s$/
const NO_SOURCE =
  'The repository holds no other source. These are settings: what of them matters to code and tests is said above.'

/**
 * What else is in the repository: signatures of the files nearest to the task within a share of tokens, then the paths of
 * the rest, by folders where there are many. `paths`: all that there are; `shown`: what other parts show.
 */
export async function mapPart(scene: Scene, paths: string[], shown: ReadonlySet<string>): Promise<Part> {
  const { plan, around, tree } = scene
  const hidden = protectedDirs(plan.spec)
  const open = new Set(
    paths.filter((path) => !shown.has(path) && !hidden.some((dir) => path.startsWith(`${dir}/`)) && !around.deny(path)),
  )
  const index = await scene.symbols(tree.commit)
  const built = namedFiles(builtText(plan.spec, plan.task), tree.paths, plan.dir)
  const all = rankFiles(index.files, { text: renderSlice(plan.slice), shown, built })
  const tokens = Math.floor(around.promptAim * SHARE)
  const inside = ({ file }: (typeof all)[number]) => isIn(plan.dir, file.path)
  const ranked = [...all.filter(inside), ...all.filter((one) => !inside(one))]
  const likely = candidates(ranked, tokens, (path) => open.has(path) && !isTestPath(path))
  const signatures = await index.signatures(likely.map(({ file }) => file.path))
  // Whoever reads of settings alone would ask for them, and for the code that there may be.
  const none = [...open].some((path) => SOURCE.test(path) && !SETTINGS.test(path)) ? [] : [NO_SOURCE]
  const page = (share: number) => {
    const { lines, paths: mapped } = renderMap(likely, signatures, share, around.count)
    const named = new Set(mapped)
    const others = [...open].filter((path) => !named.has(path))
    const own = others.filter((path) => isIn(plan.dir, path)).map(onOneLine)
    const elsewhere = others.filter((path) => !isIn(plan.dir, path)).map(onOneLine)
    return ['# Other files', ...none, lines.join('\n'), listed(own), folders(elsewhere)]
      .filter((block) => block !== '')
      .join('\n\n')
  }
  const short = ['# Other files', ...none, folders([...open].map(onOneLine))].join('\n\n')
  return {
    kind: 'map',
    source: 'symbol map',
    text: page(tokens),
    short,
    fit: (most) => page(Math.max(0, most - around.count(short) - HEADING)),
    mandatory: false,
    rank: 5,
  }
}

function listed(paths: string[]): string {
  return paths.length > MOST_LISTED ? folders(paths) : paths.join('\n')
}

/** `src/ (5), test/ (3), index.ts`: what lies at the top, with the number of files. */
function folders(paths: string[]): string {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const top = path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path
    counts.set(top, (counts.get(top) ?? 0) + 1)
  }
  const all = [...counts].map(([top, count]) => (top.endsWith('/') ? `${top} (${count})` : top))
  const more = all.length > MOST_FOLDERS ? [`${all.length - MOST_FOLDERS} more`] : []
  return [...all.slice(0, MOST_FOLDERS), ...more].join(', ')
}
