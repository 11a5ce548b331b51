import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { holds, parseRequirements } from '../../src/core/requirements.ts'

it('reads what a requirements file asks for, and says what it cannot read', () => {
  const text = `# tests
-i https://example.org/simple
-r base.txt
--requirement=more.txt
-c constraints.txt
pytest >= 8, < 10  # the runner
My_Own.Name[extra]==1.0 \\
    --hash=sha256:00
tomli; python_version < "3.11"
six
`
  expect(parseRequirements(text)).toEqual({
    packages: [
      {
        name: 'pytest',
        clauses: [
          { operator: '>=', version: '8' },
          { operator: '<', version: '10' },
        ],
      },
      { name: 'my-own-name', clauses: [{ operator: '==', version: '1.0' }] },
      { name: 'six', clauses: [] },
    ],
    lists: ['base.txt', 'more.txt'],
    unclear: null,
  })
  for (const line of ['-e .', './wheels/a.whl', 'a @ https://example.org/a.whl', 'git+https://example.org/a'])
    expect(parseRequirements(`six\n${line}\n`)).toMatchObject({ packages: [{ name: 'six' }], unclear: line })
})

const has = (script: string) => {
  try {
    return execFileSync('python3', ['-c', script], { stdio: 'pipe' }) !== null
  } catch {
    return false
  }
}
const PACKAGING = 'from pip._vendor.packaging.specifiers import SpecifierSet'

it.skipIf(!has(PACKAGING))('answers as pip does, or not at all', () => {
  const plain = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
  const version = fc.oneof(
    { weight: 9, arbitrary: plain },
    plain.map((one) => `${one}rc1`),
  )
  const clause = fc.oneof(
    fc.tuple(fc.constantFrom('==', '!=', '>=', '<=', '>', '<'), version),
    fc.tuple(
      fc.constantFrom('==', '!='),
      plain.map((one) => `${one}.*`),
    ),
    fc.tuple(
      fc.constant('~='),
      plain.map((one) => `${one}.1`),
    ),
  )
  const cases = fc.sample(fc.tuple(version, fc.array(clause, { maxLength: 3 })), 400)
  const script = `import json, sys\n${PACKAGING}\nprint(json.dumps([SpecifierSet(s).contains(v, prereleases=True) for v, s in json.load(sys.stdin)]))`
  const input = JSON.stringify(cases.map(([there, clauses]) => [there, clauses.map((one) => one.join('')).join(',')]))
  const expected = JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8' })) as boolean[]
  let unknown = 0
  for (const [at, [there, clauses]] of cases.entries()) {
    const words = `x${clauses.map((one) => one.join('')).join(',')}`
    const told = holds(there, parseRequirements(words).packages[0]!)
    if (told === null) unknown++
    else expect(told, `${there} ${words}`).toBe(expected[at])
  }
  expect(unknown).toBeLessThan(cases.length / 2)
})
