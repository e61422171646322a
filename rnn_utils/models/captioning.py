"""Captions for pictures: a small picture encoder, a recurrent decoder, and its scores.

Sources: Vinyals et al. (2015), "Show and tell: a neural image caption generator", CVPR
(the picture's vector as the decoder's first input); Xu et al. (2015), "Show, attend and
tell: neural image caption generation with visual attention", ICML, section 3.1
(attention over the places of the encoder's grid, and an output that adds up what the
state and what the place looked at say); Luong, Pham and Manning (2015), "Effective
approaches to attention-based neural machine translation", EMNLP (looking after the
state has read the last word).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import layers, ops

from rnn_utils import _checks
from rnn_utils.decoding.beam import beam_search
from rnn_utils.layers import GRU
from rnn_utils.models._parts import ids_of, part_of
from rnn_utils.text.subwords import END, START
from rnn_utils.training.losses import TokenCrossentropy
from rnn_utils.training.padding import pad
from rnn_utils.training.schedules import warmup_cosine

if TYPE_CHECKING:
    from rnn_utils._types import Ints

_WAYS = ("initial state", "first input", "attention")
_ENCODER_BATCH, _BATCH = 64, 32
_LONGEST, _WARMUP_UPDATES = 24, 60
# Features that a place has in the picture's vector, and numbers that a key has.
_IN_VECTOR, _KEY = 16, 96


def picture_encoder(
    outputs: int, channels: Sequence[int] = (24, 48, 96, 128)
) -> keras.Model:
    """Builds a convolutional network from pictures to scores of names.

    The first three convolutions halve the sides. After the last one comes the mean over
    all places, and a linear readout.

    Args:
        outputs: Number of scores.
        channels: Channels of each convolution.

    Returns:
        A `keras.Model` from pictures of any size, `(batch, height, width, 3)` with
        values from 0 to 255, to logits `(batch, outputs)`. `get_layer("grid")` has the
        output `(batch, height / 8, width / 8, channels[-1])`.

    Raises:
        ValueError: A number is less than 1, or there are no channels.
    """
    _checks.whole_number("outputs", outputs)
    channels = _checks.whole_numbers("channels", channels, 1)
    _checks.not_empty("channels", channels, "number")
    picture = keras.Input((None, None, 3), name="picture")
    x = layers.Rescaling(-1 / 255, 1.0)(picture)  # White, the ground, is 0.
    for number, filters in enumerate(channels):
        size, stride = (5 if number == 0 else 3), (2 if number < 3 else 1)
        x = layers.Conv2D(int(filters), size, stride, "same", use_bias=False)(x)
        # Few updates: the moving averages must follow fast.
        x = layers.BatchNormalization(momentum=0.95)(x)
        x = layers.ReLU(name="grid" if number == len(channels) - 1 else None)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(outputs, name="names")(x))


def train_encoder(
    encoder: keras.Model,
    pictures: np.ndarray,
    labels: np.ndarray,
    epochs: int,
    learning_rate: float = 4e-3,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    validation: tuple[np.ndarray, np.ndarray] | None = None,
) -> keras.callbacks.History:
    """Trains a picture encoder to name what pictures show.

    Args:
        encoder: What `picture_encoder` returns.
        pictures: uint8 array of shape `(pictures, height, width, 3)`.
        labels: float32 array of shape `(pictures, outputs)`: shares that add up to 1.
        epochs: Passes over the pictures; the rate falls to nearly zero in the last.
        learning_rate: Highest learning rate.
        callbacks: Keras callbacks.
        validation: None, or a pair of pictures and labels.

    Returns:
        The `keras.callbacks.History`.

    Raises:
        ValueError: There are no pictures, or not as many labels; a label is not finite;
            `epochs` is less than 1, or `learning_rate` is not above 0.
    """
    _checks.whole_number("epochs", epochs)
    _checks.not_empty("pictures", pictures, "picture")
    _checks.one_each("labels", labels, pictures, "pictures")
    _checks.finite("labels", labels)
    updates = -(-len(pictures) // _ENCODER_BATCH) * epochs
    encoder.compile(
        keras.optimizers.Adam(warmup_cosine(learning_rate, updates, _WARMUP_UPDATES)),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    return encoder.fit(
        pictures,
        labels,
        batch_size=_ENCODER_BATCH,
        epochs=epochs,
        validation_data=validation,
        callbacks=list(callbacks),
        verbose=0,
    )


def captioner(
    vocabulary_size: int,
    grid_shape: Sequence[int],
    way: str,
    units: int = 192,
    embedding_dim: int = 64,
    context: int = 32,
    dropout: float = 0.0,
) -> keras.Model:
    """Builds a network that writes a caption for a grid of picture features.

    Two convolutions tell each place what lies around it. The features of a place and
    what they found are its g_j; the picture's vector v has some numbers from each
    place. With "initial state" s_0 = tanh(W v); with "first input" s_0 = GRU(W v, 0),
    the state after a first input; with "attention" s_0 as with the initial state, and
    after each word the places are looked at again (b_j is learnt for each place):

        s_t = GRU(y_t, s_(t-1))      logits_t = E s_t
        with attention:  a_tj = softmax_j((K g_j + b_j) . Q s_t / sqrt(n)),
                         logits_t = E [s_t; sum_j a_tj g_j]

    Args:
        vocabulary_size: Number of ids of words; 0 is padding.
        grid_shape: Height, width and features of the grid.
        way: `"initial state"`, `"first input"` or `"attention"`.
        units: Units of the decoder.
        embedding_dim: Size of a word's vector.
        context: Channels of the convolutions over the grid.
        dropout: Share of the values that are dropped in training.

    Returns:
        A `keras.Model` from `[grid, words]`, `(batch, height, width, features)` and int
        `(batch, time)` that begins with `START`, to logits `(batch, time,
        vocabulary_size)`. Its parts are the models `get_layer("picture")`, from the
        grid to `[v, *seen]`; `get_layer("first_state")`, from v to s_0; and
        `get_layer("decoder")`, from `[words, state, *seen]` to `[logits, state,
        *weights]`. With attention, `seen` is g and the keys K g_j + b_j, each `(batch,
        places, ...)`, and `weights` is `(batch, time, places)`; without, there is
        neither. (Keras cannot read a saved captioner of the way "first input" back: two
        of its parts share a layer.)

    Raises:
        ValueError: `way` is none of the three, or a size is less than 1.
    """
    for name, size in (
        ("vocabulary_size", vocabulary_size),
        ("units", units),
        ("embedding_dim", embedding_dim),
        ("context", context),
    ):
        _checks.whole_number(name, size)
    _checks.shaped("grid_shape", np.empty(grid_shape), "(height, width, features)")
    if way not in _WAYS:
        raise ValueError(f"way is {way!r}; expected one of {_WAYS}")
    grid = keras.Input(grid_shape, name="grid")
    words = keras.Input((None,), dtype="int32", name="words")
    gru = GRU(units, return_sequences=True, return_state=True, name="gru")
    picture = _picture(grid_shape, context, dropout, looks=way == "attention")
    vector, *seen = keras.tree.flatten(picture(grid))
    first_state = _first_state(vector.shape[1:], way, gru, embedding_dim)
    shapes = [part.shape[1:] for part in seen]
    decoder = _decoder(vocabulary_size, shapes, gru, embedding_dim, dropout)
    logits, *_ = decoder([words, first_state(vector), *seen])
    return keras.Model([grid, words], logits, name="captioner")


def _picture(grid_shape, context, dropout, looks):
    grid = keras.Input(grid_shape, name="grid")
    features = layers.BatchNormalization(center=False, scale=False, momentum=0.9)(grid)
    features = layers.Dropout(dropout)(features)
    x = layers.Dense(context, "relu")(features)
    x = layers.Conv2D(context, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(context, 3, 1, "same", dilation_rate=2, activation="relu")(x)
    x = layers.Concatenate(name="places")([features, x])
    rows, columns, size = x.shape[1:]
    vector = layers.Flatten()(layers.Dense(_IN_VECTOR)(x))
    if not looks:
        return keras.Model(grid, [vector], name="picture")
    keys = layers.EinsumDense(
        "brcd,de->brce",
        (rows, columns, _KEY),
        bias_axes="rce",
        # Where a place is must count from the beginning, as much as what is there.
        bias_initializer=keras.initializers.RandomNormal(stddev=0.3),
        name="keys",
    )(x)
    flat = [
        layers.Reshape((rows * columns, n))(y) for y, n in ((x, size), (keys, _KEY))
    ]
    return keras.Model(grid, [vector, *flat], name="picture")


def _first_state(shape, way, gru, embedding_dim):
    vector = keras.Input(shape, name="vector")
    if way == "first input":
        _, state = gru(layers.Dense(embedding_dim, name="read")(vector)[:, None])
    else:
        state = layers.Dense(gru.units, "tanh", name="read")(vector)
    return keras.Model(vector, state, name="first_state")


def _decoder(vocabulary_size, shapes, gru, embedding_dim, dropout):
    words = keras.Input((None,), dtype="int32", name="words")
    state = keras.Input((gru.units,), name="state")
    seen = [keras.Input(shape) for shape in shapes]
    embedded = layers.Embedding(vocabulary_size, embedding_dim, name="vectors")(words)
    states, last = gru(layers.Dropout(dropout)(embedded), initial_state=state)
    weights = []
    if seen:
        features, keys = seen
        query = layers.Dense(_KEY, use_bias=False, name="query")(states)
        context, look = layers.Attention(name="attention")(
            # Products of many numbers add up: the scores begin small.
            [query / _KEY**0.5, features, keys],
            return_attention_scores=True,
        )
        states, weights = layers.Concatenate()([states, context]), [look]
    logits = layers.Dense(vocabulary_size, name="words_out")
    return keras.Model(
        [words, state, *seen],
        [logits(layers.Dropout(dropout)(states)), last, *weights],
        name="decoder",
    )


def train_captioner(
    model: keras.Model,
    grids: np.ndarray,
    captions: Sequence[Ints],
    epochs: int,
    learning_rate: float = 3e-3,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    validation: tuple[np.ndarray, Sequence[Ints]] | None = None,
) -> keras.callbacks.History:
    """Trains a captioner by teacher forcing; its rate falls to nearly zero at the end.

    Args:
        model: What `captioner` returns.
        grids: Array of shape `(rows, height, width, features)`.
        captions: List of 1-D int arrays, without `START` and `END`, one a row.
        epochs: Passes over the rows.
        learning_rate: Highest learning rate.
        callbacks: Keras callbacks.
        validation: None, or a pair of grids and captions.

    Returns:
        The `keras.callbacks.History`.

    Raises:
        ValueError: `epochs` is less than 1, `learning_rate` is not above 0, `grids` has
            not four dimensions or no row, there is not one caption for each row, or an
            id of a caption is `START`, `END`, padding or none that the model knows.
    """
    _checks.whole_number("epochs", epochs)
    inputs, targets = _lesson(model, grids, captions)
    updates = -(-len(captions) // _BATCH) * epochs
    model.compile(
        keras.optimizers.Adam(
            warmup_cosine(learning_rate, updates, _WARMUP_UPDATES), global_clipnorm=1.0
        ),
        TokenCrossentropy(),
        jit_compile=False,
    )
    return model.fit(
        inputs,
        targets,
        # Batches of similar lengths would be faster, and learn far less from a caption.
        batch_size=_BATCH,
        epochs=epochs,
        validation_data=None if validation is None else _lesson(model, *validation),
        callbacks=list(callbacks),
        verbose=0,
    )


def _lesson(model, grids, captions):
    """Grids and words from `START` on, and the same words one later."""
    grids = np.asarray(grids)
    _checks.shaped("grids", grids, "(rows, height, width, features)")
    _checks.one_each("captions", captions, grids, "grids")
    most = model.output_shape[-1] - 1
    ids = _checks.token_ids("captions", captions, END + 1, most)
    words = pad([[START, *caption, END] for caption in ids], 1)
    return [grids, words[:, :-1]], words[:, 1:]


def write_captions(
    model: keras.Model,
    grids: np.ndarray,
    beam_width: int = 1,
    length_penalty: float = 0.0,
    batch_size: int = 256,
) -> list[np.ndarray]:
    """Writes a caption for every grid.

    Args:
        model: What `captioner` returns.
        grids: Array as for `train_captioner`.
        beam_width: Width of the beam; 1 is greedy.
        length_penalty: See `rnn_utils.decoding.beam_search`.
        batch_size: Captions that are written together.

    Returns:
        List of int arrays, without `START` and `END`, none longer than 24.

    Raises:
        ValueError: `beam_width` or `batch_size` is less than 1, or `grids` has not
            four dimensions.
    """
    _checks.whole_number("beam_width", beam_width)
    _checks.whole_number("batch_size", batch_size)
    if np.ndim(grids) != 4:
        raise ValueError(
            f"grids has the shape {np.shape(grids)}; expected (rows, height, width, "
            "features)"
        )
    picture, first_state, decoder = _parts(model)
    found = []
    for start in range(0, len(grids), batch_size):
        vector, *seen = _seen(picture, grids[start : start + batch_size])
        # As tensors: each step would copy arrays anew.
        seen = [ops.repeat(part, beam_width, axis=0) for part in seen]

        def step(words, state, seen=seen):
            logits, state, *_ = decoder.predict_on_batch([words[:, None], state, *seen])
            return ops.log_softmax(logits[:, 0]), state

        state = first_state.predict_on_batch(vector)
        captions, _ = beam_search(
            step, state, START, END, _LONGEST, beam_width, length_penalty
        )
        found += captions
    return found


def attention_weights(
    model: keras.Model,
    grids: np.ndarray,
    captions: Sequence[Ints],
    batch_size: int = 256,
) -> list[np.ndarray]:
    """Returns where the decoder looked for each word of given captions.

    Args:
        model: What `captioner` returns, with attention.
        grids: Array as for `train_captioner`.
        captions: List of 1-D int arrays, without `START` and `END`, one a grid.
        batch_size: Captions that are looked at together.

    Returns:
        List of arrays of shape `(len(caption) + 1, height, width)` whose
        rows add up to 1; the last is that of `END`.

    Raises:
        ValueError: `grids` has not four dimensions, there is not one caption for each,
            a word is one that the model does not know, or the model has no attention.
    """
    grids = np.asarray(grids)
    _checks.shaped("grids", grids, "(rows, height, width, features)")
    _checks.one_each("captions", captions, grids, "grids")
    picture, first_state, decoder = _parts(model)
    if len(decoder.outputs) < 3:
        raise ValueError("model has no attention; expected one of the way 'attention'")
    rows = ids_of("captions", [[START, *caption] for caption in captions], decoder)
    looks = []
    for start in range(0, len(grids), batch_size):
        vector, *seen = _seen(picture, grids[start : start + batch_size])
        words = pad(rows[start : start + batch_size], 1)
        state = first_state.predict_on_batch(vector)
        looks += list(decoder.predict_on_batch([words, state, *seen])[2])
    return [
        look[: len(row)].reshape(len(row), *grids.shape[1:3])
        for look, row in zip(looks, rows, strict=True)
    ]


def _parts(model):
    return [part_of(model, name) for name in ("picture", "first_state", "decoder")]


def _seen(picture, grids):
    """The picture's vector, and with attention what the decoder looks at."""
    return keras.tree.flatten(picture.predict_on_batch(np.asarray(grids, np.float32)))
