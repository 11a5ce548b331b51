"""Tells what is installed from what is the project's own."""

import os
import sys

PACKAGES = ("site-packages", "dist-packages")


def below(folder):
    return os.path.join(os.path.realpath(folder), "")


def repository(folder):
    """The folder of the repository around a package of it, or the folder itself."""
    around = folder
    while not os.path.exists(os.path.join(around, ".git")):
        above = os.path.dirname(around)
        if above == around:
            return folder
        around = above
    return around


class Places:
    """`root`: a folder of the project. Paths are compared as they really are, whatever links lead there."""

    __slots__ = ("root", "environment", "library", "harness", "others", "known")

    def __init__(self, root):
        # Other packages of the repository are no more trusted than this one.
        self.root = below(repository(root))
        prefix = below(sys.prefix)
        # An environment in the project's folder is mounted there, and no patch reaches it.
        self.environment = prefix if prefix != self.root and prefix.startswith(self.root) else None
        self.library = below(os.path.dirname(os.__file__))
        self.harness = below(os.path.dirname(__file__))
        self.others = tuple({prefix, below(sys.base_prefix), *(below(path) for path in sys.path if not self.is_own(path))})
        self.known = {}

    def is_own(self, path):
        """Whether a folder of `sys.path` lies in the project."""
        real = below(path or ".")
        if self.environment is not None and real.startswith(self.environment):
            return False
        return real.startswith(self.root)

    def kind(self, filename):
        """Of a code's file: `library` (the standard one, or code without a file), `installed`, or `own`: everything else."""
        kind = self.known.get(filename)
        if kind is None:
            kind = self.known[filename] = self._kind(filename)
        return kind

    def _kind(self, filename):
        if filename.startswith("<"):
            return "library"
        real = os.path.realpath(filename)
        if real.startswith(self.harness):
            return "installed"
        if self.environment is not None and real.startswith(self.environment):
            return "installed"
        if real.startswith(self.root):
            return "own"
        if real.startswith(self.library):
            return "installed" if any(name in real[len(self.library) :].split(os.sep) for name in PACKAGES) else "library"
        return "installed" if real.startswith(self.others) else "own"


class Hidden:
    """Keeps the project's folders from `sys.path` until pytest and what it needs are loaded: no file of the project takes their place."""

    __slots__ = ("path", "finders")

    def __init__(self, places, first):
        """`first`: leaves the list for good; the folder of the program itself."""
        found = [path for path in sys.path if path != first]
        self.path = [path for path in found if places.is_own(path)]
        sys.path[:] = [path for path in found if not places.is_own(path)]
        # Editable installs bring finders of their own.
        self.finders = [finder for finder in sys.meta_path if getattr(finder, "__module__", "").startswith("__editable__")]
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in self.finders]

    def show(self, root, plain):
        """What is installed still comes first. `plain`: the project itself says where its modules are, and pytest puts that on the path."""
        source = os.path.join(root, "src")
        places = [] if plain else [root, *([source] if os.path.isdir(source) else [])]
        more = [*places, *self.path]
        sys.path.extend(path for path in dict.fromkeys(more) if path not in sys.path)
        sys.meta_path.extend(self.finders)
