import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../../src/core/patch/apply.ts'
import { readReply } from '../../../src/core/patch/read-reply.ts'
import { pathProblem } from '../../../src/core/patch/safe-path.ts'
import { joinLines, splitLines } from '../../../src/core/patch/text-lines.ts'
import { apply, edit, onlyText, operationsOf, reader } from './support.ts'

/** A region of a file and the lines that shall take its place. */
interface Splice {
  start: number
  end: number
  lines: string[]
}

const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '{', '`', '=', '<', '.', 'ü'), maxLength: 6 })
const eol = fc.constantFrom('\n' as const, '\r\n' as const)

/** Lines that differ from each other beyond their spaces, with any mixture of line endings, and cuts between them. */
const scene = fc
  .record({
    lines: fc.array(fc.tuple(words, eol), { minLength: 1, maxLength: 25 }),
    bom: fc.boolean(),
    finalNewline: fc.boolean(),
    cuts: fc.array(fc.nat(25), { maxLength: 8 }),
    fresh: fc.array(fc.array(words, { maxLength: 4 }), { minLength: 8, maxLength: 8 }),
  })
  .map(({ lines, bom, finalNewline, cuts, fresh }) => {
    const base = lines.map(([text, end], k) => ({ text: `${text}#${k}`, eol: end as '\n' | '\r\n' | '' }))
    if (!finalNewline) base.at(-1)!.eol = ''
    const at = [...new Set(cuts.map((cut) => cut % (base.length + 1)))].sort((a, b) => a - b)
    const splices: Splice[] = []
    for (let k = 0; k + 1 < at.length; k += 2) {
      splices.push({ start: at[k]!, end: at[k + 1]!, lines: fresh[k]!.map((text, i) => `${text}new${k}.${i}`) })
    }
    return { base, text: (bom ? '\uFEFF' : '') + joinLines(base), splices }
  })

function blocksOf({ base, splices }: { base: { text: string }[]; splices: Splice[] }): [string, string][] {
  const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('')
  return splices.map(({ start, end, lines }) => [text(base.slice(start, end).map((line) => line.text)), text(lines)])
}

describe('laws of the patch engine', () => {
  it('gives exactly the spliced lines, and leaves every byte outside of them', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        fc.pre(given.splices.length > 0)
        const result = splitLines(
          onlyText(await apply({ f: given.text }, edit('f', ...blocksOf(given))))!.replace(/^\uFEFF/, ''),
        )
        let at = 0
        let from = 0
        for (const { start, end, lines } of given.splices) {
          const kept = given.base.slice(from, start)
          expect(result.slice(at, at + kept.length)).toEqual(kept)
          at += kept.length
          expect(result.slice(at, at + lines.length).map((line) => line.text)).toEqual(lines)
          at += lines.length
          from = end
        }
        expect(result.slice(at)).toEqual(given.base.slice(from))
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same file for every order of the blocks', async () => {
    const shuffled = scene.chain((given) => {
      const blocks = blocksOf(given)
      return fc.tuple(fc.constant(given), fc.shuffledSubarray(blocks, { minLength: blocks.length }))
    })
    await fc.assert(
      fc.asyncProperty(shuffled, async ([given, blocks]) => {
        fc.pre(blocks.length > 1)
        const other = onlyText(await apply({ f: given.text }, edit('f', ...blocks)))
        expect(other).toBe(onlyText(await apply({ f: given.text }, edit('f', ...blocksOf(given)))))
      }),
    )
  })

  it('keeps byte order mark, final newline and a single style of line endings', async () => {
    await fc.assert(
      fc.asyncProperty(scene, eol, fc.boolean(), async (given, style, whole) => {
        const text = given.text.replace(/\r?\n/g, style)
        const blocks = blocksOf(given).filter(([, replace]) => replace !== '')
        fc.pre(blocks.length > 0)
        const content = blocks.map(([, replace]) => replace).join('')
        const operation = whole ? ({ action: 'replace', path: 'f', content, line: 1 } as const) : edit('f', ...blocks)
        const result = onlyText(await apply({ f: text }, operation))!
        expect(result.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'))
        expect(result.endsWith('\n')).toBe(text.endsWith('\n'))
        const other = style === '\n' ? /\r\n/ : /(^|[^\r])\n/
        if (/\n/.test(text)) expect(result).not.toMatch(other)
      }),
      { numRuns: 300 },
    )
  })

  it('makes no change at all next to a single refusal', async () => {
    const spoiled = edit('f', ['this line stands nowhere', 'x'])
    await fc.assert(
      fc.asyncProperty(scene, fc.boolean(), async (given, first) => {
        const good = edit('f', ...blocksOf(given))
        const result = await apply({ f: given.text }, ...(first ? [spoiled, good] : [good, spoiled]))
        expect(result).toMatchObject({ ok: false, refused: [{ code: 'no-match' }] })
      }),
    )
  })

  it('reads back the blocks that a reply was written from', () => {
    const line = words.filter((text) => !/^[<=>`~+-]/.test(text.trim()))
    const file = fc.array(
      line.map((text) => `x${text}`),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(file, file), { minLength: 1, maxLength: 4 }), eol, (blocks, end) => {
        const fences = blocks.flatMap(([search, replace], k) => {
          const block = ['<<<<<<< SEARCH', ...search, '=======', ...replace, '>>>>>>> REPLACE']
          return ['Some words.', '', '```', `src/f${k}.ts`, ...block, '```']
        })
        const operations = operationsOf(readReply(fences.join(end)))
        const text = (lines: string[]) => lines.map((one) => `${one}\n`).join('')
        expect(operations).toEqual(
          blocks.map(([search, replace], k) => {
            const path = `src/f${k}.ts`
            const found = { search: text(search), replace: text(replace), line: expect.any(Number) }
            return { action: 'edit', path, edits: [found], line: expect.any(Number) }
          }),
        )
      }),
    )
  })
})

const SAMPLE = [
  'I wrote the queue and left the clock alone.',
  '',
  '```',
  'src/queue.ts',
  '<<<<<<< SEARCH',
  'export function push(): void {',
  "  throw new Error('not implemented')",
  '}',
  '=======',
  'export function push(): void {',
  '  waiting.push(1)',
  '}',
  '>>>>>>> REPLACE',
  '```',
  '```md path=README.md',
  '# Queue',
  '```',
  '*** Begin Patch',
  '*** Update File: src/clock.ts',
  '@@ class Clock',
  ' now() {',
  '-  return 0',
  '+  return this.at',
  ' }',
  '*** End Patch',
  '```diff',
  '--- a/src/net.ts',
  '+++ b/src/net.ts',
  '@@ -1 +1 @@',
  '-a',
  '+b',
  '```',
  'NEED src/other.ts',
  'BLOCKED: no',
]

describe('any reply at all', () => {
  const mutated = fc
    .array(fc.tuple(fc.constantFrom('drop', 'double', 'swap', 'cut'), fc.nat(SAMPLE.length)), { maxLength: 6 })
    .map((changes) =>
      changes.reduce((lines, [how, nat]) => {
        const at = nat % Math.max(1, lines.length)
        if (how === 'drop') return lines.toSpliced(at, 1)
        if (how === 'double') return lines.toSpliced(at, 0, lines[at] ?? '')
        if (how === 'swap') return [...lines.slice(at), ...lines.slice(0, at)]
        return [...lines.slice(0, at), (lines[at] ?? '').slice(0, nat % 9)]
      }, SAMPLE),
    )
    .map((lines) => lines.join('\n'))
  const soup = fc
    .array(fc.oneof(fc.constantFrom(...SAMPLE, '=======', '>>>>>>> REPLACE', '```', '~~~~'), fc.string()))
    .map((lines) => lines.join('\n'))

  it('is read or reported, and never throws; what it would change lies inside the tree', async () => {
    expect(operationsOf(readReply(SAMPLE.join('\n')))).toHaveLength(4)
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, soup, fc.string({ unit: 'binary' })), async (text) => {
        const reply = readReply(text)
        if (reply.kind === 'unreadable') {
          expect(reply.problems.length).toBeGreaterThan(0)
          for (const problem of reply.problems) {
            expect(problem.line).toBeGreaterThanOrEqual(1)
            expect(problem.line).toBeLessThanOrEqual(text.split('\n').length)
          }
        }
        if (reply.kind !== 'patch') return
        expect(reply.patch.operations.length).toBeGreaterThan(0)
        const result = await applyPatch(reply.patch, reader({ 'src/clock.ts': 'now() {\n  return 0\n}\n' }))
        if (result.ok) for (const change of result.changes) expect(pathProblem(change.path)).toBeNull()
        else expect(result.refused.length).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })
})
