"""Claims about batches of sequences of different lengths."""

import keras
import numpy as np
import pytest

from rnn_utils.text.subwords import END, START
from rnn_utils.training.batches import LengthBatches, PairBatches


def made_up(count=500, longest=90, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(1, 50, size=rng.integers(1, longest)) for _ in range(count)]


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


def test_a_missing_target_of_a_step_is_refused():
    with pytest.raises(ValueError, match=r"targets\[1\] has 2 entries"):
        LengthBatches([np.ones(3), np.ones(3)], [np.ones(3), np.ones(2)])


@pytest.mark.parametrize("targets", [[], [1, 2]])
def test_a_missing_target_is_refused(targets):
    with pytest.raises(ValueError, match="targets has"):
        LengthBatches([np.ones(3)], targets)


@pytest.mark.parametrize("kind", [list, tuple])
def test_targets_of_each_step_may_be_a_list_or_a_tuple(kind):
    targets = kind([np.array([3, 4]), np.array([5])])
    ids, wanted = LengthBatches([[1, 2], [2]], targets, 2)[0]
    order = np.argsort(ids[:, 1])
    np.testing.assert_array_equal(wanted[order][:, :2], [[5, 0], [3, 4]])
    assert wanted.shape == ids.shape


@pytest.mark.parametrize(
    ("sequences", "targets", "options", "message"),
    [
        ([], [], {}, "sequences is empty; expected at least one sequence"),
        (
            [[1, 2], [2, 3]],
            [np.array([0.5, 0.7]), np.array([0.1, 0.2])],
            {},
            r"targets\[0\] holds 0.5; expected whole numbers",
        ),
        ([[1, 2.5]], [1], {}, r"sequences\[0\] holds 2.5; expected whole numbers"),
        ([[1, np.nan]], [1], {}, r"sequences\[0\] holds nan; expected whole numbers"),
        ([3, 4], [1, 2], {}, r"sequences\[0\] has the shape \(\); expected 1 or 2"),
        (
            [[1], [2]],
            [[1], [[2]]],
            {},
            r"targets\[1\] has the shape \(1, 1\); expected 1",
        ),
        ([[1]], [1], {"batch_size": 0}, "batch_size is 0; expected 1 or more"),
        ([[1]], [1], {"batch_size": 1.5}, "batch_size is 1.5; expected a whole number"),
        (
            [[1]] * 9,
            [1] * 9,
            {"batch_size": 4, "rounds": 4},
            "rounds is 4; expected 1 to 3",
        ),
        ([[1]], [1], {"longest": np.nan}, "longest is nan for 1 rows"),
    ],
)
def test_what_makes_no_batches_is_refused(sequences, targets, options, message):
    with pytest.raises(ValueError, match=message):
        LengthBatches(sequences, targets, **options)


def test_the_decoder_is_given_what_it_should_have_said():
    sources = [np.array([5, 6, 7]), np.array([8])]
    targets = [np.array([9]), np.array([10, 11])]
    (source, target_in), target_out = PairBatches(sources, targets, 2)[0]
    order = np.argsort(source[:, 1] == 0)
    np.testing.assert_array_equal(source[order], [[5, 6, 7], [8, 0, 0]])
    np.testing.assert_array_equal(target_in[order], [[START, 9, END], [START, 10, 11]])
    np.testing.assert_array_equal(target_out[order], [[9, END, 0], [10, 11, END]])


def test_an_epoch_has_every_short_pair_once_in_a_new_order():
    sources = [np.full(1 + i % 9, 4 + i) for i in range(50)]
    batches = PairBatches(sources, sources, 8, longest=5)

    def epoch():
        return [batches[i][0][0][:, 0] for i in range(len(batches))]

    first = np.concatenate(epoch())
    batches.on_epoch_end()
    second = np.concatenate(epoch())
    expected = [4 + i for i in range(50) if i % 9 < 5]
    assert sorted(first) == sorted(second) == expected
    assert list(first) != list(second)


def test_pairs_must_be_pairs_and_short_enough():
    with pytest.raises(ValueError, match="targets has 1 entries; expected .* 2 source"):
        PairBatches([[5], [6]], [[7]])
    with pytest.raises(
        ValueError, match="longest is 1 for 1 rows; expected at least the length"
    ):
        PairBatches([[5, 6]], [[7]], longest=1)


def test_the_first_two_batches_never_have_the_same_shape():
    sources = [np.full(3, 5)] * 20
    batches = PairBatches(sources, sources, 8)
    (first, first_in), first_out = batches[0]
    (second, second_in), second_out = batches[1]
    assert first.shape[1] > second.shape[1] == 3
    assert first_in.shape[1] > second_in.shape[1] == 4
    assert first_out.shape[1] > second_out.shape[1] == 4


@pytest.mark.parametrize(
    ("sources", "targets", "options", "message"),
    [
        ([], [], {}, "sources is empty; expected at least one pair"),
        ([[5], []], [[7], [8]], {}, r"sources\[1\] has the shape \(0,\); expected one"),
        ([[5, -1]], [[7]], {}, "sources holds -1; expected whole numbers from 0 on"),
        ([[5, 5.5]], [[7]], {}, "sources holds 5.5; expected whole numbers"),
        # Padding would be a hole, START and END would stand there twice.
        ([[5]], [[7, 0, 8]], {}, "targets holds 0; expected whole numbers from 3 on"),
        ([[5]], [[START, 7]], {}, "targets holds 1; expected whole numbers from 3 on"),
        ([[5]], [[7, END]], {}, "targets holds 2; expected whole numbers from 3 on"),
        ([[5]], [[7]], {"batch_size": 0}, "batch_size is 0; expected 1 or more"),
    ],
)
def test_pairs_that_cannot_be_learnt_from_are_refused(
    sources, targets, options, message
):
    with pytest.raises(ValueError, match=message):
        PairBatches(sources, targets, **options)


def test_an_empty_target_is_written_by_its_end_alone():
    (_, target_in), target_out = PairBatches([[5]], [[]])[0]
    assert target_in.tolist() == [[START]] and target_out.tolist() == [[END]]
