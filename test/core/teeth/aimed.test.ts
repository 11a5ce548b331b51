import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffOf, readAimed } from '../../../src/core/teeth/aimed.ts'
import { mutantsOf } from '../../../src/core/teeth/mutants.ts'

const fence = (path: string, text: string) =>
  `\`\`\`\n${path}\n<<<<<<< SEARCH\n=======\n${text}\n>>>>>>> REPLACE\n\`\`\``

describe('wrong versions that a model aims', () => {
  it('stand below their names, and the rest of the answer is what it was', () => {
    const { wrong, right, problems, rest } = readAimed(
      [
        'Two are right.',
        fence('test/b.test.ts', 'WRONG: no marker, but a line of a test'),
        '**WRONG: twice the limit**',
        fence('src/a.ts', "const b = 'ALLOWED 4: nor this'"),
        'ALLOWED 12: within 45 s',
        '## WRONG: no timer',
        fence('src/a.ts', 'const c = 1'),
        '- RIGHT: the other order',
        fence('src/a.ts', 'const d = 1'),
      ].join('\n'),
    )
    expect(wrong.map(({ name, patch }) => [name, patch.operations.map(({ path }) => path)])).toEqual([
      ['twice the limit', ['src/a.ts']],
      ['no timer', ['src/a.ts']],
    ])
    expect(right.map(({ name }) => name)).toEqual(['the other order'])
    expect(problems).toEqual([])
    expect(rest).toBe(
      `Two are right.\n${fence('test/b.test.ts', 'WRONG: no marker, but a line of a test')}\nALLOWED 12: within 45 s`,
    )
  })

  it('keep their whole names, and of a very long one whole words with a sign that it goes on', () => {
    const sentence =
      'a crash restores all that was remembered before the handler ran, so that an id which was handled comes again'
    const long = 'word '.repeat(60).trim()
    const { wrong } = readAimed(
      [sentence, long, 'x'.repeat(300), `a ${'x'.repeat(300)}`]
        .map((name) => `WRONG: ${name}\n${fence('src/a.ts', 'const c = 1')}`)
        .join('\n'),
    )
    const names = wrong.map(({ name }) => name)
    expect(names[0]).toBe(sentence)
    expect(names[1]).toMatch(/^(word ){5,}word\.\.\.$/)
    expect(names[2]).toBe(`${'x'.repeat(197)}...`)
    expect(names[3]).toBe(`a ${'x'.repeat(195)}...`)
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(200)
  })

  it('are told and left out where they cannot be read', () => {
    const { wrong, problems } = readAimed(
      'WRONG: empty\n\nWRONG: nameless\n```\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n```',
    )
    expect(wrong).toEqual([])
    expect(problems[0]).toBe('the wrong version "empty" is left out: no block stands below its name')
    expect(problems[1]).toContain('the wrong version "nameless" is left out')
  })

  it('are none in any text without the word, which then stays as it is', () => {
    const line = fc.constantFrom(
      '```',
      'src/a.ts',
      '=======',
      'wrong: lower case',
      'It is WRONG: so',
      '',
      'x'.repeat(9),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n')
        expect(readAimed(text)).toEqual({ wrong: [], right: [], problems: [], rest: text })
      }),
    )
  })
})

describe('a survivor as a diff', () => {
  const text = 'const a = 1\nif (a < 30 && b)\n  stop(\n    a,\n  )\n'
  const diffs = new Map(mutantsOf('src/a.ts', text, null, 1).map((one) => [one.replacement, diffOf(text, one)]))

  it('shows the lines that differ, as people write them', () => {
    expect(diffs.get('60')).toBe('@@ -2 +2 @@\n-if (a < 30 && b)\n+if (a < 60 && b)\n')
    expect(diffs.get('false')).toBe('@@ -2 +2 @@\n-if (a < 30 && b)\n+if (false)\n')
    expect(diffs.get('(nothing)')).toBe('@@ -3,3 +3,0 @@\n-  stop(\n-    a,\n-  )\n')
  })
})
