"""Datasets of the tutorials: pinned packages turned into TFDS builders.

Each builder lives in a module of its own, named after the dataset. Importing this
package is light; importing a builder's module imports tensorflow-datasets.
"""

import os
from pathlib import Path


def data_dir() -> Path:
    """Returns the folder that holds prepared data.

    `RNN_DATA_DIR` where it is set; else the `data/` folder of the checkout; else, for
    an installed package, a folder in the user's cache.

    Returns:
        A `pathlib.Path`, which need not exist yet.
    """
    chosen = os.environ.get("RNN_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "data" / "README.md").is_file():
        return checkout / "data"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "rnn_utils"
