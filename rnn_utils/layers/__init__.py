"""Drop-in recurrent layers for Keras 3: same results, gates to look at, faster on CPU.

Each file beside this one works alone; none imports another. In a new process, import
the layers before you load a model that was saved with them:

    import rnn_utils.layers
"""

from rnn_utils.layers.gru import GRU, GRUCell
from rnn_utils.layers.lstm import LSTM, LSTMCell
from rnn_utils.layers.simple_rnn import SimpleRNN, SimpleRNNCell

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell"]
