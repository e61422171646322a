"""Trains many small networks at once, one on each core, and shows how many are done."""

from __future__ import annotations

import queue
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from rnn_utils import _checks
from rnn_utils.training.progress import _in_ipython


def side_by_side(
    work: Callable[[Any, Any], Any],
    jobs: Iterable[Hashable],
    workers: Sequence[Any],
    unit: str = "trainings",
) -> dict[Any, Any]:
    """Returns the result of every job, each done by whichever worker is free.

    A network of a few units keeps one core busy and no more. With one compiled model a
    core as the workers, and `restart` at the beginning of `work`, two of them train in
    the time of one. Which worker does a job depends on the clock, so `work` has to set
    everything itself that its result depends on: weights, optimizer, seeds. And it must
    not call `fit`: where two end an epoch at once, Keras on TensorFlow now and then
    raises a TypeError. A training step in a `tf.function` of its own is safe; so is one
    worker.

    Args:
        work: Function of a worker and a job that returns the job's result.
        jobs: What is to be done, each a different hashable value.
        workers: What a job is done with, such as a compiled model, one for each thread;
            no two jobs use the same one at a time.
        unit: What the jobs are called in the line that shows how many are done.

    Returns:
        A dict from job to result, in the order of `jobs`.

    Raises:
        ValueError: There is no worker, or a job is there twice.
        Exception: What `work` raises first; jobs that have not begun are dropped.
    """
    jobs, workers = list(jobs), list(workers)
    _checks.not_empty("workers", workers, "worker")
    if len(set(jobs)) < len(jobs):
        twice = next(job for job in jobs if jobs.count(job) > 1)
        raise ValueError(f"jobs holds {twice!r} more than once; expected distinct jobs")
    free = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def one(job):
        worker = free.get()
        try:
            return work(worker, job)
        finally:
            free.put(worker)

    line = _StatusLine(len(jobs), unit)
    with ThreadPoolExecutor(len(workers)) as pool:
        futures = {pool.submit(one, job): job for job in jobs}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                line.show(done)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return {job: future.result() for future, job in futures.items()}


class _StatusLine:
    """One line that is rewritten in a notebook, and printed at the end elsewhere."""

    def __init__(self, total, unit):
        self._total, self._unit = total, unit
        self._handle = None
        if _in_ipython():
            from IPython.display import display

            self._handle = display(self._bundle(0), raw=True, display_id=True)

    def _bundle(self, done):
        return {"text/plain": f"{done} of {self._total} {self._unit} done"}

    def show(self, done):
        """Says that so many are done."""
        if self._handle is not None:
            self._handle.update(self._bundle(done), raw=True)
        elif done == self._total:
            print(self._bundle(done)["text/plain"], flush=True)
