import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Box } from '../../src/io/box/box.ts'
import { outerNamespaces } from '../../src/io/box/identity.ts'
import { createLinuxBox, type Recipe } from '../../src/io/box/linux-box.ts'
import { hostMounts } from '../../src/io/box/mount-table.ts'
import { shellStarter } from '../../src/io/box/starter.ts'
import { unshareVariables } from '../../src/io/box/unshare-layout.ts'
import type { Weakness } from './attempt.ts'
import { payloadUser } from './bait.ts'

/** Runs the payload on the host as it is. Only the wall clock is kept. */
function nakedBox(user: { uid?: number; gid?: number }): Box {
  return {
    name: 'none',
    probe: async () => ({ ok: true, level: 'none', checks: [] }),
    run: (argv, policy, limits, { input = '' }) =>
      new Promise((resolve) => {
        // Mount points are made as somebody would who trusts the tree.
        for (const { to } of policy.mounts) {
          const inside = relative(policy.root, to)
          if (inside.includes('/')) mkdirSync(join(policy.tree, inside), { recursive: true })
        }
        const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: policy.tree, ...policy.env }
        const child = spawn(argv[0]!, argv.slice(1), {
          ...user,
          cwd: policy.tree,
          env,
          timeout: limits.wallMs,
          killSignal: 'SIGKILL',
        })
        const text = { stdout: '', stderr: '' }
        for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data) => (text[name] += data))
        child.stdin.on('error', () => {})
        child.stdin.end(input)
        child.on('exit', (exitCode, signal) =>
          setTimeout(() => resolve({ ...text, exitCode, signal, cause: 'exit', message: null, durationMs: 0 }), 50),
        )
      }),
  }
}

/** The box of `unshare` whose payload keeps all rights in it. */
function boxWithRights(): Box {
  const recipe: Recipe = async ({ plan, identity, limits, start }) => ({
    argv: ['unshare', ...outerNamespaces(identity), '--', ...withRights(start.build)],
    variables: await unshareVariables(plan, limits, hostMounts()),
  })
  return createLinuxBox('unshare', recipe, shellStarter)
}

/** `sh -c SCRIPT box`, and then the payload, which only gives up rights until its own shell starts. */
function withRights(build: string[]): string[] {
  const at = build.indexOf('sh', 4)
  if (at < 0) throw new Error(`no shell in ${build.join(' ')}`)
  return [...build.slice(0, 4), ...build.slice(at)]
}

export function weakBox(weakness: Weakness): Box {
  if (weakness === 'rights') return boxWithRights()
  return nakedBox(weakness === 'naked-user' ? payloadUser : {})
}
