import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { namedByCompiler } from '../../../src/core/teeth/compile.ts'
import { goEdited, goEdits } from '../../../src/core/teeth/go-instrument.ts'
import { goShape } from '../../../src/core/teeth/go-statements.ts'
import { instrument } from '../../../src/core/teeth/instrument.ts'
import { applied, isJudgedBy, type Mutant, mutantsOf } from '../../../src/core/teeth/mutants.ts'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import { sample } from '../../support/sample.ts'

const GO = spawnSync('go', ['version']).status === 0
if (!GO) it.skip('wrong versions of Go are not run here: there is no `go`', () => {})

const CODE = `// Package queue: if it < 3.
package queue

import (
	"errors"
	"fmt"
	"log"
	"slices"
	"strings"
)

const limit = 30 // not 31

type grid [4]int

type Queue[T any] struct {
	mu    locker
	items []T \`json:"1 < 2"\`
}

func (q *Queue[T]) Push(ch chan int, x T, most int) (at int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) >= most && most != 0 {
		return 0, fmt.Errorf("full: %d", len(q.items)+1)
	}
	for i, step := 0, 2; i < most; i += step {
		if i == 7 {
			continue
		}
		at *= -most
	}
	log.Printf("pushed %d", 3)
	q.items = append(q.items, x)
	go q.watch(make([]int, 0, 16), '<')
	select {
	case ch <- 1:
	default:
	}
	if v, ok := q.find(at, most); !ok {
		return v, err
	}
	return len(q.items) - 1, nil
}

func words(text, end string) []string {
	if text == "" {
		panic("empty: " + end)
	}
	var found *string
	_ = found
	all := slices.Clone(strings.Fields(text))
	each(func(one string) bool { return strings.HasPrefix(one, end) })
	return all
}
`

const shown = (code: string, before: string | null = null) =>
  mutantsOf('a.go', code, before, 1).map(({ line, original, replacement }) => `${line}: ${original} -> ${replacement}`)
const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length
const lineOf = (part: string) => lineAt(CODE, CODE.indexOf(part))
const times = (text: string, line: string) => text.split('\n').filter((one) => one.trim() === line.trim()).length

describe('wrong versions of Go', () => {
  it('change conditions, boundaries, numbers, arithmetic and results, and forget statements', () => {
    const all = shown(CODE).map((one) => one.replace(/^\d+: /, ''))
    for (const one of [
      '30 -> 60',
      'q.mu.Lock() -> (nothing)',
      'defer q.mu.Unlock() -> (nothing)',
      'defer q.mu.Unlock() -> q.mu.Unlock()',
      'len(q.items) >= most && most != 0 -> false',
      'len(q.items) >= most && most != 0 -> true',
      'len(q.items) >= most && most != 0 -> most != 0',
      '>= -> >',
      'return 0, fmt.Errorf("full: %d", len(q.items)+1) -> return 0, nil',
      'i < most -> false',
      '< -> <=',
      'continue -> break',
      'at *= -most -> (nothing)',
      '*= -> +=',
      'q.items = append(q.items, x) -> (nothing)',
      `go q.watch(make([]int, 0, 16), '<') -> q.watch(make([]int, 0, 16), '<')`,
      'case ch <- 1: -> never',
      'default: -> never',
      '!ok -> true',
      'at, most -> most, at',
      'return v, err -> return 0, err',
      'return v, err -> return v, nil',
      'return len(q.items) - 1, nil -> return 0, nil',
      '- -> +',
      'slices.Clone(strings.Fields(text)) -> strings.Fields(text)',
      'HasPrefix -> HasSuffix',
      'return strings.HasPrefix(one, end) -> return true',
      'return all -> return nil',
    ])
      expect(all).toContain(one)
  })

  it('leave texts, types, imports, errors, logs, room, steps and comments alone', () => {
    const all = shown(CODE)
    const silent = ['Package', 'type grid', 'json', 'log.Printf', 'panic(', 'var found']
    for (const part of silent) expect(all.filter((one) => one.startsWith(`${lineOf(part)}: `))).toEqual([])
    for (const one of ['16 -> 17', '1 -> 2', '+= -> -=', '3 -> 4', '!= -> =='])
      expect(
        all.filter((said) => said.endsWith(`: ${one}`) && !said.startsWith(`${lineOf('ch <- 1')}: `)),
      ).toHaveLength(one === '1 -> 2' ? 1 : 0)
  })

  it('are made of lines that are new', () => {
    const changed = CODE.replace('at *= -most', 'at /= -most')
    expect(new Set(shown(changed, CODE).map((one) => Number.parseInt(one, 10)))).toEqual(new Set([lineOf('at *=')]))
    expect(shown(CODE, CODE)).toEqual([])
  })

  it('are made where tests of the same language can notice them', () => {
    const tests = (path: string) => [`x/${path}`, 'test/helper.json']
    expect(isJudgedBy('queue/queue.go', tests('queue_test.go'))).toBe(true)
    expect(isJudgedBy('queue/queue.go', tests('queue.test.ts'))).toBe(false)
    expect(isJudgedBy('tools/gen.py', tests('queue_test.go'))).toBe(false)
    expect(isJudgedBy('src/a.tsx', tests('a.test.mjs'))).toBe(true)
    expect(isJudgedBy('README.md', tests('a.test.mjs'))).toBe(false)
  })

  it('cannot be made of what cannot be read', () => {
    for (const text of ['package a\nfunc f() {', 'package a\nvar x = "open\n', 'package a)\n']) {
      expect(goShape(text)).toBeNull()
      expect(shown(text)).toEqual([])
    }
  })

  it('each differ from the text in one place, within the changed lines', () => {
    const statement = fc.constantFrom(
      ...['x := f(a, b)', 'x += 3', 'if x < 2 && y {\n\tg(x)\n}', 'for i := 0; i < n; i++ {\n\ts[i] = -i * 2\n}'],
      ...['return x, nil', 'defer m.Unlock()', 'go func() { c <- 1 }()', 'switch x {\ncase 1:\n\tx--\ndefault:\n}'],
      ...[
        's = append(s, []int{1}...)',
        'select {\ncase <-c:\ndefault:\n}',
        '// if a < b {',
        'x = `a < 1\n` + "b"',
        '\n',
      ],
      ...[
        'for k := range []int{1} {\n\tcontinue\n}',
        'y = !y || x == 1',
        'var t struct{ a [3]int }',
        'L: for {\n\tbreak\n}',
      ],
    )
    const lines = fc.array(statement, { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(lines, fc.nat(), statement, (all, where, more) => {
        const text = (body: string[]) => `package p\n\nfunc (r *R) f(a, b int) (int, error) {\n${body.join('\n')}\n}\n`
        const [before, after] = [text(all), text(all.toSpliced(where % (all.length + 1), 0, more))]
        const mutants = mutantsOf('a.go', after, before, 7)
        expect(mutants.map(({ id }) => id)).toEqual(mutants.map((_, at) => 7 + at))
        for (const mutant of mutants) {
          const spanned = after.split('\n').slice(mutant.line - 1, lineAt(after, mutant.end))
          expect(spanned.some((line) => times(after, line) > times(before, line))).toBe(true)
          const { start, end, code, line } = mutant
          expect(code).not.toBe(after.slice(start, end))
          const wrong = applied(after, mutant)
          expect(wrong.startsWith(after.slice(0, start))).toBe(true)
          expect(wrong.endsWith(after.slice(end))).toBe(true)
          expect(wrong).toHaveLength(after.length + code.length - (end - start))
          expect(lineAt(after, start)).toBe(line)
          expect(goShape(wrong)).not.toBeNull()
        }
        if (before === after) expect(mutants).toEqual([])
        expect(goShape(instrument('a.go', after, mutants, 'key_1'))).not.toBeNull()
      }),
    )
  })
})

/** A program of its own: what it prints tells its versions apart. */
const PROGRAM = `package main

import "fmt"

const most = 3

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) (ok bool) {
	if len(s.items) >= most {
		return
	}
	defer func() { ok = !ok }()
	s.items = append(s.items, x)
	return ok
}

func sum(all ...int) (int, error) {
	total := 0
	for _, one := range all {
		if one < 0 {
			return total, fmt.Errorf("negative")
		}
		total += one * 2
	}
	return total, nil
}

func safe(n int) (text string) {
	defer func() {
		if e := recover(); e != nil {
			text = "recovered"
		}
	}()
	return fmt.Sprint(10 / n)
}

func pair(a, b int, c string) string { return fmt.Sprint(a, "é𝄞", b) + c }

func main() {
	s := &stack[string]{}
	fmt.Println(s.push("a"), s.push("b"), s.push("c"), s.push("d"), len(s.items))
	fmt.Println(sum(1, 2, 3))
	fmt.Println(sum(4, -1, 3))
	fmt.Println(safe(0), safe(5))
	x, y, z := 1, 2, "z"
	fmt.Println(pair(x, y, z), pick(x, y, z))
}

func pick(a, b int, c string) string {
	return pair(a, b, c)[:len(c)] + swap(c, a)
}

func swap(c string, a int) string {
	return join(c, a)
}

func join(c string, a int) string { return c + fmt.Sprint(a) }
`

describe.runIf(GO)('wrong versions of Go in one build', () => {
  const dir = mkdtempSync(join(tmpdir(), 'specproof-go-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', GO111MODULE: 'on', GOTOOLCHAIN: 'local' }
  const write = (name: string, text: string) => {
    mkdirSync(join(dir, name), { recursive: true })
    writeFileSync(join(dir, name, 'main.go'), text)
  }
  const build = (...names: string[]) => {
    const made = spawnSync('go', ['build', '-o', `${dir}/bin/`, ...names.map((name) => `./${name}`)], {
      ...{ cwd: dir, env, encoding: 'utf8' },
    })
    return made.status === 0 ? '' : made.stderr
  }
  const run = (name: string, id: number) => {
    const ended = spawnSync(join(dir, 'bin', name), [], { env: { ...env, key_1: `${id}` }, encoding: 'utf8' })
    // Where a panic came from is another place in each.
    return `${ended.stdout}${ended.stderr.split('\n')[0]}${ended.status}`
  }

  it('are told by the compiler, do what they say, and are the right version where none is named', () => {
    writeFileSync(join(dir, 'go.mod'), 'module example.org/queue\n\ngo 1.21\n')
    const all = mutantsOf('main.go', PROGRAM, null, 1)
    write('right', PROGRAM)
    write('all', instrument('main.go', PROGRAM, all, 'key_1'))
    const said = build('right', 'all')
    const refused = namedByCompiler({ problems: [], output: said } as unknown as CheckResult)
    const named = all
      .filter(({ id }) => refused.has(id))
      .map(({ original, replacement }) => `${original} -> ${replacement}`)
    // What differs in its type, and joined texts.
    expect(new Set(named), said).toEqual(new Set(['c, a -> a, c', '+ -> -']))
    const good = all.filter(({ id }) => !refused.has(id))
    const text = instrument('main.go', PROGRAM, good, 'key_1')
    write('all', text)
    const edits = goEdits(text, 'key_1')
    const apart = new Map(edits.map((edit) => [edit.id, goEdited(text, edit)]))
    // A constant is compiled anew, and so is what recovers.
    const kinds = (mutant: Mutant) => (apart.has(mutant.id) ? 'apart' : 'inside')
    const tried = [
      ...sample(
        'Go inside',
        good.filter((one) => kinds(one) === 'inside'),
        4,
      ),
      ...sample(
        'Go apart',
        good.filter((one) => kinds(one) === 'apart'),
        2,
      ),
    ]
    expect(apart.size).toBeGreaterThan(3)
    for (const mutant of tried) {
      write(`w${mutant.id}`, applied(PROGRAM, mutant))
      const own = apart.get(mutant.id)
      if (own !== undefined) write(`e${mutant.id}`, own)
    }
    const names = tried.flatMap(({ id }) => [`w${id}`, ...(apart.has(id) ? [`e${id}`] : [])])
    expect(build('right', 'all', ...names)).toBe('')
    expect(run('all', 0)).toBe(run('right', 0))
    for (const { id } of tried) expect(run(apart.has(id) ? `e${id}` : 'all', id), `${id}`).toBe(run(`w${id}`, 0))
    expect(new Set(good.map(({ id }) => run('all', id))).size).toBeGreaterThan(15)
  }, 120_000)

  it('leave the lines of the right version where they were', () => {
    const text = PROGRAM.replace('total := 0', 'total := "text"')
    write('broken', instrument('main.go', text, mutantsOf('main.go', text, PROGRAM, 1), 'key_1'))
    const line = text.slice(0, text.indexOf('one * 2')).split('\n').length
    expect(build('broken')).toMatch(new RegExp(String.raw`\bmain\.go:${line}:`))
  }, 60_000)

  it('are what gofmt can read', () => {
    const text = instrument('a.go', CODE, mutantsOf('a.go', CODE, null, 1), 'key_1')
    expect(() => execFileSync('gofmt', ['-e'], { input: text, stdio: 'pipe' })).not.toThrow()
  })
})
