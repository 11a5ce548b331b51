import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const run = promisify(execFile)

async function blocks(name: string): Promise<string[]> {
  const page = await readFile(join(ROOT, 'prompts', `${name}.md`), 'utf8')
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!)
}

/** Code of the pages on the simulation kit, as ambient declarations: what a first test needs, not all that there is. */
async function pageCode(...names: string[]): Promise<string> {
  const all = (await Promise.all(names.map(blocks))).flat()
  return all.filter((block) => !block.startsWith("it('")).join('\n')
}

const CLAIMS = `
type Is<A, B> = [A] extends [B] ? true : { is: A; promised: B }
const promised: Is<kit.Clock, Author.Clock> & Is<kit.Net, Author.Net> & Is<kit.Delivery, Author.Delivery> = true
const world: Is<kit.Simulation, Author.Simulation> = true
const made: Is<ConstructorParameters<typeof Author.Simulation>, ConstructorParameters<typeof kit.Simulation>> = true
const functions: Is<Parameters<typeof Author.faults>, Parameters<typeof kit.faults>> & Is<typeof kit.calmAfter, typeof Author.calmAfter> = true
const faults: Is<Author.Fault, kit.Fault> = true
const code: Is<kit.Clock, Implementer.Clock> & Is<kit.Net, Implementer.Net> = true
const all: Is<keyof kit.Clock | keyof kit.Net, keyof Implementer.Clock | keyof Implementer.Net> = true
export { all, code, faults, functions, made, promised, world }
`

/** Of the pages on disks and promises. */
const DISK_CLAIMS = `
const given: Is<kit.Disk, Author.Disk> & Is<kit.NodeClock, Author.NodeClock> & Is<kit.Random, Author.Random> & Is<kit.NodeEnv, Author.NodeEnv> = true
const same: Is<kit.Disk, Implementer.Disk> & Is<kit.NodeEnv, Implementer.NodeEnv> = true
const more: Is<Author.MoreFaults, kit.Fault> & Is<Author.FaultKind, kit.FaultKind> = true
const campaign: Is<Parameters<typeof Author.chaos>[0], kit.ChaosOptions> = true
export { campaign, given, more, same }
`

/** What the compiler says of the pages; empty where they are true. */
async function compiled(author: string, implementer: string, more = ''): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-kit-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const kit = JSON.stringify(join(ROOT, 'sandbox', 'sim', 'index.ts'))
  const namespaces = `declare namespace Author {\n${author}\n}\ndeclare namespace Implementer {\n${implementer}\n}`
  const text = `import fc from 'fast-check'\nimport * as kit from ${kit}\n${namespaces}\n${CLAIMS}\n${more}`
  await writeFile(join(dir, 'page.ts'), text)
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  }
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  await writeFile(join(dir, 'package.json'), '{"type":"module"}')
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }))
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  return run(process.execPath, [compiler, '-p', dir]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  )
}

it('the pages on the simulation kit say what it is', async () => {
  expect(await compiled(await pageCode('kit-author'), await pageCode('kit-implementer'))).toBe('')
})

it('so do the pages on disks and promises, and their example is a test', async () => {
  const author = await pageCode('kit-author', 'kit-author-disk')
  const [example] = (await blocks('kit-author-disk')).filter((block) => block.startsWith("it('"))
  const test = `declare function it(name: string, run: () => unknown): void
declare function startStore(net: kit.Net, disk: kit.Disk): void
const { chaos } = kit
${example}`
  const implementer = await pageCode('kit-implementer', 'kit-implementer-disk')
  expect(await compiled(author, implementer, `${DISK_CLAIMS}\n${test}`)).toBe('')
  const wrong = author.replace('fsync(path: string)', 'fsync(path: number)')
  expect(await compiled(wrong, implementer, DISK_CLAIMS)).toContain('page.ts')
})

it('a page that is wrong, or promises what is not there, is noticed', async () => {
  const [author, implementer] = await Promise.all([pageCode('kit-author'), pageCode('kit-implementer')])
  const wrong = [
    author.replace('every(ms: number', 'every(ms: string'),
    author.replace('always(fn', 'allTheTime(fn'),
    author.replace("'one-way'", "'oneway'"),
  ]
  for (const page of wrong) {
    expect(page).not.toBe(author)
    expect(await compiled(page, implementer)).toContain('page.ts')
  }
})
