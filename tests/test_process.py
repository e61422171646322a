"""What a notebook changes for its process works, and can be left out."""

import ctypes
import os
import platform
import subprocess
import sys

import pytest

from rnn_utils import process

# Frees and takes a block of 64 MB again and again, as a training step does; without
# help, the kernel hands out its pages (of 4 KB, or of 2 MB) each time.
STEPS = """
import resource, sys
import numpy as np
from rnn_utils import process
changed = process.keep_freed_memory() if sys.argv[1] == "kept" else None
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(2**26, "uint8")
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(changed, faults)
"""
ON_GLIBC = platform.libc_ver()[0] == "glibc"


def steps(how, **variables):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    command = [sys.executable, "-c", STEPS, how]
    done = subprocess.run(
        command, env={**clean, **variables}, capture_output=True, text=True, check=True
    )
    changed, faults = done.stdout.split()
    return changed, int(faults)


@pytest.mark.skipif(not ON_GLIBC, reason="only glibc has this setting")
def test_freed_memory_is_kept_for_the_next_step():
    changed, faults = steps("kept")
    _, otherwise = steps("given back")
    assert changed == "True"
    assert 10 * faults < otherwise


@pytest.mark.skipif(not ON_GLIBC, reason="only glibc has this setting")
def test_what_the_environment_says_of_memory_stands(monkeypatch):
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "131072")
    assert process.keep_freed_memory() is False


@pytest.mark.parametrize("missing", [AttributeError, OSError, TypeError])
def test_a_system_without_the_setting_is_left_as_it_is(missing, monkeypatch):
    def load(name):
        raise missing("no such library")

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert process.keep_freed_memory() is False


def test_other_releases_of_tensorflow_keep_their_tuner(monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf, "__version__", "2.19.0")
    before = tf.data.Dataset.__iter__
    assert process.stop_tuning_of_datasets() is False
    assert tf.data.Dataset.__iter__ is before


def test_failure_of_an_import_shows_what_was_kept_back(capfd):
    with pytest.raises(ImportError, match="x"), process.without_native_output():
        os.write(2, b"lost library")
        raise ImportError("x")
    assert capfd.readouterr().err == "lost library"


def test_stderr_is_back_after_the_quiet_part(capfd):
    with process.without_native_output():
        os.write(2, b"kept back")
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"
