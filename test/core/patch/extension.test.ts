import { describe, expect, it } from 'vitest'
import { canExtend, extensionProblem } from '../../../src/core/patch/extension.ts'

const GO = `package breaker

import "time"

// Settings configures a breaker.
type Settings struct {
	Name    string
	Timeout time.Duration
}

type Breaker struct {
	timeout time.Duration
}

const usual = 60

func New(st Settings) *Breaker {
	b := &Breaker{timeout: st.Timeout}
	return b
}

func (b *Breaker) Open() bool { return b.timeout > usual }
`
const PY = `import time


class Queue(Base):
    LIMIT = 3

    def __init__(self, path: str, **kwargs):
        super().__init__(path, **kwargs)
        self.path = path

    def get(
        self, block: bool = True
    ):
        """Takes
an item."""
        return self._pop(block)


def size(queue): return len(queue)
`
const TS = `import { a } from './a.ts'

export interface Options {
  path: string
}

export class Queue {
  readonly limit = 3
  constructor(options: Options) {
    this.path = options.path
  }
  take(): number | null {
    return this.items.shift() ?? null
  }
}

export const size = (queue: Queue) => queue.items.length
`
const of = (path: string, before: string) => (from: string, to: string) => {
  expect(before).toContain(from)
  return extensionProblem(path, before, before.replace(from, to))
}

describe('an existing file may declare more', () => {
  const go = of('breaker.go', GO)
  const py = of('queue.py', PY)
  const ts = of('src/queue.ts', TS)

  it.each([
    ['Go: a field', go('	Timeout time.Duration\n', '	Timeout time.Duration\n	Now     func() time.Time\n')],
    [
      'Go: a field, with all others moved by gofmt',
      go('	Name    string\n	Timeout time', '	Name         string\n	ProbeTimeout int\n	Timeout      time'),
    ],
    [
      'Go: a method that is not implemented',
      go('\nconst usual', '\nfunc (b *Breaker) Reset(n int) error {\n\tpanic("not implemented")\n}\n\nconst usual'),
    ],
    ['Go: an import', go('import "time"', 'import (\n\t"sync"\n\t"time"\n)')],
    ['Python: a parameter', py('path: str, **kwargs', 'path: str, limit: Optional[int] = None, **kwargs')],
    [
      'Python: a method',
      py(
        '        return self._pop(block)\n',
        '        return self._pop(block)\n\n    def deliveries(self, id: int) -> int:\n        """How often."""\n        raise NotImplementedError\n',
      ),
    ],
    ['TypeScript: an option', ts('  path: string\n', '  path: string\n  now?: () => number\n')],
    [
      'TypeScript: a method',
      ts('  take()', "  peek(): number | null {\n    throw new Error('not implemented')\n  }\n  take()"),
    ],
    ['TypeScript: a parameter and another import', ts('(options: Options)', '(options: Options, limit?: number)')],
  ])('%s', (_, problem) => expect(problem).toBeNull())

  it.each([
    ['Go: another body', go('b := &Breaker{', 'st.Timeout++\n	b := &Breaker{'), 'no stub'],
    ['Go: a function with a body', go('\nconst usual', '\nfunc f() int { return 1 }\n\nconst usual'), 'no stub'],
    ['Go: another constant', go('usual = 60', 'usual = 61'), '`const usual = 60`'],
    ['Go: a field that is gone', go('	Name    string\n', ''), '`Name string`'],
    [
      'Go: a function that is gone',
      go(GO.slice(GO.indexOf('func (b')), ''),
      'changes or removes `func (b *Breaker) Open',
    ],
    ['Go: what cannot be read', go('const usual', 'const ( usual'), 'cannot be read any more'],
    ['Python: another body', py('self.path = path', 'self.path = path\n        self.limit = limit'), 'no stub'],
    ['Python: another constant', py('LIMIT = 3', 'LIMIT = 4'), '`LIMIT = 3`'],
    ['Python: another body in one line', py('len(queue)', '0'), 'no stub'],
    ['TypeScript: another body', ts('?? null', '?? 0'), 'no stub'],
    ['TypeScript: another value', ts('limit = 3', 'limit = 4'), 'readonly limit = 3'],
    ['TypeScript: another function of one expression', ts('queue.items.length', '0'), 'no stub'],
  ])('but not do anything else: %s', (_, problem, words) => expect(problem).toContain(words))

  it('where it is source of a language that is known', () => {
    for (const path of ['a.go', 'a/b.py', 'a.mts', 'a.jsx']) expect(canExtend(path)).toBe(true)
    for (const path of ['go.mod', 'a.rs', 'a.json', 'README.md']) expect(canExtend(path)).toBe(false)
  })
})
