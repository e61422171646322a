"""Captions for pictures: a small picture encoder, a recurrent decoder, and its scores.

Sources: Vinyals et al. (2015), "Show and tell: a neural image caption generator", CVPR
(the picture's vector as the decoder's first input); Xu et al. (2015), "Show, attend and
tell: neural image caption generation with visual attention", ICML, section 3.1
(attention over the places of the encoder's grid).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from rnn_utils import _checks
from rnn_utils.decoding.beam import beam_search
from rnn_utils.layers import GRU
from rnn_utils.models._parts import ids_of, part_of
from rnn_utils.text.subwords import END, START
from rnn_utils.training.batches import CaptionBatches
from rnn_utils.training.losses import TokenCrossentropy
from rnn_utils.training.padding import pad
from rnn_utils.training.schedules import warmup_cosine

if TYPE_CHECKING:
    from rnn_utils._types import Ints

_WAYS = ("initial state", "first input", "attention")


_BATCH_SIZE = 64


_LONGEST, _WARMUP_UPDATES = 16, 50


def picture_encoder(
    side: int, outputs: int, channels: int = 32, grid_channels: int = 320
) -> keras.Model:
    """Builds a convolutional network from pictures to scores of words.

    Five convolutions over ever fewer places, one of 1 x 1 for the features, their mean
    over all places, and a linear readout. In training the pictures are zoomed, moved
    and turned a little, on white.

    Args:
        side: Pixels a side of a picture.
        outputs: Number of scores.
        channels: Channels of the first convolution; the last ones have four times as
            many.
        grid_channels: Channels of the grid that a decoder reads.

    Returns:
        A `keras.Model` from pictures, `(batch, side, side, 3)` with values from 0 to
        255, to logits `(batch, outputs)`. `get_layer("grid")` has the output `(batch,
        side / 8, side / 8, grid_channels)`, `get_layer("augment")` alters pictures that
        are scaled to 0 to 1.
    """
    white = {"fill_mode": "constant", "fill_value": 1.0}
    augment = keras.Sequential(
        [
            layers.RandomZoom((-0.08, 0.08), **white),
            layers.RandomTranslation(0.05, 0.05, **white),
            layers.RandomRotation(0.015, **white),
        ],
        name="augment",
    )
    picture = keras.Input((side, side, 3), name="picture")
    x = augment(layers.Rescaling(1 / 255)(picture))
    for filters, size, stride in (
        (channels, 5, 2),
        (2 * channels, 3, 2),
        (2 * channels, 3, 1),
        (4 * channels, 3, 2),
        (4 * channels, 3, 1),
        (grid_channels, 1, 1),
    ):
        x = layers.Conv2D(filters, size, stride, "same", use_bias=False)(x)
        # Few updates an epoch: the moving averages must follow fast.
        x = layers.BatchNormalization(momentum=0.9)(x)
        last = filters == grid_channels and size == 1
        x = layers.ReLU(name="grid" if last else None)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(outputs, name="readout")(x))


def train_encoder(
    encoder: keras.Model,
    pictures: np.ndarray,
    labels: np.ndarray,
    epochs: int,
    learning_rate: float = 3e-3,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    validation: tuple[np.ndarray, np.ndarray] | None = None,
) -> keras.callbacks.History:
    """Trains a picture encoder to say which words a caption has.

    Args:
        encoder: What `picture_encoder` returns.
        pictures: uint8 array of shape `(pictures, side, side, 3)`.
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
    updates = -(-len(pictures) // (_BATCH_SIZE // 2)) * epochs
    schedule = warmup_cosine(learning_rate, updates, _WARMUP_UPDATES)
    encoder.compile(
        keras.optimizers.AdamW(schedule, weight_decay=1e-4),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    return encoder.fit(
        pictures,
        labels,
        batch_size=_BATCH_SIZE // 2,
        epochs=epochs,
        validation_data=validation,
        callbacks=list(callbacks),
        verbose=0,
    )


def captioner(
    vocabulary_size: int,
    grid_channels: int,
    way: str,
    units: int = 192,
    embedding_dim: int = 96,
    dropout: float = 0.3,
) -> keras.Model:
    """Builds a network that writes a caption for a grid of picture features.

    The picture's vector v is the mean of the grid's places g_j. With "initial state"
    s_0 = tanh(W v); with "first input" s_0 = GRU(W v, 0), the state after a first
    input; with "attention" s_0 as with the initial state, and at each word the places
    are looked at again:

        s_t = GRU(y_t, s_(t-1))      logits_t = E s_t
        with attention:  a_tj = softmax_j(g_j . Q s_t),
                         logits_t = E tanh(C [s_t; sum_j a_tj g_j])

    Args:
        vocabulary_size: Number of ids of words; 0 is padding.
        grid_channels: Features of a place of the grid.
        way: `"initial state"`, `"first input"` or `"attention"`.
        units: Units of the decoder.
        embedding_dim: Size of a word's vector.
        dropout: Share of the values that are dropped in training.

    Returns:
        A `keras.Model` from `[grid, words]`, `(batch, places, features)` and int
        `(batch, time)` that begins with `START`, to logits `(batch, time,
        vocabulary_size)`. Its parts are the models `get_layer("first_state")`, from
        the grid to s_0, and `get_layer("decoder")`, from `[words, state, grid]` to
        `[logits, state, weights]`; weights `(batch, time, places)` is the attention,
        or equal for all places without. (Keras cannot read a saved captioner of the
        way "first input" back: two of its parts share a layer.)

    Raises:
        ValueError: `way` is none of the three, or a size is less than 1.
    """
    for name, size in (
        ("vocabulary_size", vocabulary_size),
        ("grid_channels", grid_channels),
        ("units", units),
        ("embedding_dim", embedding_dim),
    ):
        _checks.whole_number(name, size)
    if way not in _WAYS:
        raise ValueError(f"way is {way!r}; expected one of {_WAYS}")
    grid = keras.Input((None, grid_channels), name="grid")
    words = keras.Input((None,), dtype="int32", name="words")
    gru = GRU(units, return_sequences=True, return_state=True, name="gru")
    vector = layers.Dropout(dropout)(layers.GlobalAveragePooling1D()(grid))
    if way == "first input":
        _, state = gru(layers.Dense(embedding_dim, name="picture")(vector)[:, None])
    else:
        state = layers.Dense(units, "tanh", name="picture")(vector)
    first_state = keras.Model(grid, state, name="first_state")
    decoder = _decoder(vocabulary_size, grid_channels, way, gru, embedding_dim, dropout)
    logits, _, _ = decoder([words, first_state(grid), grid])
    return keras.Model([grid, words], logits, name="captioner")


def _decoder(vocabulary_size, grid_channels, way, gru, embedding_dim, dropout):
    grid = keras.Input((None, grid_channels), name="grid")
    words = keras.Input((None,), dtype="int32", name="words")
    state = keras.Input((gru.units,), name="state")
    embedded = layers.Embedding(vocabulary_size, embedding_dim, name="vectors")(words)
    states, last = gru(layers.Dropout(dropout)(embedded), initial_state=state)
    if way == "attention":
        query = layers.Dense(grid_channels, use_bias=False, name="query")(states)
        # The features of many places add up: the scores begin small.
        attention = layers.Attention(use_scale=False, name="attention")
        query = query / grid_channels**0.5
        context, weights = attention(
            [query, layers.Dropout(dropout)(grid)], return_attention_scores=True
        )
        both = layers.Concatenate()([states, context])
        states = layers.Dense(gru.units, "tanh", name="combined")(both)
    else:
        # Keras 3.13 refuses a model with an input that nothing uses.
        nothing = ops.zeros_like(states[..., :1] + grid[:, None, :, 0])
        weights = ops.softmax(nothing, axis=-1)
    logits = layers.Dense(vocabulary_size, name="words_out")
    return keras.Model(
        [words, state, grid],
        [logits(layers.Dropout(dropout)(states)), last, weights],
        name="decoder",
    )


def train_captioner(
    model: keras.Model,
    grids: np.ndarray,
    captions: Sequence[Ints],
    epochs: int,
    learning_rate: float = 3e-3,
    seed: int = 0,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    validation: tuple[np.ndarray, Sequence[Ints]] | None = None,
) -> keras.callbacks.History:
    """Trains a captioner by teacher forcing; its rate falls to nearly zero at the end.

    Args:
        model: What `captioner` returns.
        grids: Array of shape `(rows, places, features)`.
        captions: List of 1-D int arrays, without `START` and `END`, one a row.
        epochs: Passes over the rows.
        learning_rate: Highest learning rate.
        seed: Seed of the order.
        callbacks: Keras callbacks.
        validation: None, or a pair of grids and captions.

    Returns:
        The `keras.callbacks.History`.

    Raises:
        ValueError: `epochs` is less than 1, `learning_rate` is not above 0, or grids
            and captions are none that `rnn_utils.training.CaptionBatches` takes.
    """
    _checks.whole_number("epochs", epochs)
    batches = CaptionBatches(grids, captions, seed=seed)
    updates = -(-len(captions) // _BATCH_SIZE) * epochs
    schedule = warmup_cosine(learning_rate, updates, _WARMUP_UPDATES)
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0),
        TokenCrossentropy(),
        # Compiling for every length would take longer than it saves.
        jit_compile=False,
    )
    return model.fit(
        batches,
        epochs=epochs,
        validation_data=None if validation is None else CaptionBatches(*validation),
        callbacks=list(callbacks),
        verbose=0,
    )


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
        grids: Array of shape `(rows, places, features)`.
        beam_width: Width of the beam; 1 is greedy.
        length_penalty: See `rnn_utils.decoding.beam_search`.
        batch_size: Captions that are written together.

    Returns:
        List of int arrays, without `START` and `END`, none longer than 16.

    Raises:
        ValueError: `beam_width` or `batch_size` is less than 1, or `grids` has not
            three dimensions.
    """
    _checks.whole_number("beam_width", beam_width)
    _checks.whole_number("batch_size", batch_size)
    if np.ndim(grids) != 3:
        raise ValueError(
            f"grids has the shape {np.shape(grids)}; expected (rows, places, features)"
        )
    first_state, decoder = (part_of(model, name) for name in ("first_state", "decoder"))
    found = []
    for start in range(0, len(grids), batch_size):
        grid = np.asarray(grids[start : start + batch_size], np.float32)
        repeated = np.repeat(grid, beam_width, axis=0)

        def step(words, state, repeated=repeated):
            inputs = [words[:, None], state, repeated]
            logits, state, _ = decoder.predict_on_batch(inputs)
            return ops.log_softmax(logits[:, 0]), state

        state = first_state.predict_on_batch(grid)
        captions, _ = beam_search(
            step, state, START, END, _LONGEST, beam_width, length_penalty
        )
        found += captions
    return found


def attention_weights(
    model: keras.Model, grid: npt.ArrayLike, caption: Ints
) -> np.ndarray:
    """Returns where the decoder looked for each word of a caption.

    Args:
        model: What `captioner` returns, with attention.
        grid: Array of shape `(places, features)`.
        caption: 1-D int array, without `START` and `END`.

    Returns:
        Array of shape `(len(caption) + 1, places)` whose rows add up to 1; the last is
        that of `END`.

    Raises:
        ValueError: `grid` has not two dimensions, or a word is one that the model does
            not know.
    """
    first_state, decoder = (part_of(model, name) for name in ("first_state", "decoder"))
    grid = np.asarray(grid, np.float32)
    _checks.shaped("grid", grid, "(places, features)")
    grid = grid[None]
    words = pad(ids_of("caption", [[START, *caption]], decoder), 1)
    state = first_state.predict_on_batch(grid)
    _, _, weights = decoder.predict_on_batch([words, state, grid])
    return weights[0]
