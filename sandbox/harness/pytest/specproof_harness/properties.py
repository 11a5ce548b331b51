"""Runs each property of Hypothesis on the seeds and in the numbers that were asked for, whatever its author wrote."""

import inspect
import re
import time
import types
from random import Random

SHRINK_SECONDS = 10
REPEATS = 5
REPEAT_SECONDS = 2.0
COMPARED = 20
MOST_TEXT = 10_000
HEADER = re.compile(r"^(Falsifying|Failing) (explicit )?(example|test case):\s*")


class Plan:
    """What the running job wants, and where to put what was seen; filled after each fork."""

    def __init__(self):
        self.seeds, self.runs, self.min_ms = [0], 20, 0
        self.deadline = float("inf")
        self.brief = False
        # Cases that each property gets in any case.
        self.least = 0
        # Tests of the file that have not ended, the running one among them.
        self.left = 1
        # {'test': id, 'seed': n, 'path': blob}
        self.replay = None
        # Of the running test: its id, and the list of its properties.
        self.test = None
        self.properties = None


def derived_seed(origin, n):
    """As search.mts does it: the n-th seed after `origin`, a 32-bit integer."""

    def imul(a, b):
        return (a * b) & 0xFFFFFFFF

    x = (origin + imul(n, 0x9E3779B9)) & 0xFFFFFFFF
    x = imul(x ^ (x >> 16), 0x85EBCA6B)
    x = imul(x ^ (x >> 13), 0xC2B2AE35)
    x ^= x >> 16
    return x - 0x100000000 if x & 0x80000000 else x


def each_seed(plan, now):
    end = min(now() + plan.min_ms / 1000, plan.deadline)
    yield from plan.seeds
    origin, n = (plan.seeds[-1], 1) if plan.seeds else (0, 0)
    while n == 0 or now() < end:
        yield derived_seed(origin, n)
        n += 1


def fewest(runs):
    """Cases on each seed below which a property is not cut, however slow it is; judge.ts asks for as many."""
    return min(runs, max(20, -(-runs // 10)))


def end_of_share(plan, at):
    """When a property has had its time: twice an equal share of what is left for the file, since most take less."""
    return at + max(0.0, plan.deadline - at) * min(1.0, 2 / max(1, plan.left))


def install(plan):
    """Puts our search in the place of Hypothesis's own; answers nothing where Hypothesis is not installed."""
    import hypothesis.core as core
    import hypothesis.internal.conjecture.engine as engine
    import pytest
    from hypothesis import HealthCheck, Phase, Verbosity, settings
    from hypothesis.errors import StopTest, UnsatisfiedAssumption
    from hypothesis.internal.conjecture.data import ConjectureData, Status
    from hypothesis.reporting import with_reporter

    # What Hypothesis itself takes for a failure; some of it is no Exception.
    failures = (Exception, SystemExit, GeneratorExit, pytest.fail.Exception)
    engine.MAX_SHRINKING_SECONDS = SHRINK_SECONDS
    encode, decode = core.encode_failure, core.decode_failure
    base = core.StateForActualGivenExecution
    now = time.monotonic
    words = inspect.signature(base.execute_once).parameters
    printing = "print_test_case" if "print_test_case" in words else "print_example"

    def forced(author):
        phases = [Phase.explicit, Phase.generate, Phase.target]
        return settings(
            parent=author,
            max_examples=max(1, plan.runs),
            derandomize=False,
            database=None,
            verbosity=Verbosity.normal,
            phases=phases if plan.brief else [*phases, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            deadline=None,
            print_blob=False,
            backend="hypothesis",
        )

    class Search(base):
        def __init__(self, stuff, test, author, random, wrapped_test, **more):
            if Phase.generate not in author.phases:
                raise RuntimeError("specproof: `phases` without Phase.generate tests nothing: leave it out")
            super().__init__(stuff, test, forced(author), random, wrapped_test, **more)
            # Read after this, and one failure of another day is not what is asked for.
            wrapped_test._hypothesis_internal_use_reproduce_failure = None
            self._seen = {"runs": 0, "before": 0, "shrinks": 0, "distinct": set(), "red": False}

        def _execute_once_for_engine(self, data, *args, **kwargs):
            try:
                super()._execute_once_for_engine(data, *args, **kwargs)
            finally:
                seen = self._seen
                if seen["red"]:
                    seen["shrinks"] += 1
                elif data.status >= Status.VALID:
                    seen["runs"] += 1
                    if len(seen["distinct"]) < COMPARED:
                        seen["distinct"].add(repr(data.choices))
                    seen["red"] = data.status is Status.INTERESTING
            # Hypothesis has not counted this case yet, and one without any would be an error.
            enough = seen["runs"] > 1 and seen["before"] + seen["runs"] >= plan.least
            if plan.brief and enough and now() > plan.deadline:
                # Nothing was found in the time that there is.
                self._runner.exit_with(engine.ExitReason.max_examples)
            if not plan.brief and not seen["red"] and seen["runs"] >= fewest(plan.runs) and now() > self._end:
                self._cut = True
                self._runner.exit_with(engine.ExitReason.max_examples)

        def execute_once(self, data, **more):
            if more.get("example_kwargs") is None:
                return super().execute_once(data, **more)
            try:
                return super().execute_once(data, **more)
            except (StopTest, UnsatisfiedAssumption):
                raise
            except failures:
                text = ", ".join(f"{name}={value!r}" for name, value in more["example_kwargs"].items())
                record(failure(plan.seeds[:1], 0, None, None, text, 0))
                raise

        def run_engine(self):
            if plan.replay and plan.replay["test"] == plan.test:
                return self._again()
            seeds, whole = [], {"runs": 0, "distinct": set(), "exhausted": False}
            self._cut, end = False, end_of_share(plan, now())
            for nth, seed in enumerate(each_seed(plan, now)):
                at = now()
                self._end = at + max(0.0, end - at) / max(1, len(plan.seeds) - nth)
                self._seen = {"runs": 0, "before": whole["runs"], "shrinks": 0, "distinct": whole["distinct"], "red": False}
                self.random = Random(seed)
                self.failed_normally = False
                seeds.append(seed)
                try:
                    super().run_engine()
                except BaseException as error:
                    whole["runs"] += self._seen["runs"]
                    self._failed(error, seeds, whole["runs"])
                    raise
                whole["runs"] += self._seen["runs"]
                reason = getattr(getattr(self, "_runner", None), "exit_reason", None)
                whole["exhausted"] = self._seen["runs"] < plan.runs and getattr(reason, "name", "") == "finished"
                if plan.brief and now() > plan.deadline:
                    break
            run = {**failure(seeds, whole["runs"], None, None, None, 0), "failed": False}
            run["distinct"] = len(whole["distinct"])
            if whole["exhausted"]:
                run["exhausted"] = True
            if self._cut:
                run["cut"] = True
            record(run)

        def _failed(self, error, seeds, runs):
            found = getattr(self, "falsifying_test_cases", None) or getattr(self, "falsifying_examples", None)
            if not found or not self._seen["red"]:
                record(failure(seeds, runs, seeds[-1], None, None, 0))
                return
            choices = found[-1].choices
            run = failure(seeds, runs, seeds[-1], encode(choices).decode(), text_of(error), self._seen["shrinks"])
            if not plan.brief:
                run["repeated"] = self._repeat(choices)
            record(run)

        def _repeat(self, choices):
            failed, of, end = 0, 0, now() + REPEAT_SECONDS
            while of == 0 or (of < REPEATS and now() < end):
                of += 1
                try:
                    super().execute_once(ConjectureData.for_choices(choices))
                except (StopTest, UnsatisfiedAssumption):
                    pass
                except failures:
                    failed += 1
            return {"failed": failed, "of": of, "leak": None}

        def _again(self):
            """The one case that was asked for."""
            seed, path = plan.replay["seed"], plan.replay["path"]
            self._runner = types.SimpleNamespace(statistics={})
            choices = decode(path.encode())
            lines = []
            try:
                with with_reporter(lines.append):
                    super().execute_once(ConjectureData.for_choices(choices), is_final=True, **{printing: True})
            except (StopTest, UnsatisfiedAssumption):
                pass
            except failures:
                run = failure([seed], 1, seed, path, readable("\n".join(map(str, lines))), 0)
                record({**run, "repeated": self._repeat(choices)})
                raise
            record({**failure([seed], 1, None, None, None, 0), "failed": False})

    def record(run):
        # Outside of a test, as in a collected file, there is no one to tell.
        if plan.properties is not None:
            plan.properties.append(run)

    core.StateForActualGivenExecution = Search


def failure(seeds, runs, seed, path, text, shrinks):
    """A property's run as src/core/verdict/evidence.ts has it."""
    return {
        "seeds": list(seeds),
        "runs": runs,
        "failed": True,
        "seed": seed,
        "path": path,
        "counterexample": text,
        "shrinks": shrinks,
        "history": [],
    }


def text_of(error):
    notes = [str(note) for note in getattr(error, "__notes__", [])]
    # The steps of a state machine are a note each.
    first = next((at for at, note in enumerate(notes) if HEADER.match(note)), 0)
    return readable("\n".join(notes[first:])) if notes else None


def readable(note):
    """`n=1000, s=''` of a call; the steps of a state machine as they stand."""
    text = HEADER.sub("", note.strip()).removeprefix("<state machine>\n")
    call = re.match(r"^[\w.<>]+\(\n(.*)\n\)\s*$", text, re.DOTALL)
    if call:
        text = " ".join(line.strip() for line in call.group(1).split("\n")).rstrip(",")
    return text[:MOST_TEXT]
