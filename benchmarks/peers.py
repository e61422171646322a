"""The competitors: each builds a call that runs one step and waits for its end.

A builder takes a `Case` and returns a function without arguments. A training step is
the forward pass and the gradients for inputs and all weights; an inference step is the
forward pass. All return whole sequences of float32.
"""

import dataclasses
import importlib.util

import numpy as np

from tests.layers.families import FAMILIES


@dataclasses.dataclass(frozen=True)
class Case:
    """What is timed: a cell, the shape (batch, time, features, units), and how."""

    cell: str
    shape: tuple
    training: bool = True
    masked: bool = False

    @property
    def name(self):
        """A label for tables."""
        return ", ".join(map(str, self.shape)) + (" masked" if self.masked else "")

    def arrays(self):
        """Returns inputs, the outputs' gradient, and a mask with right padding."""
        batch, time, features, units = self.shape
        random = np.random.default_rng(0)
        inputs = random.normal(size=(batch, time, features)).astype("float32")
        gradient = random.normal(size=(batch, time, units)).astype("float32")
        lengths = random.integers(time // 4, time + 1, size=(batch, 1))
        return inputs, gradient, np.arange(time) < lengths


def _keras_builder(layers, jit_compile):
    def build(case):
        layer = getattr(layers(), case.cell)(case.shape[3], return_sequences=True)
        return step_of(layer, case, jit_compile)

    return build


def step_of(layer, case, jit_compile=False):
    """Returns a function that runs one step of a Keras layer in a graph.

    Args:
        layer: Layer of Keras, from (batch, time, features) to (batch, time, units).
        case: The `Case`; its cell is not looked at.
        jit_compile: Whether XLA compiles the whole step.
    """
    import tensorflow as tf

    inputs, gradient, mask = (tf.constant(array) for array in case.arrays())
    layer.build(inputs.shape)
    options = {"mask": mask} if case.masked else {}
    inputs = tf.Variable(inputs)
    sources = [inputs, *(v.value for v in layer.trainable_variables)]

    @tf.function(jit_compile=jit_compile)
    def train():
        with tf.GradientTape() as tape:
            outputs = layer(inputs + 0.0, training=True, **options)
            loss = tf.reduce_sum(outputs * gradient)
        return tape.gradient(loss, sources)

    @tf.function(jit_compile=jit_compile)
    def infer():
        return layer(inputs + 0.0, training=False, **options)

    # Results are eager tensors, which TensorFlow on a CPU has finished to compute.
    return train if case.training else infer


def _our_layers():
    import rnn_utils.layers

    return rnn_utils.layers


def _keras_layers():
    import keras

    return keras.layers


def _torch(case):
    import torch

    batch, _, features, units = case.shape
    kind = {"SimpleRNN": torch.nn.RNN}.get(case.cell) or getattr(torch.nn, case.cell)
    layer = kind(features, units, batch_first=True)
    inputs, gradient, _ = (torch.tensor(array) for array in case.arrays())
    inputs.requires_grad_(case.training)
    sources = [inputs, *layer.parameters()]

    def train():
        loss = (layer(inputs)[0] * gradient).sum()
        return torch.autograd.grad(loss, sources)

    def infer():
        with torch.inference_mode():
            return layer(inputs)

    return train if case.training else infer


def _jax(case):
    import jax
    from jax import numpy as jnp

    batch, _, features, units = case.shape
    gates = FAMILIES[case.cell].products
    random = np.random.default_rng(1)
    sizes = [(features, gates * units), (units, gates * units), (gates * units,)]
    weights = [random.normal(size=s).astype("float32") * 0.1 for s in sizes]
    inputs, gradient, _ = (jnp.asarray(array) for array in case.arrays())
    steps = {"SimpleRNN": _jax_rnn, "LSTM": _jax_lstm, "GRU": _jax_gru}
    start = (jnp.zeros((batch, units)),) * FAMILIES[case.cell].states

    def forward(inputs, kernel, recurrent_kernel, bias):
        projected = jnp.swapaxes(inputs @ kernel + bias, 0, 1)

        def step(states, from_input):
            states = steps[case.cell](from_input, states, recurrent_kernel)
            return states, states[0]

        return jnp.swapaxes(jax.lax.scan(step, start, projected)[1], 0, 1)

    def loss(*arguments):
        return (forward(*arguments) * gradient).sum()

    function = jax.jit(jax.grad(loss, (0, 1, 2, 3)) if case.training else forward)
    return lambda: jax.block_until_ready(function(inputs, *weights))


def _jax_rnn(from_input, states, kernel):
    from jax import numpy as jnp

    return (jnp.tanh(from_input + states[0] @ kernel),)


def _jax_lstm(from_input, states, kernel):
    import jax
    from jax import numpy as jnp

    i, f, g, o = jnp.split(from_input + states[0] @ kernel, 4, -1)
    cell = jax.nn.sigmoid(f) * states[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(cell), cell


def _jax_gru(from_input, states, kernel):
    import jax
    from jax import numpy as jnp

    x_z, x_r, x_n = jnp.split(from_input, 3, -1)
    h_z, h_r, h_n = jnp.split(states[0] @ kernel, 3, -1)
    z, r = jax.nn.sigmoid(x_z + h_z), jax.nn.sigmoid(x_r + h_r)
    return (z * states[0] + (1 - z) * jnp.tanh(x_n + r * h_n),)


BUILDERS = {
    "ours": _keras_builder(_our_layers, False),
    "Keras": _keras_builder(_keras_layers, False),
    "Keras jit": _keras_builder(_keras_layers, True),
    "torch": _torch,
    "JAX": _jax,
}


def available(case):
    """Returns the names of the competitors that are installed and can do the case."""
    missing = {
        name
        for name in ("torch", "JAX")
        if case.masked or importlib.util.find_spec(name.lower()) is None
    }
    return [name for name in BUILDERS if name not in missing]
