import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../../src/core/patch/apply.ts'
import type { PatchResult } from '../../../src/core/patch/patch.ts'
import { readReply } from '../../../src/core/patch/read-reply.ts'
import { diffLines, type FileDiff, FORMATS, type Format, renderFile, shownLines } from '../../support/render-patch.ts'
import { reader } from './support.ts'

interface Scene {
  before: string
  after: string
  eol: string
}

const piece = fc.constantFrom(
  'a',
  'b',
  ' ',
  '\t',
  '{',
  '}',
  '`',
  '#',
  'ü',
  '🙂',
  '👩‍👩‍👧',
  '\u00A0',
  '=',
  '"',
  '\\',
  '/',
  '.',
)
const word = fc.string({ unit: piece, maxLength: 8 })
const huge = fc.constantFrom('x'.repeat(1_000_000), `${'{"k":1},'.repeat(120_000)}`)

/** Old lines come from a few words, so that they repeat; new ones are new. A megabyte on one line now and then. */
const scene: fc.Arbitrary<Scene> = fc
  .record({
    old: fc.array(fc.oneof({ weight: 60, arbitrary: word }, { weight: 1, arbitrary: huge }), {
      minLength: 1,
      maxLength: 40,
    }),
    changes: fc.array(fc.record({ at: fc.nat(60), cut: fc.nat(3), add: fc.array(word, { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    final: fc.boolean(),
  })
  .map(({ old, changes, eol, bom, final }) => {
    const lines = old.map((line, k) => (k % 4 === 0 ? `${line}#${k}` : line))
    const changed = [...lines]
    for (const [n, { at, cut, add }] of changes.entries()) {
      const fresh = add.map((line, i) => `${line}new${n}.${i}`)
      changed.splice(at % (changed.length + 1), cut, ...fresh)
    }
    // A file's last line is never blank here: without a final newline nobody could see it.
    lines.push('last')
    changed.push('last')
    const text = (all: string[]) => (bom ? '\uFEFF' : '') + all.join(eol) + (final ? eol : '')
    return { before: text(lines), after: text(changed), eol }
  })

async function send(reply: string, files: Record<string, string>): Promise<PatchResult | null> {
  const read = readReply(reply)
  return read.kind === 'patch' ? applyPatch(read.patch, reader(files)) : null
}

function diffOf({ before, after }: Scene): FileDiff {
  return { path: 'src/file.txt', before: shownLines(before), after: shownLines(after) }
}

const runs = process.env['SPECPROOF_FULL'] === '1' ? 3_000 : 100

describe.each(FORMATS)('a difference written as %s', (format: Format) => {
  it('gives exactly the new text', async () => {
    let applied = 0
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        fc.pre(given.before !== given.after)
        const reply = renderFile(format, diffOf(given))
        if (reply === null) return
        const result = await send(reply.join('\n'), { 'src/file.txt': given.before })
        // Lines of the content can make a reply uncertain, and a step that repeats what stands there; both are refused.
        if (result?.ok !== true) return
        applied++
        expect(result.changes.map((change) => change.content)).toEqual([given.after])
      }),
      { numRuns: runs },
    )
    expect(applied).toBeGreaterThan(runs * 0.8)
  })

  it('is refused when it is sent again, or changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        fc.pre(given.before !== given.after)
        const added = diffLines(shownLines(given.before), shownLines(given.after)).some(({ lines }) => lines.length > 0)
        fc.pre(added)
        const reply = renderFile(format, diffOf(given))?.join('\n')
        if (reply === undefined) return
        const once = await send(reply, { 'src/file.txt': given.before })
        if (once?.ok !== true) return
        const again = await send(reply, { 'src/file.txt': once.changes[0]!.content! })
        expect(again?.ok).toBe(false)
      }),
      { numRuns: runs },
    )
  })
})

describe('differences of texts', () => {
  it('are what leads from one to the other', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.array(fc.constantFrom('a', 'b', 'c')), (a, b) => {
        const result: string[] = []
        let at = 0
        for (const { start, end, lines } of diffLines(a, b)) {
          result.push(...a.slice(at, start), ...lines)
          at = end
        }
        expect([...result, ...a.slice(at)]).toEqual(b)
      }),
      { numRuns: 1000 },
    )
  })
})
