"""The error of data that cannot be had, and how a full or barred disk becomes one."""

import contextlib
import errno
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

_LINE_WIDTH = 88
# The same trouble in the words of Python, node, TensorFlow, tensorflow-datasets and
# Windows.
_FULL = re.compile(
    r"\[Errno 28\]|ENOSPC|No space left on device|[Qq]uota exceeded|"
    r"[Nn]ot enough (?:disk )?space"
)
_BARRED = re.compile(r"Read-only file system|Permission denied|Not a directory")
_FULL_CODES = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_BARRED_CODES = {
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.EEXIST, errno.ENOTDIR, errno.EISDIR),
}


class FetchError(RuntimeError):
    """The data could not be downloaded, kept, or trusted. Its text says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Returns what IPython shows instead of a traceback: the text, in lines.

        The lines of code between a notebook's cell and pip say nothing to a reader who
        has no network.
        """
        return textwrap.wrap(
            f"{type(self).__name__}: {self}",
            width=_LINE_WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
        )


def tells_of_full_disk(text: str) -> bool:
    """Returns whether a program's output or an error's text tells of a full disk."""
    return _FULL.search(text) is not None


def full_disk(subject: str, folder: Path) -> FetchError:
    """Returns the error of a disk without space.

    Args:
        subject: What did not come about, such as `"names could not be prepared"`.
        folder: The folder that was written to.
    """
    return FetchError(
        f"{subject}, as the disk that holds {folder} is full: free some space there, "
        "or set the environment variable RNN_DATA_DIR to a folder on another disk, "
        "and run this again."
    )


def barred_folder(folder: Path, reason: str) -> FetchError:
    """Returns the error of a folder that cannot be written to.

    Args:
        folder: The folder.
        reason: The system's words, such as `"Read-only file system"`.
    """
    return FetchError(
        f"cannot write to {folder} ({reason}): set the environment variable "
        "RNN_DATA_DIR to a folder that you may write to, and run this again."
    )


def storage_failure(
    error: BaseException, subject: str, folder: Path
) -> FetchError | None:
    """Returns the error to raise where a folder's disk is behind another error.

    Args:
        error: What was raised, by Python or by TensorFlow.
        subject: What did not come about, such as `"names could not be prepared"`.
        folder: The folder that was to be written to.

    Returns:
        A `FetchError`, or None where neither `error` nor what led to it speaks of a
        full disk or of a barred place in `folder`.
    """
    for each in _chain(error):
        code = each.errno if isinstance(each, OSError) else None
        if code in _FULL_CODES or tells_of_full_disk(str(each)):
            return full_disk(subject, folder)
        # Some other file may be barred, too, and is none of the folder's business.
        if str(folder) in str(each):
            if code in _BARRED_CODES:
                return barred_folder(folder, each.strerror or str(each))
            # TensorFlow has errors of its own, with the system's words in them.
            found = code is None and _BARRED.search(str(each))
            if found:
                return barred_folder(folder, found.group())
    return None


@contextlib.contextmanager
def storage_advice(subject: str, folder: Path) -> Iterator[None]:
    """Raises `storage_failure` in the place of what is raised within, if it finds one.

    Args:
        subject: What does not come about then, such as `"a file could not be kept"`.
        folder: The folder that is read or written to.

    Raises:
        FetchError: The folder's disk is full, or the folder is barred.
    """
    try:
        yield
    except Exception as error:
        found = storage_failure(error, subject, folder)
        if found is None:
            raise
        raise found from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yields an error and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
