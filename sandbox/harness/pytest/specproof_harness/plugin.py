"""A plugin of pytest: calls the function of each test itself, and signs how it ended."""

import functools
import inspect
import os
import re
import sys
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


def plugin_of(tell, sign, plan, file, root, plain):
    """
    A plugin, and what it found: {'files': list, 'collected': tests, 'ran': tests, 'warned': bool}. Whatever it works with is nowhere but in
    here: its object can be found, and has nothing to exchange.
    """
    counts, results, functions, watches = {}, {}, {}, {}
    found = {"files": [], "collected": 0, "ran": 0, "warned": False}

    def relative(path):
        return os.path.relpath(str(path), root).replace(os.sep, "/")

    def path_of(item):
        path = item.nodeid.split("::")[1:] or [item.name]
        # A state machine of Hypothesis is a class with this one method; the class has the name.
        return path[:-1] if len(path) > 1 and path[-1] == "runTest" else path

    def warn(**line):
        found["warned"] = True
        tell({"kind": "warning", **line})

    class Plugin:
        __slots__ = ()

        # Starting

        @hookimpl(tryfirst=True)
        def pytest_load_initial_conftests(self, early_config):
            # All installed plugins are there: from here on as `python -m pytest` has it, or as pytest itself.
            if not plain:
                if root in sys.path:
                    sys.path.remove(root)
                sys.path.insert(0, root)
            # pytest-cov begins here; nobody reads what it measures.
            if hasattr(early_config.known_args_namespace, "no_cov"):
                early_config.known_args_namespace.no_cov = True

        @hookimpl(tryfirst=True)
        def pytest_cmdline_main(self, config):
            alone(config, plan)

        @hookimpl(tryfirst=True)
        def pytest_configure(self, config):
            # Plugins may have set them again.
            alone(config, plan)

        # Collection

        def pytest_collectreport(self, report):
            if report.failed:
                text = str(getattr(report, "longreprtext", "") or report.longrepr)
                beyond = beyond_of(text, root) if plain else ""
                warn(file=report.nodeid.split("::")[0], message=problem_of(text) + beyond)

        def pytest_internalerror(self, excrepr):
            warn(message=problem_of(str(excrepr)))

        def pytest_collection_finish(self, session):
            found["collected"] = len(session.items)
            found["files"] = sorted({relative(item.path) for item in session.items})
            for item in session.items:
                functions[item.nodeid] = code_of(item)

        # Running

        @hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item, nextitem):
            identity = " > ".join([file, *path_of(item)])
            nth = counts.get(identity, 0) + 1
            counts[identity] = nth
            found["ran"] += 1
            plan.left = found["collected"] - found["ran"] + 1
            watch = watches[item.nodeid] = Watch()
            plan.test = identity if nth == 1 else f"{identity} ({nth})"
            plan.properties = watch.properties
            results[item.nodeid] = {"state": None, "ms": 0.0, "error": None}
            try:
                return (yield)
            finally:
                plan.test = plan.properties = None
                sealed = sign(f"test {nth} {identity}", watch.seen())
                tell({"kind": "seen", "name": f"test {nth} {identity}", "sealed": sealed})
                result = results[item.nodeid]
                tell(
                    {
                        "kind": "test",
                        "path": path_of(item),
                        "state": result["state"] or "failed",
                        "durationMs": result["ms"],
                        "error": result["error"],
                        "cancelled": False,
                    }
                )

        @hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_call(self, item):
            tell({"kind": "start", "path": path_of(item)})
            watch = watches[item.nodeid]
            if functions.get(item.nodeid) is not code_of(item):
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
            result = results.get(item.nodeid)
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
            result = results.get(report.nodeid)
            if result is not None and report.failed and result["state"] != "failed":
                result["state"] = "failed"
                message = str(report.longrepr)[-MOST_MESSAGE:]
                result["error"] = {"name": "AssertionError", "code": "ERR_ASSERTION", "message": message}

    return Plugin(), found


# Options of pytest and of plugins by which tests would run elsewhere, or only some of them, or write into the project.
ALONE = {
    "numprocesses": None,
    "dist": "no",
    "tx": (),
    "looponfail": False,
    "forked": False,
    "lf": False,
    "failedfirst": False,
    "newfirst": False,
    "stepwise": False,
    "xmlpath": None,
}


def alone(config, plan):
    """Whatever `addopts` say: all tests, in this process, and the same ones again with the same seed."""
    option = config.option
    for name, value in ALONE.items():
        if hasattr(option, name):
            setattr(option, name, list(value) if isinstance(value, tuple) else value)
    if getattr(option, "randomly_seed", None) in ("default", "last"):
        option.randomly_seed = plan.seeds[0] % 2**32 if plan.seeds else 0


def code_of(item):
    """What a test is made of, through decorators."""
    if not isinstance(item, pytest.Function):
        return None
    function = item.obj
    function = getattr(function, "__func__", function)
    handle = getattr(function, "hypothesis", None)
    function = getattr(handle, "inner_test", function)
    return getattr(inspect.unwrap(function), "__code__", None)


def beyond_of(text, root):
    """Why a module of the project is not found, though it is there: what is on the path is what the project says."""
    missing = re.search(r"ModuleNotFoundError: No module named '(\w+)", text)
    for folder in (".", "src"):
        place = os.path.join(root, folder, missing[1]) if missing else ""
        if missing and (os.path.isdir(place) or os.path.isfile(place + ".py")):
            return f"\n`pythonpath` of pytest's settings, or conftest.py, does not lead to it: plain `pytest` needs \"{folder}\" there"
    return ""


def problem_of(text):
    """The lines that say what is wrong, without the frames of pytest itself."""
    marked = [line[1:].strip() for line in text.split("\n") if line.startswith("E ")]
    return ("\n".join(marked) or text.strip())[-MOST_MESSAGE:]
