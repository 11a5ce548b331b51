import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goImports } from '../../../src/core/prompt/go-packages.ts'
import { manifestFacts, manifestsIn } from '../../../src/core/prompt/manifest-facts.ts'
import { importedFiles } from '../../../src/core/prompt/select-files.ts'
import { testShape } from '../../../src/core/prompt/test-shape.ts'

const PATHS = [
  'cmd/shop/main.go',
  'go.mod',
  'go.work',
  'http/own.go',
  'internal/queue/helpers_test.go',
  'internal/queue/queue.go',
  'internal/queue/queue_test.go',
  'internal/queue/take.go',
  'internal/queue/take_test.go',
  'internal/testutil/clock.go',
  'ledger/book/book.go',
  'ledger/go.mod',
  'ledger/ledger.go',
  'tools/go.mod',
  'tools/gen/gen.go',
]
const MANIFESTS = new Map([
  [
    'go.mod',
    'module example.org/shop // the shop\n\ngo 1.22\n\nrequire example.org/ledger v1.0.0\n\nreplace example.org/ledger v1.0.0 => ./ledger\n',
  ],
  ['ledger/go.mod', 'module example.org/ledger\n'],
  [
    'tools/go.mod',
    'module example.org/shop/tools\n\nreplace (\n\texample.org/shop => ../\n\texample.org/far => ../../far\n)\n',
  ],
])
const files = (path: string, text: string, manifests = MANIFESTS) => importedFiles(path, text, PATHS, manifests)

describe('what a Go file stands upon', () => {
  it.each([
    [
      'its own package, and what it imports of its module',
      'internal/queue/take.go',
      'package queue\nimport "example.org/shop/internal/testutil"\n',
      ['internal/queue/queue.go', 'internal/testutil/clock.go'],
    ],
    [
      'a test: its package and the helpers of its folder',
      'internal/queue/queue_test.go',
      'package queue\n',
      ['internal/queue/queue.go', 'internal/queue/take.go', 'internal/queue/helpers_test.go'],
    ],
    [
      'a test from outside: what it imports, and helpers',
      'internal/queue/queue_test.go',
      'package queue_test\nimport (\n\t"testing"\n\t. "example.org/shop/internal/queue"\n)\n',
      ['internal/queue/queue.go', 'internal/queue/take.go', 'internal/queue/helpers_test.go'],
    ],
    [
      'another module by `replace`',
      'cmd/shop/main.go',
      'package main\nimport "example.org/ledger/book"\n',
      ['ledger/book/book.go'],
    ],
    [
      'its own module where another has a longer path',
      'tools/gen/gen.go',
      'package gen\nimport "example.org/shop/internal/queue"\n',
      ['internal/queue/queue.go', 'internal/queue/take.go'],
    ],
    [
      'not the standard library, whose names folders may have',
      'cmd/shop/main.go',
      'package main\nimport "net/http"\n',
      [],
    ],
    [
      'not a module that it does not know',
      'ledger/ledger.go',
      'package ledger\nimport "example.org/shop/internal/queue"\n',
      [],
    ],
  ])('%s', (_, path, text, found) => expect(files(path, text)).toEqual(found))

  it('are other modules of its workspace', () => {
    const text = 'package ledger\nimport "example.org/shop/internal/queue"\n'
    for (const work of ['use (\n\t.\n\t./ledger // here\n)\n', 'go 1.22\nuse .\nuse ./ledger\n'])
      expect(files('ledger/ledger.go', text, new Map([...MANIFESTS, ['go.work', work]]))).toEqual([
        'internal/queue/queue.go',
        'internal/queue/take.go',
      ])
  })

  it('are files of the repository and not the file itself, whatever is written', () => {
    const bit = fc.constantFrom(
      'import ',
      '(',
      ')',
      '"',
      'example.org/shop',
      '/internal/queue',
      '/..',
      '\n',
      'package queue_test\n',
      'replace ',
      ' => ../',
      'use ',
      'module ',
    )
    const text = fc.array(bit, { maxLength: 20 }).map((bits) => bits.join(''))
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), text, text, (path, written, manifest) => {
        const found = files(path, written, new Map([...MANIFESTS, ['go.work', manifest]]))
        for (const one of found) expect(PATHS).toContain(one)
        expect(found).not.toContain(path)
        expect(new Set(found).size).toBe(found.length)
      }),
    )
  })

  it('imports stand before any declaration, in one block or alone', () => {
    const text =
      '// import "no"\npackage a\n\nimport "a"\nimport (\n\t// "b"\n\tx "c/d"\n\t_ "e"\n)\n\nvar s = []string{\n\t"f",\n}\n'
    expect(goImports(text)).toEqual(['a', 'c/d', 'e'])
  })
})

describe('a Go module', () => {
  const TEXT =
    'module "example.org/shop"\n\ngo 1.22\n\ntoolchain go1.23.1\n\nrequire pgregory.net/rapid v1.2.0\n\nrequire (\n\tgithub.com/leanovate/gopter v0.2.11\n\tgolang.org/x/sys v0.1.0 // indirect\n)\n\nreplace golang.org/x/sys v0.1.0 => ../sys\nexclude a.org/b v1.0.0\n'

  it('is told by its path, its Go and what it requires itself', () => {
    expect(manifestFacts('go.mod', TEXT)).toBe(
      '- go.mod: module example.org/shop, go 1.22; pgregory.net/rapid v1.2.0, github.com/leanovate/gopter v0.2.11',
    )
    expect(manifestFacts('go.mod', 'nothing')).toBeNull()
  })

  it('is one of several in a repository', () => {
    expect(manifestsIn([...PATHS, 'vendor/a/go.mod', 'package.json'])).toEqual([
      'package.json',
      'go.mod',
      'ledger/go.mod',
      'tools/go.mod',
    ])
  })
})

const TEST = `// Package queue is tested here.
package queue

import (
	"testing"

	"pgregory.net/rapid"
)

func job(id string) Job { return Job{ID: id} }

// drain empties it.
func drain(t *testing.T, q *Queue) []Job {
	t.Helper()
	var all []Job
	for !q.Empty() {
		all = append(all, q.Next())
	}
	return all
}

func TestOrder(t *testing.T) {
	for _, tc := range []struct{ name string }{
${'\t\t{name: "a"},\n'.repeat(30)}	} {
		t.Run(tc.name, func(t *testing.T) {})
	}
}

type machine struct{ q *Queue }

func (m *machine) Push(t *rapid.T) {
${'\tm.q.Push(1)\n'.repeat(20)}}

func TestProperty_1(t *testing.T) {
${'\trapid.Check(t, nil)\n'.repeat(30)}}

func Testify() {}

func FuzzAll(f *testing.F) {
${'\tf.Add(1)\n'.repeat(20)}}
`

describe('the shape of a Go test', () => {
  it('is its imports, helpers, first test and the names of the others', () => {
    const shape = testShape('queue/queue_test.go', TEST)
    expect(shape.startsWith('// Package queue is tested here.\npackage queue\n\nimport (\n\t"testing"\n')).toBe(true)
    expect(shape).toContain('func job(id string) Job { return Job{ID: id} }\n')
    expect(shape).toContain('func drain(t *testing.T, q *Queue) []Job // ...\n')
    expect(shape).toContain('func (m *machine) Push(t *rapid.T) // ...\n')
    expect(shape).toContain('func TestOrder(t *testing.T) {\n\tfor _, tc := range')
    expect(shape).toMatch(/\/\/ \.\.\. \d+ more lines\n\n\/\/ test: TestProperty_1\n\/\/ test: FuzzAll\n$/)
    expect(shape.length).toBeLessThan(0.6 * TEST.length)
    expect(testShape('queue/queue_test.go', TEST, true)).toContain('// helpers here: job, drain, Push, Testify\n')
  })

  it('is all of a small one, and the beginning of one that cannot be read', () => {
    const small = 'package a\n\nfunc TestA(t *testing.T) {}\n'
    expect(testShape('a_test.go', small)).toBe(small)
    expect(testShape('a_test.go', `package a\n${'// x\n'.repeat(60)}func TestB(t *testing.T) {\n`)).toMatch(
      /\.\.\.\nTestB$/,
    )
  })
})
