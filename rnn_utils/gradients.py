"""Shows how much of a loss's gradient reaches each time step of a recurrent layer."""

import keras
import numpy as np
from keras import ops


def hidden_gradient_norms(layer, sequences, loss):
    """Returns the norm of dL/dh_t for every time step t.

    dL/dh_t is the total derivative: `h_t` counts both where the loss reads it and where
    the later steps do. The layer's cell is stepped through time from zero states, with
    a zero added to every hidden state; the gradient for that zero is dL/dh_t.

    Args:
        layer: A SimpleRNN, LSTM or GRU of `rnn_utils`, or any layer whose `cell` has
            the same `step`.
        sequences: Inputs of shape `(batch, time, features)`, float.
        loss: Takes the hidden states `(batch, time, units)` to a scalar L.

    Returns:
        A float array of shape `(batch, time)`: the Euclidean norm over the units.

    Raises:
        ValueError: If `sequences` does not have three axes.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10); the
    norms' decay: Bengio et al. (1994), "Learning long-term dependencies with gradient
    descent is difficult", IEEE Trans. Neural Networks 5(2).
    """
    sequences = ops.convert_to_tensor(sequences, dtype=layer.compute_dtype)
    if len(sequences.shape) != 3:
        shape = tuple(sequences.shape)
        raise ValueError(
            f"`sequences` must be of shape (batch, time, features). Received: {shape}"
        )
    if not layer.built:
        layer.build(sequences.shape)

    def loss_of(nudges):
        states, hidden_states = layer.cell.get_initial_state(sequences.shape[0]), []
        for time in range(sequences.shape[1]):
            _, states = layer.cell.step(sequences[:, time], states)
            states = [states[0] + nudges[:, time], *states[1:]]
            hidden_states.append(states[0])
        return loss(ops.stack(hidden_states, axis=1))

    shape = (*sequences.shape[:2], layer.units)
    gradient = _gradient(loss_of, np.zeros(shape, layer.compute_dtype))
    return np.linalg.norm(gradient, axis=-1)


def _gradient(function, values):
    """Returns the gradient of a scalar function at `values`, with any backend."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        @tf.function
        def run(values):
            with tf.GradientTape() as tape:
                tape.watch(values)
                result = function(values)
            return tape.gradient(result, values)

        return run(tf.constant(values)).numpy()
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(function)(values))
    import torch

    values = torch.tensor(values, requires_grad=True)
    return torch.autograd.grad(function(values), values)[0].numpy()
