import { EXIT } from '../core/errors.ts'
import type { Box, Probe } from '../io/box/box.ts'
import { allBoxes } from '../io/box/choose.ts'
import { detectAll, type Toolchains } from '../io/box/toolchains/index.ts'
import { openRepository } from '../io/git/repository.ts'
import { canPlace } from '../io/setup/run-setup.ts'
import { wrap } from '../ui/format.ts'
import { type LimitInForce, limitLines, limitsInForce } from './limits.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

interface Diagnosis {
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

const KEYS = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL']

/** `agent doctor`: what this machine can do, by trying it, and the mend for each thing missing. */
export async function doctorCommand(options: GlobalOptions): Promise<number> {
  const repository = await openRepository(options.cwd).catch(() => null)
  const place = repository?.root ?? options.cwd
  const boxes: Diagnosis['boxes'] = []
  for (const box of allBoxes()) boxes.push(await tried(box, place))
  const diagnosis: Diagnosis = {
    node: process.versions.node,
    keys: KEYS.filter((name) => process.env[name]),
    repository: repository?.root ?? null,
    limits: limitsInForce(repository ? await loadConfig(options, repository.root) : {}),
    setUpInPlace: await canPlace(place),
    toolchains: await detectAll(process.env, place),
    boxes,
  }
  process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : describe(diagnosis))
  return boxes.some((box) => box.ok) ? EXIT.done : EXIT.isolation
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

function describe(diagnosis: Diagnosis): string {
  const lines = [
    `Node         ${diagnosis.node}`,
    `repository   ${diagnosis.repository ?? 'none here'}`,
    `models       ${diagnosis.keys.length > 0 ? `${diagnosis.keys.join(', ')} set` : 'no key and no base URL is set'}`,
    `set-up       ${diagnosis.setUpInPlace ? 'sees a fresh tree at the path of the repository' : 'not at the path of the repository: paths that it writes down do not hold'}`,
  ]
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
