import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { globMatcher, RUNNER_CONFIG_GLOBS } from '../../../src/core/patch/protected-globs.ts'
import { audit, unimplemented } from '../../../src/core/verdict/audit.ts'
import { emptyStub } from '../../../src/core/verdict/empty-stub.ts'

const STUB = `package queue

type (
	Job struct{ Name string }
	Sink interface{ Put(Job) }
)

type Queue[T any] struct {
	waiting []T
}

func New(name string, more ...func(int) (string, error)) *Queue[Job] {
	panic("not implemented")
}

func (q *Queue[T]) Put(one T) { panic("not implemented") }

func (q *Queue[T]) Take() (T, bool) {
	_ = q
	panic("not implemented: later") // soon
}

func (q Queue[T]) Names() (names []string, err error) {
	panic("not implemented")
}

func Each[K comparable, V any](m map[K]V, f func(K, V) bool) map[K]V { panic("not implemented") }
func Watch() <-chan Job { panic("not implemented") }
func Both() (chan int, error) { panic("not implemented") }
func At() (*Sink, *Job, func() error) {
	panic("not implemented")
}

func done(n int) int {
	if n < 0 {
		panic("not implemented")
	}
	return n
}
`

describe('stubs of Go', () => {
  it('answer the zero values of their results', () => {
    const text = emptyStub([{ path: 'a.go', text: STUB }])[0]!.text
    const bodies = [...text.matchAll(/\{(?: return[^\n]*)? ?\}$/gm)].map(([body]) => body)
    expect(bodies).toEqual([
      '{ return new(Queue[Job]) }',
      '{}',
      '{ return *new(T), *new(bool) }',
      '{ return }',
      '{ return map[K]V{} }',
      '{ return func() chan Job { c := make(chan Job); close(c); return c }() }',
      '{ return func() chan int { c := make(chan int); close(c); return c }(), *new(error) }',
      '{ return *new(*Sink), new(Job), *new(func() error) }',
    ])
    expect(text.match(/not implemented/g)).toHaveLength(1)
  })

  it('are found where they still panic', () => {
    const file = (content: string): FileChange => ({ path: 'a.go', action: 'create', content, blocks: [] })
    expect(unimplemented([file(STUB)], [file(STUB)])).toEqual(['a.go'])
    expect(unimplemented([file(STUB)], [file('package queue\n')])).toEqual([])
  })
})

const found = (content: string) =>
  audit([{ path: 'queue/a.go', action: 'create', content, blocks: [] }], () => null).map(({ line }) => line)

describe('the audit of Go', () => {
  it.each([
    'import "testing"',
    '\t"pgregory.net/rapid"',
    '\tt "testing/quick"',
    'import "unsafe"',
    'import "C"',
    '//go:linkname tell testing.specproofTell',
    '//go:build !race',
    '//go:build linux && slow',
    '// +build ignore',
    '//go:embed *_test.go',
    'func init() { os.Exit(0) }',
    '\tlog.Fatal("gone")',
    '\truntime.Goexit()',
    '\tsyscall.Kill(syscall.Getpid(), 9)',
    '\tfile := os.NewFile(3, "")',
    '\tos.ReadFile("/proc/self/environ")',
    '\tif flag.Lookup("test.v") != nil {',
    '\tif strings.HasSuffix(os.Args[0], ".test") {',
    '\tif testing.Testing() {',
    '\t_, file, _, _ := runtime.Caller(1)',
    '\tos.Getenv("SPECPROOF_GO")',
    '\tos.Getenv("SPEC" + "PROOF_GO")',
    'const true = 1 == 2',
    'func len(x any) int { return 0 }',
    '\tnil := Job{}',
    'func (j Job) Equal(other Job) bool { return true }',
    '\tx := run() //nolint:errcheck',
  ])('finds %s', (line) => {
    expect(found(`package queue\n${line}\n`)).toEqual([2])
  })

  it('finds what a group declares, and an equality that compares nothing', () => {
    expect(found('package queue\n\nvar (\n\tn = 1\n\tfalse = true\n\tlen = count\n)\n')).toEqual([5, 6])
    expect(found('package queue\n\nfunc (j Job) Equal(o Job) bool {\n\treturn true\n}\n')).toEqual([4])
  })

  it.each([
    '\tif n == nil || ok == true {',
    '\tlen := len(q.waiting)',
    'func (j Job) Equal(other Job) bool { return j.Name == other.Name }',
    '\treturn errors.Is(err, io.EOF)',
    '\tsignal.Notify(c, syscall.SIGTERM)',
    '\t"encoding/json"',
    '//go:generate stringer -type=State',
    '//go:build linux && (amd64 || !arm64) && go1.23',
    '\tpanic(fmt.Sprintf("state %d", s))',
    '\tdefer func() { recover() }()',
    'func latest() {}',
    '\tname := "contest"',
  ])('leaves %s alone', (line) => {
    expect(found(`package queue\n${line}\n`)).toEqual([])
  })

  it('lets a program end itself', () => {
    expect(found('package main\n\nfunc main() {\n\tos.Exit(run(os.Args[1:]))\n}\n')).toEqual([])
  })
})

it('protects what is compiled into a program of Go without a word', () => {
  const isProtected = globMatcher(RUNNER_CONFIG_GLOBS)
  for (const path of [
    'vendor/a/b.go',
    'x/vendor/modules.txt',
    'queue/asm_amd64.s',
    'x.syso',
    'magefile.go',
    'a/aaa_specproof.go',
  ])
    expect(isProtected(path), path).toBe(true)
  for (const path of ['queue/queue.go', 'cmd/main.go', 'vendors/a.go']) expect(isProtected(path), path).toBe(false)
})
