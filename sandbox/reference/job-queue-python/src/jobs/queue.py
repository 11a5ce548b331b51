"""Jobs that wait, and leases of those that are being done."""

from __future__ import annotations

from dataclasses import dataclass

LEASE_SECONDS = 30.0


@dataclass(frozen=True)
class Lease:
    """The right to do a job until a moment, in seconds."""

    job: str
    token: int
    until: float


class Queue:
    """Hands out jobs by priority, then by how long they have waited."""

    def __init__(self) -> None:
        # The moment since which a job waits stands before the order of arrival, which only parts equal moments.
        self._waiting: dict[str, tuple[float, int]] = {}
        self._priorities: dict[str, int] = {}
        self._leases: dict[str, Lease] = {}
        self._counter = 0

    def put(self, job: str, priority: int, now: float) -> bool:
        """Adds a job that waits from now on; False: one of this id is there already."""
        self._expire(now)
        if job in self._priorities:
            return False
        self._priorities[job] = priority
        self._wait(job, now)
        return True

    def take(self, now: float) -> Lease | None:
        """Leases the next job for 30 s; None: no job waits."""
        self._expire(now)
        if not self._waiting:
            return None
        job = min(self._waiting, key=lambda one: (-self._priorities[one], *self._waiting[one]))
        del self._waiting[job]
        lease = Lease(job, self._next(), now + LEASE_SECONDS)
        self._leases[job] = lease
        return lease

    def done(self, lease: Lease, now: float) -> bool:
        """Forgets a job; False: the lease is not in force."""
        if not self._end(lease, now):
            return False
        del self._priorities[lease.job]
        return True

    def give_back(self, lease: Lease, now: float) -> bool:
        """Lets a job wait again; False: the lease is not in force."""
        if not self._end(lease, now):
            return False
        self._wait(lease.job, now)
        return True

    def waiting(self, now: float) -> int:
        """How many jobs wait."""
        self._expire(now)
        return len(self._waiting)

    def _end(self, lease: Lease, now: float) -> bool:
        self._expire(now)
        if self._leases.get(lease.job) != lease:
            return False
        del self._leases[lease.job]
        return True

    def _expire(self, now: float) -> None:
        ended = [lease for lease in self._leases.values() if lease.until <= now]
        for lease in ended:
            del self._leases[lease.job]
            self._wait(lease.job, lease.until)

    def _wait(self, job: str, since: float) -> None:
        self._waiting[job] = (since, self._next())

    def _next(self) -> int:
        self._counter += 1
        return self._counter
