import { EXIT, UserError } from '../core/errors.ts'
import type { Box, Probe } from '../io/box/box.ts'
import { allBoxes } from '../io/box/choose.ts'
import { detectAll, type Toolchains } from '../io/box/toolchains/index.ts'
import { openRepository } from '../io/git/repository.ts'
import { canPlace } from '../io/setup/run-setup.ts'
import { wrap } from '../ui/format.ts'
import { askModels } from './ask-models.ts'
import { diagnose, keysSet } from './diagnose.ts'
import type { Finding } from './finding.ts'
import { type LimitInForce, limitLines, limitsInForce } from './limits.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

export interface DoctorFlags {
  ask?: boolean
  model?: string
}

interface Diagnosis {
  /** Everything but the boxes, and what they come to in one line. */
  findings: Finding[]
  node: string
  /** Variables that hold a key; their values are not looked at. */
  keys: string[]
  repository: string | null
  /** What holds for a run here, without flags. */
  limits: LimitInForce[]
  /** Whether set-up can see a fresh tree at the repository's path. */
  setUpInPlace: boolean
  /** All that this machine has, whether or not a project here needs it. */
  toolchains: Pick<Toolchains, 'found' | 'missing'>
  boxes: {
    name: string
    ok: boolean
    level: string | null
    reason: string | null
    advice: string | null
    checks: Probe['checks']
  }[]
}

const NO_MEMORY_LIMIT = 'memory not limited'
const MEMORY_MEND =
  'To mend it: run as root where control groups can be made, at the top of their hierarchy; else only the sizes of files, of /tmp and of the tree are limited.'
/** The probe that a box which cannot be made does not pass. */
const RUNS = 'runs a command'
const WIDTH = 78

const folded = (text: string) => wrap(text, WIDTH - 2).map((line) => `  ${line}`)

/** `agent doctor`: what this machine can do, by trying it, and the mend for each thing missing. Its first problem gives the exit code. */
export async function doctorCommand(options: GlobalOptions, flags: DoctorFlags = {}): Promise<number> {
  if (flags.model !== undefined && !flags.ask)
    throw new UserError('--model: names whom --ask asks, and --ask is not there.')
  const repository = await openRepository(options.cwd).catch(() => null)
  const place = repository?.root ?? options.cwd
  const boxes: Diagnosis['boxes'] = []
  for (const box of allBoxes()) boxes.push(await tried(box, place))
  const findings = [boxFinding(boxes), ...(await diagnose(options, repository))]
  if (flags.ask) findings.push(...(await askModels(options, repository, flags.model)))
  const diagnosis: Diagnosis = {
    findings,
    node: process.versions.node,
    keys: keysSet(),
    repository: repository?.root ?? null,
    // Settings that cannot be read are a finding already.
    limits: limitsInForce(repository ? await loadConfig(options, repository.root).catch(() => ({})) : {}),
    setUpInPlace: await canPlace(place),
    toolchains: await detectAll(process.env, place),
    boxes,
  }
  process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : describe(diagnosis, options.quiet))
  return findings.find(({ state }) => state === 'problem')?.exitCode ?? EXIT.done
}

/** The first that holds is the one that a run takes. */
function boxFinding(boxes: Diagnosis['boxes']): Finding {
  const best = boxes.find((box) => box.ok)
  if (best === undefined)
    return {
      ...{ name: 'box', state: 'problem', text: 'none holds: nothing can be judged here', exitCode: EXIT.isolation },
      mend: 'what stands below for each of them; docs/the-box.md tells more',
    }
  const limited = !best.level?.includes(NO_MEMORY_LIMIT)
  const text = `${best.level}; ${best.checks.length} probes held`
  if (limited) return { name: 'box', state: 'ok', text, mend: null, exitCode: EXIT.done }
  return { name: 'box', state: 'warning', text, mend: MEMORY_MEND.replace(/^To mend it: /, ''), exitCode: EXIT.done }
}

async function tried(box: Box, place: string): Promise<Diagnosis['boxes'][number]> {
  const probe = await box.probe(place)
  return {
    name: box.name,
    ok: probe.ok,
    level: probe.ok ? probe.level : null,
    reason: probe.ok ? null : probe.reason,
    advice: probe.ok ? null : probe.advice,
    checks: probe.checks,
  }
}

const WORDS = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' }
const COLUMN = 21

function findingLines({ name, state, text, mend }: Finding): string[] {
  const [first = '', ...rest] = wrap(text, WIDTH - COLUMN)
  const more = [...rest, ...(mend === null ? [] : wrap(`-> ${mend}`, WIDTH - COLUMN))]
  return [`${WORDS[state].padEnd(9)}${name.padEnd(12)}${first}`, ...more.map((line) => `${' '.repeat(COLUMN)}${line}`)]
}

function describe(diagnosis: Diagnosis, quiet: boolean): string {
  const shown = diagnosis.findings.filter(({ state }) => !quiet || state !== 'ok')
  const lines = shown.flatMap(findingLines)
  if (quiet) return lines.map((line) => `${line}\n`).join('')
  lines.push(
    '',
    `set-up       ${diagnosis.setUpInPlace ? 'sees a fresh tree at the path of the repository' : 'not at the path of the repository: paths that it writes down do not hold'}`,
    'faults       simulated: network, clock, disk, crashes; the machine itself is never disturbed',
  )
  lines.push('', 'limits, and where they are set', ...limitLines(diagnosis.limits))
  lines.push('', 'toolchains that a box can show')
  const { found, missing } = diagnosis.toolchains
  for (const { language, version, where } of found) lines.push(`  ${language.padEnd(11)}${version}  ${where}`)
  for (const { language, why } of missing) lines.push(`  ${language.padEnd(11)}none: ${why}`)
  for (const box of diagnosis.boxes) {
    lines.push('', `box ${box.name}${box.ok ? '' : ': not usable'}`)
    if (box.ok) lines.push(...folded(box.level ?? ''))
    else lines.push(...folded(box.reason ?? ''), ...folded(`To mend it: ${box.advice}`))
    if (box.level?.includes(NO_MEMORY_LIMIT)) lines.push(...folded(MEMORY_MEND))
    // Where nothing could be started, nothing has held either.
    if (box.checks.some(({ name, held }) => name === RUNS && !held)) continue
    for (const check of box.checks) lines.push(`  ${check.held ? 'held  ' : 'BROKEN'}  ${check.name}`)
  }
  return `${lines.join('\n')}\n`
}
