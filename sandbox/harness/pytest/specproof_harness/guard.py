"""Keeps the code of the project from looking into the process that judges it."""

import _signal
import linecache
import logging
import os
import sys
import threading
import traceback

# Hypothesis and debuggers ask for some of it themselves.
EVENTS = {
    "gc.get_objects",
    "gc.get_referrers",
    "gc.get_referents",
    "sys._current_frames",
    "sys._current_exceptions",
    "sys._getframe",
    "sys._getframemodulename",
    "sys.settrace",
    "sys.setprofile",
    "sys.addaudithook",
}
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}
CODES = {"gi_code", "cr_code"}
ANY = None
# Functions of the standard library that ask for a frame on behalf of their caller, and do not hand it on.
NAMED = {
    "collections/__init__.py": {"namedtuple"},
    "typing.py": ANY,
    "enum.py": ANY,
    "dataclasses.py": ANY,
    "gettext.py": ANY,
    "subprocess.py": {"_text_encoding"},
    "unittest/result.py": {"_is_relevant_tb_level"},
    "inspect.py": {"getgeneratorstate", "getcoroutinestate", "getasyncgenstate"},
    "asyncio/events.py": {"__init__", "get_event_loop"},
    "asyncio/futures.py": {"__init__"},
    "asyncio/streams.py": {"__init__"},
    "asyncio/format_helpers.py": {"extract_stack"},
    "asyncio/coroutines.py": {"_format_coroutine"},
    "logging/__init__.py": {"handleError"},
    "traceback.py": {"clear_frames", "print_stack", "format_stack", "extract_stack", "_compute_suggestion_error"},
}
# These may ask below the ones that keep what they get.
BELOW = {
    "logging/__init__.py": ({"<lambda>", "currentframe"}, {"findCaller"}),
    "traceback.py": (
        {"walk_stack", "walk_tb", "_walk_tb_with_full_positions"},
        {"extract", "_extract_from_extended_frame_gen"},
    ),
}


def install(places):
    """An audit hook cannot be removed. `places`: tells what is the project's code."""
    frame_of = sys._getframe
    library = len(places.library)
    intact = unchanged()

    # Asking for a frame is itself an event.
    asking = set()
    here = threading.get_ident

    def asked_by_project(what, directly=False):
        me = here()
        if me in asking:
            return False
        asking.add(me)
        try:
            return is_project(frame_of(2), what, directly)
        finally:
            asking.discard(me)

    def is_project(frame, what, directly):
        """Whatever is installed asks for itself; the standard library asks for whoever called it."""
        passed = []
        while frame is not None:
            code = frame.f_code
            kind = places.kind(code.co_filename)
            if kind == "own":
                break
            if kind == "installed" or (directly and not code.co_filename.startswith("<")):
                return False
            passed.append(code)
            frame = frame.f_back
        return not named(passed, what)

    def named(passed, what):
        if not passed or passed[0].co_filename.startswith("<"):
            return False
        asker = passed[0]
        file = os.path.realpath(asker.co_filename)[library:].replace(os.sep, "/")
        if file in ("traceback.py", "logging/__init__.py") and not intact():
            return False
        askers, callers = BELOW.get(file, ((), ()))
        if asker.co_name in askers:
            return any(code.co_name in callers and code.co_filename == asker.co_filename for code in passed[1:])
        names = NAMED.get(file, ())
        return what in asker.co_names if names is ANY else asker.co_name in names

    def refuse(event):
        raise RuntimeError(f"specproof: {event} is not for code that is judged")

    def hook(event, args):
        if event in EVENTS:
            if asked_by_project(event.rpartition(".")[2]):
                refuse(event)
        elif event.startswith("ctypes."):
            if event != "ctypes.dlopen" and asked_by_project(event, True):
                refuse(event)
        elif event == "object.__getattr__":
            if (args[1] in FRAMES and asked_by_project(args[1])) or (args[1] in CODES and asked_by_project(args[1], True)):
                refuse(args[1])
        elif event == "open" and isinstance(args[0], str) and args[0].startswith("/proc/") and args[0].endswith("/mem"):
            refuse("reading memory")

    keep_frames_of_signals(places, frame_of)
    sys.addaudithook(hook)


def unchanged():
    """A function that says whether what is given a frame by the standard library is still what it was."""
    names = {
        traceback: [name for name in vars(traceback) if not name.startswith("__")],
        logging: ["_is_internal_frame", "currentframe"],
        linecache: ["lazycache", "checkcache"],
    }
    known = [(vars(module), name, vars(module).get(name)) for module, all in names.items() for name in all]
    return lambda: all(owner.get(name) is value for owner, name, value in known)


def keep_frames_of_signals(places, frame_of):
    """A handler is called with the frame that it interrupts: what is installed may have it, others get None."""
    real, ask = _signal.signal, _signal.getsignal
    ours = {}

    def signal(signalnum, handler):
        frame = frame_of(1)
        while frame is not None and places.kind(frame.f_code.co_filename) == "library":
            frame = frame.f_back
        trusted = frame is not None and places.kind(frame.f_code.co_filename) == "installed"
        before = getsignal(signalnum)
        if trusted or not callable(handler) or handler is _signal.default_int_handler:
            real(signalnum, handler)
            ours.pop(signalnum, None)
        else:

            def handle(number, frame):
                return handler(number, None)

            real(signalnum, handle)
            ours[signalnum] = (handle, handler)
        return before

    def getsignal(signalnum):
        found = ask(signalnum)
        handle, handler = ours.get(signalnum, (None, None))
        return handler if handle is not None and found is handle else found

    _signal.signal, _signal.getsignal = signal, getsignal
