import { isTestPath } from '../core/patch/test-paths.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderSlice } from '../core/prompt/sections.ts'
import { namedFiles } from '../core/prompt/select-files.ts'
import { builtText } from '../core/spec/slice.ts'
import { candidates, renderMap } from '../core/symbols/map.ts'
import { rankFiles } from '../core/symbols/rank.ts'
import { protectedDirs, type Scene } from './state.ts'

/** Part of the aim that the map may have. */
const SHARE = 0.25
const MOST_LISTED = 60
const MOST_FOLDERS = 30

/**
 * What else is in the repository: signatures of the files nearest to the task within a share of tokens, then the paths of
 * the rest, by folders where there are many. `paths`: all that there are; `shown`: what other parts show.
 */
export async function mapPart(scene: Scene, paths: string[], shown: ReadonlySet<string>): Promise<Part> {
  const { plan, around, tree } = scene
  const hidden = protectedDirs(plan.spec)
  const isOpen = (path: string) =>
    !shown.has(path) && !hidden.some((dir) => path.startsWith(`${dir}/`)) && !around.deny(path)
  const index = await scene.symbols(tree.commit)
  const built = namedFiles(builtText(plan.spec, plan.task), tree.paths)
  const ranked = rankFiles(index.files, { text: renderSlice(plan.slice), shown, built }).filter(
    ({ file }) => isOpen(file.path) && !isTestPath(file.path),
  )
  const tokens = Math.floor(around.promptAim * SHARE)
  const likely = candidates(ranked, tokens)
  const signatures = await index.signatures(likely.map(({ file }) => file.path))
  const { lines, paths: mapped } = renderMap(likely, signatures, tokens, around.count)
  const others = paths.filter((path) => isOpen(path) && !mapped.includes(path))
  const page = (...blocks: string[]) => ['# Other files', ...blocks.filter((block) => block !== '')].join('\n\n')
  return {
    kind: 'map',
    source: 'symbol map',
    text: page(lines.join('\n'), listed(others)),
    short: page(folders(paths.filter(isOpen))),
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
