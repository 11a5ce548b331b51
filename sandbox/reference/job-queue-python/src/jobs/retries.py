"""How often and when a job that failed is tried again."""

from __future__ import annotations

MOST_ATTEMPTS = 5


class Retries:
    """Counts failed attempts of jobs, and says when each may be tried again."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}
        self._dead: list[str] = []

    def failed(self, job: str, now: float) -> bool:
        """Counts a failed attempt; False: the job pauses or is dead."""
        if not self.ready(job, now):
            return False
        failures = self._failures.get(job, 0) + 1
        self._failures[job] = failures
        if failures == MOST_ATTEMPTS:
            self._dead.append(job)
        else:
            self._until[job] = now + 2 ** (failures - 1)
        return True

    def succeeded(self, job: str, now: float) -> bool:
        """Forgets the failed attempts of a job; False: it pauses or is dead."""
        if not self.ready(job, now):
            return False
        self._failures.pop(job, None)
        self._until.pop(job, None)
        return True

    def ready(self, job: str, now: float) -> bool:
        """Whether a job may be tried now."""
        failures = self._failures.get(job, 0)
        return failures == 0 or (failures < MOST_ATTEMPTS and now >= self._until[job])

    def dead(self) -> list[str]:
        """Ids of jobs that were given up, the first one first."""
        return list(self._dead)

    def known(self) -> int:
        """How many jobs are in memory."""
        return len(self._failures)
