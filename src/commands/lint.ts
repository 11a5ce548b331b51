import { resolve } from 'node:path'
import { describeDiagnostic } from '../begin.ts'
import { EXIT, UserError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'
import { specRootsOf } from '../core/projects.ts'
import { type CoverageCell, coverageOf, FAILURE_MODES, isCovered } from '../core/spec/lint/coverage.ts'
import { loadFolder } from '../core/spec/load.ts'
import { type SpecFolder, specFolders } from '../core/spec/locate.ts'
import type { Diagnostic, Spec } from '../core/spec/spec.ts'
import { docsPage } from '../io/docs-page.ts'
import { openRepository } from '../io/git/repository.ts'
import { readSpecFolder, specFilesOnDisk } from '../io/spec-files.ts'
import type { CiReport } from '../ui/ci.ts'
import { oneLine, plural, table } from '../ui/format.ts'
import { type CiFlags, requireCi, writeCi } from './ci.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { changedFiles, readHere } from './uncommitted.ts'

/** The repository's files of specs as they lie on the disk, and the folders that are specs. */
export async function specsHere(options: GlobalOptions) {
  const root = await openRepository(options.cwd).then(
    (repository) => repository.root,
    () => options.cwd,
  )
  const roots = specRootsOf(await loadConfig(options, root))
  const tree = await specFilesOnDisk(root, roots)
  return { root, tree, folders: specFolders(tree.paths, roots) }
}

/** Specs named by folder or id, or all of them, as they lie on the disk: a spec is linted before it is committed. */
export async function specsOnDisk(options: GlobalOptions, wanted: string[]): Promise<Spec[]> {
  const { root, tree, folders } = await specsHere(options)
  const load = (folder: SpecFolder) => loadFolder(tree, folder, folders)
  if (wanted.length === 0) return Promise.all(folders.map(load))
  const found: Spec[] = []
  for (const name of wanted) {
    const folder = folders.find(({ id, dir }) => id === name || dir === name.replace(/\/+$/, ''))
    const spec = folder ? await load(folder) : await readSpecFolder(root, resolve(options.cwd, name))
    if (!spec)
      throw new UserError(
        `There is no spec or folder "${name}"; there are: ${folders.map(({ id }) => id).join(', ') || 'none'}.${didYouMean(
          name,
          folders.map(({ id }) => id),
        )}`,
      )
    found.push(spec)
  }
  return found
}

export interface LintFlags extends CiFlags {
  strict?: boolean
  coverage?: boolean
}

/** `agent lint`: what is wrong with the specs, with file, line and what to write instead. */
export async function lintCommand(options: GlobalOptions, paths: string[], flags: LintFlags): Promise<number> {
  await requireCi(options.cwd, flags)
  const specs = await specsOnDisk(options, paths)
  const diagnostics = unique(specs.flatMap((spec) => spec.diagnostics))
  const count = (severity: Diagnostic['severity']) => diagnostics.filter((one) => one.severity === severity).length
  const counts = { error: count('error'), warning: count('warning'), info: count('info') }
  await writeCi(options.cwd, flags, lintReport(diagnostics, counts))
  const changed = await changedFiles(options.cwd, specs)
  if (options.json) {
    const coverage = specs.map((spec) => ({ spec: spec.id, dir: spec.dir, components: coverageOf(spec) }))
    process.stdout.write(`${JSON.stringify({ diagnostics, counts, coverage, uncommitted: changed })}\n`)
  } else {
    const text = flags.coverage ? specs.map(describeCoverage).join('\n') : describe(specs, diagnostics, counts)
    process.stdout.write(`${text}${readHere(changed, process.stdout.isTTY ? 'agent lint | less' : null)}`)
  }
  return counts.error > 0 || (flags.strict && counts.warning > 0) ? EXIT.problems : EXIT.done
}

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' } as const

function lintReport(
  diagnostics: Diagnostic[],
  { error, warning, info }: Record<Diagnostic['severity'], number>,
): CiReport {
  const counted = [plural(error, 'error'), plural(warning, 'warning'), plural(info, 'remark')].join(', ')
  const problems = diagnostics
    .filter(({ severity }) => severity !== 'info')
    .map((one) => ({
      ...one,
      level: LEVELS[one.severity],
      title: one.code,
      message: `${one.message} ${one.suggestion}`,
    }))
  return { heading: 'specproof: lint', message: counted, facts: [], tasks: [], problems }
}

/** Steering belongs to every spec and is told once. */
function unique(diagnostics: Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()]
}

function describe(specs: Spec[], diagnostics: Diagnostic[], counts: Record<string, number>): string {
  if (specs.length === 0) return 'No spec found: write specs/<feature>/requirements.md, design.md and tasks.md.\n'
  const { error = 0, warning = 0, info = 0 } = counts
  const told = [plural(error, 'error'), plural(warning, 'warning'), plural(info, 'remark')].join(', ')
  const summary = `${specs.map((spec) => spec.id).join(', ')}: ${told}`
  // Messages quote what stands in the specs, and that may be meant for the terminal.
  return `${[...diagnostics.map((one) => oneLine(describeDiagnostic(one))), summary, ...explained(diagnostics)].join('\n')}\n`
}

const MOST_LINKS = 6

/** Where the codes are explained, each once, those of errors first: as a path that can be opened from here. */
function explained(diagnostics: Diagnostic[]): string[] {
  const worst = ['error', 'warning', 'info']
  const sorted = diagnostics.toSorted((one, other) => worst.indexOf(one.severity) - worst.indexOf(other.severity))
  const codes = [...new Set(sorted.map(({ code }) => code))].slice(0, MOST_LINKS)
  return codes.map((code) => `  ${code}: ${docsPage(`docs/lint.md#${code}`)}`)
}

/** Component x failure mode: what speaks of it, `OPEN` where nothing does, `-` where it cannot happen by what the spec says. */
function describeCoverage(spec: Spec): string {
  const components = coverageOf(spec).filter(({ cells }) => cells.some((cell) => cell.applies || isCovered(cell)))
  if (components.length === 0) return `${spec.id}: no component of it has failure modes.\n`
  const rows = components.map(({ component, cells }) => [
    oneLine(component),
    ...cells.map((cell) => (isCovered(cell) ? oneLine(spokenBy(cell)) : cell.applies ? 'OPEN' : '-')),
  ])
  const open = components.flatMap(({ cells }) => cells.filter((cell) => cell.applies && !isCovered(cell))).length
  const header = ['component', ...FAILURE_MODES]
  return `${[spec.id, ...table(rows, { indent: 2, width: 160, header }), '', `  ${open} cells are open`].join('\n')}\n`
}

function spokenBy({ criteria, properties, tasks }: CoverageCell): string {
  const all = [...criteria, ...properties.map((n) => `property ${n}`), ...tasks.map((id) => `task ${id}`)]
  return all.length > 2 ? `${all.slice(0, 2).join(', ')} +${all.length - 2}` : all.join(', ')
}
