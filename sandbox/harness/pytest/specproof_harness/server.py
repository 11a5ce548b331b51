"""One process that has loaded pytest and Hypothesis; each job runs in a fork of it."""

import io
import json
import os
import signal
import sys
import time
from importlib import import_module
from traceback import print_exc

from . import guard, properties
from .paths import Hidden, Places
from .witness import canaries, doubts_of, signer, snapshot

CONTROL, RESULTS = 3, 4
POLL_SECONDS = 0.004
OWN = ("-q", "-s", "--no-header", "--tb=short", "--no-summary", "--maxfail=0", "--color=no")


def serve():
    control = os.fdopen(CONTROL, "r", encoding="utf-8")
    settings = json.loads(control.readline())
    root = os.getcwd()
    places = Places(root)
    hidden = Hidden(places, sys.path[0])
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONBREAKPOINT"):
        os.environ.pop(name, None)
    tell = teller()
    try:
        kit = load(settings, places)
    except ImportError as error:
        tell({"kind": "unready", "message": f"{error}: install pytest and hypothesis where the project finds them"})
        return
    tell({"kind": "ready"})
    for line in control:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            control.close()
            os.setsid()
            code = 70
            try:
                code = run(kit, tell, job, root, hidden)
            except BaseException:
                print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        ended = wait(child, job["patienceMs"] / 1000)
        tell({"kind": "ended", "sealed": kit["sign"](f"ended {job['job']}", ended)})


def load(settings, places):
    """All that judges, while nothing of the project can be found: the key is here in this time."""
    import pytest
    from _pytest import config

    from . import plugin

    plan = properties.Plan()
    try:
        import hypothesis
        import hypothesis.stateful  # noqa: F401

        properties.install(plan)
    except ImportError:
        hypothesis = None
    sign = signer(settings["key"])
    settings["key"] = ""
    kit = {"pytest": pytest, "plugin_of": plugin.plugin_of, "plan": plan, "sign": sign}
    kit["canaries"] = canaries(pytest, hypothesis)
    # What else is loaded at the first need.
    for name in config.default_plugins:
        import_module(f"_pytest.{name}")
    doubts_of(list, kit["canaries"])
    # Nobody asks for us by name.
    for name in [name for name in sys.modules if name.split(".")[0] == "specproof_harness"]:
        del sys.modules[name]
    kit["changed"] = snapshot(places)
    guard.install(places)
    return kit


def teller():
    write, dumps = os.write, json.dumps

    def tell(line):
        data = (dumps(line) + "\n").encode()
        while data:
            data = data[write(RESULTS, data) :]

    return tell


def wait(child, seconds):
    """How a fork ended; what it left running ends with it."""
    end = time.monotonic() + seconds
    late = False
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if not late and time.monotonic() > end:
            late = True
            kill_group(child)
        time.sleep(POLL_SECONDS)
    kill_group(child)
    killed = os.WIFSIGNALED(status)
    name = signal.Signals(os.WTERMSIG(status)).name if killed else None
    return {"code": None if killed else os.WEXITSTATUS(status), "signal": name, "late": late}


def kill_group(child):
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def run(kit, tell, job, root, hidden):
    os.environ.update(job["env"])
    plan = kit["plan"]
    intensity = job["intensity"]
    plan.seeds, plan.runs, plan.min_ms = intensity["seeds"], intensity["runs"], intensity["minMs"]
    plan.deadline, plan.brief, plan.replay = job["seedEnd"] / 1000, job["brief"], job["replay"]
    plan.least = job["least"]
    file, scratch = job["file"], os.path.dirname(os.environ["HYPOTHESIS_STORAGE_DIRECTORY"])
    plugin, found = kit["plugin_of"](tell, kit["sign"], plan, file, root, job["plain"])
    hidden.show(root, job["plain"])
    # Options of the cache may stand among the project's.
    own = [*OWN, "-o", f"cache_dir={os.path.join(scratch, 'pytest')}"]
    args = [*own, "--collect-only"] if file is None else [*own, file]
    if file is not None and job["first"]:
        args = [*args, "--maxfail=1"]
    changed, tries, sign = kit["changed"], kit["canaries"], kit["sign"]
    # What pytest says when it cannot even begin.
    told, real = io.StringIO(), sys.stderr
    sys.stderr = told
    if file is None:
        sys.stdout = io.StringIO()
    try:
        code = int(kit["pytest"].main(args, plugins=[plugin]))
    finally:
        if sys.stderr is told:
            sys.stderr = real
        real.write(told.getvalue())
    if file is None:
        tell({"kind": "files", "files": found["files"]})
    if code in (3, 4):
        words = told.getvalue().strip() or f"pytest ended with exit code {code}"
        tell({"kind": "warning", "message": words[-2_000:]})
    elif file is not None and found["ran"] == 0 and not found["warned"]:
        none = "No test was found in this file" if found["collected"] == 0 else "No test of this file was run"
        tell({"kind": "warning", "message": f"{none} (pytest's exit code {code})"})
    doubts = [] if job["brief"] else doubts_of(changed, tries)
    tell({"kind": "end", "sealed": sign(f"file {file}", {"doubts": doubts})})
    return 0
