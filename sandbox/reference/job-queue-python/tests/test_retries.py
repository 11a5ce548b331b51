from hypothesis import given
from hypothesis import strategies as st

from jobs.retries import Retries

JOBS = ["a", "b"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["failed", "failed", "failed", "succeeded", "look"]),
        st.sampled_from(JOBS),
        st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0, 8.0]),
    ),
    max_size=30,
)


@given(STEPS)
def test_a_job_is_tried_five_times_after_growing_pauses_2_1(steps):
    retries, now = Retries(), 0.0
    failures = {job: 0 for job in JOBS}
    until = {job: 0.0 for job in JOBS}
    died = []
    steps = [*[("failed", "a", float(2**n)) for n in range(5)], *steps]
    for kind, job, pause in steps:
        now += pause
        ready = failures[job] < 5 and now >= until[job]
        if kind == "look":
            assert retries.ready(job, now) is ready
        else:
            assert getattr(retries, kind)(job, now) is ready
        if ready and kind == "succeeded":
            failures[job] = 0
        if ready and kind == "failed":
            failures[job] += 1
            until[job] = now + 2 ** (failures[job] - 1)
            if failures[job] == 5:
                died.append(job)
        assert retries.dead() == died
        assert retries.known() == sum(1 for count in failures.values() if count > 0)
        for one in JOBS:
            assert retries.ready(one, now) is (failures[one] < 5 and (failures[one] == 0 or now >= until[one]))
