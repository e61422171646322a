"""What a training step costs by sequence length, for the families beyond the drop-ins.

All have 64 features and 64 units, and every batch has the same number of tokens, so
that a layer without a loop over time costs the same at every length.
"""

import importlib.util

import numpy as np

from benchmarks import markdown
from benchmarks.peers import Case, step_of
from tests.layers.families import DROP_INS, FAMILIES

TOKENS, WIDTH, HEADS = 16_384, 64, 4
LENGTHS = (64, 256, 1024, 4096, 16_384)
# Attention keeps time x time scores a head; Keras's loop costs seconds a step.
LONGEST = {"attention": 4096, "Keras GRU": 4096}
LENGTHS_OF_TWINS = LENGTHS[:3]


def case(length):
    """Returns a training step on sequences of that length."""
    return Case("", (TOKENS // length, length, WIDTH, WIDTH))


def rivals(length):
    """Returns functions that run one training step, our GRU first, by name."""
    import keras

    import rnn_utils.layers

    ours = ["GRU", *(name for name in FAMILIES if name != "GRU")]
    layers = {
        name: getattr(rnn_utils.layers, name)(WIDTH, return_sequences=True)
        for name in ours
    }
    layers["Keras GRU"] = keras.layers.GRU(WIDTH, return_sequences=True)
    layers["convolution"] = keras.layers.Conv1D(WIDTH, 3, padding="causal")
    layers["attention"] = _attention(keras)
    steps = {
        name: step_of(layer, case(length))
        for name, layer in layers.items()
        if length <= LONGEST.get(name, length)
    }
    if importlib.util.find_spec("jax"):
        steps["MinGRU in JAX"] = _parallel_scan(case(length))
    return steps


def twins(family, length):
    """Returns steps of one of our layers, and of Keras's loop over its cell."""
    import keras

    import rnn_utils.layers

    layer = getattr(rnn_utils.layers, family)
    cell = getattr(rnn_utils.layers, f"{family}Cell")
    return {
        "ours": step_of(layer(WIDTH, return_sequences=True), case(length)),
        "Keras": step_of(
            keras.layers.RNN(cell(WIDTH), return_sequences=True), case(length)
        ),
    }


def _attention(keras):
    """Returns causal self-attention of the same width."""

    class SelfAttention(keras.layers.MultiHeadAttention):
        def build(self, shape):
            super().build(shape, shape)

        def call(self, inputs, training=None):
            return super().call(inputs, inputs, training=training, use_causal_mask=True)

    return SelfAttention(HEADS, WIDTH // HEADS)


def _parallel_scan(case):
    """Returns a step of a minGRU that scans in parallel, as models in JAX do."""
    import jax
    from jax import numpy as jnp

    inputs, gradient, _ = (jnp.asarray(array) for array in case.arrays())
    random = np.random.default_rng(1)
    kernel = 0.1 * random.normal(size=(WIDTH, 2 * WIDTH)).astype("float32")

    def after(first, second):
        """Joins two neighbouring stretches of h -> decay * h + added."""
        return first[0] * second[0], second[0] * first[1] + second[1]

    def loss(inputs, kernel):
        update, candidate = jnp.split(inputs @ kernel, 2, -1)
        update = jax.nn.sigmoid(update)
        steps = 1 - update, update * candidate
        outputs = jax.lax.associative_scan(after, steps, axis=1)[1]
        return (outputs * gradient).sum()

    function = jax.jit(jax.grad(loss, (0, 1)))
    return lambda: jax.block_until_ready(function(inputs, kernel))


def run(seconds):
    """Times all, by name and length: `micros`, µs a token, and `twins`, ratios.

    Args:
        seconds: For how long, for each length, and for each pair of twins.
    """
    from benchmarks.timing import side_by_side

    micros, ratios = {}, {}
    for length in LENGTHS:
        results = side_by_side(rivals(length), 3 * seconds)
        for name, result in results.items():
            micros.setdefault(name, {})[str(length)] = round(
                1e6 * result["median"] / TOKENS, 2
            )
        print(f"{length} steps", {n: m.get(str(length)) for n, m in micros.items()})
    for family in FAMILIES:
        if family in DROP_INS:
            continue
        ratios[family] = {}
        for length in LENGTHS_OF_TWINS:
            result = side_by_side(twins(family, length), seconds)["Keras"]
            ratio = round(float(np.median(result["ratios"])), 2)
            ratios[family][str(length)] = ratio
        print(family, ratios[family], flush=True)
    return {"micros": micros, "twins": ratios}


def report(record):
    """Returns the lines of both tables as Markdown."""
    return [
        "## By sequence length",
        "",
        f"µs a token of a training step, {TOKENS:,} tokens a batch, {WIDTH} features "
        "and units, medians over interleaved rounds; no figure says how well a layer "
        "learns. *MinGRU in JAX* scans in parallel (`jax.lax.associative_scan`), the "
        "convolution sees three steps, and attention has four heads and is causal.",
        "",
        *_by_length(record["micros"], LENGTHS),
        "",
        "## Beside Keras's loop over the same cell",
        "",
        "`keras.layers.RNN(cell)`: its time divided by ours, for a training step on "
        "the same batches, by sequence length.",
        "",
        *_by_length(record["twins"], LENGTHS_OF_TWINS),
    ]


def _by_length(figures, lengths):
    rows = []
    for name, values in figures.items():
        shown = [values.get(str(length)) for length in lengths]
        rows.append([name, *("" if v is None else f"{v:.2f}" for v in shown)])
    return markdown.table(["layer", *(f"{length:,}" for length in lengths)], rows)
