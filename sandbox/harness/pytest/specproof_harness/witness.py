"""Signs what was seen, and tells what has been changed in the means of assertion."""

import builtins
import hmac
import json
import sys
import types
import unittest


def signer(key):
    """A function (name, seen) -> sealed, as sandbox/harness/witness.mts reads it. The key itself is not kept."""
    started = hmac.new(key.encode(), digestmod="sha256")
    dumps = json.dumps

    def sign(name, seen):
        body = dumps(seen)
        mac = started.copy()
        # JavaScript counts UTF-16 units.
        units = len(name.encode("utf-16-le", "surrogatepass")) // 2
        mac.update(f"{units} {name} {body}".encode("utf-8", "replace"))
        return {"body": body, "mac": mac.hexdigest()}

    return sign


PACKAGES = ("pytest", "_pytest", "pluggy", "hypothesis", "unittest", "_hypothesis_pytestplugin")
CODE = (types.FunctionType, types.BuiltinFunctionType, type, staticmethod, classmethod, property)


def parts():
    """(name, owner, key, value, code) of everything that decides whether a test holds."""
    seen = set()
    owners = [("builtins", vars(builtins))]
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in PACKAGES and isinstance(module, types.ModuleType):
            owners.append((name, vars(module)))
    for name, owner in owners:
        for key, value in list(owner.items()):
            if not isinstance(value, CODE):
                continue
            yield name, owner, key, value
            inside = getattr(value, "__module__", None) or ""
            if isinstance(value, type) and inside.split(".")[0] in PACKAGES and id(value) not in seen:
                seen.add(id(value))
                for attribute, one in list(vars(value).items()):
                    if isinstance(one, CODE):
                        yield f"{name}.{key}", value, attribute, one


def of_plugin(value, places):
    """Installed plugins change pytest as they need it; what belongs to it already is nothing to put in another's place."""
    name = getattr(getattr(value, "__code__", None), "co_filename", "")
    if name == "" or places.kind(name) != "installed":
        return False
    _, found, rest = name.rpartition("/site-packages/")
    package = rest.split("/")[0].removesuffix(".py")
    return found != "" and (package == "_hypothesis_pytestplugin" or package not in PACKAGES)


def snapshot(places):
    """Answers a function that says what is no longer as it is now, one name each."""
    function = types.FunctionType
    known = [
        (name, owner, key, value, value.__code__ if isinstance(value, function) else None, value.__defaults__ if isinstance(value, function) else None)
        for name, owner, key, value in parts()
    ]
    missing = object()
    is_class, get, items = isinstance, dict.get, type.__getattribute__

    def changed():
        found = []
        for name, owner, key, value, code, defaults in known:
            now = get(items(owner, "__dict__").copy() if is_class(owner, type) else owner, key, missing)
            same = now is value
            if same and code is not None:
                same = value.__code__ is code and value.__defaults__ is defaults
            if not same and not of_plugin(now, places):
                found.append(f"{name}.{key}")
        return found

    return changed


class _Plain(unittest.TestCase):
    def runTest(self):
        pass


def canaries(pytest, hypothesis):
    """What has to fail: (name, function)."""
    case = _Plain()

    def raises():
        with pytest.raises(ValueError):
            pass

    def approx():
        assert 1 == pytest.approx(2)

    def law():
        @hypothesis.settings(max_examples=2, database=None)
        @hypothesis.given(hypothesis.strategies.integers())
        def never(_):
            raise AssertionError("must be seen")

        never()

    def compare():
        assert [1] == [2] or {"a": 1} == {"a": 2} or "a" == "b" or not 1

    return [
        ("pytest.raises(ValueError)", raises),
        ("pytest.approx", approx),
        ("assert [1] == [2]", compare),
        ("TestCase.assertEqual(1, 2)", lambda: case.assertEqual(1, 2)),
        ("TestCase.assertTrue(False)", lambda: case.assertTrue(False)),
        ("TestCase.assertIn(1, [])", lambda: case.assertIn(1, [])),
        ("TestCase.assertRaises", lambda: case.assertRaises(ValueError, int)),
        *([("a law that holds for nothing", law)] if hypothesis else []),
    ]


def doubts_of(changed, tries):
    doubts = [f"`{name}` was changed by the code" for name in changed()[:5]]
    for name, run in tries:
        try:
            run()
        except BaseException:
            continue
        doubts.append(f"`{name}` no longer fails after the code was loaded")
    return doubts
