import { join } from 'node:path'
import { makeDemoRepository } from '../io/demo.ts'
import { PACKAGE_ROOT } from '../io/package-root.ts'
import type { GlobalOptions } from './options.ts'
import { runSession } from './session.ts'
import type { RunFlags } from './settings.ts'

export interface DemoFlags extends RunFlags {
  tasks?: string
}

/** `agent demo`: the main job on the shipped spec, in a fresh temporary repository. */
export async function demoCommand(options: GlobalOptions, flags: DemoFlags): Promise<number> {
  const say = (text: string) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  const dir = await makeDemoRepository()
  const model = flags.model ?? `recorded/${join(PACKAGE_ROOT, 'recordings', 'job-queue')}`
  say(`The demo builds the job queue of specs/job-queue in ${dir}`)
  if (model.startsWith('recorded/')) {
    say(
      'Replies are replayed: a real model gave them once to these prompts. All that follows a reply runs for real, with',
    )
    say('fresh seeds: patch, compiler, tests in the box, fault schedules, verdict, commit. With a live model:')
    say('  npx agent demo --model anthropic/MODEL     (ANTHROPIC_API_KEY set; this costs money)')
  }
  say('')
  const wanted = {
    spec: 'job-queue',
    task: null,
    most: null,
    until: flags.tasks ?? null,
    keepGoing: false,
    dryRun: false,
  }
  const code = await runSession({ ...options, cwd: dir }, { ...flags, model }, wanted)
  say('')
  say(`Look at it:  git -C ${dir} log --stat      the commits with their evidence`)
  say(`             cat ${join(dir, 'specs/job-queue/tasks.md')}`)
  return code
}
