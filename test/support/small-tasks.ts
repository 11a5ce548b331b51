import { creates } from './clamp.ts'
import { type SmallWorld, type SmallWorldOptions, smallWorld } from './small-world.ts'

/** A spec `q` of tasks that are right at the first try; what stands below each: `Depends: 1`, or `Checkpoint` for one. */
export function smallTasks(lines: string[], more: Partial<SmallWorldOptions> = {}): SmallWorld {
  const one = (line: string, n: number) =>
    line === 'Checkpoint'
      ? `- [ ] ${n}. Checkpoint - all tests pass`
      : `- [ ] ${n}. Build f${n}\n  - Verify: \`./check ${n}\`${line === '' ? '' : `\n  - ${line}`}`
  return smallWorld({
    files: { 'specs/q/tasks.md': `# Tasks\n\n${lines.map((line, at) => one(line, at + 1)).join('\n')}\n` },
    delay: () => 0,
    reply: ({ task }) => creates({ [`src/f${task}.ts`]: 'right\n' }),
    judge: (request, files) =>
      request.kind === 'command'
        ? { [request.check.run]: files.has(`src/f${request.check.run.split(' ')[1]}.ts`) }
        : Object.fromEntries([...files.keys()].map((path) => [path, true])),
    ...more,
  })
}
