import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import {
  AUTHOR,
  block,
  CLAMP_RIGHT,
  CLAMP_STUB,
  CLAMP_TASK,
  CLAMP_TEST,
  creates,
  HANGS,
  RIGHT,
  VITEST_CLAMP_TEST,
} from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const EXISTING_TEST =
  "import assert from 'node:assert/strict'\nimport { it } from 'node:test'\n\nit('adds', () => assert.equal(1 + 1, 2))\n"
const MANIFEST =
  '{"name":"target","type":"module","scripts":{"test":"node --test"},"devDependencies":{"fast-check":"*"}}\n'
const NEW_MANIFEST = MANIFEST.replace('"fast-check"', '"left-pad":"*","fast-check"')

describe('a reply that cannot be applied', () => {
  it('is refused with its reason, comes back in a free round, and never writes outside', async () => {
    const repository = await makeRepository()
    const outside = join(repository.around, 'outside')
    await mkdir(outside)
    await symlink(outside, join(repository.dir, 'way-out'))
    await repository.commit({})
    const evil = (path: string) => creates({ [path]: 'evil\n' })
    const model = await scriptModel({
      author: ['Here are my thoughts, and no file.', creates({ 'src/clamp.ts': CLAMP_STUB }), AUTHOR],
      implementer: [
        ...['I would rather explain it.', block('src/clamp.ts', 'no such line\n', 'x\n')],
        ...[evil('../outside/evil'), evil(join(outside, 'evil'))],
        ...[evil('way-out/evil'), evil('.git/hooks/pre-commit'), evil('.agent/evil'), RIGHT],
      ],
    })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 2 })
    const asked = model.asked('implementer')
    const reasonIn = (prompt: string | undefined) => /# What is wrong with it\n\n([\s\S]*)/.exec(prompt!)?.[1]
    expect(reasonIn(asked[1])).toContain('Line 1: expected a patch')
    expect(reasonIn(asked[2])).toContain('src/clamp.ts, block 1')
    expect(reasonIn(asked[3])).toContain('`../outside/evil` cannot be used: the path has a `..` segment')
    expect(reasonIn(asked[4])).toContain('the path is absolute')
    expect(reasonIn(asked[5])).toContain('`way-out/evil` cannot be used')
    expect(reasonIn(asked[6])).toContain('`.git` belongs to git or to this program')
    expect(reasonIn(asked[7])).toContain('`.agent` belongs to git or to this program')
    const refused = eventsOf(run, 'patch.refused').map((event) => event.reasons.map((reason) => reason.code).join())
    const unsafe = Array.from({ length: 5 }, () => 'unsafe-path')
    expect(refused).toEqual(['no-patch', 'no-patch', 'no-patch', 'no-match', ...unsafe])
    expect(eventsOf(run, 'verdict')[0]!.summary).toMatch(/^no answer could be applied/)
    expect(reasonIn(model.asked('author')[2])).toContain('creates no test file')

    expect(await readdir(outside)).toEqual([])
    expect(existsSync(join(repository.dir, '.git', 'hooks', 'pre-commit'))).toBe(false)
    expect(existsSync(join(repository.dir, '.agent', 'evil'))).toBe(false)
  })

  it('of an author may let an existing file declare more, and nothing else of it', async () => {
    const below = 'export function below(value: number, low: number): number {\n  return Math.max(value, low)\n}\n'
    const repository = await makeRepository({ files: { 'src/clamp.ts': below, 'agent.yaml': LIGHT_LEVEL } })
    const [head, body] = [
      'export function below(value: number, low: number): number {\n',
      '  return Math.max(value, low)\n',
    ]
    const test = creates({ 'test/clamp.test.ts': CLAMP_TEST })
    const model = await scriptModel({
      author: [
        `${test}\n\n${block('src/clamp.ts', body, '  return low\n')}`,
        `${test}\n\n${block('src/clamp.ts', head, `${CLAMP_STUB}\n${head}`)}`,
      ],
      implementer: [block('src/clamp.ts', CLAMP_STUB, CLAMP_RIGHT)],
    })

    const run = await next(repository, model)

    expect(run.code, `${run.result.message}\n${run.stderr}`).toBe(0)
    expect(model.asked('author')[1]).toContain('an existing file may only declare more')
    expect(eventsOf(run, 'tests.frozen')).toMatchObject([{ red: '1/1, 1 by assertion' }])
    expect(model.asked('implementer')[0]).toContain(`## File src/clamp.ts\n\n\`\`\`\n${CLAMP_STUB}\n${head}`)
    expect(await repository.git('show', 'HEAD:src/clamp.ts')).toBe(`${CLAMP_RIGHT}\n${below}`.trim())
  })

  it('keeps what fits of it: only the refused part is asked for again', async () => {
    const repository = await makeRepository()
    const first = `${creates({ 'src/extra.ts': 'export const extra = 1\n' })}\n\n${block('src/clamp.ts', 'no such line\n', 'x\n')}`
    const model = await scriptModel({ author: [AUTHOR], implementer: [first, RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(model.asked('implementer')[1]).toContain('These parts fit and are kept.')
    expect(model.asked('implementer')[1]).toContain('- src/extra.ts')
    expect(await repository.git('show', 'HEAD:src/extra.ts')).toBe('export const extra = 1')
  })

  it('that git ignores a path of is told once, then a person may allow it by one line', async () => {
    const repository = await makeRepository({ files: { '.gitignore': 'node_modules/\nout/\n.agent/\n' } })
    const out = creates({ 'out/x.ts': 'export const x = 1\n' })
    const model = await scriptModel({ author: [AUTHOR], implementer: [out, out] })

    const run = await next(repository, model)

    expect(run.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(run.result.message).toContain('`Allows: out/x.ts`')
  })

  it('and never gets better ends the run with what was wrong', async () => {
    const repository = await makeRepository()
    const prose = 'I would rather explain it.'
    const model = await scriptModel({
      author: [prose, prose, prose, prose, AUTHOR],
      implementer: [prose, prose, prose, prose],
    })

    const author = await next(repository, model)
    expect(author.result).toMatchObject({ status: 'unverifiable', exitCode: 3 })
    expect(author.result.message).toContain("The test author's answers could not be used")

    const implementer = await next(repository, model, ['--attempts', '1'])
    expect(implementer.result).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(implementer.result.message).toContain('no answer could be applied')
  })
})

describe('a patch that reaches for what judges it', () => {
  it('is told once, twice, and the third time it is tampering', async () => {
    const repository = await makeRepository({ files: { 'test/sum.test.ts': EXISTING_TEST } })
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [
        block('specs/limits/requirements.md', '# Requirements: limits\n', '# No requirements\n'),
        block('test/clamp.test.ts', CLAMP_TEST, ''),
        block('test/sum.test.ts', EXISTING_TEST, ''),
      ],
    })

    const run = await next(repository, model)

    expect(run.result).toMatchObject({ status: 'tampering', exitCode: 8 })
    expect(run.result.message).toContain('The patch reached for its judge a third time')
    expect(run.result.message).toContain('`test/sum.test.ts` is protected (existing-test)')
    const asked = model.asked('implementer')
    expect(asked[1]).toContain('`specs/limits/requirements.md` is protected (spec)')
    expect(asked[2]).toContain('`test/clamp.test.ts` is protected (frozen-test)')
    expect(eventsOf(run, 'patch.refused')).toHaveLength(3)
  })

  it('or what the task does not allow is told once, then a person may allow it by one line', async () => {
    const repository = await makeRepository({ files: { 'package.json': MANIFEST } })
    const manifest = block('package.json', MANIFEST, NEW_MANIFEST)
    const lockfile = creates({ 'package-lock.json': '{}\n' })
    const model = await scriptModel({
      author: [AUTHOR, AUTHOR],
      implementer: [lockfile, manifest, `${RIGHT}\n\n${manifest}`],
    })

    const refused = await next(repository, model)
    expect(refused.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(refused.result.message).toContain('`Allows: package.json`')
    expect(model.asked('implementer')[1]).toContain('`package-lock.json` is protected (lockfile)')

    await repository.commit({ 'specs/limits/tasks.md': `# Tasks\n\n${CLAMP_TASK}  - Allows: package.json\n` })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(await repository.read('package.json')).toBe(NEW_MANIFEST)
  })
})

describe('tests that cannot judge', () => {
  const test = (body: string) =>
    creates({
      'src/clamp.ts': CLAMP_STUB,
      'test/clamp.test.ts': `${VITEST_CLAMP_TEST.split('const number')[0]}${body}`,
    })

  it('are sent back once with the reason; then the run ends, and no implementer is asked', async () => {
    const repository = await makeRepository({ vitest: true })
    const model = await scriptModel({
      author: [
        test("it('adds up', () => {\n  fc.assert(fc.property(fc.nat(), (n) => n >= 0))\n})\n"),
        test("it('clamps 5', () => expect(clamp(5, 0, 3)).toBe(3))\n"),
        test("it('clamps 5', () => expect(clamp(5, 0, 3)).toBe(3))\nit.skip('clamps 7', () => {})\n"),
        creates({ 'src/clamp.ts': CLAMP_STUB, 'test/clamp.ts': VITEST_CLAMP_TEST }),
      ],
    })

    const first = await next(repository, model)
    expect(first.result).toMatchObject({ status: 'unverifiable', exitCode: 3 })
    expect(eventsOf(first, 'decision')).toMatchObject([{ decision: 'tests sent back' }])
    expect(model.asked('author')[1]).toContain('"adds up" passes although nothing is implemented')
    expect(first.result.message).toContain(
      'No property fails by an assertion on a program that returns empty values, and the task asks for one: run it through `fc.assert(fc.property(...))`',
    )

    const second = await next(repository, model)
    expect(second.result).toMatchObject({ status: 'unverifiable', exitCode: 3 })
    expect(model.asked('author')[3]).toContain('"clamps 7" is skipped; every test must run.')
    expect(second.result.message).toContain('No test was collected')
    expect(model.asked('implementer')).toEqual([])
  })

  it('because they hang are stopped at the limit of a stage', async () => {
    const repository = await makeRepository({
      vitest: true,
      files: { 'agent.yaml': LIGHT_LEVEL.replace('maxMinutes: 4', 'maxMinutes: 0.2') },
    })
    const hanging = test(`it('hangs', () => {\n  ${HANGS}\n})\n`)
    const model = await scriptModel({ author: [hanging, 'BLOCKED: it would hang again'] })

    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(model.asked('author')[1]).toMatch(/A limit \(wall-clock\) struck while running .*hangs/)
  })
})
