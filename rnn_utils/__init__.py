"""Recurrent layers for Keras 3, and what the tutorials share.

The layers load on first use, so that `import rnn_utils` costs nothing.
"""

import importlib

__version__ = "0.1.0"

_LAYERS = (
    "GRU",
    "GRUCell",
    "LSTM",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
)

__all__ = [*_LAYERS, "__version__"]


def __getattr__(name):
    """Imports a layer when it is first asked for (PEP 562)."""
    if name in _LAYERS:
        return getattr(importlib.import_module("rnn_utils.layers"), name)
    raise AttributeError(f"module 'rnn_utils' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_LAYERS])
