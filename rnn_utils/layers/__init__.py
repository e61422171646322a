"""Drop-in recurrent layers for Keras 3: same results, gates to look at, faster on CPU.

Each file beside this one works alone; none imports another.
"""

from rnn_utils.layers.gru import GRU, GRUCell
from rnn_utils.layers.lstm import LSTM, LSTMCell
from rnn_utils.layers.simple_rnn import SimpleRNN, SimpleRNNCell

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell"]
