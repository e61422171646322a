"""Recurrent layers for Keras 3, and what the tutorials share.

The layers load on first use, so that `import rnn_utils` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LEM",
    "LRU",
    "ChronoInitializer",
    "CoupledLSTM",
    "CoupledLSTMCell",
    "GRUCell",
    "LSTM",
    "MLSTM",
    "SLSTM",
    "IndRNN",
    "IndRNNCell",
    "LEMCell",
    "LRUCell",
    "LSTMCell",
    "LayerNormLSTM",
    "LayerNormLSTMCell",
    "MLSTMCell",
    "MinGRU",
    "MinGRUCell",
    "MinLSTM",
    "MinLSTMCell",
    "PeepholeLSTM",
    "PeepholeLSTMCell",
    "ResidualRecurrent",
    "SLSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "__version__",
    "linear_scan",
]

if TYPE_CHECKING:  # What follows would let a type checker take any name for known.
    from rnn_utils.layers import (
        GRU,
        LEM,
        LRU,
        LSTM,
        MLSTM,
        SLSTM,
        ChronoInitializer,
        CoupledLSTM,
        CoupledLSTMCell,
        GRUCell,
        IndRNN,
        IndRNNCell,
        LayerNormLSTM,
        LayerNormLSTMCell,
        LEMCell,
        LRUCell,
        LSTMCell,
        MinGRU,
        MinGRUCell,
        MinLSTM,
        MinLSTMCell,
        MLSTMCell,
        PeepholeLSTM,
        PeepholeLSTMCell,
        ResidualRecurrent,
        SimpleRNN,
        SimpleRNNCell,
        SLSTMCell,
        linear_scan,
    )
else:

    def __getattr__(name):
        """Imports a layer when it is first asked for (PEP 562)."""
        if name in __all__:
            return getattr(importlib.import_module("rnn_utils.layers"), name)
        raise AttributeError(f"module 'rnn_utils' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
