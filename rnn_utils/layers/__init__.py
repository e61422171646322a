"""Recurrent layers for Keras 3: same results, gates to look at, faster on a CPU.

This folder works alone: copy it, under any name, into a project that has Keras. In a
new process, import it before you load a model that was saved with its layers:

    import rnn_utils.layers

`LSTM`, `GRU` and `SimpleRNN` stand in for the layers of Keras of these names. Keras has
no `IndRNN` and `LEM`; no `PeepholeLSTM`, `CoupledLSTM` and `LayerNormLSTM`, variants of
the LSTM; no `MinGRU`, `MinLSTM` and `LRU`, whose states are linear recurrences; and no
`SLSTM` and `MLSTM`, the cells of xLSTM. `own_cell.py` says how to write another.
All but the first three compute in float32 even where the layer is of half precision, in
which a decay near 1 would be rounded to 1.
"""

from ._scan import linear_scan
from .chrono import ChronoInitializer
from .coupled_lstm import CoupledLSTM, CoupledLSTMCell
from .gradients import bytes_kept_for_bptt, hidden_gradient_norms, input_influence
from .gru import GRU, GRUCell
from .ind_rnn import Clip, IndRNN, IndRNNCell
from .layer_norm_lstm import LayerNormLSTM, LayerNormLSTMCell
from .lem import LEM, LEMCell
from .lru import LRU, LRUCell
from .lstm import LSTM, LSTMCell
from .min_gru import MinGRU, MinGRUCell
from .min_lstm import MinLSTM, MinLSTMCell
from .mlstm import MLSTM, MLSTMCell
from .peephole_lstm import PeepholeLSTM, PeepholeLSTMCell
from .pooling import MaskedGlobalMaxPooling1D, MaskedGlobalSumPooling1D
from .residual import ResidualRecurrent
from .simple_rnn import SimpleRNN, SimpleRNNCell
from .slstm import SLSTM, SLSTMCell
from .summed_embedding import SummedEmbedding
from .time_distributed import DistinctTimeDistributed

__all__ = [
    "GRU",
    "LEM",
    "LRU",
    "LSTM",
    "MLSTM",
    "SLSTM",
    "ChronoInitializer",
    "Clip",
    "CoupledLSTM",
    "CoupledLSTMCell",
    "DistinctTimeDistributed",
    "GRUCell",
    "IndRNN",
    "IndRNNCell",
    "LEMCell",
    "LRUCell",
    "LSTMCell",
    "LayerNormLSTM",
    "LayerNormLSTMCell",
    "MLSTMCell",
    "MaskedGlobalMaxPooling1D",
    "MaskedGlobalSumPooling1D",
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
    "SummedEmbedding",
    "bytes_kept_for_bptt",
    "hidden_gradient_norms",
    "input_influence",
    "linear_scan",
]
