import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { instrument } from '../../../src/core/teeth/instrument.ts'
import { applied, mutantsOf } from '../../../src/core/teeth/mutants.ts'
import { pythonLines } from '../../../src/core/teeth/python-tokens.ts'

const PYTHON = spawnSync('python3', ['--version']).status === 0
if (!PYTHON) it.skip('wrong versions are not run here: there is no python3', () => {})

const CODE = `"""A module: if it < 3."""
from dataclasses import dataclass
LIMIT = 30  # not 31

def best(items: list[int], *, most: int = 5) -> int | None:
    'words < words'
    if len(items) == 0 and most > 2:
        return None
    found = f"{len(items)} + é𝄞 {1}"
    print('a' + found)
    while items and not items[0] >= LIMIT:
        items.pop(0)
        most += 1
        continue
    for at, item in enumerate(items):
        if item is not None or (
            at < most
        ):
            items[at] = -item * 2
    raise ValueError(f"not {most + 1}")
`

const shown = (code: string, before: string | null = null) =>
  mutantsOf('a.py', code, before, 1).map(({ line, original, replacement }) => `${line}: ${original} -> ${replacement}`)

describe('wrong versions of Python', () => {
  it('change conditions, boundaries, numbers, arithmetic and forget statements', () => {
    const all = shown(CODE)
    for (const one of [
      '3: 30 -> 60',
      '7: len(items) == 0 and most > 2 -> False',
      '7: len(items) == 0 and -> (nothing)',
      '7: and most > 2 -> (nothing)',
      '7: > -> >=',
      '11: not -> (nothing)',
      '11: >= -> >',
      '12: items.pop(0) -> pass',
      '13: most += 1 -> pass',
      '13: += -> -=',
      '14: continue -> break',
      '17: < -> <=',
      '19: items[at] = -item * 2 -> pass',
      '19: * -> +',
    ])
      expect(all).toContain(one)
  })

  it('leave texts, imports, errors, logs, signatures and comments alone', () => {
    const lines = new Set(shown(CODE).map((one) => Number.parseInt(one, 10)))
    for (const line of [1, 2, 5, 6, 10, 20]) expect(lines.has(line), `line ${line}`).toBe(false)
  })

  it('are made of lines that are new', () => {
    const changed = CODE.replace('most += 1', 'most += 2')
    expect(new Set(shown(changed, CODE).map((one) => Number.parseInt(one, 10)))).toEqual(new Set([13]))
    expect(shown(CODE, CODE)).toEqual([])
  })

  it('cannot be made of what cannot be read', () => {
    expect(pythonLines('x = (1,')).toBeNull()
    expect(pythonLines("x = 'open\n")).toBeNull()
    expect(shown('x = (1,')).toEqual([])
  })

  it.runIf(PYTHON)('are in one text, which is the right version where none is named', () => {
    const source = 'TEXT = "é𝄞"\nLIMIT = 30\ndef twice(n):\n    return n * 2\nprint(TEXT, LIMIT, twice(4), __name__)\n'
    const mutants = mutantsOf('a.py', source, null, 1)
    const text = instrument('a.py', source, mutants, 'KEY_1')
    const run = (id: string) =>
      execFileSync('python3', ['-c', `__file__ = 'a.py'\n${text}`], {
        env: { ...process.env, KEY_1: id },
        encoding: 'utf8',
      })
    expect(run('')).toBe('é𝄞 30 8 __main__\n')
    const product = mutants.find(({ operator }) => operator === 'arithmetic')!
    expect(run(String(product.id))).toBe('é𝄞 30 6 __main__\n')
    expect(applied(source, product)).toContain('return n + 2')
  })

  it.runIf(PYTHON)('all compile', () => {
    const texts = mutantsOf('a.py', CODE, null, 1).map((mutant) => applied(CODE, mutant))
    const check = 'import sys, json\nfor text in json.load(sys.stdin): compile(text, "a.py", "exec")'
    expect(() => execFileSync('python3', ['-c', check], { input: JSON.stringify(texts), stdio: 'pipe' })).not.toThrow()
    expect(texts.length).toBeGreaterThan(20)
  })
})
