import { access, constants } from 'node:fs/promises'
import { runProgram } from '../run-program.ts'
import type { BoxLimits } from './box.ts'
import { type Identity, withoutRights } from './identity.ts'
import { prlimitOptions, rlimits } from './limits.ts'
import { perlScript } from './perl-script.ts'
import { leaveSessionKeys } from './session-keys.ts'
import { FINISH_SCRIPT, SETUP_SCRIPT, STARTED_SCRIPT } from './setup-script.ts'
import { filterHere, isKnown } from './syscall-filter.ts'

/** What the first process of a box is, so that in the end the payload runs with no right. */
export interface Start {
  /** The command line that builds the whole box from inside new namespaces. */
  build: string[]
  /** The same in a box that is built but for what bwrap has no option for. */
  finish: string[]
  /** A filter of system calls that somebody else has to set before; null when the command line does, or there is none. */
  filter: Buffer | null
}

export interface Asked {
  argv: string[]
  env: Record<string, string>
  limits: BoxLimits
  identity: Identity
  /** A control group counts the processes. */
  counted: boolean
  /** How many control groups are to be entered. */
  groups: number
  /** There are overlays to be made, or mounts with changed owners. */
  overlays: boolean
}

/** Who works inside, from the first process to the payload. */
export interface Starter {
  start(asked: Asked): Promise<Start>
  /** It can make a mount in which files have other owners. */
  mapsOwners: boolean
  /** It enters control groups by descriptors; else whatever starts it has to be in them. */
  entersGroups: boolean
  /** What is not closed, in words for the level, by whether the box can set a filter itself. */
  lacks(boxFilters: boolean): string[]
}

/** Looks once what this machine has. */
export type FindStarter = () => Promise<Starter>

const PERL = '/usr/bin/perl'

/** Whether Perl can do what the script needs of it: make system calls and keep their filter. */
async function perlWorks(script: string): Promise<boolean> {
  const there = await access(PERL, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!there) return false
  const tried = await runProgram(PERL, ['-c', '-e', script])
  return tried.exitCode === 0
}

/** One Perl program does it all; null where there is none, or its system calls are not known. */
export async function perlStarter(architecture: string = process.arch): Promise<Starter | null> {
  if (!isKnown(architecture)) return null
  if (!(await perlWorks(perlScript(architecture, 'build', true)))) return null
  const filter = filterHere()?.toString('hex') ?? ''
  return {
    async start({ argv, env, limits, identity, counted, groups, overlays }) {
      const kept = rlimits(limits, identity, counted)
      const table = kept.map(({ resource, soft, hard }) => `${resource}:${soft}:${hard}`).join(',')
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const rights = [identity.kind, identity.nested ? '1' : '0', table, filter]
      const all = [...rights, String(variables.length), ...variables, ...argv]
      const run = (how: 'build' | 'finish') => {
        const script = perlScript(architecture, how, overlays)
        return [PERL, '-e', script, '--', how, String(groups), ...all]
      }
      return { build: run('build'), finish: run('finish'), filter: null }
    },
    mapsOwners: true,
    entersGroups: true,
    lacks: () => (filter === '' ? ['system calls not filtered (not in this kernel)'] : []),
  }
}

/** Shell scripts and programs of util-linux, one after the other: everywhere, but in more time. */
export async function shellStarter(): Promise<Starter> {
  const leaveKeys = await leaveSessionKeys()
  const filter = filterHere()
  return {
    async start({ argv, env, limits, identity, counted }) {
      const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const started = ['sh', '-c', STARTED_SCRIPT, 'sh', 'env', '-i', ...assignments, ...argv]
      const limited = prlimitOptions(rlimits(limits, identity, counted))
      const line = withoutRights(identity, limited, [...(leaveKeys ?? []), ...started])
      const run = (script: string) => ['sh', '-c', script, 'box', ...line]
      return { build: run(SETUP_SCRIPT), finish: run(FINISH_SCRIPT), filter }
    },
    mapsOwners: false,
    entersGroups: false,
    lacks(boxFilters) {
      if (boxFilters && filter !== null) return []
      const keys = leaveKeys === null ? ['session keys not hidden (needs Perl or Python)'] : []
      return [...keys, 'system calls not filtered (needs Perl or bwrap)']
    },
  }
}

export const findStarter: FindStarter = async () => (await perlStarter()) ?? shellStarter()
