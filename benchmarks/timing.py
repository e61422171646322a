"""Times functions side by side, and the memory of one in a process of its own."""

import pathlib
import statistics
import subprocess
import sys
import time

import psutil

_MB = 2**20


def side_by_side(functions, seconds, calls=3, rounds=5):
    """Times functions in turns, so that a busy moment of the machine hits them all.

    Args:
        functions: Dict of functions without arguments.
        seconds: For how long, in all.
        calls: How many calls a round times, of which the fastest counts.
        rounds: How many rounds there are at least.

    Returns:
        A dict of name to a dict: `first`, the first call's seconds; `median` of the
        later ones; `ratios`, of this function's time to the first function's, one for
        every round.
    """
    first = {name: _seconds(function) for name, function in functions.items()}
    times = {name: [] for name in functions}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(min(times.values(), key=len)) < rounds:
        for name, function in functions.items():
            time.sleep(0.002)  # Lets idle threads of the one before fall asleep.
            if calls > 1:
                function()
            times[name].append(min(_seconds(function) for _ in range(calls)))
    base = times[next(iter(functions))]
    return {
        name: {
            "first": first[name],
            "median": statistics.median(times[name]),
            "ratios": [t / b for t, b in zip(times[name], base, strict=True)],
        }
        for name in functions
    }


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def peak_memory(name, case):
    """Returns how many MB ten steps add to the peak memory of a fresh process."""
    code = (
        "from benchmarks import peers, timing\n"
        f"timing.print_peak(peers.BUILDERS[{name!r}], peers.{case!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"no memory was measured for {name}:\n{done.stderr}")
    return float(done.stdout.split()[-1])


def print_peak(builder, case):
    """Runs ten steps and prints what they added to the process's peak memory, in MB."""
    small = type(case)(case.cell, (2, 2, 2, 2), case.training)
    builder(small)()  # Loads the libraries, whose size is not the question.
    before = psutil.Process().memory_info().rss / _MB
    step = builder(case)
    for _ in range(10):
        step()
    print(_peak() - before)


def _peak():
    """Returns the most memory that this process has held, in MB."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset / _MB
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
    # On Linux `getrusage` would count the parent too.
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
