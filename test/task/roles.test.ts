import { describe, expect, it } from 'vitest'
import { planOf } from '../../src/begin.ts'
import { surroundings } from '../../src/commands/surroundings.ts'
import { assemble, type Part } from '../../src/core/prompt/prompt.ts'
import { ROLES } from '../../src/core/settings.ts'
import { authorParts } from '../../src/task/context.ts'
import { loadSpecs } from '../../src/task/load-specs.ts'
import { arbiterParts, migratorParts, strengthenerParts } from '../../src/task/roles.ts'
import type { Frozen } from '../../src/task/state.ts'
import type { Role } from '../../src/world.ts'
import { FALSIFIED, test } from '../core/verdict/support.ts'
import { filesBelow, memorySymbols, memoryTree, type RecordedTask, recordedTasks } from '../support/recorded-tasks.ts'
import { settingsForTest } from '../support/settings.ts'

const around = await surroundings('test', settingsForTest(), {})
let task: RecordedTask | undefined
for await (const one of recordedTasks()) if (one.plan.task.id === '3') task = one
const { plan, tree, frozen } = task!
const scene = { around, plan, tree, symbols: memorySymbols(tree) }
const DIFF = '@@ -1 +1 @@\n-  if (a < b)\n+  if (a <= b)\n'
const SURVIVORS = [
  { path: 'src/heartbeat.ts', diff: DIFF },
  { path: 'src/other.ts', diff: DIFF },
]

function promptOf(role: Role, parts: Part[]) {
  const made = assemble(role, 'v', parts, { limit: 60_000, aim: around.promptAim }, around.count)
  if (!made.ok) throw new Error(made.message)
  return made.prompt
}

const asked: Record<string, () => Promise<Part[]>> = {
  strengthener: () =>
    strengthenerParts(scene, frozen, new Map([['src/heartbeat.ts', 'const CODE = 1\n']]), SURVIVORS, []),
  arbiter: () =>
    arbiterParts(
      scene,
      { test: test('t.test.ts > beats', 'assertion', { properties: [FALSIFIED] }), code: 'CODE' },
      [],
    ),
  migrator: () =>
    migratorParts(
      scene,
      { files: frozen.files, interfaces: [{ path: 'src/a.ts', content: 'NEW' }], problem: 'TS2339' },
      [],
    ),
}

describe('the other roles', () => {
  it('are asked with what the author was asked with first, and with their own words last', async () => {
    const author = promptOf('author', await authorParts(scene, []))
    const shared = author.user.slice(0, author.stable[1])
    for (const [role, parts] of Object.entries(asked)) {
      const prompt = promptOf(role as Role, await parts())
      expect(ROLES).toContain(role)
      expect(prompt.system).toBe(author.system)
      expect(prompt.user.startsWith(shared)).toBe(true)
      expect(
        prompt.user
          .trimEnd()
          .endsWith(
            around.templates[role as Role]
              .replace('{{framework}}', around.framework)
              .replace('{{most}}', '5')
              .replace('{{right}}', '2')
              .trim(),
          ),
      ).toBe(true)
      expect(prompt.user).toContain('Failure detection')
      const optional = prompt.manifest.parts.filter(({ mandatory }) => !mandatory).map(({ kind }) => kind)
      expect(optional.filter((kind) => !['facts', 'outline', 'file'].includes(kind))).toEqual([])
    }
  })

  it('strengthens what it sees: frozen tests and code whole, survivors by number', async () => {
    const { user } = promptOf('strengthener', await asked['strengthener']!())
    expect(user).toContain(frozen.files[0]!.content!.trim())
    expect(user).toContain(`## Survivor 1: src/heartbeat.ts\n\n\`\`\`\n${DIFF}\`\`\``)
    expect(user).toContain('## Survivor 2: src/other.ts')
    expect(user).toContain('## File src/heartbeat.ts\n\n```\nconst CODE = 1\n```')
    const said = { ...frozen, remarks: 'Left out: beats that coincide.' }
    const without = promptOf('strengthener', await strengthenerParts(scene, said, new Map(), [], []))
    expect(without.user).toContain('The test author says:\n\n> Left out: beats that coincide.')
    expect(without.user).toContain('# Survivors\n\nNone')
  })

  it('strengthens with what code and tests stand upon: the other files of a package, and its import path', async () => {
    const files = await filesBelow('sandbox/targets/priority-queue')
    Object.assign(files, await filesBelow('specs/priority-queue', 'specs/priority-queue/'))
    const goTree = memoryTree(files)
    const spec = (await loadSpecs(goTree)).specs[0]!
    const goPlan = await planOf(spec, spec.tasks[0]!, goTree)
    const goScene = { around, plan: goPlan, tree: goTree, symbols: memorySymbols(goTree) }
    const tests = [{ path: 'queue/priority_test.go', content: files['queue/priority_test.go']! }]
    const code = new Map([['queue/queue.go', 'package queue\n\n// CODE\n']])
    const { user } = promptOf(
      'strengthener',
      await strengthenerParts(goScene, { files: tests } as Frozen, code, [], []),
    )
    expect(user).toContain('## File queue/job.go')
    expect(user).toContain('Priority int')
    expect(user).toContain('- go.mod: module example.org/jobs, go 1.22; github.com/leanovate/gopter')
    expect(user.match(/## File queue\/queue\.go/g)).toHaveLength(1)
  })

  it('judges by requirement, test and counterexample, and moves tests to the new interface', async () => {
    const arbiter = promptOf('arbiter', await asked['arbiter']!())
    expect(arbiter.user).toContain('Smallest failing case found')
    expect(arbiter.user).toContain('CODE')
    expect(arbiter.user).not.toContain('## File src/')
    const migrator = promptOf('migrator', await asked['migrator']!())
    for (const text of ['# Tests to move', '# The new interface', 'NEW', '# What breaks', 'TS2339'])
      expect(migrator.user).toContain(text)
    await expect(migratorParts(scene, { files: [], interfaces: [], problem: '' }, [])).rejects.toThrow('without a test')
  })
})
