"""Keeps the code of the project from looking into the process that judges it."""

import os
import sys
import threading

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
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame", "gi_code", "cr_code"}
DEPTH = 4


def install(root):
    """An audit hook cannot be removed. `root`: the project; what is installed below it is not its code."""
    inside = os.path.join(root, "")
    foreign = tuple(os.path.join(root, name) for name in (".venv", "venv", "env"))
    frame_of = sys._getframe

    # Asking for a frame is itself an event.
    asking = set()
    here = threading.get_ident

    def asked_by_project():
        me = here()
        if me in asking:
            return False
        asking.add(me)
        try:
            return is_project(frame_of(2))
        finally:
            asking.discard(me)

    def is_project(frame):
        for _ in range(DEPTH):
            if frame is None:
                return False
            name = frame.f_code.co_filename
            if name.startswith(inside):
                return not name.startswith(foreign) and "site-packages" not in name
            # The standard library may stand between (inspect.stack); whatever else asks does so for itself.
            if "inspect" not in name and "traceback" not in name and not name.startswith("<"):
                return False
            frame = frame.f_back
        return False

    def refuse(event):
        raise RuntimeError(f"specproof: {event} is not for code that is judged")

    def hook(event, args):
        if event in EVENTS or event.startswith("ctypes."):
            if event != "ctypes.dlopen" and asked_by_project():
                refuse(event)
        elif event == "object.__getattr__":
            if args[1] in FRAMES and asked_by_project():
                refuse(args[1])
        elif event == "open" and isinstance(args[0], str) and args[0].startswith("/proc/") and args[0].endswith("/mem"):
            refuse("reading memory")

    sys.addaudithook(hook)
