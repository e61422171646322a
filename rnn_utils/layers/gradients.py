"""Shows what backpropagation through time does: its gradients and what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from ._types import Tensor

if TYPE_CHECKING:
    import tensorflow as tf

_CALL = "PartitionedCall"


def hidden_gradient_norms(
    layer: keras.layers.Layer,
    sequences: npt.ArrayLike,
    loss: Callable[[Tensor], Tensor],
    state: int = 0,
) -> np.ndarray:
    """Returns the norm of dL/dh_t for every time step t.

    dL/dh_t is the total derivative: `h_t` counts both where the loss reads it and where
    the later steps do. The layer's cell is stepped through time from its initial
    states, with a zero added to every hidden state; the gradient for that zero is
    dL/dh_t.

    With `state=1` it is dL/dc_t of an LSTM: the gradient for the cell state that step t
    hands on to step t + 1. The loss does not read it, so it is zero at the last step.
    Where the output is none of the states, as in an LRU, it is read out of them.

    Args:
        layer: A recurrent layer of this folder, or any layer whose `cell` has the same
            `step` and `read_out`.
        sequences: Inputs of shape `(batch, time, features)`, float.
        loss: Takes the outputs of all steps, `(batch, time, units)`, to a scalar L.
        state: Which of the states, int: 0 for `h_t`, 1 for the `c_t` of an LSTM.

    Returns:
        A float array of shape `(batch, time)`: the Euclidean norm over the state.

    Raises:
        ValueError: If `sequences` does not have three axes, or there is no such state.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10); the
    norms' decay: Bengio et al. (1994), "Learning long-term dependencies with gradient
    descent is difficult", IEEE Trans. Neural Networks 5(2).
    """
    sequences = ops.convert_to_tensor(sequences, dtype=layer.cell.compute_dtype)
    if len(sequences.shape) != 3:
        shape = tuple(sequences.shape)
        raise ValueError(
            f"`sequences` must be of shape (batch, time, features). Received: {shape}"
        )
    if not layer.built:
        layer.build(sequences.shape)
    initial_states = layer.cell.get_initial_state(sequences.shape[0])
    if state not in range(len(initial_states)):
        raise ValueError(
            f"`state` must be a whole number from 0 to {len(initial_states) - 1}, as "
            f"the layer has {len(initial_states)} state(s). Received: {state!r}"
        )

    def loss_of(nudges):
        states, outputs = initial_states, []
        for time in range(sequences.shape[1]):
            _, states = layer.cell.step(sequences[:, time], states)
            states = list(states)
            states[state] = states[state] + nudges[:, time]
            outputs.append(layer.cell.read_out(sequences[:, time], states))
        return loss(ops.stack(outputs, axis=1))

    shape = (*sequences.shape[:2], initial_states[state].shape[-1])
    gradient = _gradient(loss_of, np.zeros(shape, layer.cell.compute_dtype))
    return np.linalg.norm(gradient, axis=-1)


def input_influence(
    layer: keras.layers.Layer,
    inputs: npt.ArrayLike,
    score: Callable[[Tensor], Tensor],
) -> np.ndarray:
    """Returns how much each input influences each step: gradient times input.

    The influence of input s on step t is the sum over the features of
    x_s * d(score of h_t)/dx_s, where h_t is the layer's output: what the score of step
    t would lose, to first order, if input s were zero. It is negative where the input
    speaks against the score.

    The sequence is read once for each step, all of them side by side as one batch: 300
    steps of an LSTM with 48 units take seconds, and half a gigabyte.

    Args:
        layer: A recurrent layer of this folder, or any layer whose `cell` has the same
            `step`.
        inputs: One sequence of shape `(time, features)`, float.
        score: Takes the outputs of all steps, `(time, units)`, to a number for each,
            `(time,)`, such as the score of the class that is named there. The number
            of a step may depend on its own output only.

    Returns:
        A float array of shape `(time, time)`: the row is the step, the column the
        input. It is 0 for inputs that come after the step.

    Raises:
        ValueError: If `inputs` does not have two axes, or `score` does not return one
            number for each step.

    Source: Shrikumar et al. (2016), "Not just a black box: learning important features
    through propagating activation differences", arXiv:1605.01713, calls it
    gradient * input.
    """
    inputs = np.asarray(inputs, layer.cell.compute_dtype)
    if inputs.ndim != 2:
        raise ValueError(
            f"`inputs` must be of shape (time, features). Received: {inputs.shape}"
        )
    time = len(inputs)
    if not layer.built:
        layer.build((time, *inputs.shape))

    def total_score(copies):
        states, outputs = layer.cell.get_initial_state(time), []
        for step, step_inputs in enumerate(ops.unstack(copies, axis=1)):
            output, states = layer.cell.step(step_inputs, states)
            outputs.append(output[step])  # Copy t is read up to step t.
        scores = score(ops.stack(outputs))
        if tuple(scores.shape) != (time,):
            raise ValueError(
                f"`score` must return one number for each step, of shape {(time,)}. "
                f"Received: {tuple(scores.shape)}"
            )
        return ops.sum(scores)

    gradient = _gradient(total_score, np.repeat(inputs[None], time, axis=0))
    return (gradient * inputs).sum(axis=-1)


def bytes_kept_for_bptt(graph: tf.Graph) -> int:
    """Returns the bytes that recurrent layers keep from forward to backward pass.

    They are the states and gates of every time step: what the compiled loop over time
    hands to the compiled loop back through time.

    Args:
        graph: The `tf.Graph` of a training step, as in
            `tf.function(step).get_concrete_function(...).graph`, with recurrent layers
            of `rnn_utils` and all shapes known.

    Returns:
        The number of bytes, int.

    Raises:
        ValueError: If the graph has no such loops, or the shapes are not known.
    """
    definition = graph.as_graph_def(add_shapes=True)
    library = {f.signature.name: f for f in definition.library.function}
    bodies = [definition.node, *(f.node_def for f in library.values())]
    kept = [pair for body in bodies for pair in _kept_between_calls(body, library)]
    sizes = [shape.num_elements() for shape, _ in kept]
    if not sizes or None in sizes:
        raise ValueError(
            "`graph` must be that of a training step through a layer of rnn_utils, "
            f"with known shapes. Received a graph with {len(kept)} tensors between its "
            f"compiled calls, of sizes {sizes}"
        )
    return sum(size * dtype.size for size, (_, dtype) in zip(sizes, kept, strict=True))


def _kept_between_calls(nodes, library):
    """Returns shapes and types of what one call computes in a loop for another."""
    import tensorflow as tf

    calls = {node.name: node for node in nodes if node.op.endswith(_CALL)}
    kept = {}
    for name in (name for call in calls.values() for name in call.input):
        # In a graph "name" or "name:2", in a function "name:output:2".
        source, *_, index = name.split(":") if ":" in name else (name, "0")
        call = calls.get(source)
        if call and _is_result_of_a_loop(library[call.attr["f"].func.name], int(index)):
            shape = call.attr["_output_shapes"].list.shape[int(index)]
            dtype = call.attr["Tout"].list.type[int(index)]
            kept[source, index] = tf.TensorShape(shape), tf.dtypes.as_dtype(dtype)
    return list(kept.values())


def _is_result_of_a_loop(function, index):
    """Returns whether an output is computed in the loop, not handed through."""
    if "_XlaMustCompile" in function.attr:
        return True
    nodes = {node.name: node for node in function.node_def}
    name = function.ret[function.signature.output_arg[index].name].partition(":")[0]
    while name in nodes and nodes[name].op in ("Identity", "StopGradient"):
        name = nodes[name].input[0].partition(":")[0]
    return name in nodes and nodes[name].op.endswith(_CALL)


def _gradient(function, values):
    """Returns the gradient of a scalar function at `values`, with any backend."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # Not compiled: tracing hundreds of time steps takes far longer than they do.
        values = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(values)
            result = function(values)
        return tape.gradient(result, values).numpy()
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(function)(values))
    import torch

    values = torch.tensor(values, requires_grad=True)
    return torch.autograd.grad(function(values), values)[0].numpy()
