"""Serves runs of pytest: settings and jobs on descriptor 3, what was seen on descriptor 4."""

from specproof_harness.server import serve

serve()
