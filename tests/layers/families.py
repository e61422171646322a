"""The recurrent families, one line each: for the tests and for the benchmarks."""

import dataclasses

import keras


@dataclasses.dataclass(frozen=True)
class Family:
    """What tests and benchmarks have to know of a family.

    Args:
        module: Its file in `rnn_utils/layers/`.
        states: How many states its cell has.
        products: How many gates are made of a product with the input.
        gates: What `return_gates` returns.
        twin: The class of Keras that it stands in for, or None.
        added: What its layer takes beside the arguments of that class, with defaults.
        scanned: Whether `linear_scan` runs it, and not the compiled loop.
        positive: Which of its states are one or more, as it divides by them.
        by_hand: Whether its gradient is written by hand, and not found by a tape.
    """

    module: str
    states: int
    products: int
    gates: tuple
    twin: str | None = None
    added: dict = dataclasses.field(default_factory=dict)
    scanned: bool = False
    positive: tuple = ()
    by_hand: bool = True


GATES = {"return_gates": False}
LSTM_GATES = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state")
GRU_GATES = ("update_gate", "reset_gate", "candidate")
MIN_GRU_GATES = ("update_gate", "candidate")
MLSTM_GATES = ("input_gate", "forget_gate", "output_gate")
LEM_GATES = (
    "memory_step",
    "hidden_step",
    "memory_candidate",
    "hidden_candidate",
    "memory_state",
)
FAMILIES = {
    "SimpleRNN": Family("simple_rnn", 1, 1, ("pre_activation",), "SimpleRNN", GATES),
    "LSTM": Family("lstm", 2, 4, LSTM_GATES, "LSTM", GATES),
    "GRU": Family("gru", 1, 3, GRU_GATES, "GRU", GATES),
    "IndRNN": Family("ind_rnn", 1, 1, ("pre_activation",)),
    "SLSTM": Family("slstm", 4, 4, LSTM_GATES[:4], positive=(2,), by_hand=False),
    "PeepholeLSTM": Family("peephole_lstm", 2, 4, LSTM_GATES, by_hand=False),
    "CoupledLSTM": Family("coupled_lstm", 2, 3, LSTM_GATES, by_hand=False),
    "LayerNormLSTM": Family("layer_norm_lstm", 2, 4, LSTM_GATES, by_hand=False),
    "LEM": Family("lem", 2, 4, LEM_GATES, by_hand=False),
    "MinGRU": Family("min_gru", 1, 2, MIN_GRU_GATES, scanned=True),
    "MinLSTM": Family("min_lstm", 1, 3, LSTM_GATES[:3], scanned=True),
    "LRU": Family("lru", 2, 2, (), scanned=True),
    "MLSTM": Family("mlstm", 3, 4, MLSTM_GATES, scanned=True),
}
# Those that promise to do what a class of Keras does.
DROP_INS = [name for name, family in FAMILIES.items() if family.twin]
# With JAX, which compiles every loop anew, and torch a layer is Keras's own, or hands
# its cell to Keras's loop or to the scan: one of each. The equations of every family
# have tests of their own.
_ELSEWHERE = ["LSTM", "PeepholeLSTM", "MinGRU"]
# Those that the common tests take.
COMMON = list(FAMILIES) if keras.backend.backend() == "tensorflow" else _ELSEWHERE
# One for each way of being run, for tests of that alone: the compiled loop, with a
# gradient by hand, or by a tape and with further weights; the scan, of real numbers, of
# complex ones and of matrices. The others differ from these in equations alone.
MACHINES = [name for name in COMMON if name in {*_ELSEWHERE, "LRU", "MLSTM"}]
GATED = [name for name in COMMON if FAMILIES[name].gates]
LOOPED = [name for name, family in FAMILIES.items() if not family.scanned]
BY_HAND = [name for name in LOOPED if FAMILIES[name].by_hand]
