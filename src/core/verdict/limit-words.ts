import type { LimitName } from './evidence.ts'

/** Where each limit of a command in the box is set, in agent.yaml. */
const KNOBS: Record<Exclude<LimitName, 'cancelled'>, string> = {
  'wall-clock': 'level.maxMinutes',
  output: 'limits.outputMB',
  'cpu-time': 'limits.cpuSeconds',
  'file-size': 'limits.fileMB',
  processes: 'limits.processes',
  memory: 'limits.memoryMB',
  disk: 'limits.diskMB and limits.tmpMB',
}

/** What people are told of a limit that struck, with the place where it is set. */
export function limitWords(limit: LimitName): string {
  return limit === 'cancelled' ? 'interrupted' : `the ${limit} limit struck (\`${KNOBS[limit]}\` in agent.yaml)`
}
