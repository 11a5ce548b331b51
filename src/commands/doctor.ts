import { EXIT } from '../core/errors.ts'
import type { Box, Probe } from '../io/box/box.ts'
import { allBoxes } from '../io/box/choose.ts'
import { detectAll, type Toolchains } from '../io/box/toolchains/index.ts'
import { openRepository } from '../io/git/repository.ts'
import type { GlobalOptions } from './options.ts'

interface Diagnosis {
  node: string
  /** Variables that hold a key; their values are not looked at. */
  keys: string[]
  repository: string | null
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
  ]
  lines.push('', 'toolchains that a box can show')
  const { found, missing } = diagnosis.toolchains
  for (const { language, version, where } of found) lines.push(`  ${language.padEnd(11)}${version}  ${where}`)
  for (const { language, why } of missing) lines.push(`  ${language.padEnd(11)}none: ${why}`)
  for (const box of diagnosis.boxes) {
    lines.push('', `box ${box.name}${box.ok ? '' : ': not usable'}`)
    if (box.ok) lines.push(`  ${box.level}`)
    else lines.push(`  ${box.reason}`, `  To mend it: ${box.advice}`)
    for (const check of box.checks) lines.push(`  ${check.held ? 'held  ' : 'BROKEN'}  ${check.name}`)
  }
  return `${lines.join('\n')}\n`
}
