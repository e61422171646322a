"""Encoder and decoder: one sequence in, another one out, with or without attention.

Sources: Sutskever, Vinyals and Le (2014), "Sequence to sequence learning with neural
networks", NeurIPS (encoder and decoder); Luong, Pham and Manning (2015), "Effective
approaches to attention-based neural machine translation", EMNLP, equation 5 (the
attentional state); Nguyen and Chiang (2018), "Improving lexical choice in neural
machine translation", NAACL, section 4 (the attended word itself in the output).
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
from rnn_utils.training.batches import PairBatches
from rnn_utils.training.losses import TokenCrossentropy
from rnn_utils.training.padding import chunks_by_length, pad
from rnn_utils.training.schedules import warmup_cosine

if TYPE_CHECKING:
    from rnn_utils._types import Ints

_BATCH_SIZE = 64


_LONGEST, _WARMUP_UPDATES = 24, 200


def encoder_decoder(
    vocabulary_sizes: tuple[int, int],
    units: int = 256,
    embedding_dim: int = 192,
    dropout: float = 0.2,
    attention: keras.layers.Layer | None = None,
    embeddings_initializers: Sequence[str | keras.Initializer] = ("uniform", "uniform"),
    bidirectional: bool = True,
    encoder_block: keras.layers.Layer | None = None,
) -> keras.Model:
    """Builds a network that writes a target sequence for a source sequence.

    The encoder, a GRU in both directions or in one, reads the source. The decoder, a
    GRU that begins with the encoder's last states, reads the target written so far and
    guesses its next token:

        s_t = GRU(y_t, s_(t-1))
        without attention:  o_t = tanh(W s_t)
        with attention:     o_t = tanh(W [s_t; sum_j a_tj h_j]) + L sum_j a_tj x_j
        logits_t = E o_t

    where h_j are the encoder's states, x_j the vectors of the source tokens, a_tj the
    attention from s_t to h_j, and E the vectors of the target tokens.

    Args:
        vocabulary_sizes: Number of ids of source and of target; 0 is padding.
        units: Units of the decoder, and of the encoder, both directions together.
        embedding_dim: Size of a token's vector.
        dropout: Share of the values that are dropped in training.
        attention: None, or a layer with the interface of `keras.layers.Attention`.
        embeddings_initializers: Those of the vectors of source and target tokens.
        bidirectional: Whether the encoder reads the source in both directions.
        encoder_block: None, or a layer from `(batch, time, units)` to the same shape
            that works on the encoder's states, with a call argument `mask`.

    Returns:
        A `keras.Model` from `[source, target]`, int tensors of shape `(batch, time)`,
        the target beginning with `START`, to logits `(batch, time, vocabulary)`. Its
        parts are the models `get_layer("encoder")`, from source to
        `[states, vectors, summary]`, and `get_layer("decoder")`, from
        `[target, hidden_state, source, states, vectors]` to
        `[logits, hidden_state, weights]`; weights `(batch, target, source)` is the
        attention, or zeros without.

    Raises:
        ValueError: `units` is odd, and two directions are to share them; or a size is
            less than 1.
    """
    for size in vocabulary_sizes:
        _checks.whole_number("vocabulary_sizes", size)
    _checks.whole_number("units", units)
    _checks.whole_number("embedding_dim", embedding_dim)
    if bidirectional and units % 2:
        raise ValueError(f"units is {units!r}; expected an even number")
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    encoder = _encoder(
        vocabulary_sizes[0],
        units,
        embedding_dim,
        dropout,
        embeddings_initializers[0],
        bidirectional,
        encoder_block,
    )
    decoder = _decoder(
        vocabulary_sizes[1],
        units,
        embedding_dim,
        dropout,
        embeddings_initializers[1],
        attention,
    )
    states, source_vectors, summary = encoder(source)
    logits, _, _ = decoder([target, summary, source, states, source_vectors])
    return keras.Model([source, target], logits, name="encoder_decoder")


def _encoder(size, units, embedding_dim, dropout, initializer, bidirectional, block):
    source = keras.Input((None,), dtype="int32", name="source")
    embedding = layers.Embedding(size, embedding_dim, initializer, mask_zero=True)
    vectors = layers.Dropout(dropout)(embedding(source))
    if bidirectional:
        gru = GRU(units // 2, return_sequences=True, return_state=True)
        states, forward, backward = layers.Bidirectional(gru)(vectors)
        summary = layers.Concatenate()([forward, backward])
    else:
        gru = GRU(units, return_sequences=True, return_state=True)
        states, summary = gru(vectors)
    if block is not None:
        states = block(states, mask=ops.not_equal(source, 0))
    states = layers.Dropout(dropout)(states)
    return keras.Model(source, [states, vectors, summary], name="encoder")


def _decoder(size, units, embedding_dim, dropout, initializer, attention):
    target = keras.Input((None,), dtype="int32", name="target")
    hidden_state = keras.Input((units,), name="hidden_state")
    source = keras.Input((None,), dtype="int32", name="source")
    encoded = keras.Input((None, units), name="states")
    source_vectors = keras.Input((None, embedding_dim), name="vectors")
    embedding = layers.ReversibleEmbedding(
        size, embedding_dim, embeddings_initializer=initializer
    )
    gru = GRU(units, return_sequences=True, return_state=True)
    vectors = layers.Dropout(dropout)(embedding(target))
    states, last = gru(vectors, initial_state=hidden_state)
    output = layers.Dense(embedding_dim, "tanh", use_bias=False, name="output")
    if attention is None:
        output = output(states)
        # Keras 3.13 refuses a model with an input that nothing uses.
        unread = encoded[..., 0] + source_vectors[..., 0] + ops.cast(source, "float32")
        weights = ops.zeros_like(states[..., :1] + unread[:, None])
    else:
        query = layers.Dense(units, use_bias=False, name="query")(states)
        read, weights = attention(
            [query, layers.Concatenate()([encoded, source_vectors]), encoded],
            mask=[None, ops.not_equal(source, 0)],
            return_attention_scores=True,
        )
        context, word = read[..., :units], read[..., units:]
        # Begins as the identity: the vectors of a word and of its translation are
        # alike where `association_vectors` made them.
        lexical = layers.Dense(
            embedding_dim, use_bias=False, kernel_initializer="identity", name="lexical"
        )
        output = output(layers.Concatenate()([states, context])) + lexical(word)
    logits = embedding(layers.Dropout(dropout)(output), reverse=True)
    return keras.Model(
        [target, hidden_state, source, encoded, source_vectors],
        [logits, last, weights],
        name="decoder",
    )


def train_translator(
    model: keras.Model,
    train: Sequence[Sequence[Ints]],
    validation: Sequence[Sequence[Ints]],
    epochs: int = 7,
    learning_rate: float = 3e-3,
    seed: int = 0,
    callbacks: Iterable[keras.callbacks.Callback] = (),
) -> keras.callbacks.History:
    """Trains a network by teacher forcing, with label smoothing and a falling rate.

    The rate rises for 200 updates and then falls along a cosine, so the last epochs
    are of use only at the end of their schedule: `epochs` is chosen beforehand.

    Args:
        model: What `encoder_decoder` returns.
        train: Pair of lists of int arrays, sources and targets. Pairs with more than 24
            tokens on a side are left out.
        validation: The same of validation pairs; all are used.
        epochs: Passes over the training pairs.
        learning_rate: Highest learning rate.
        seed: Seed of the order of the pairs.
        callbacks: Keras callbacks.

    Returns:
        The `keras.callbacks.History`.

    Raises:
        ValueError: `epochs` is less than 1, `learning_rate` is not above 0, or the
            pairs are none that `rnn_utils.training.PairBatches` takes.
    """
    _checks.whole_number("epochs", epochs)
    batches = PairBatches(*train, _BATCH_SIZE, _LONGEST, seed)
    schedule = warmup_cosine(learning_rate, len(batches) * epochs, _WARMUP_UPDATES)
    model.compile(
        keras.optimizers.Adam(schedule, beta_2=0.98, clipnorm=1.0),
        TokenCrossentropy(label_smoothing=0.1),
        # Compiling for every length would take longer than it saves.
        jit_compile=False,
    )
    return model.fit(
        batches,
        epochs=epochs,
        validation_data=PairBatches(*validation, 4 * _BATCH_SIZE),
        callbacks=list(callbacks),
        verbose=0,
    )


def translate(
    model: keras.Model,
    sources: Sequence[Ints],
    beam_width: int = 1,
    length_penalty: float = 0.0,
    batch_size: int = 256,
) -> list[np.ndarray]:
    """Writes a target sequence for every source sequence.

    Args:
        model: What `encoder_decoder` returns.
        sources: List of 1-D int arrays, none of them empty.
        beam_width: Width of the beam; 1 is greedy.
        length_penalty: See `rnn_utils.decoding.beam_search`.
        batch_size: Sequences of similar length that are translated together.

    Returns:
        List of int arrays, in the order given. None is longer than twice its source
        and ten tokens.

    Raises:
        ValueError: A source is empty, or has an id that the model does not know; or
            `beam_width` or `batch_size` is less than 1.
    """
    _checks.whole_number("beam_width", beam_width)
    _checks.whole_number("batch_size", batch_size)
    encoder, decoder = (part_of(model, name) for name in ("encoder", "decoder"))
    sources = ids_of("sources", sources, encoder, shortest=1)
    found = [None] * len(sources)
    for chosen in chunks_by_length([len(source) for source in sources], batch_size):
        source = pad([sources[i] for i in chosen], step=1)
        states, vectors, summary = encoder.predict_on_batch(source)
        # All beginnings of a row have the same source, so it need not move with them.
        encoded = [
            ops.repeat(part, beam_width, axis=0) for part in (source, states, vectors)
        ]
        step, longest = _step(decoder, encoded), 2 * source.shape[1] + 10
        targets, _ = beam_search(
            step, summary, START, END, longest, beam_width, length_penalty
        )
        for i, target in zip(chosen, targets, strict=True):
            found[i] = target
    return found


def _step(decoder, encoded):
    """Returns the step of a beam search: tokens and hidden states to the next ones."""

    def step(tokens, hidden_state):
        logits, hidden_state, _ = decoder.predict_on_batch(
            [tokens[:, None], hidden_state, *encoded]
        )
        return ops.log_softmax(logits[:, 0]), hidden_state

    return step


def attention_weights(model: keras.Model, source: Ints, target: Ints) -> np.ndarray:
    """Returns where the decoder looked, target token by target token.

    Args:
        model: What `encoder_decoder` returns, with attention.
        source: 1-D int array, not empty.
        target: 1-D int array, without `START` and `END`.

    Returns:
        Array of shape `(len(target) + 1, len(source))` whose rows add up to 1; the last
        row is that of `END`.

    Raises:
        ValueError: `source` is empty, or an id is one that the model does not know.
    """
    encoder, decoder = (part_of(model, name) for name in ("encoder", "decoder"))
    source = pad(ids_of("source", [source], encoder, shortest=1), step=1)
    states, vectors, summary = encoder.predict_on_batch(source)
    target = pad(ids_of("target", [[START, *target]], decoder), step=1)
    _, _, weights = decoder.predict_on_batch([target, summary, source, states, vectors])
    return weights[0]
