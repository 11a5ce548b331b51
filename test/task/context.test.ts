import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { planOf } from '../../src/begin.ts'
import { surroundings } from '../../src/commands/surroundings.ts'
import { readReply } from '../../src/core/patch/read-reply.ts'
import { assemble, type Part } from '../../src/core/prompt/prompt.ts'
import { authorParts, implementerParts } from '../../src/task/context.ts'
import { pastParts } from '../../src/task/past.ts'
import type { Frozen } from '../../src/task/state.ts'
import { lostReferences } from '../../src/task/steering.ts'
import { largeSpec } from '../support/large-spec.ts'
import { memorySymbols, memoryTree, type RecordedTask, recordedTasks } from '../support/recorded-tasks.ts'
import { settingsForTest } from '../support/settings.ts'

const around = await surroundings('test', settingsForTest(), {})
const tasks: RecordedTask[] = []
for await (const task of recordedTasks()) tasks.push(task)

async function partsOf(task: RecordedTask): Promise<{ author: Part[]; implementer: Part[] }> {
  const scene = { around, plan: task.plan, tree: task.tree, symbols: memorySymbols(task.tree) }
  return { author: await authorParts(scene, []), implementer: await implementerParts(scene, task.frozen, []) }
}

function promptOf(role: 'author' | 'implementer', parts: Part[]) {
  const made = assemble(role, 'v', parts, { limit: 60_000, aim: around.promptAim }, around.count)
  if (!made.ok) throw new Error(made.message)
  return made.prompt
}

describe('the first question of every task of the demo', () => {
  it.each(tasks.map((task) => [task.plan.task.id, task] as const))(
    'task %s has fewer than 3,000 tokens for either role, and all that is mandatory',
    async (_, task) => {
      const { author, implementer } = await partsOf(task)
      for (const [role, parts] of [
        ['author', author],
        ['implementer', implementer],
      ] as const) {
        const { manifest, system, user } = promptOf(role, parts)
        expect(manifest.tokens).toBeLessThan(3_000)
        expect(around.count(system) + around.count(user)).toBeLessThanOrEqual(manifest.tokens)
        expect(manifest.dropped).toEqual([])
        const mandatory = parts.filter((part) => part.mandatory).map(({ source }) => source)
        expect(manifest.parts.filter((part) => part.mandatory).map(({ source }) => source)).toEqual(mandatory)
        for (const { criteria } of task.plan.slice.requirements)
          for (const { id, text } of criteria) expect(user).toContain(`- ${id}: ${text}`)
        for (const { term } of task.plan.slice.glossary) expect(user).toContain(`- **${term}**`)
      }
    },
  )

  it('holds what is linked and the times beside it, and nothing else of the spec', async () => {
    const { user } = promptOf('author', (await partsOf(tasks[3]!)).author)
    for (const text of [
      '### Failure Detection',
      'detected within 45s',
      '- 3.2: WHEN',
      '- Heartbeats: Workers send heartbeat every 10s',
    ])
      expect(user).toContain(text)
    for (const text of ['### Work Distribution', '### Completions', 'idempotency', '- 5.1', '- 3.1'])
      expect(user).not.toContain(text)
  })

  it('begins alike for both roles up to the end of the slice', async () => {
    const { author, implementer } = await partsOf(tasks[5]!)
    const slice = author.findIndex(({ kind }) => kind === 'slice')
    expect(implementer.slice(0, slice + 1)).toEqual(author.slice(0, slice + 1))
  })

  it('holds an existing test on the kit once there is one, and the example before', async () => {
    const kit = async (at: number) => (await partsOf(tasks[at]!)).author.find(({ kind }) => kind === 'kit')?.text
    expect(await kit(1)).toContain('startDetector')
    expect(await kit(2)).not.toContain('startDetector')
    const { author } = await partsOf(tasks[3]!)
    expect(author.find(({ kind }) => kind === 'nearest')?.text).toContain('specproof/sim')
  })

  it('shows the implementer what earlier tasks have built as declarations', async () => {
    const { implementer } = await partsOf(tasks[5]!)
    const ledger = implementer.find(({ source }) => source === 'src/ledger.ts')
    expect(ledger?.kind).toBe('outline')
    expect(ledger?.text).toContain('createLedger(): Ledger')
    expect(ledger?.text).not.toContain('return')
  })
})

describe('the code of a prompt', () => {
  const { spec } = largeSpec(2)
  const sceneOf = async (files: Record<string, string>, task = 0) => {
    const tree = memoryTree(files)
    return { around, plan: await planOf(spec, spec.tasks[task]!, tree), tree, symbols: memorySymbols(tree) }
  }

  it('holds for the implementer what the frozen tests import, whole, though no word of the spec names it', async () => {
    const body = `export function total(n: number): number {\n  return ${'n + '.repeat(300)}n\n}\n`
    const scene = await sceneOf({
      'lib/totals.ts': `import './sums.ts'\n${body}`,
      'lib/sums.ts': 'export const sums = 1\n',
    })
    const test = {
      path: 'test/a.test.ts',
      content: "import { total } from '../lib/totals.ts'\nit('t', () => total(1))\n",
    }
    const frozen: Frozen = { ...tasks[0]!.frozen, files: [{ ...tasks[0]!.frozen.files[0]!, ...test }], stubs: [] }
    const parts = await implementerParts(scene, frozen, [])
    const shown = parts.filter(({ kind }) => kind === 'file')
    expect(shown.map(({ source }) => source)).toEqual(['lib/totals.ts', 'lib/sums.ts'])
    expect(shown[0]?.text).toContain(body.trim())
    const author = await authorParts(scene, [])
    expect(author.filter(({ kind }) => kind === 'file')).toEqual([])
  })

  it('holds for the author the nearest test with its fixtures, and for the implementer what is imported, in Python too', async () => {
    const scene = await sceneOf({
      'src/module1.py': 'x = 1\n',
      'src/shop/till.py': `class Till:\n${'    x = 1\n'.repeat(200)}`,
      'tests/test_ledger.py': 'from tests.help import one\n\ndef test_one(ledger):\n    assert one()\n',
      'tests/help.py': 'def one():\n    return 1\n',
      'tests/conftest.py': '@fixture\ndef ledger():\n    return {}\n',
    })
    const author = await authorParts(scene, [])
    const shown = author.filter(({ kind }) => kind === 'nearest' || kind === 'file').map(({ source }) => source)
    expect(shown).toEqual(['tests/test_ledger.py', 'tests/help.py', 'tests/conftest.py'])
    expect(author.find(({ kind }) => kind === 'nearest')?.mandatory).toBe(true)
    const test = { path: 'tests/test_new.py', content: 'from src.module1 import x\nfrom src.shop.till import Till\n' }
    const frozen: Frozen = { ...tasks[0]!.frozen, files: [{ ...tasks[0]!.frozen.files[0]!, ...test }], stubs: [] }
    const parts = await implementerParts(scene, frozen, [])
    const files = parts.filter(({ kind }) => kind === 'file').map(({ source }) => source)
    expect(files).toEqual(['src/module1.py', 'src/shop/till.py'])
  })

  it('says that there is no other source, where the rest is settings alone', async () => {
    const mapOf = async (files: Record<string, string>) =>
      (await authorParts(await sceneOf(files), [])).find(({ kind }) => kind === 'map')!
    const settings = {
      'package.json': '{"devDependencies":{"vitest":"5.1.1"}}',
      'agent.yaml': '',
      'vitest.config.ts': '',
    }
    const none = '# Other files\n\nThe repository holds no other source.'
    const alone = await mapOf(settings)
    expect([alone.text.slice(0, none.length), alone.short?.slice(0, none.length)]).toEqual([none, none])
    expect((await mapOf({ ...settings, 'lib/ledger.ts': 'export const a = 1\n' })).text).not.toContain(
      'no other source',
    )
  })

  it('has as much of the map as fits within the aim, the nearest files first', async () => {
    const files = Array.from({ length: 200 }, (_, at) => [
      `lib/${at < 3 ? 'ledger' : 'other'}/${at}.ts`,
      `export function ask${at}() {}\nexport function answer${at}() {}\n`,
    ])
    const scene = await sceneOf(Object.fromEntries(files) as Record<string, string>)
    const parts = await authorParts(scene, [])
    const { manifest } = promptOf('author', parts)
    const whole = manifest.parts.find(({ kind }) => kind === 'map')!.tokens
    expect(manifest.shortened).toEqual([])
    for (const less of [50, 200, 400]) {
      const size = { limit: 60_000, aim: manifest.tokens - less }
      const made = assemble('author', 'v', parts, size, around.count)
      if (!made.ok) throw new Error(made.message)
      expect(made.prompt.manifest.tokens).toBeLessThanOrEqual(size.aim)
      const map = made.prompt.manifest.parts.find(({ kind }) => kind === 'map')!
      expect(map.tokens).toBeGreaterThan(whole - less - 60)
      expect(made.prompt.user).toMatch(/# Other files\n\nlib\/ledger/)
    }
  })

  it('says which files that the spec names are not shown, and why', async () => {
    const scene = await sceneOf({ 'src/module1.ts': `// ${'x'.repeat(70_000)}\n` })
    expect(await lostReferences(scene)).toEqual([
      { source: 'src/module1.ts', why: 'it is no text file, or far too large' },
    ])
  })
})

describe('an answer of 10 MB', () => {
  it.each([
    ['words', 'word '.repeat(2_000_000)],
    ['one word', 'a'.repeat(10_000_000)],
    ['blanks', ' '.repeat(10_000_000)],
    ['a patch', `\`\`\`\nsrc/a.ts\n<<<<<<< SEARCH\n=======\n${'x = 1\n'.repeat(1_700_000)}>>>>>>> REPLACE\n\`\`\`\n`],
  ])('of %s is read, and goes without being sent again', async (_, text) => {
    readReply(text)
    const { implementer } = await partsOf(tasks[0]!)
    const past = pastParts('attempt 1', text, 'It failed.')
    const { manifest, user } = promptOf('implementer', [...implementer, ...past])
    expect(manifest.dropped.map(({ source }) => source)).toEqual(text.trim() === '' ? [] : ['attempt 1'])
    expect(user).toContain('It failed.')
    expect(user.length).toBeLessThan(20_000)
  })
})

const LARGEST = 5_000

describe(`as a spec grows from 10 to ${LARGEST} requirements`, () => {
  const sizes = [10, LARGEST]
  const specs = new Map<number, Awaited<ReturnType<typeof largeSpec>>>()
  beforeAll(() => {
    for (const size of sizes) specs.set(size, largeSpec(size))
  })

  async function tokensOf(size: number, task: number): Promise<number> {
    const { spec } = specs.get(size)!
    const modules = Array.from({ length: Math.min(size, 300) }, (_, at) => [`src/module${at + 500}.ts`, 'export {}\n'])
    const tree = memoryTree(Object.fromEntries(modules) as Record<string, string>)
    const plan = await planOf(spec, spec.tasks[task - 1]!, tree)
    const scene = { around, plan, tree, symbols: memorySymbols(tree) }
    return promptOf('author', await authorParts(scene, [])).manifest.tokens
  }

  it('the prompt of a task stays within 10 %', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: LARGEST }), async (small, any) => {
        const before = await tokensOf(10, small)
        for (const task of [small, any]) {
          const after = await tokensOf(LARGEST, task)
          expect(Math.abs(after - before)).toBeLessThanOrEqual(before / 10)
        }
      }),
      { numRuns: 10 },
    )
  })
})
