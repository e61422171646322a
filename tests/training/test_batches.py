"""Claims about shortening and batching sequences."""

import keras
import numpy as np
import pytest

from rnn_utils.models.prediction import predict_by_length, predict_each_step
from rnn_utils.training.batches import LengthBatches
from rnn_utils.training.padding import head_and_tail, pad


def made_up(count=500, longest=90, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(1, 50, size=rng.integers(1, longest)) for _ in range(count)]


def test_head_and_tail_keeps_both_ends_of_a_long_sequence():
    assert list(head_and_tail(np.arange(10), 5)) == [0, 1, 2, 8, 9]
    assert list(head_and_tail(np.arange(10), 4)) == [0, 1, 8, 9]
    assert list(head_and_tail(np.arange(10), 1)) == [0]


def test_head_and_tail_leaves_a_short_sequence_alone():
    assert list(head_and_tail(np.arange(3), 5)) == [0, 1, 2]


def test_an_epoch_holds_every_example_once_with_its_own_target():
    sequences = made_up()
    targets = np.array([sequence.sum() for sequence in sequences])
    batches = LengthBatches(sequences, targets, batch_size=32)
    pairs = [batches[i] for i in range(len(batches))]
    for ids, sums in pairs:
        np.testing.assert_array_equal(ids.sum(axis=1), sums)
    assert sorted(np.concatenate([sums for _, sums in pairs])) == sorted(targets)


def test_batches_hold_little_padding():
    sequences = made_up(2000)
    batches = LengthBatches(sequences, np.zeros(2000), batch_size=32)
    sizes = sum(batches[i][0].size for i in range(len(batches)))
    tokens = sum(map(len, sequences))
    naive = 2000 * 96
    assert tokens < sizes < (tokens + naive) / 2


def test_another_epoch_has_other_batches_and_a_seed_repeats_them():
    sequences = made_up()
    first, twin = (LengthBatches(sequences, np.zeros(500)) for _ in range(2))
    np.testing.assert_array_equal(first[0][0], twin[0][0])
    before = first[0][0]
    first.on_epoch_end()
    assert not np.array_equal(before, first[0][0])


def test_longer_sequences_can_be_left_out():
    sequences = made_up()
    targets = np.arange(500)
    batches = LengthBatches(sequences, targets, longest=40)
    seen = np.concatenate([batches[i][1] for i in range(len(batches))])
    expected = [i for i, sequence in enumerate(sequences) if len(sequence) <= 40]
    assert sorted(seen) == expected
    with pytest.raises(ValueError, match="longest is 0"):
        LengthBatches(sequences, targets, longest=0)


def test_keras_sees_every_example_once_in_all_rounds():
    sequences = made_up(480)
    inputs = keras.Input((None,), dtype="int32")
    hidden = keras.layers.Embedding(50, 1, "zeros")(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(hidden))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    batches = LengthBatches(sequences, np.arange(480.0)[:, None], 40, rounds=3)
    losses = model.fit(batches, epochs=6, verbose=0).history["loss"]
    expected = np.mean(np.arange(480.0) ** 2)
    for one_pass in (losses[:3], losses[3:]):
        assert np.ptp(one_pass) > 1
        assert np.mean(one_pass) == pytest.approx(expected)
    assert losses[:3] != losses[3:]


def test_keras_trains_on_batches_of_every_length():
    # Nearly all batches have one length: Keras must not take it for the only one.
    sequences = [np.ones(20, int)] * 310 + [np.ones(50, int)] * 10
    inputs = keras.Input((None,), dtype="int32")
    hidden = keras.layers.Embedding(2, 1)(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(hidden))
    model.compile("sgd", "mse")
    for seed in range(5):
        batches = LengthBatches(sequences, np.zeros((320, 1)), 10, seed)
        model.fit(batches, epochs=2, verbose=0)
        assert {batches[i][0].shape[1] for i in range(len(batches))} == {32, 64}


def test_padded_lengths_are_few():
    lengths = {pad([np.ones(length)]).shape[1] for length in range(1, 97)}
    assert lengths == {32, 64, 96}


def test_sequences_are_padded_at_the_end():
    np.testing.assert_array_equal(pad([[5, 6], [7]], step=1), [[5, 6], [7, 0]])
    np.testing.assert_array_equal(pad([[5]], step=1, shortest=3), [[5, 0, 0]])


def test_predictions_come_back_in_the_order_given():
    inputs = keras.Input((None,), dtype="int32")
    total = keras.ops.sum(keras.ops.cast(inputs, "float32"), axis=1, keepdims=True)
    model = keras.Model(inputs, total)
    sequences = made_up(100)
    expected = [[sequence.sum()] for sequence in sequences]
    np.testing.assert_allclose(predict_by_length(model, sequences, 16), expected)


def test_steps_can_have_features_and_targets_of_their_own():
    sequences = [np.stack([ids, 2 * ids], axis=1) for ids in made_up(100)]
    targets = [3 * sequence[:, 0] for sequence in sequences]
    batches = LengthBatches(sequences, targets, batch_size=16)
    for ids, wanted in (batches[i] for i in range(len(batches))):
        assert ids.shape == (*wanted.shape, 2)
        np.testing.assert_array_equal(wanted, 3 * ids[:, :, 0])
        np.testing.assert_array_equal(ids[:, :, 1], 2 * ids[:, :, 0])


def test_the_padding_of_targets_enters_neither_loss_nor_accuracy_under_a_mask():
    sequences = [np.array([1, 1]), np.array([1] * 6)]
    targets = [np.array([1, 0]), np.array([1] * 6)]
    inputs = keras.Input((None,), dtype="int32")
    scores = keras.initializers.Constant([[0.0, 0.0], [0.25, 0.75]])
    outputs = keras.layers.Embedding(2, 2, scores, mask_zero=True)(inputs)
    model = keras.Model(inputs, outputs)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    batches = LengthBatches(sequences, targets, 2)
    loss, accuracy = model.evaluate(batches, verbose=0)
    assert accuracy == pytest.approx(7 / 8)
    assert loss == pytest.approx(-(7 * np.log(0.75) + np.log(0.25)) / 8, rel=1e-5)


def test_predictions_for_each_step_come_back_in_order_without_padding():
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, keras.ops.cast(inputs, "float32") + 1)
    sequences = made_up(100)
    predictions = predict_each_step(model, sequences, 16)
    for ids, predicted in zip(sequences, predictions, strict=True):
        np.testing.assert_array_equal(predicted, ids + 1)


def test_a_missing_target_of_a_step_is_refused():
    with pytest.raises(ValueError, match=r"targets\[1\] has 2 entries"):
        LengthBatches([np.ones(3), np.ones(3)], [np.ones(3), np.ones(2)])


@pytest.mark.parametrize("targets", [[], [1, 2]])
def test_a_missing_target_is_refused(targets):
    with pytest.raises(ValueError, match="targets has"):
        LengthBatches([np.ones(3)], targets)
