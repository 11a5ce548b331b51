"""A plugin of pytest: calls the function of each test itself, and signs how it ended."""

import functools
import inspect
import os
import unittest

import pytest

MOST_MESSAGE = 6_000
FAILED = pytest.fail.Exception
SKIPPED = (pytest.skip.Exception, unittest.SkipTest)
hookimpl = pytest.hookimpl


def described(error):
    """An error as sandbox/harness/errors.mts takes it: an assertion has its code."""
    inner = getattr(error, "exceptions", None)
    asserted = isinstance(error, (AssertionError, FAILED)) or (
        isinstance(inner, (tuple, list)) and len(inner) > 0 and all(isinstance(one, (AssertionError, FAILED)) for one in inner)
    )
    kind = type(error)
    try:
        message = str(error)
    except BaseException:
        message = "(its text cannot be made)"
    name = "AssertionError" if isinstance(error, FAILED) else kind.__name__
    found = {"name": name, "message": (message or kind.__name__)[:MOST_MESSAGE]}
    if isinstance(inner, (tuple, list)):
        found["message"] += "".join(f"\n{type(one).__name__}: {one}"[:MOST_MESSAGE] for one in inner[:3])
    notes = [str(note) for note in getattr(error, "__notes__", [])]
    if notes:
        found["message"] += "\n" + "\n".join(notes)[:MOST_MESSAGE]
    return {**found, "code": "ERR_ASSERTION"} if asserted else found


class Watch:
    """What was seen of one test. A failure stays."""

    __slots__ = ("begun", "held", "error", "properties")

    def __init__(self):
        self.begun, self.held, self.error, self.properties = 0, 0, None, []

    def seen(self):
        error = None
        if self.error is not None:
            told = described(self.error)
            error = {"name": told["name"], "message": told["message"], "assertion": "code" in told}
        held = self.begun > 0 and self.begun == self.held and self.error is None
        return {"held": held, "inverted": False, "error": error, "properties": self.properties, "refused": 0}


def watched(watch, function):
    """The same function, seen."""

    def ended(error):
        if not isinstance(error, SKIPPED) and watch.error is None:
            watch.error = error

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run_async(*args, **kwargs):
            watch.begun += 1
            try:
                value = await function(*args, **kwargs)
            except BaseException as error:
                ended(error)
                raise
            watch.held += 1
            return value

        return run_async

    @functools.wraps(function)
    def run(*args, **kwargs):
        watch.begun += 1
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            ended(error)
            raise
        watch.held += 1
        return value

    return run


class Plugin:
    def __init__(self, tell, sign, plan, file, first_red, root):
        self.tell, self.sign, self.plan, self.file, self.first_red, self.root = tell, sign, plan, file, first_red, root
        self.counts = {}
        self.results = {}
        self.functions = {}
        self.files = []
        self.collected = 0

    def relative(self, path):
        return os.path.relpath(str(path), self.root).replace(os.sep, "/")

    def path_of(self, item):
        return item.nodeid.split("::")[1:] or [item.name]

    # Collection

    def pytest_collectreport(self, report):
        if report.failed:
            text = str(getattr(report, "longreprtext", "") or report.longrepr)
            file = report.nodeid.split("::")[0]
            self.tell({"kind": "warning", "file": file, "message": problem_of(text)})

    def pytest_internalerror(self, excrepr):
        self.tell({"kind": "warning", "message": problem_of(str(excrepr))})

    def pytest_collection_finish(self, session):
        self.collected = len(session.items)
        self.files = sorted({self.relative(item.path) for item in session.items})
        for item in session.items:
            self.functions[item.nodeid] = code_of(item)

    # Running

    @hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        identity = " > ".join([self.file, *self.path_of(item)])
        nth = self.counts.get(identity, 0) + 1
        self.counts[identity] = nth
        watch = Watch()
        self.plan.test = identity if nth == 1 else f"{identity} ({nth})"
        self.plan.properties = watch.properties
        item._specproof = watch
        self.results[item.nodeid] = {"state": None, "ms": 0.0, "error": None}
        try:
            return (yield)
        finally:
            self.plan.test = self.plan.properties = None
            sealed = self.sign(f"test {nth} {identity}", watch.seen())
            self.tell({"kind": "seen", "name": f"test {nth} {identity}", "sealed": sealed})
            result = self.results[item.nodeid]
            self.tell(
                {
                    "kind": "test",
                    "path": self.path_of(item),
                    "state": result["state"] or "failed",
                    "durationMs": result["ms"],
                    "error": result["error"],
                    "cancelled": False,
                }
            )

    @hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item):
        self.tell({"kind": "start", "path": self.path_of(item)})
        watch = item._specproof
        if self.functions.get(item.nodeid) is not code_of(item):
            raise RuntimeError("specproof: the function of this test was exchanged after it was collected")
        if not isinstance(item, pytest.Function):
            item.runtest = watched(watch, item.runtest)
        else:
            # Whatever calls the test (asyncio, unittest) finds ours.
            function = item.obj
            seen = watched(watch, function)
            item.obj = seen
            if inspect.iscoroutinefunction(function) and isinstance(item.instance, unittest.TestCase):
                setattr(item.instance, item.name, seen)
        return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        result = self.results.get(item.nodeid)
        if result is None:
            return report
        result["ms"] += report.duration * 1000
        if report.failed:
            result["state"] = "failed"
            if result["error"] is None:
                error = call.excinfo.value if call.excinfo else None
                text = str(getattr(report, "longrepr", "failed"))
                result["error"] = described(error) if error is not None else {"name": "Failed", "message": text}
        elif result["state"] != "failed":
            # A test that may fail shows nothing by passing.
            if report.skipped or hasattr(report, "wasxfail"):
                result["state"] = "skipped"
            elif report.when == "call":
                result["state"] = result["state"] or "passed"
        return report

    @hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        # Parts of a test (subtests) report under its name, too.
        result = self.results.get(report.nodeid)
        if result is not None and report.failed and result["state"] != "failed":
            result["state"] = "failed"
            result["error"] = {"name": "AssertionError", "code": "ERR_ASSERTION", "message": str(report.longrepr)[-MOST_MESSAGE:]}


def code_of(item):
    """What a test is made of, through decorators."""
    if not isinstance(item, pytest.Function):
        return None
    function = item.obj
    function = getattr(function, "__func__", function)
    handle = getattr(function, "hypothesis", None)
    function = getattr(handle, "inner_test", function)
    return getattr(inspect.unwrap(function), "__code__", None)


def problem_of(text):
    """The lines that say what is wrong, without the frames of pytest itself."""
    marked = [line[1:].strip() for line in text.split("\n") if line.startswith("E ")]
    return ("\n".join(marked) or text.strip())[-MOST_MESSAGE:]
