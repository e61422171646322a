"""The mLSTM of Beck et al. (2024), an LSTM whose memory is a matrix, for Keras 3."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ._checks import check_heads, is_count, require
from ._linear import LinearCell, LinearLayer
from ._recurrent import passed_on
from ._scan import linear_scan
from ._types import Identifier, Shape, Tensor

# The logarithm of an input gate that writes nothing.
CLOSED = -1e30


def mlstm_step(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    log_input: Tensor,
    log_forget: Tensor,
    memory: Tensor,
    normalizer: Tensor,
    stabilizer: Tensor,
) -> tuple[Tensor, list[Tensor]]:
    """One time step of an LSTM with matrix memory (mLSTM), of each head.

        C_t = f_t C_{t-1} + i_t k_t^T v_t               memory: values by their keys
        n_t = f_t n_{t-1} + i_t k_t                     normalizer: the keys
        h_t = q_t C_t / max(|q_t . n_t|, 1)             what a query finds

    The input gate is an `exp`, the forget gate a sigmoid, one of each for a head. So
    that no `exp` overflows, `C_t` and `n_t` are kept as multiples of `exp(m_t)`, with
    the stabilizer `m_t = max(log f_t + m_{t-1}, log i_t)`. It cancels, except in the
    lower bound, which becomes `exp(-m_t)`; no gradient goes through it.

    Args:
        query: `q_t`, shape `(batch, heads, width)`.
        key: `k_t` likewise, divided by the root of the width.
        value: `v_t` likewise.
        log_input: `log i_t`, shape `(batch, heads)`.
        log_forget: `log f_t` likewise.
        memory: `C_{t-1}`, shape `(batch, heads, width, width)`, keys in rows.
        normalizer: `n_{t-1}`, shape `(batch, heads, width)`.
        stabilizer: `m_{t-1}`, shape `(batch, heads)`.

    Returns:
        `h_t`, shape `(batch, heads, width)`, and the list `C_t`, `n_t`, `m_t`.

    Source: Beck et al. (2024), "xLSTM: extended long short-term memory", NeurIPS,
    section 2.3, https://arxiv.org/abs/2405.04517.
    """
    before = ops.stop_gradient(stabilizer)
    m = ops.stop_gradient(ops.maximum(log_forget + before, log_input))
    i = ops.exp(log_input - m)[..., None]
    f = ops.exp(log_forget + before - m)[..., None]
    n = f * normalizer + i * key
    memory = f[..., None] * memory + (i * key)[..., None] * value[..., None, :]
    return _found(query, memory, n, m), [memory, n, m]


def _found(query, memory, normalizer, stabilizer):
    """Return what a query finds in a memory: `h_t` of `mlstm_step`."""
    found = ops.matmul(query[..., None, :], memory)[..., 0, :]
    met = ops.abs(ops.sum(query * normalizer, -1))
    return found / ops.maximum(met, ops.exp(-stabilizer))[..., None]


def mlstm_parallel(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    log_input: Tensor,
    log_forget: Tensor,
    memory: Tensor,
    normalizer: Tensor,
    stabilizer: Tensor,
) -> tuple[Tensor, Tensor]:
    """All time steps of an mLSTM at once, as attention computes them.

    Written out, the state that step t reads is a sum over all steps s up to t, in which
    a step counts with the gates between:

        D_ts = log f_{s+1} + .. + log f_t + log i_s,    s <= t
        D_t0 = log f_1 + .. + log f_t + m_0             for what was there before
        m_t = max over s of D_ts
        S_ts = (q_t . k_s) exp(D_ts - m_t)
        h_t = sum_s S_ts v_s / max(|sum_s S_ts|, exp(-m_t))

    Time and memory grow with the square of the number of steps.

    Args:
        query: `q`, shape `(..., time, width)`; so `key` and `value`.
        key: `k`, divided by the root of the width.
        value: `v`.
        log_input: `log i`, shape `(..., time)`.
        log_forget: `log f` likewise.
        memory: `C_0`, shape `(..., width, width)`.
        normalizer: `n_0`, shape `(..., width)`.
        stabilizer: `m_0`, shape `(...,)`.

    Returns:
        `h`, shape `(..., time, width)`, and `m`, shape `(..., time)`.

    Source: Beck et al. (2024), appendix A, https://arxiv.org/abs/2405.04517.
    """
    kept = ops.cumsum(log_forget, -1)
    times = ops.arange(ops.shape(kept)[-1])
    weights = kept[..., :, None] - kept[..., None, :] + log_input[..., None, :]
    weights = ops.where(times[:, None] >= times, weights, CLOSED)
    old = kept + ops.stop_gradient(stabilizer)[..., None]
    m = ops.stop_gradient(ops.maximum(ops.max(weights, -1), old))
    scores = ops.matmul(query, ops.swapaxes(key, -1, -2))
    scores = scores * ops.exp(weights - m[..., None])
    old = ops.exp(old - m)
    found = ops.matmul(scores, value) + old[..., None] * ops.matmul(query, memory)
    met = ops.matmul(query, normalizer[..., None])[..., 0]
    size = ops.abs(ops.sum(scores, -1) + old * met)
    return found / ops.maximum(size, ops.exp(-m))[..., None], m


def mlstm_chunkwise(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    log_input: Tensor,
    log_forget: Tensor,
    memory: Tensor,
    normalizer: Tensor,
    stabilizer: Tensor,
    chunk: int,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """An mLSTM in chunks: `mlstm_parallel` in each, a scan from chunk to chunk.

    Every chunk sums up what it would leave of an empty memory; a linear scan over the
    chunks then gives the state that each of them meets. Time and memory grow linearly
    with the number of steps, but for the stabilizers, of which every pair of chunks is
    compared.

    Args:
        query: As for `mlstm_parallel`, shape `(batch, heads, time, width)`.
        key: Likewise.
        value: Likewise.
        log_input: Shape `(batch, heads, time)`.
        log_forget: Likewise.
        memory: As for `mlstm_step`.
        normalizer: Likewise.
        stabilizer: Likewise.
        chunk: Number of steps in a chunk.

    Returns:
        `h`, shape `(batch, heads, time, width)`, `m`, shape `(batch, heads, time)`, and
        the list of the final `C`, `n`, `m`.
    """
    batch, heads, length, width = ops.shape(query)
    missing = -length % chunk
    count = (length + missing) // chunk

    def cut(part, filling=0.0):
        size = ops.shape(part)[3:]
        padding = ops.full((batch, heads, missing, *size), filling, part.dtype)
        part = ops.concatenate([part, padding], 2)
        return ops.reshape(part, (batch, heads, count, chunk, *size))

    query, key, value = (cut(part) for part in (query, key, value))
    log_input, log_forget = cut(log_input, CLOSED), cut(log_forget)
    # What each chunk keeps of what it met, and what it adds: multiples of exp(top).
    kept = ops.cumsum(log_forget, -1)
    weights = kept[..., -1:] - kept + log_input
    kept, top = kept[..., -1], ops.stop_gradient(ops.max(weights, -1))
    weighted = key * ops.exp(weights - top[..., None])[..., None]
    added = ops.matmul(ops.swapaxes(weighted, -1, -2), value), ops.sum(weighted, -2)
    before = ops.stop_gradient(stabilizer)
    after = _stabilizers(ops.stop_gradient(kept), top, before)
    met = ops.concatenate([before[..., None], after[..., :-1]], -1)
    decay, share = ops.exp(kept + met - after), ops.exp(top - after)
    states = []
    for start, sums in zip((memory, normalizer), added, strict=True):
        size = ops.shape(sums)[3:]
        flat = batch * heads, count, math.prod(size)
        ends = linear_scan(
            ops.reshape(decay, (*flat[:2], 1)),
            ops.reshape(share, (*flat[:2], 1)) * ops.reshape(sums, flat),
            ops.reshape(start, (flat[0], flat[2])),
        )
        ends = ops.reshape(ends, (batch, heads, count, *size))
        states.append(ops.concatenate([start[:, :, None], ends], 2))
    outputs, m = mlstm_parallel(
        query, key, value, log_input, log_forget, *(s[:, :, :-1] for s in states), met
    )
    whole = batch, heads, count * chunk
    outputs = ops.reshape(outputs, (*whole, width))[:, :, :length]
    m = ops.reshape(m, whole)[:, :, :length]
    return outputs, m, [*(state[:, :, -1] for state in states), after[..., -1]]


def _stabilizers(kept, top, before):
    """Return `m_k = max(kept_k + m_{k-1}, top_k)` after every chunk."""
    kept = ops.cumsum(kept, -1)
    numbers = ops.arange(ops.shape(kept)[-1])
    weights = kept[..., :, None] - kept[..., None, :] + top[..., None, :]
    weights = ops.where(numbers[:, None] >= numbers, weights, CLOSED)
    return ops.maximum(ops.max(weights, -1), kept + before[..., None])


@keras.saving.register_keras_serializable(package="rnn_utils")
class MLSTMCell(LinearCell):
    """One step of an mLSTM: see `mlstm_step`.

    Takes the arguments of `MLSTM` that make the weights: `kernel`
    `(features, 4 * units)` and `bias` `(4 * units,)`, with the parts for q, k, v and
    the output gate o side by side in this order, and `gate_kernel`
    `(features, 2 * heads)` and `gate_bias` `(2 * heads,)` with those for i, f.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `C_{t-1}` `(batch, units * units / heads)`, `n_{t-1}` `(batch, units)`
            and `m_{t-1}` `(batch, heads)`.

    Returns:
        `sigmoid(o_t) h_t`, shape `(batch, units)`, and the new states; `step` can
        return the gates too: `input_gate`, `forget_gate` and `output_gate`.

    Raises:
        ValueError: If `units` is not a positive integer, or not a multiple of `heads`.

    Source: Beck et al. (2024), https://arxiv.org/abs/2405.04517.
    """

    stabilized = True
    gate_names = ("input_gate", "forget_gate", "output_gate")

    def __init__(
        self,
        units: int,
        heads: int = 1,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
        check_heads(heads, self.units)
        self.heads = int(heads)
        self.width = self.units // self.heads
        self.state_size = [self.units * self.width, self.units, self.heads]
        self.output_size = self.units

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        features = input_shape[-1]
        self.kernel = self.weight("kernel", (features, 4 * self.units))
        self.bias = self.weight("bias", (4 * self.units,))
        self.gate_kernel = self.add_weight(
            shape=(features, 2 * self.heads), name="gate_kernel", initializer="zeros"
        )
        self.gate_bias = self.add_weight(
            shape=(2 * self.heads,), name="gate_bias", initializer=self._open_gates
        )

    def _open_gates(self, shape, dtype=None):
        """Return biases with which the heads forget at different, low rates."""
        log_input = ops.zeros((self.heads,), dtype)
        log_forget = ops.linspace(3.0, 6.0, self.heads, dtype=dtype)
        return ops.concatenate([log_input, log_forget])

    def heads_of(self, inputs: Tensor) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """Return q, k, v, logarithms of i, f, and o; all but o with an axis of heads.

        That is the axis before the last of q, k, v, `(..., heads, width)`, and the last
        of the gates, `(..., heads)`.
        """
        parts = self._project(inputs, self.kernel, None, self.bias)
        gates = self._project(inputs, self.gate_kernel, None, self.gate_bias)
        q, k, v, o = ops.split(parts, 4, axis=-1)
        log_input, f = ops.split(gates, 2, axis=-1)
        shape = *ops.shape(q)[:-1], self.heads, self.width
        q, k, v = (ops.reshape(part, shape) for part in (q, k, v))
        k = k / math.sqrt(self.width)
        return [q, k, v], [log_input, ops.log_sigmoid(f)], ops.sigmoid(o)

    def with_heads(self, states: Sequence[Tensor]) -> list[Tensor]:
        """Return the states with an axis of heads."""
        sizes = (self.width, self.width), (self.width,), ()
        return [
            ops.reshape(state, (-1, self.heads, *size))
            for state, size in zip(states, sizes, strict=True)
        ]

    def without_heads(self, states: Sequence[Tensor]) -> list[Tensor]:
        """Return the states as the cell takes and hands them on."""
        return [
            ops.reshape(state, (-1, size))
            for state, size in zip(states, self.state_size, strict=True)
        ]

    def named_gates(
        self, log_gates: Sequence[Tensor], stabilizer: Tensor, output_gate: Tensor
    ) -> dict[str, Tensor]:
        """Return the gates by name; those of a head stand for all of its units."""
        log_input, log_forget = log_gates
        by_head = ops.exp(log_input - stabilizer), ops.exp(log_forget)
        i, f = (ops.repeat(gate, self.width, -1) for gate in by_head)
        return {"input_gate": i, "forget_gate": f, "output_gate": output_gate}

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `mlstm_step`."""
        vectors, log_gates, output_gate = self.heads_of(inputs)
        _, states = mlstm_step(*vectors, *log_gates, *self.with_heads(states))
        gates = self.named_gates(log_gates, states[-1], output_gate)
        return self.without_heads(states), gates

    def read_out(self, inputs: Tensor, states: Sequence[Tensor]) -> Tensor:
        """Return `sigmoid(o_t) h_t` of one step, from its new states."""
        (q, *_), _, output_gate = self.heads_of(inputs)
        memory, n, m = self.with_heads(states)
        found = _found(q, memory, n, ops.stop_gradient(m))
        return output_gate * ops.reshape(found, ops.shape(output_gate))


@keras.saving.register_keras_serializable(package="rnn_utils")
class MLSTM(LinearLayer):
    """An mLSTM over whole sequences: see `mlstm_step`.

    Its memory is a matrix, which can hold about as many pairs of key and value as a
    head is wide; unlike an LSTM it cannot tell odd from even. All time steps of a chunk
    are computed at once, see `mlstm_chunkwise`; gradients of gradients need
    `unroll=True`. The paper also normalizes the output of each head and puts the layer,
    after a convolution, into a residual block; `ResidualRecurrent` gives the block.

    Args:
        units: Size of the output, a positive integer.
        heads: Number of memories, each a square matrix of size `units / heads`; it
            divides `units`.
        kernel_initializer: Draws what makes q, k, v, o.
        bias_initializer: Draws their bias.
        kernel_regularizer: Penalty on the kernel that the loss takes in.
        bias_regularizer: The same on the bias.
        chunk: Number of time steps that are computed at once, a positive integer; a
            chunk at least as long as the sequences gives the parallel form.
        return_sequences: Whether to return all outputs, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `input_gate`, as a share of the largest so far, `forget_gate` and
            `output_gate`, each of shape `(batch, time, units)`, in the order of
            processing, with zeros at masked steps. Not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[C_0, n_0, m_0]` as a layer returned them, of shapes
            `(batch, units * units / heads)`, `(batch, units)` and `(batch, heads)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last output `(batch, units)`, or all of them `(batch, time, units)` with
        `return_sequences`; then the final states `C_T`, `n_T`, `m_T` with
        `return_state`; then the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Beck et al. (2024), "xLSTM: extended long short-term memory", NeurIPS,
    section 2.3, https://arxiv.org/abs/2405.04517.
    """

    cell_class = MLSTMCell

    def __init__(
        self,
        units: int,
        heads: int = 1,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        chunk: int = 64,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        *,
        return_gates: bool = False,
        **kwargs: Any,
    ) -> None:
        arguments = passed_on(locals())
        chunk = arguments.pop("chunk")
        require(is_count(chunk), "chunk", "a positive integer", repr(chunk))
        super().__init__(**arguments)
        self.chunk = int(chunk)

    def over_time(
        self, sequences: Tensor, initial_state: Sequence[Tensor], mask: Tensor | None
    ) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
        """Return outputs, final states and gates; see `mlstm_chunkwise`."""
        cell = self.cell
        vectors, log_gates, output_gate = cell.heads_of(sequences)
        log_input, log_forget = log_gates
        initial_state = cell.with_heads(initial_state)
        if mask is not None:
            valid = mask[:, :, None]
            log_input = ops.where(valid, log_input, CLOSED)
            log_forget = ops.where(valid, log_forget, 0.0)
        outputs, m, states = mlstm_chunkwise(
            *(ops.transpose(vector, [0, 2, 1, 3]) for vector in vectors),
            *(ops.transpose(gate, [0, 2, 1]) for gate in (log_input, log_forget)),
            *initial_state,
            min(self.chunk, sequences.shape[1] or self.chunk),
        )
        if mask is not None:  # Where nothing was read, the stabilizer is handed on.
            anything = ops.any(mask, 1)[:, None]
            states[-1] = ops.where(anything, states[-1], initial_state[-1])
        outputs = ops.transpose(outputs, [0, 2, 1, 3])
        outputs = ops.reshape(outputs, ops.shape(output_gate))
        log_gates, m = [log_input, log_forget], ops.transpose(m, [0, 2, 1])
        gates = cell.named_gates(log_gates, m, output_gate)
        return output_gate * outputs, cell.without_heads(states), gates

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "chunk": self.chunk}
