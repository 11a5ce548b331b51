from hypothesis import given
from hypothesis import strategies as st

from jobs.queue import Queue

JOBS = ["a", "b", "c", "d"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "done", "give_back", "waiting"]),
        st.integers(0, 3),
        st.integers(0, 2),
        st.sampled_from([0.0, 1.0, 10.0, 29.0, 30.0]),
    ),
    max_size=30,
)


class Model:
    """Jobs as plain rows: id, priority, waiting since (None: leased), order among equals."""

    def __init__(self):
        self.rows = {}
        self.leases = []

    def pass_time(self, now):
        for lease, job in self.leases:
            if job in self.rows and self.rows[job][2] == lease and lease.until <= now:
                self.rows[job] = (self.rows[job][0], lease.until, None)

    def waiting(self):
        return [job for job, row in self.rows.items() if row[2] is None]

    def holds(self, lease):
        return lease.job in self.rows and self.rows[lease.job][2] == lease


@given(STEPS)
def test_a_job_has_one_holder_and_none_is_lost_1_1(steps):
    queue, model, now = Queue(), Model(), 0.0
    tokens = set()
    steps = [("put", 0, 1, 0.0), ("take", 0, 0, 1.0), ("waiting", 0, 0, 30.0), *steps]
    for kind, which, priority, pause in steps:
        now += pause
        model.pass_time(now)
        if kind == "put":
            fresh = JOBS[which] not in model.rows
            assert queue.put(JOBS[which], priority, now) is fresh
            if fresh:
                model.rows[JOBS[which]] = (priority, now, None)
        elif kind == "take":
            lease = queue.take(now)
            waiting = model.waiting()
            assert (lease is None) == (not waiting)
            if lease is not None:
                best = max(waiting, key=lambda one: (model.rows[one][0], -model.rows[one][1]))
                assert lease.job in waiting
                assert model.rows[lease.job][:2] == model.rows[best][:2]
                assert lease.until == now + 30
                assert lease.token not in tokens
                tokens.add(lease.token)
                model.rows[lease.job] = (model.rows[lease.job][0], None, lease)
                model.leases.append((lease, lease.job))
        elif kind in ("done", "give_back") and model.leases:
            lease = model.leases[which % len(model.leases)][0]
            holds = model.holds(lease)
            assert getattr(queue, kind)(lease, now) is holds
            if holds and kind == "done":
                del model.rows[lease.job]
            elif holds:
                model.rows[lease.job] = (model.rows[lease.job][0], now, None)
        assert queue.waiting(now) == len(model.waiting())


@given(st.permutations(JOBS), st.lists(st.integers(0, 1), min_size=4, max_size=4))
def test_jobs_come_by_priority_then_by_age_1_1(names, priorities):
    queue = Queue()
    for at, name in enumerate(names):
        queue.put(name, priorities[at], float(at))
    taken = [queue.take(4.0) for _ in names]
    expected = sorted(range(4), key=lambda at: (-priorities[at], at))
    assert [lease and lease.job for lease in taken] == [names[at] for at in expected]
    assert queue.take(4.0) is None
