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


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_what_is_masked_is_left_out_and_not_multiplied_by_0(bad, label_smoothing):
    changed = LOGITS.copy()
    changed[LABELS == 0] = bad
    loss = TokenCrossentropy(label_smoothing)(LABELS, changed)
    np.testing.assert_allclose(loss, by_hand(label_smoothing), rtol=1e-5)


def test_the_gradient_of_what_is_masked_is_0():
    tf = pytest.importorskip("tensorflow")
    changed = LOGITS.copy()
    changed[LABELS == 0] = np.nan
    gradients = []
    for logits in map(tf.constant, (LOGITS, changed)):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = TokenCrossentropy(0.1)(tf.constant(LABELS), logits)
        gradients.append(tape.gradient(loss, logits).numpy())
    np.testing.assert_array_equal(*gradients)
    np.testing.assert_array_equal(gradients[1][LABELS == 0], 0)


def test_many_tokens_in_a_narrow_type_are_added_up_in_a_wider_one():
    labels = np.ones((70, 1000), int)
    logits = keras.ops.zeros((70, 1000, 3), "float16")
    np.testing.assert_allclose(
        TokenCrossentropy().call(labels, logits), np.log(3), 1e-5
    )


@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([[1, 5, 0]], "y_true holds 5; expected whole numbers from 0 to 4"),
        ([[1, -1, 0]], "y_true holds -1; expected whole numbers from 0 to 4"),
        ([[1.5, 1, 0]], "y_true holds 1.5; expected whole numbers"),
        ([1, 1, 0], r"y_true has the shape \(3,\); expected 2"),
    ],
)
def test_what_is_no_token_is_refused(y_true, message):
    for given in (y_true, np.array(y_true)):
        with pytest.raises(ValueError, match=message):
            TokenCrossentropy()(given, LOGITS[:1])


def test_labels_in_a_column_would_be_spread_and_are_refused():
    column = keras.ops.convert_to_tensor(LABELS[..., None])
    with pytest.raises(ValueError, match=r"shapes \(2, 3, 1\) and \(2, 3, 5\)"):
        TokenCrossentropy()(column, LOGITS)


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0, np.nan])
def test_a_share_that_is_none_is_refused(label_smoothing):
    with pytest.raises(ValueError, match="label_smoothing is .*; expected 0 up to"):
        TokenCrossentropy(label_smoothing)
