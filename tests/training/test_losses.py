"""Claims about the loss: padding does not count, label_smoothing is what it says."""

import keras
import numpy as np
import pytest

from rnn_utils.training.losses import TokenCrossentropy

RNG = np.random.default_rng(0)
LABELS = np.array([[2, 1, 0], [3, 0, 0]])
LOGITS = RNG.normal(size=(2, 3, 5)).astype("float32")


def by_hand(label_smoothing):
    """The mean over the three tokens, written out."""
    losses = []
    for row, step in ((0, 0), (0, 1), (1, 0)):
        logits = LOGITS[row, step].astype(float)
        log_probabilities = logits - np.log(np.exp(logits).sum())
        target = np.full(5, label_smoothing / 5)
        target[LABELS[row, step]] += 1 - label_smoothing
        losses.append(-(target * log_probabilities).sum())
    return np.mean(losses)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_it_is_the_mean_over_the_tokens(label_smoothing):
    loss = TokenCrossentropy(label_smoothing)(LABELS, LOGITS)
    np.testing.assert_allclose(loss, by_hand(label_smoothing), rtol=1e-5)


def test_the_logits_of_padding_change_nothing():
    changed = LOGITS.copy()
    changed[LABELS == 0] = 99.0
    losses = [float(TokenCrossentropy()(LABELS, each)) for each in (LOGITS, changed)]
    assert losses[0] == losses[1]


def test_nothing_but_padding_costs_nothing():
    assert float(TokenCrossentropy()(np.zeros((2, 3), int), LOGITS)) == 0


def test_it_is_saved_with_a_model():
    loss = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(TokenCrossentropy(0.2))
    )
    assert loss.label_smoothing == 0.2


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(label_smoothing):
    with pytest.raises(ValueError, match="label_smoothing is .*; expected 0 up to"):
        TokenCrossentropy(label_smoothing)
