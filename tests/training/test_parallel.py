"""Jobs side by side: all done, each worker one at a time, and the first error kept."""

import threading
import time

import pytest

from rnn_utils.training import side_by_side


def test_every_job_has_its_result_in_the_order_of_the_jobs():
    done = side_by_side(lambda worker, job: job**2, [3, 1, 2], ["a", "b"])
    assert list(done.items()) == [(3, 9), (1, 1), (2, 4)]


def test_workers_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=10)
    done = side_by_side(lambda worker, job: meeting.wait() >= 0, range(4), "ab")
    assert all(done.values())


def test_no_two_jobs_share_a_worker():
    busy, twice = set(), []

    def work(worker, job):
        twice.append(worker in busy)
        busy.add(worker)
        time.sleep(0.01)
        busy.remove(worker)

    side_by_side(work, range(8), ["a", "b"])
    assert not any(twice)


def test_the_first_error_stops_the_jobs_that_have_not_begun():
    begun = []

    def work(worker, job):
        begun.append(job)
        if job == 0:
            raise RuntimeError("job 0 fails")
        time.sleep(0.05)

    with pytest.raises(RuntimeError, match="job 0 fails"):
        side_by_side(work, range(50), ["a", "b"])
    assert len(begun) < 50


def test_outside_a_notebook_it_says_once_that_all_are_done(capsys):
    side_by_side(lambda worker, job: None, range(3), ["a"], unit="networks")
    assert capsys.readouterr().out == "3 of 3 networks done\n"


@pytest.mark.parametrize(
    ("jobs", "workers", "words"),
    [([1], [], "workers"), ([1, 2, 1], ["a"], "jobs holds 1 more than once")],
)
def test_what_cannot_be_done_is_refused(jobs, workers, words):
    with pytest.raises(ValueError, match=words):
        side_by_side(lambda worker, job: None, jobs, workers)
