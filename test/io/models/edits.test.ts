import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyPatch } from '../../../src/core/patch/apply.ts'
import type { Patch, Reply } from '../../../src/core/patch/patch.ts'
import { readReply } from '../../../src/core/patch/read-reply.ts'
import { openTree } from '../../../src/io/git/tree.ts'
import { editsAsReply } from '../../../src/io/models/edits.ts'
import { openScratchTree } from '../../../src/io/models/scratch-tree.ts'
import { makeRepository } from '../../support/repository.ts'

async function scratch(files: Record<string, string>, mask = (text: string) => text) {
  const repository = await makeRepository({ files })
  const root = repository.dir
  const place = await mkdtemp(join(tmpdir(), 'specproof-edits-'))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  const source = { root, commonDir: join(root, '.git'), deny: () => false, mask, scratch: () => place }
  const commit = await repository.git('rev-parse', 'HEAD')
  const base = await openTree(root, commit)
  const tree = await openScratchTree(source, { commit, overlay: [] })
  onTestFinished(() => tree.close())
  return { tree, base, write: (path: string, text: string) => writeFile(join(tree.dir, path), text) }
}

function patchOf(reply: Reply): Patch {
  if (reply.kind !== 'patch') throw new Error(`the reply is ${reply.kind}`)
  return reply.patch
}

const line = fc.constantFrom(
  'a',
  'b',
  '',
  '  c',
  '--- x',
  '+++ y',
  '@@ z',
  '```',
  '<<<<<<< SEARCH',
  '=======',
  'ü',
  '\\ no',
)
const text = fc.array(line, { minLength: 1, maxLength: 30 }).map((lines) => `${lines.join('\n')}\n`)

describe('what somebody edited', () => {
  it('comes out of its patch as it lies there, whatever lines it holds, or is refused', async () => {
    let exact = 0
    await fc.assert(
      fc.asyncProperty(text, text, async (was, is) => {
        const { tree, base, write } = await scratch({ 'src/x.txt': was })
        await write('src/x.txt', is)
        await write('new.txt', was)
        const { text: reply, left } = await editsAsReply(tree)
        expect(left).toEqual([])
        const read = readReply(reply)
        if (read.kind !== 'patch') {
          expect(read.kind).toBe('unreadable')
          return
        }
        const applied = await applyPatch(read.patch, base.read)
        if (!applied.ok) return
        const contents = Object.fromEntries(applied.changes.map(({ path, content }) => [path, content?.trimEnd()]))
        const expected = { 'new.txt': was.trimEnd(), ...(is === was ? {} : { 'src/x.txt': is.trimEnd() }) }
        expect(contents).toEqual(expected)
        exact++
      }),
      {
        numRuns: 12,
        examples: [
          ['\n', '<<<<<<< SEARCH\na\n'],
          ['\n', 'a\n'],
        ],
      },
    )
    expect(exact).toBeGreaterThan(2)
  })

  it('tells a change among equal lines with as much around it as it takes, and empty files too', async () => {
    const block = `${'same\n'.repeat(20)}`
    const { tree, base, write } = await scratch({ 'x.txt': `${block}one\n${block}`, 'empty.txt': '' })
    await write('x.txt', `${block}same\none\n${block}`)
    await write('fresh.txt', '')
    await rm(join(tree.dir, 'empty.txt'))
    const read = readReply((await editsAsReply(tree)).text)
    const applied = await applyPatch(patchOf(read), base.read)
    expect(applied).toMatchObject({ ok: true })
    if (!applied.ok) return
    expect(applied.changes.map(({ path, content }) => [path, content])).toEqual([
      ['empty.txt', null],
      ['fresh.txt', ''],
      ['x.txt', `${block}same\none\n${block}`],
    ])
  })

  it('never writes stars in place of a secret that it was not shown', async () => {
    const mask = (text: string) => text.replaceAll('hunter2', '***')
    const { tree, base, write } = await scratch({ 'x.txt': 'key hunter2\n\n\n\n\n\nlast\n' }, mask)
    await write('x.txt', 'key ***\n\n\n\n\n\nchanged\n')
    const far = readReply((await editsAsReply(tree)).text)
    expect(await applyPatch(patchOf(far), base.read)).toMatchObject({
      ok: true,
      changes: [{ content: 'key hunter2\n\n\n\n\n\nchanged\n' }],
    })
    await write('x.txt', 'key *** too\n\n\n\n\n\nlast\n')
    const near = readReply((await editsAsReply(tree)).text)
    expect(await applyPatch(patchOf(near), base.read)).toMatchObject({ ok: false })
  })
})
