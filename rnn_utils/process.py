"""What `notebook.start` changes for a whole process, each act under a name of its own.

    from rnn_utils import process

    process.keep_freed_memory()

None of them changes a result; all can be left out (see `notebook.start`).
"""

import contextlib
import ctypes
import logging
import os
import tempfile
from collections.abc import Iterator

# Numbers and meaning of these parameters: `man 3 mallopt`.
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _TOP_PAD = -3, -1, -2
_GIB, _MIB = 2**30, 2**20
# Where a user has set the allocator up, that stands.
_ALLOCATOR_VARIABLES = (
    "GLIBC_TUNABLES",
    "LD_PRELOAD",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_TRIM_THRESHOLD_",
)
# The releases of TensorFlow whose iterators leave their tuner asleep.
_SLEEPING_TUNER = ("2.20.", "2.21.")


def keep_freed_memory() -> bool:
    """Lets the process keep the memory of freed tensors for the next ones.

    The C library of Linux (glibc) gives large blocks back to the system when they are
    freed, and a training step frees and takes the same ones again. Each time, the
    kernel has to hand out and to clear every page: a third of the time of notebook 17
    on a virtual machine. The price is memory that stays with the process until it ends
    (there, 5 % more at the peak).

    Returns:
        Whether anything was changed: not without glibc (macOS, Windows, Alpine), and
        not where the environment sets the allocator up.
    """
    if any(os.environ.get(name) for name in _ALLOCATOR_VARIABLES):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = (
        (_MMAP_THRESHOLD, _GIB),
        (_TRIM_THRESHOLD, 2**31 - 1),
        (_TOP_PAD, 64 * _MIB),
    )
    return all([mallopt(*setting) == 1 for setting in settings])


def stop_tuning_of_datasets() -> bool:
    """Keeps `fit` from waiting for a sleeping thread before each epoch.

    A `tf.data` iterator has a thread that tunes it, in steps that double up to a
    minute. With TensorFlow 2.20 and 2.21 it is often not woken when its iterator ends,
    and the next epoch waits for it: on one core for up to as long as the last one took,
    on two for a third of that. Keras sets no options on its datasets, so they are set
    where an iterator begins. Data, order and results stay the same; `tf.data.AUTOTUNE`
    has no effect any more.

    Returns:
        Whether it is off now: other releases of TensorFlow do not need it.
    """
    import tensorflow as tf

    if not tf.__version__.startswith(_SLEEPING_TUNER):
        return False
    begin = tf.data.Dataset.__iter__
    if begin.__module__ == __name__:  # A second start in one session.
        return True
    options = tf.data.Options()
    options.autotune.enabled = False

    def begin_untuned(dataset):
        return begin(dataset.with_options(options))

    tf.data.Dataset.__iter__ = begin_untuned
    return True


def import_keras_quietly() -> None:
    """Imports Keras and its backend without their messages on stderr.

    Level 3 silences TensorFlow after its import; while it is being imported, it writes
    past every Python-level stream, about oneDNN, for instance. Switching oneDNN off
    would silence that as well, but costs up to a tenth of the speed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with without_native_output():
        import keras  # noqa: F401
    # TensorFlow's own logger also counts how often a loop over models traces anew.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def without_native_output() -> Iterator[None]:
    """Keeps what native code writes to file descriptor 2 back, unless we fail."""
    try:
        terminal = os.dup(2)
    except OSError:  # No stderr at all, as under pythonw: nothing to keep back.
        yield
        return
    with tempfile.TemporaryFile() as kept_back:
        os.dup2(kept_back.fileno(), 2)
        try:
            yield
        except BaseException:
            kept_back.seek(0)
            os.write(terminal, kept_back.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
