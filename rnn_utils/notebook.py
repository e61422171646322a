"""The first cell of every notebook: quiet import, seed, figure style, one line.

    from rnn_utils import notebook

    session = notebook.start()

`start` imports Keras itself, because TensorFlow writes to the terminal while it is
being imported. Import Keras or TensorFlow in a later cell.
"""

import contextlib
import dataclasses
import logging
import os
import platform
import sys
import tempfile
import time

# Okabe and Ito (2008): eight colours that colour-blind readers can tell apart. Black
# comes first and the pale yellow last, because lines on white need contrast.
OKABE_ITO = (
    "#000000",
    "#E69F00",
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
# A second sign beside the colour, so that a figure survives a grey printer.
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), "-")

SEED_VARIABLE = "RNN_SEED"


def _library_versions():
    """The versions that a result depends on, by name."""
    import keras

    from rnn_utils import __version__

    backend = sys.modules.get(keras.backend.backend())
    versions = {"Python": platform.python_version(), "Keras": keras.__version__}
    if backend is not None:
        name = {"tensorflow": "TensorFlow"}.get(backend.__name__, backend.__name__)
        versions[name] = backend.__version__
    versions["rnn_utils"] = __version__
    return versions


def _device():
    """The name of the first GPU, else the number of CPU cores at our disposal."""
    tensorflow = sys.modules.get("tensorflow")
    with _without_native_output():
        gpus = tensorflow.config.list_physical_devices("GPU") if tensorflow else []
    if gpus:
        details = tensorflow.config.experimental.get_device_details(gpus[0])
        return details.get("device_name", "GPU")
    count = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # Not on macOS and Windows.
        count = len(os.sched_getaffinity(0))
    return f"CPU, {count} core{'s' if count > 1 else ''}"


@dataclasses.dataclass(frozen=True)
class Session:
    """One run of a notebook: its seed, its clock and what it runs on.

    Args:
        seed: The seed that every random generator was set to.
        started: `time.perf_counter()` at the start.
        versions: Versions by library name.
        device: The device in words.
    """

    seed: int
    started: float
    versions: dict = dataclasses.field(default_factory=_library_versions)
    device: str = dataclasses.field(default_factory=_device)

    @property
    def elapsed(self):
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def __str__(self):
        versions = " · ".join(f"{name} {text}" for name, text in self.versions.items())
        return f"{versions} · {self.device} · seed {self.seed}"


def start(seed=None):
    """Starts a notebook and prints what it runs on in one line.

    Args:
        seed: Seed of all generators; the environment variable `RNN_SEED`, or 0 when
            that is not set either.

    Returns:
        The `Session` that the scorecard at the end asks for.
    """
    started = time.perf_counter()
    seed = _seed_from_environment() if seed is None else seed
    _import_keras_quietly()
    import keras

    if keras.backend.backend() == "tensorflow":
        _stop_tuning_of_datasets()
    keras.utils.set_random_seed(seed)
    apply_figure_style()
    session = Session(seed, started)
    print(session)
    return session


def apply_figure_style():
    """Sets matplotlib up: colours, line styles and sizes for a notebook's width."""
    import matplotlib
    from cycler import cycler

    matplotlib.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=OKABE_ITO, linestyle=LINE_STYLES),
            "axes.grid": True,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 12,
            "figure.constrained_layout.use": True,
            "figure.dpi": 90,
            "figure.figsize": (8, 3.6),
            "font.size": 11,
            "grid.alpha": 0.25,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "savefig.dpi": 90,
        }
    )


def _seed_from_environment():
    text = os.environ.get(SEED_VARIABLE, "0")
    try:
        seed = int(text)
    except ValueError:
        seed = -1
    if not 0 <= seed < 2**32:
        raise ValueError(
            f"The environment variable {SEED_VARIABLE} is {text!r}; expected an "
            "integer from 0 to 4294967295, for example 3."
        )
    return seed


def _import_keras_quietly():
    """Imports Keras and its backend without their messages on stderr.

    Level 3 silences TensorFlow after its import; while it is being imported, it writes
    past every Python-level stream, about oneDNN, for instance. Switching oneDNN off
    would silence that as well, but costs up to a tenth of the speed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _without_native_output():
        import keras  # noqa: F401
    # TensorFlow's own logger also counts how often a loop over models traces anew.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def _stop_tuning_of_datasets():
    """Keeps `fit` from waiting for a sleeping thread before each epoch.

    A `tf.data` iterator has a thread that tunes it, in steps that double up to a
    minute. With TensorFlow 2.21 it is often not woken when its iterator ends, and the
    next epoch waits for it: for as long as the last one took on one core, for a third
    of that on two. Keras sets no options on its datasets, so they are set where an
    iterator begins. Data, order and results stay the same.
    """
    import tensorflow as tf

    begin = tf.data.Dataset.__iter__
    if begin.__module__ == __name__:  # A second start in one session.
        return
    options = tf.data.Options()
    options.autotune.enabled = False

    def begin_untuned(dataset):
        return begin(dataset.with_options(options))

    tf.data.Dataset.__iter__ = begin_untuned


@contextlib.contextmanager
def _without_native_output():
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
