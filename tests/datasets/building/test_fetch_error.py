"""Claims about the errors of storage: told by their cause, wherever it is raised."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_utils.datasets.building.fetch_error import (
    FetchError,
    storage_advice,
    storage_failure,
)

FOLDER = Path("/data/here")
SUBJECT = "names could not be prepared"


def of_system(code, name="/data/here/names"):
    return OSError(code, os.strerror(code), name)


def found(error):
    return str(storage_failure(error, SUBJECT, FOLDER))


@pytest.mark.parametrize(
    "error",
    [
        of_system(errno.ENOSPC),
        of_system(errno.EDQUOT),
        OSError("Not enough disk space. Needed: 1 GiB"),
        RuntimeError("/data/here/x.tfrecord; No space left on device"),
    ],
)
def test_a_full_disk_is_found(error):
    assert found(error).startswith(
        f"{SUBJECT}, as the disk that holds {FOLDER} is full"
    )


@pytest.mark.parametrize(
    "code", [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST]
)
def test_a_barred_folder_is_found(code):
    text = found(of_system(code))
    assert text.startswith(f"cannot write to {FOLDER} ({os.strerror(code)})")
    assert "RNN_DATA_DIR" in text


def test_tensorflows_errors_are_understood():
    error = RuntimeError("/data/here/x.tfrecord; Read-only file system")
    assert "cannot write to /data/here (Read-only file system)" in found(error)


def test_what_led_to_an_error_counts():
    error = ValueError("failed to write")
    error.__cause__ = of_system(errno.ENOSPC)
    assert "is full" in found(error)
    error = ValueError("failed to write")
    error.__context__ = of_system(errno.EROFS)
    assert "cannot write" in found(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        OSError("broken"),
        of_system(errno.ENOENT),
        of_system(errno.EACCES, "/elsewhere/mine.csv"),
        RuntimeError("/elsewhere/mine.csv; Permission denied"),
    ],
)
def test_any_other_error_is_left_alone(error):
    assert storage_failure(error, SUBJECT, FOLDER) is None


def test_advice_takes_the_place_of_the_error_that_it_is_about():
    with (
        pytest.raises(FetchError, match="is full") as caught,
        storage_advice(SUBJECT, FOLDER),
    ):
        raise of_system(errno.ENOSPC)
    assert caught.value.__suppress_context__


def test_without_advice_the_error_goes_on():
    with pytest.raises(OSError, match="broken"), storage_advice(SUBJECT, FOLDER):
        raise OSError("broken")


def test_it_is_a_runtime_error_with_its_text():
    error = FetchError("no network.")
    assert isinstance(error, RuntimeError)
    assert str(error) == "no network."


IN_IPYTHON = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
shell.run_cell('''
from rnn_utils.datasets.building.fetch_error import FetchError

def deep(levels):
    if levels:
        return deep(levels - 1)
    try:
        open("nowhere")
    except OSError as error:
        raise FetchError("no " + "long " * 60 + "network.") from error

deep(20)
''')
"""


def test_ipython_shows_the_sentence_and_no_traceback():
    command = [sys.executable, "-c", IN_IPYTHON]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.strip().splitlines()
    assert 1 < len(lines) <= 5
    assert " ".join(lines) == "FetchError: no " + "long " * 60 + "network."
    assert max(map(len, lines)) <= 88
    assert done.stderr == ""


def test_paths_are_not_broken():
    path = "/a-folder/of-a/" + "long-" * 30 + "name"
    lines = FetchError(f"cannot write to {path}, alas")._render_traceback_()
    assert path + "," in lines


def test_python_shows_a_traceback_as_ever():
    module = "rnn_utils.datasets.building.fetch_error"
    code = f"from {module} import FetchError\nraise FetchError('a b')"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("FetchError: a b\n")
