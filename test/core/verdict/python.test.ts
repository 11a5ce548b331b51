import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { audit, unimplemented } from '../../../src/core/verdict/audit.ts'
import { emptyStub } from '../../../src/core/verdict/empty-stub.ts'

const STUB = `from typing import Iterator

class Job:
    def __init__(self, name: str) -> None:
        raise NotImplementedError

class Queue:
    def take(self) -> "Job":
        raise NotImplementedError("later")
    def names(
        self,
        most: int = 3,
    ) -> list[str]:
        """What waits."""
        raise NotImplementedError()
    async def count(self) -> int:
        raise NotImplementedError  # soon
    def first(self) -> Job | None:
        raise NotImplementedError
    def each(self) -> Iterator[Job]:
        raise NotImplementedError
    def by_name(self) -> dict[str, Job]:
        raise NotImplementedError
    def nothing(self):
        raise NotImplementedError
`

const file = (content: string): FileChange => ({ path: 'a.py', action: 'create', content, blocks: [] })

describe('stubs of Python', () => {
  it('answer the empty value of their annotation', () => {
    const text = emptyStub([{ path: 'a.py', text: STUB }])[0]!.text
    const bodies = text.split('\n').filter((line) => /^ {8}(return|pass)/.test(line))
    expect(bodies.map((line) => line.trim())).toEqual([
      'pass',
      'return Job.__new__(Job)',
      'return []',
      'return 0',
      'return None',
      'return iter(())',
      'return {}',
      'return None',
    ])
    expect(text).not.toContain('NotImplementedError')
  })

  it('answer it from one line, by classes of other files, and leave abstract methods', () => {
    const types = `from abc import ABC, abstractmethod
from enum import Enum

class Job:
    pass

class Color(Enum):
    RED = 1
`
    const queue = `from .types import (
    Color,
    Job,
)

class Store(ABC):
    @abstractmethod
    def load(self) -> int:
        raise NotImplementedError

    @abstractmethod
    def save(self) -> int: raise NotImplementedError

class Queue:
    def __init__(self) -> None: raise NotImplementedError
    def size(self) -> int: raise NotImplementedError  # soon
    async def take(self) -> Job: raise NotImplementedError("later")
    def color(
        self,
        other: dict[str, int] = {},
    ) -> "Color": raise NotImplementedError
    def elsewhere(self) -> Lane:
        raise NotImplementedError
`
    const text = emptyStub([
      { path: 'types.py', text: types },
      { path: 'lanes.py', text: 'class Lane:\n    pass\n' },
      { path: 'queue.py', text: queue },
    ])[2]!.text
    expect(text.split('class Queue:\n')[1]).toBe(`    def __init__(self) -> None: pass
    def size(self) -> int: return 0
    async def take(self) -> Job: return Job.__new__(Job)
    def color(
        self,
        other: dict[str, int] = {},
    ) -> "Color": return next(iter(Color))
    def elsewhere(self) -> Lane:
        return None
`)
    expect(text.split('class Queue:')[0]).toBe(queue.split('class Queue:')[0])
  })

  it('are found where they still raise, but for methods that have to', () => {
    const abstract =
      'class Store(ABC):\n    @abc.abstractmethod\n    def load(self):\n        raise NotImplementedError\n'
    const line = 'class Queue:\n    def size(self) -> int: raise NotImplementedError\n'
    const of = (before: string, after: string) => unimplemented([file(before)], [file(after)])
    expect(of(line, line)).toEqual(['a.py'])
    expect(of(`${abstract}${line}`, abstract)).toEqual([])
    expect(of(abstract, '')).toEqual([])
    expect(
      of(line, `${line.split('\n')[0]}\n    def size(self):\n        if x:\n            raise NotImplementedError\n`),
    ).toEqual(['a.py'])
    expect(unimplemented([file(STUB)], [file(STUB)])).toEqual(['a.py'])
    expect(unimplemented([file(STUB)], [file('class Job: ...\n')])).toEqual([])
  })
})

const found = (content: string) =>
  audit([{ path: 'src/a.py', action: 'create', content, blocks: [] }], () => null).map(({ line }) => line)

describe('the audit of Python', () => {
  it.each([
    'import pytest',
    'from hypothesis import settings',
    'import sys; sys.modules["x"]',
    'os._exit(0)',
    'import gc',
    'frame.f_back',
    'eval(text)',
    '__import__(name)',
    'if "PYTEST_CURRENT_TEST" in os.environ:',
    "if 'pytest' in names:",
    "load('py' + 'test')",
    'def __eq__(self, other): return True',
    'raise AssertionError("x")',
    'except BaseException:',
    'except:',
    'except (KeyError, BaseException) as error:',
    'from sys import modules as loaded',
    'from importlib import import_module',
    'from importlib.util import spec_from_file_location',
    'from os import _exit',
    'import sys as process',
    'def pytest_runtest_call(item):',
    'getattr(logging, "".join(["current", "frame"]))()',
    'inspect.stack()',
    'from inspect import stack',
    'for frame, line in traceback.walk_stack(None):',
    'if "test" in sys.argv[0]:',
    'eval(text) if text else compile(text)',
  ])('finds %s', (line) => {
    expect(found(`x = 1\n${line}\n`)).toEqual([2])
  })

  it('finds names in imports of several lines, and what catches everything and keeps it', () => {
    expect(found('from sys import (\n    path,\n    modules,\n)\n')).toEqual([1, 2, 3, 4])
    expect(found('from os import \\\n    _exit\n')).toEqual([1, 2])
    const caught = (body: string) => found(`def f():\n    try:\n        g()\n    except BaseException:\n${body}x = 1\n`)
    expect(caught('        close()\n        raise\n')).toEqual([])
    expect(caught('\n        # why\n        raise  # again\n')).toEqual([])
    expect(caught('        if late:\n            raise\n')).toEqual([4])
    expect(caught('        return None\n')).toEqual([4])
  })

  it('finds an equality that compares nothing', () => {
    expect(found('class A:\n    def __eq__(self, other):\n        return True\n')).toEqual([3])
  })

  it.each([
    'import sys',
    'import re; re.compile("x")',
    'raise ValueError("no test")',
    'except (KeyError, ValueError):',
    'def __eq__(self, other): return self.n == other.n',
    'evaluate(1)',
    'model.eval()',
    'assert n > 0',
    'args = parser.parse_args(sys.argv[1:])',
    'sys.exit(main())',
    'raise SystemExit(2)',
    'import inspect',
    'import atexit',
    'names = inspect.signature(function).parameters',
    'def eval(self, scope):',
    '    def compile(self) -> str:',
    'except (KeyError, ValueError) as error:',
    'from os import path, environ',
    'from importlib import resources',
    'from sys import stdin, argv',
  ])('leaves %s alone', (line) => {
    expect(found(`${line}\n`)).toEqual([])
  })
})
