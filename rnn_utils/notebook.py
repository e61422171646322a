"""The first cell of every notebook: quiet import, seed, figure style, one line.

    from rnn_utils import notebook

    session = notebook.start()

`start` imports Keras itself, because TensorFlow writes to the terminal while it is
being imported. Import Keras or TensorFlow in a later cell. What it changes for the
whole process it prints, and its docstring tells.
"""

import dataclasses
import os
import platform
import sys
import time

from rnn_utils import process

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
DATASET_VARIABLE = "RNN_DATASET"
EMBEDDED = "embedded"


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
    with process.without_native_output():
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
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def __str__(self):
        versions = " · ".join(f"{name} {text}" for name, text in self.versions.items())
        return f"{versions} · {self.device} · seed {self.seed}"


def start(
    seed: int | None = None, *, keep_memory: bool = True, tune_datasets: bool = False
) -> Session:
    """Starts a notebook and prints what it runs on, and what it changed.

    For the whole process it seeds all generators, quiets TensorFlow's log, sets
    matplotlib up (`apply_figure_style`), lets the C library keep freed memory where it
    can (`process.keep_freed_memory`) and stops the tuner of `tf.data` where TensorFlow
    leaves it asleep (`process.stop_tuning_of_datasets`).

    Args:
        seed: Seed of all generators; the environment variable `RNN_SEED`, or 0 when
            that is not set either.
        keep_memory: False leaves the C library's allocator as it is.
        tune_datasets: True leaves the tuner of `tf.data` as it is.

    Returns:
        The `Session` that the scorecard at the end asks for.

    Raises:
        ValueError: `RNN_SEED` is not an integer from 0 to 4294967295.
    """
    started = time.perf_counter()
    seed = _seed_from_environment() if seed is None else seed
    # Before TensorFlow, whose import allocates already.
    changed = ["memory kept"] if keep_memory and process.keep_freed_memory() else []
    process.import_keras_quietly()
    import keras

    on_tensorflow = keras.backend.backend() == "tensorflow"
    if on_tensorflow and not tune_datasets and process.stop_tuning_of_datasets():
        changed.append("tf.data tuner off")
    keras.utils.set_random_seed(seed)
    apply_figure_style()
    session = Session(seed, started)
    print(" · ".join([str(session), *changed]))
    return session


def dataset(*full_size: str, file: str | None = None) -> str:
    """Returns which data a notebook is to use: the environment variable `RNN_DATASET`.

    Args:
        *full_size: Names in tensorflow-datasets that the notebook can use in place of
            the embedded data.
        file: The ending of a file of the reader's own that it can use, such as ".csv".

    Returns:
        `"embedded"` where the variable is not set or empty, else its value.

    Raises:
        ValueError: The notebook cannot use what the variable names.
    """
    chosen = os.environ.get(DATASET_VARIABLE) or EMBEDDED
    is_file = file is not None and chosen.endswith(file)
    if chosen not in (EMBEDDED, *full_size) and not is_file:
        known = [repr(name) for name in (EMBEDDED, *full_size)]
        known += [f"the path of a {file} file"] if file else []
        raise ValueError(
            f"The environment variable {DATASET_VARIABLE} is {chosen!r}; "
            f"this notebook takes {' or '.join(known)}."
        )
    return chosen


def apply_figure_style() -> None:
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
