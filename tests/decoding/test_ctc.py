"""Claims about CTC: loss, search and alignment are those of every path tried out."""

import itertools

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

import keras  # noqa: E402

from rnn_utils.decoding.ctc import (  # noqa: E402
    CTCBatches,
    CTCLoss,
    best_path,
    fewest_steps,
    log_probabilities,
    merge,
    search,
    targets,
)

STEPS, LABELS = 5, 3


@pytest.fixture(params=range(6))
def scores(request):
    logits = np.random.default_rng(request.param).normal(size=(STEPS, LABELS + 1))
    return np.log(np.exp(2 * logits) / np.exp(2 * logits).sum(axis=1, keepdims=True))


def by_paths(scores):
    """The probability of every label sequence, from all paths one by one."""
    found = {}
    for path in itertools.product(range(LABELS + 1), repeat=STEPS):
        probability = np.exp(sum(scores[range(STEPS), path]))
        labels = tuple(merge(path))
        found[labels] = found.get(labels, 0.0) + probability
    return found


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ([], []),
        ([0, 0], []),
        ([1, 1, 0, 2], [1, 2]),
        ([1, 0, 1], [1, 1]),
        ([3, 2, 2, 3], [3, 2, 3]),
    ],
)
def test_a_path_stands_for_what_remains(path, labels):
    assert merge(path) == labels


@pytest.mark.parametrize(
    "labels, steps", [([6], 1), ([3, 1], 2), ([3, 1, 3], 3), ([1, 1, 1], 5)]
)
def test_the_loss_of_ctc_needs_that_many_steps_and_no_less(labels, steps):
    assert fewest_steps(labels) == steps
    lengths = [steps, steps - 1]
    losses = tf.nn.ctc_loss(
        np.array([labels, labels]),
        np.zeros((2, steps, 10), np.float32),
        [len(labels)] * 2,
        lengths,
        logits_time_major=False,
        blank_index=0,
    )
    # All paths are equally probable, so no possible string can cost more than one path.
    assert list(losses.numpy() <= steps * np.log(10) + 1e-3) == [True, False]


def test_letters_are_labels_too():
    assert [fewest_steps(text) for text in ("", "six", "three")] == [0, 3, 6]
    assert fewest_steps("three eight") == 12


def test_the_loss_is_the_surprisal_of_all_paths_without_padding(scores):
    expected = by_paths(scores)
    wanted = [(1, 2, 3), (2, 2), (1,)]
    padded = np.pad(scores, [(0, 3), (0, 0)], constant_values=1.7)
    y_pred = tf.constant(np.stack([padded] * 3), tf.float32)
    loss = CTCLoss(reduction=None)(targets([STEPS] * 3, wanted), y_pred)
    np.testing.assert_allclose(
        loss, [-np.log(expected[labels]) for labels in wanted], rtol=1e-5
    )


def test_too_few_steps_are_not_passed_over_in_silence():
    loss = CTCLoss(reduction=None)(
        targets([2, 3], [[1, 1], [1, 1]]), tf.zeros((2, 3, 4))
    )
    np.testing.assert_array_equal(np.isinf(loss), [True, False])


def test_targets_hold_steps_and_labels():
    np.testing.assert_array_equal(
        targets([7, 9], [[3, 1], [2]]), [[7, 3, 1], [9, 2, 0]]
    )


def test_a_wide_search_finds_the_most_probable_labels(scores):
    expected = by_paths(scores)
    labels, score = search(scores, width=1000, min_log_probability=-np.inf)
    assert labels == max(expected, key=expected.get)
    np.testing.assert_allclose(score, np.log(expected[labels]))


def test_a_narrow_search_is_no_better_than_a_wide_one(scores):
    narrow, wide = (search(scores, width)[1] for width in (1, 1000))
    assert narrow <= wide + 1e-9


def test_a_dictionary_leaves_its_words_only(scores):
    words, separator = [(1,), (2, 2), (2, 1)], 3
    expected = by_paths(scores)

    def written(labels):
        groups = [
            tuple(group)
            for is_gap, group in itertools.groupby(labels, separator.__eq__)
            if not is_gap
        ]
        gaps = [label for label in labels if label == separator]
        return groups and set(groups) <= set(words) and len(gaps) == len(groups) - 1

    allowed = {
        labels: p
        for labels, p in expected.items()
        if written(labels) and labels[0] != separator != labels[-1]
    }
    labels, score = search(scores, 1000, words, separator, min_log_probability=-np.inf)
    assert labels == max(allowed, key=allowed.get)
    np.testing.assert_allclose(score, np.log(expected[labels]))


@pytest.mark.parametrize("labels", [[], [2], [1, 1], [3, 1, 2]])
def test_the_best_path_is_the_best_of_all(scores, labels):
    by_path = {
        path: sum(scores[range(STEPS), path])
        for path in itertools.product(range(LABELS + 1), repeat=STEPS)
        if merge(path) == labels
    }
    places = best_path(scores, labels)
    found = tuple(labels[place] if place >= 0 else 0 for place in places)
    assert found == max(by_path, key=by_path.get)
    assert [p for p, _ in itertools.groupby(places) if p >= 0] == list(
        range(len(labels))
    )


def test_labels_without_a_path_are_refused(scores):
    with pytest.raises(ValueError, match="has 5 time steps; expected enough"):
        best_path(scores, [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width is 0; expected 1 or more"),
        ({"words": [(1,)]}, "separator is None; expected a label"),
    ],
)
def test_bad_options_are_refused(scores, options, message):
    with pytest.raises(ValueError, match=message):
        search(scores, **options)


def drawn(epoch):
    rng = np.random.default_rng(epoch)
    lengths = rng.permutation(np.arange(3, 73, 7))
    return [np.full((n, 2), n + 0.5 + epoch) for n in lengths], [[n] for n in lengths]


def test_every_epoch_brings_new_sequences_each_once_with_its_labels():
    batches = CTCBatches(drawn, batch_size=3, seed=0)
    for epoch in range(2):
        seen = []
        for sequences, wanted in (batches[i] for i in range(len(batches))):
            for row, (steps, label, *padding) in zip(sequences, wanted, strict=True):
                assert steps == label and not any(padding)
                np.testing.assert_array_equal(row[:steps], steps + 0.5 + epoch)
                assert not row[steps:].any()
                seen.append(steps)
        assert sorted(seen) == list(range(3, 73, 7))
        for part, other in zip(batches[0], batches[1], strict=True):
            assert part.shape[1] != other.shape[1]
        batches.on_epoch_end()


def test_a_mask_of_time_steps_changes_no_loss():
    inputs = keras.Input((None, 2))
    dense = keras.layers.Dense(4)
    losses = []
    for model in (
        keras.Model(inputs, dense(inputs)),
        keras.Model(inputs, dense(keras.layers.Masking()(inputs))),
    ):
        model.compile(loss=CTCLoss())
        batches = CTCBatches(lambda _: ([np.ones((5, 2)), np.ones((9, 2))], [[1], [2]]))
        losses.append(model.evaluate(batches, verbose=0))
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_one_batch_is_enough():
    assert len(CTCBatches(drawn, batch_size=99)) == 1


def test_log_probabilities_leave_padding_out_and_keep_the_order():
    inputs = keras.Input((None, 2))
    model = keras.Model(inputs, keras.layers.Dense(4)(inputs))
    sequences, _ = drawn(0)
    found = log_probabilities(model, sequences, batch_size=4)
    for rows, sequence in zip(found, sequences, strict=True):
        assert rows.shape == (len(sequence), 4)
        np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1, rtol=1e-5)
        expected = tf.nn.log_softmax(model(sequence[None])[0])
        np.testing.assert_allclose(rows, expected, rtol=1e-5, atol=1e-5)
