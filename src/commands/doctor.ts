import { EXIT, UserError } from '../core/errors.ts'
import type { Box, Probe } from '../io/box/box.ts'
import { allBoxes } from '../io/box/choose.ts'
import { detectAll, type Toolchains } from '../io/box/toolchains/index.ts'
import { docsPage } from '../io/docs-page.ts'
import { openRepository } from '../io/git/repository.ts'
import { ownCommandIn } from '../io/own-command.ts'
import { canPlace } from '../io/setup/run-setup.ts'
import { plural, wrap } from '../ui/format.ts'
import { askModels } from './ask-models.ts'
import { diagnose, keysSet } from './diagnose.ts'
import type { Finding } from './finding.ts'
import { type LimitInForce, limitLines, limitsInForce } from './limits.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

export interface DoctorFlags {
  ask?: boolean
  /** Every limit, toolchain and probe. */
  all?: boolean
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
  process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : describe(diagnosis, options, flags))
  return findings.find(({ state }) => state === 'problem')?.exitCode ?? EXIT.done
}

/** The first that holds is the one that a run takes. */
export function boxFinding(boxes: Diagnosis['boxes']): Finding {
  const best = boxes.find((box) => box.ok)
  if (best === undefined)
    return {
      ...{ name: 'box', state: 'problem', text: 'none holds: nothing can be judged here', exitCode: EXIT.isolation },
      mend: `what stands below for each of them; ${docsPage('docs/the-box.md')} tells more`,
    }
  const level = best.level?.replace(NO_MEMORY_LIMIT, `${NO_MEMORY_LIMIT} (a run may use all of it)`)
  const text = `${level}; ${best.checks.length} probes held`
  const more = best.level?.includes(NO_MEMORY_LIMIT) ? ` (${docsPage('docs/the-box.md#limits')})` : ''
  return { name: 'box', state: 'ok', text: `${text}${more}`, mend: null, exitCode: EXIT.done }
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

const NOTHING = { state: 'ok', mend: null, exitCode: EXIT.done } as const

function findingLines({ name, state, text, mend }: Finding): string[] {
  const [first = '', ...rest] = wrap(text, WIDTH - COLUMN)
  const more = [...rest, ...(mend === null ? [] : wrap(`-> ${mend}`, WIDTH - COLUMN))]
  return [`${WORDS[state].padEnd(9)}${name.padEnd(12)}${first}`, ...more.map((line) => `${' '.repeat(COLUMN)}${line}`)]
}

function describe(diagnosis: Diagnosis, { quiet, cwd }: GlobalOptions, { all = false }: DoctorFlags): string {
  const shown = diagnosis.findings.filter(({ state }) => !quiet || state !== 'ok')
  const lines = shown.flatMap(findingLines)
  if (!quiet) lines.push(...(all ? allLines(diagnosis) : shortLines(diagnosis, ownCommandIn(cwd))))
  return lines.map((line) => `${line}\n`).join('')
}

/** A line for each thing that is looked up with --all; whole where no box holds, which nobody can work with. */
function shortLines({ limits, toolchains, boxes }: Diagnosis, command: string): string[] {
  const value = (name: string) => limits.find((one) => one.name === name)?.value?.toLocaleString('en') ?? 'no limit of'
  const three = `${value('tokens of a run')} tokens, ${value('money of a run')} US dollars, ${value('time of a run')} minutes`
  const found = toolchains.found.map(({ language, version }) => `${language} ${version}`)
  const missing = toolchains.missing.map(({ language }) => `no ${language}`)
  const row = (name: string, text: string) => findingLines({ ...NOTHING, name, text })
  const usable = boxes.some(({ ok }) => ok)
  return [
    '',
    ...row('limits', `a run: ${three}; ${limits.length - 3} further limits`),
    ...row('toolchains', [...found, ...missing].join(', ')),
    ...(usable ? row('probes', probeWords(boxes)) : boxes.flatMap(boxLines)),
    '',
    `all limits, toolchains and probes: ${command} doctor --all`,
  ]
}

/** `18 probes x 3 boxes: all held`, and which boxes are not there. */
function probeWords(boxes: Diagnosis['boxes']): string {
  const usable = boxes.filter(({ ok }) => ok)
  const most = Math.max(...usable.map(({ checks }) => checks.length))
  const open = usable.flatMap(({ name, checks }) => checks.flatMap((one) => (one.held ? [] : [`${name}: ${one.name}`])))
  const out = boxes.filter(({ ok }) => !ok).map(({ name, reason }) => `${name} is not usable: ${reason}`)
  const held = open.length === 0 ? 'all held' : `not held: ${open.join(', ')}`
  return [`${most} probes x ${plural(usable.length, 'box', 'boxes')}: ${held}`, ...out].join('; ')
}

function allLines({ setUpInPlace, limits, toolchains, boxes }: Diagnosis): string[] {
  const { found, missing } = toolchains
  return [
    '',
    `set-up       ${setUpInPlace ? 'sees a fresh tree at the path of the repository' : 'not at the path of the repository: paths that it writes down do not hold'}`,
    'faults       simulated: network, clock, disk, crashes; the machine itself is never disturbed',
    ...['', 'limits, and where they are set', ...limitLines(limits)],
    ...['', 'toolchains that a box can show'],
    ...found.map(({ language, version, where }) => `  ${language.padEnd(11)}${version}  ${where}`),
    ...missing.map(({ language, why }) => `  ${language.padEnd(11)}none: ${why}`),
    ...boxes.flatMap(boxLines),
  ]
}

function boxLines(box: Diagnosis['boxes'][number]): string[] {
  const told = box.ok ? folded(box.level ?? '') : [...folded(box.reason ?? ''), ...folded(`To mend it: ${box.advice}`)]
  // Where nothing could be started, nothing has held either.
  const none = box.checks.some(({ name, held }) => name === RUNS && !held)
  const probes = none ? [] : box.checks.map(({ name, held }) => `  ${held ? 'held  ' : 'BROKEN'}  ${name}`)
  return ['', `box ${box.name}${box.ok ? '' : ': not usable'}`, ...told, ...probes]
}
