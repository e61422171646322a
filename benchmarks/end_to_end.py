"""One epoch of `model.fit`: a sentiment model on batches of changing length, masked."""

import time

import numpy as np

WORDS, BATCH, BATCHES, LONGEST = 20_000, 64, 20, 256


def batches(seed=0):
    """Yields padded batches of word numbers, each as long as its longest text."""
    random = np.random.default_rng(seed)
    for _ in range(BATCHES):
        lengths = np.clip(random.lognormal(4.2, 0.6, BATCH), 5, LONGEST).astype(int)
        words = random.integers(1, WORDS, size=(BATCH, lengths.max()))
        padded = words * (np.arange(lengths.max()) < lengths[:, None])
        yield padded, random.integers(2, size=(BATCH, 1)).astype("float32")


def build(layers):
    """Returns the compiled model with the GRU of a module of layers."""
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package="benchmarks")
    class Pooling(keras.layers.Layer):
        """Mean and maximum over the time steps that a mask admits."""

        supports_masking = True

        def call(self, inputs, mask=None):
            valid = ops.cast(mask, inputs.dtype)[:, :, None]
            mean = ops.sum(inputs * valid, 1) / ops.sum(valid, 1)
            largest = ops.max(inputs - 1e9 * (1 - valid), 1)
            return ops.concatenate([mean, largest], -1)

        def compute_mask(self, inputs, previous_mask):
            return None

    model = keras.Sequential(
        [
            keras.layers.Embedding(WORDS, 64, mask_zero=True),
            keras.layers.Bidirectional(layers.GRU(48, return_sequences=True)),
            Pooling(),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def run(epochs=3):
    """Times epochs of both models in turns; returns what `side_by_side` does."""
    import keras
    import tensorflow as tf

    import rnn_utils.layers
    from benchmarks.timing import side_by_side

    kinds = tf.TensorSpec((None, None), "int64"), tf.TensorSpec((None, 1), "float32")
    data = tf.data.Dataset.from_generator(batches, output_signature=kinds)
    data = data.apply(tf.data.experimental.assert_cardinality(BATCHES))
    models = {"ours": build(rnn_utils.layers), "Keras": build(keras.layers)}
    functions = {
        name: lambda model=model: model.fit(data, shuffle=False, verbose=0)
        for name, model in models.items()
    }
    start = time.perf_counter()
    results = side_by_side(functions, seconds=0, calls=1, rounds=epochs)
    print(f"end to end took {time.perf_counter() - start:.0f} s", flush=True)
    return results
