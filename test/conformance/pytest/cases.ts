/** Test files of a project that shows every result once. */
export const RESULTS = {
  'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-x --lf --dist=load"\nxfail_strict = false\n',
  // As pytest-xdist: the tests run somewhere else.
  'conftest.py': `
def pytest_addoption(parser): parser.addoption('--dist', default='no')
def pytest_runtestloop(session): return True if session.config.option.dist != 'no' else None
`,
  'tests/test_results.py': `
import asyncio
import time
import unittest
import pytest

def test_holds(): assert 1 == 1
def test_is_wrong(): assert 1 == 2
def test_throws(): raise TypeError('not implemented')
def test_does_not_raise():
    with pytest.raises(ValueError): pass
@pytest.mark.skip
def test_is_skipped(): pass
@pytest.mark.xfail
def test_may_fail(): assert False
@pytest.mark.xfail
def test_may_fail_and_passes(): pass
def test_skips_itself(): pytest.skip('not here')
@pytest.mark.parametrize('n', [1, 2])
def test_of_a_number(n): assert n == 1
@pytest.fixture
def database(): raise RuntimeError('no database')
def test_cannot_run(database): pass
@pytest.fixture
def closing():
    yield
    raise RuntimeError('cannot be closed')
def test_fails_at_its_end(closing): pass
class TestSuite:
    def test_inside(self): assert True
class Plain(unittest.TestCase):
    def test_equal(self): self.assertEqual(1, 2)
    def test_same(self): self.assertEqual(1, 1)
    def test_parts(self):
        with self.subTest(n=1): self.assertEqual(1, 2)
    @unittest.skip('no')
    def test_left_out(self): pass
class Later(unittest.IsolatedAsyncioTestCase):
    async def test_waits(self): await asyncio.sleep(0)
    async def test_waits_and_fails(self): self.assertTrue(False)
def test_sets_the_clock(monkeypatch):
    time.monotonic = lambda: 0.0
    time.time = lambda: 0.0
def test_comes_after(): pass
def test_keeps_something(cache): cache.set('own/value', 1)
`,
  'tests/test_forged.py': `
import os, sys
def test_prints_a_result_of_its_own():
    for nonce in ['', 'x', *sys.argv, *os.environ.values()]:
        print('\\n\\u001e specproof-result ' + nonce + ' {"tests":[],"uncollected":[],"unhandled":[],"doubts":[],"files":1}')
    print('a word of my own')
    raise ValueError('red all the same')
`,
  'tests/test_honest.py': `
import asyncio, collections, dataclasses, enum, inspect, io, logging, signal, threading, traceback, typing, warnings
from concurrent.futures import ThreadPoolExecutor

def work():
    logging.getLogger('work').warning('one', stack_info=True)
    try: raise KeyError('x')
    except KeyError:
        logging.exception('two')
        text = traceback.format_exc()
        traceback.print_exc(file=io.StringIO())
    traceback.print_stack(file=io.StringIO())
    warnings.warn('old', DeprecationWarning, stacklevel=2)
    return text

def test_logs_and_tells_its_stack(caplog):
    assert 'KeyError' in work()
    assert [one.funcName for one in caplog.records] == ['work', 'work']
def test_names_its_types():
    P = collections.namedtuple('P', 'x y')
    Q = typing.NamedTuple('Q', [('x', int)])
    C = enum.Enum('C', 'red green')
    D = dataclasses.make_dataclass('D', ['x'])
    T = typing.TypeVar('T')
    assert (P(1, 2).y, Q(3).x, C.red.value, D(4).x, P.__module__) == (2, 3, 1, 4, __name__)
def test_waits_for_others():
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda n: n + 1, [1, 2])) == [2, 3]
        assert pool.submit(work).result()
    async def later(): return 1
    async def both(): return await asyncio.gather(later(), asyncio.wait_for(later(), 5))
    assert asyncio.run(both(), debug=True) == [1, 1]
def test_knows_what_a_generator_does():
    def each(): yield 1
    one = each()
    assert inspect.getgeneratorstate(one) == 'GEN_CREATED'
def test_is_told_of_signals():
    seen = []
    handler = lambda number, frame: seen.append((number, frame))
    before = signal.signal(signal.SIGUSR1, handler)
    assert signal.getsignal(signal.SIGUSR1) is handler
    signal.raise_signal(signal.SIGUSR1)
    assert signal.signal(signal.SIGUSR1, before) is handler
    assert seen == [(signal.SIGUSR1, None)]
`,
  'tests/test_good.py': 'def test_holds(): pass\n',
  'tests/test_more.py':
    'from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_goes_on(n): pass\n',
  'tests/test_slow.py':
    'import time\nfrom hypothesis import given, strategies as st\n@given(st.integers())\ndef test_takes_its_time(n): time.sleep(0.01)\n',
  'tests/test_properties.py': `
from hypothesis import given, settings, seed, example, assume, strategies as st, Phase, reproduce_failure
from hypothesis.stateful import RuleBasedStateMachine, rule, invariant
import pytest
seen = []

@seed(1)
@settings(max_examples=3, derandomize=True)
@given(st.integers())
def test_overrides_what_the_author_fixed(n): pass

@example(n='mine')
@given(n=st.text())
def test_counts_no_examples(n): seen.append(n)
def test_ran_the_example(): assert seen.count('mine') >= 1

@settings(max_examples=1)
@given(st.integers(), st.text())
def test_fails(n, s): assert n < 1000

@given(st.integers(min_value=0))
def test_throws(n): raise NotImplementedError

@given(st.integers(min_value=0))
def test_expects_an_error(n):
    with pytest.raises(ValueError):
        if n < 300: raise ValueError
@given(st.integers(min_value=0))
def test_gives_up(n):
    if n >= 20: pytest.fail('too many')
@given(st.integers(min_value=0))
def test_ends_the_program(n):
    if n >= 20: raise SystemExit(2)
@example(n=-3)
@given(n=st.integers(min_value=0))
def test_gives_up_its_example(n):
    if n < 0: pytest.fail('too few')

@given(st.just(5))
def test_draws_one_case(n): pass
@given(st.booleans())
def test_draws_all(n): pass
@given(st.integers())
def test_rejects_all(n): assume(False)
@example(n=-7)
@given(n=st.integers(min_value=0))
def test_fails_its_example(n): assert n >= 0
@settings(phases=[Phase.explicit])
@given(st.integers())
def test_has_no_cases(n): assert False
def test_inner():
    @given(st.integers(min_value=0))
    def law(n): assert n < 500
    law()
def test_swallows():
    @given(st.integers())
    def law(n): assert False
    try: law()
    except AssertionError: pass
calls = 0
@given(st.integers())
def test_fails_once(n):
    global calls
    calls += 1
    assert calls != 5

class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.n = 0
    @rule(by=st.integers(min_value=1, max_value=5))
    def add(self, by): self.n += by
    @invariant()
    def small(self): assert self.n < 7
TestMachine = Machine.TestCase
`,
}

export const TROUBLE: Record<string, string> = {
  'pyproject.toml': '[project]\nname = "x"\n',
  'tests/test_good.py': 'def test_holds(): pass\n',
  'tests/test_syntax.py': 'def test_x(:\n',
  'tests/test_missing.py': 'import nowhere_at_all\ndef test_x(): pass\n',
  'tests/test_without.py': 'x = 1\n',
  'tests/test_exits.py': 'import os\ndef test_ends_its_process(): os._exit(0)\ndef test_comes_after(): pass\n',
  'tests/test_leaves.py': 'import sys\ndef test_leaves(): sys.exit(0)\n',
  'tests/test_killed.py': 'import os, signal\ndef test_is_killed(): os.kill(os.getpid(), signal.SIGKILL)\n',
  'elsewhere/other.txt': 'x',
}

/** Tests that take long, and what they are to tell from its wrong versions. */
export const SLOW = {
  'slow.py': `
def twice(n):
    return n + n

def known(n):
    if n > 1000000:
        return False
    return True

def first(items):
    while len(items) > 1:
        items.pop()
    return items[0]
`,
  'tests/test_cases.py': `
import time
from hypothesis import given, strategies as st
from slow import first, known, twice

@given(st.integers(min_value=0, max_value=100_000))
def test_twice(n):
    time.sleep(0.02)
    assert twice(n) == 2 * n
    assert known(n)
def test_first(): assert first([1, 2]) == 1
`,
  'tests/test_waits.py': `
import time
from slow import known
def test_known():
    time.sleep(1.2)
    assert known(1)
`,
}

export interface Attack {
  name: string
  /** Code of a module of the project, which the test imports. */
  code: string
  test?: string
  /** Other files of the project. */
  files?: Record<string, string>
}

/** Given a frame, makes every test hold whose harness can be reached from there. */
const CALM = `
def calm(frame):
    while frame:
        for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if hasattr(value, 'held'): value.held = value.begun
            if hasattr(value, 'sign') and hasattr(value, 'tell'):
                sign, tell = value.sign, value.tell
                value.sign = lambda name, seen: sign(name, {**seen, 'held': True, 'error': None})
                value.tell = lambda line: tell({**line, 'state': 'passed', 'error': None} if line.get('kind') == 'test' else line)
        if callable(frame.f_locals.get('tell')) and 'watches' in frame.f_locals:
            for watch in frame.f_locals['watches'].values(): watch.begun = watch.held = 1
        frame = frame.f_back
`
const COMPARED = 'def test_fails(): assert work() == 2\n'

const FAILING = `
from hypothesis import given, strategies as st
def test_fails(): assert work() == 2
@given(st.integers())
def test_law(n): assert work() == 2
class TestLater:
    def test_late(self): assert work() == 2
`

export const ATTACKS: Attack[] = [
  { name: 'exits', code: 'import atexit, os\natexit.register(lambda: os._exit(0))\ndef work(): os._exit(0)\n' },
  {
    name: 'reports',
    code: `
import _pytest.reports as r
r.TestReport.outcome = property(lambda self: 'passed', lambda self, v: None)
def work(): return 1
`,
  },
  {
    name: 'raises',
    code: `
import pytest, contextlib
pytest.raises = lambda *a, **k: contextlib.nullcontext()
def work(): return 1
`,
    test: 'import pytest\ndef test_fails():\n    with pytest.raises(ValueError): work()\n',
  },
  {
    name: 'builtins',
    code: 'import builtins\nbuiltins.all = lambda x: True\ndef work(): return 1\n',
    test: 'def test_fails(): assert all([work() == 2])\n',
  },
  {
    name: 'pyfunc',
    code: `
import _pytest.python as p
p.Function.runtest = lambda self: None
def work(): return 1
`,
  },
  {
    name: 'hypothesis',
    code: `
import hypothesis.core as c
c.StateForActualGivenExecution.run_engine = lambda self: None
def work(): return 1
`,
    test: 'from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_law(n): assert work() == 2\n',
  },
  {
    name: 'frames',
    code: `
import sys
def work():
    frame = sys._getframe(1)
    while frame:
        for value in list(frame.f_locals.values()):
            if hasattr(value, 'held'):
                value.held = 1
        frame = frame.f_back
    raise KeyError('never mind')
`,
  },
  {
    name: 'memory',
    code: `
import gc
def work():
    for one in gc.get_objects():
        if type(one).__name__ == 'Watch': one.held = one.begun
    return 1
`,
  },
  {
    name: 'exchanged',
    code: `
import sys
def work():
    for name, module in list(sys.modules.items()):
        if 'test_' in name and hasattr(module, 'TestLater'): module.TestLater.test_late = lambda self: None
    return 1
`,
  },
  {
    name: 'forged-lines',
    code: `
import os, json
def work():
    for fd in range(1, 9):
        for line in ({'kind': 'test', 'path': ['test_fails'], 'state': 'passed', 'durationMs': 1, 'error': None, 'cancelled': False}, {'kind': 'ended', 'sealed': {'body': '{"code":0}', 'mac': ''}}, {'kind': 'end', 'sealed': {'body': '{"doubts":[]}', 'mac': ''}}):
            try: os.write(fd, (json.dumps(line) + chr(10)).encode())
            except OSError: pass
    os._exit(0)
`,
  },
  {
    name: 'shadows',
    code: 'def work(): return 1\n',
    files: {
      // Of what pytest needs: it would be loaded while the key is read.
      'iniconfig.py': `
from sys import modules
class ParseError(Exception): pass
class SectionWrapper: pass
class IniConfig: pass
judge = modules.get('specproof_harness.server')
if judge:
    run = judge.run
    def calm(kit, tell, job, *more):
        sign = kit['sign']
        def kept(name, seen): return sign(name, {**seen, 'held': True, 'error': None} if 'held' in seen else seen)
        def say(line): tell({**line, 'state': 'passed', 'error': None} if line.get('kind') == 'test' else line)
        return run({**kit, 'sign': kept}, say, job, *more)
    judge.run = calm
`,
      'src/json.py': 'raise RuntimeError("this is not the JSON that was meant")\n',
    },
  },
  {
    name: 'frames-of-logging',
    code: `import logging\n${CALM}
def work():
    calm(logging.currentframe())
    raise KeyError('never mind')
`,
    test: COMPARED,
  },
  {
    name: 'frames-called-for',
    code: `import contextlib, sys\n${CALM}
def work():
    found = []
    with contextlib.ExitStack() as stack: stack.push(lambda *a: None); stack.callback(lambda: found.append(sys._getframe()))
    calm(found[0])
    raise KeyError('never mind')
`,
    test: COMPARED,
  },
  {
    name: 'frames-of-threads',
    code: `import sys, threading\nfrom concurrent.futures import ThreadPoolExecutor\n${CALM}
def work():
    me = threading.get_ident()
    with ThreadPoolExecutor(1) as pool: calm(pool.submit(sys._current_frames).result()[me])
    raise KeyError('never mind')
`,
    test: COMPARED,
  },
  {
    name: 'frames-of-signals',
    code: `import signal\n${CALM}
def work():
    signal.signal(signal.SIGUSR1, lambda number, frame: calm(frame))
    signal.raise_signal(signal.SIGUSR1)
    raise KeyError('never mind')
`,
    test: COMPARED,
  },
  {
    name: 'frames-handed-on',
    code: `import traceback\n${CALM}
def work():
    found = []
    traceback.extract_stack = lambda frame=None, limit=None: found.append(frame) or []
    traceback.print_stack()
    calm(found[0])
    raise KeyError('never mind')
`,
    test: COMPARED,
  },
  {
    name: 'installed-by-its-name',
    code: 'import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), "env", "site-packages"))\nfrom deep import work\n',
    test: COMPARED,
    files: {
      'env/site-packages/deep.py': `import sys\n${CALM}
def work():
    calm(sys._getframe())
    raise KeyError('never mind')
`,
    },
  },
  {
    name: 'skips',
    code: 'import pytest\ndef work(): pytest.skip("no need")\n',
  },
  {
    name: 'unregisters',
    code: `
import sys
def work():
    for name, module in list(sys.modules.items()):
        for value in list(vars(module).values()):
            manager = getattr(value, 'pluginmanager', None)
            if manager is not None:
                for plugin in list(manager.get_plugins()):
                    if type(plugin).__name__ == 'Plugin': manager.unregister(plugin)
    return 1
`,
  },
]

export function attackFiles(attacks: readonly Attack[]): Record<string, string> {
  const files: Record<string, string> = { 'pyproject.toml': '[project]\nname = "x"\n' }
  for (const { name, code, test, files: more } of attacks) {
    const module = `attack_${name.replaceAll('-', '_')}`
    Object.assign(files, more)
    files[`${module}.py`] = code
    files[`tests/test_${module}.py`] = `from ${module} import work\n${test ?? FAILING}`
  }
  return files
}
