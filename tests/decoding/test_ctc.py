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
    assert merge(path) == merge(np.array(path, int)) == merge(iter(path)) == labels


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ([1.5], "path holds 1.5; expected whole numbers from 0 on"),
        ([0, -1], "path holds -1; expected whole numbers from 0 on"),
        (np.zeros((3, 4)), r"path has the shape \(3, 4\); expected 1 dimensions"),
    ],
)
def test_what_is_no_path_is_refused(path, message):
    with pytest.raises(ValueError, match=message):
        merge(path)


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
    np.testing.assert_array_equal(targets([7, 9], [[], []]), [[7], [9]])


@pytest.mark.parametrize(
    ("steps", "labels", "message"),
    [
        ([], [], "labels is empty; expected at least one sequence"),
        ([3], [[1], [2]], "steps has 1 entries; expected .* 2 sequences of labels"),
        ([3], [[1, 0, 2]], "labels holds 0; expected whole numbers from 1 to"),
        ([3], [[1, 2.5]], "labels holds 2.5; expected whole numbers"),
        ([3], [[2**33 + 1]], "labels holds 8589934593; expected whole numbers"),
        ([-3], [[1]], "steps holds -3; expected whole numbers from 0"),
        ([np.nan], [[1]], "steps holds nan; expected whole numbers from 0"),
        ([3], [[[1, 2]]], r"labels\[0\] has the shape \(1, 2\); expected one"),
    ],
)
def test_what_makes_no_targets_is_refused(steps, labels, message):
    with pytest.raises(ValueError, match=message):
        targets(steps, labels)


def test_no_labels_are_as_probable_as_nothing_but_blanks(scores):
    expected = -np.log(by_paths(scores)[()])
    padded = np.pad(scores, [(0, 3), (0, 0)], constant_values=np.nan)
    y_pred = tf.constant(np.stack([padded] * 3), tf.float32)
    given = targets([STEPS, STEPS, 2], [[], [1, 2], []])
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        losses = CTCLoss(reduction=None)(given, y_pred)
    np.testing.assert_allclose(losses[0], expected, rtol=1e-5)
    np.testing.assert_allclose(losses[1], -np.log(by_paths(scores)[1, 2]), rtol=1e-5)
    np.testing.assert_allclose(losses[2], -scores[:2, 0].sum(), rtol=1e-5)
    gradient = tape.gradient(losses, y_pred)
    blank = np.eye(LABELS + 1)[0]
    np.testing.assert_allclose(
        gradient[0, :STEPS], np.exp(scores) - blank, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_array_equal(gradient[:2, STEPS:], 0)
    np.testing.assert_array_equal(gradient[2, 2:], 0)
    assert np.isfinite(gradient).all()


def test_silence_alone_has_a_loss_of_its_own(scores):
    y_pred = tf.constant(scores[None], tf.float32)
    loss = CTCLoss()(targets([STEPS], [[]]), y_pred)
    np.testing.assert_allclose(loss, -scores[:, 0].sum(), rtol=1e-5)
    assert CTCLoss()(targets([0], [[]]), y_pred) == 0


def test_a_network_learns_from_silence_too():
    inputs = keras.Input((None, 2))
    model = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    model.compile("sgd", CTCLoss(), jit_compile=False)
    sounds = [np.ones((5, 2)), np.zeros((9, 2)), np.ones((4, 2))]
    batches = CTCBatches(lambda _: (sounds, [[1], [], [2, 1]]), batch_size=2)
    history = model.fit(batches, epochs=3, verbose=0).history["loss"]
    assert np.isfinite(history).all() and history[-1] < history[0]


@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([[3, 1, 3]], "expected labels that y_pred has, from 1 on"),
        ([[3, 1, -1]], "expected labels that y_pred has, from 1 on"),
        ([[3, 1, 0, 2]], "expected 0 after the last label of a row only"),
        ([[3, 0, 2]], "expected 0 after the last label of a row only"),
        ([[4, 1]], "expected from 0 to as many steps as y_pred has"),
        ([[-1, 1]], "expected from 0 to as many steps as y_pred has"),
        ([[3, 1.5]], "expected whole numbers"),
    ],
)
def test_labels_that_the_network_does_not_have_are_refused(y_true, message):
    y_pred = tf.zeros((1, 3, 3))
    with pytest.raises(ValueError, match=rf"y_true\[0\] is .*; {message}"):
        CTCLoss()(np.array(y_true, "float32"), y_pred)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        tf.function(CTCLoss())(tf.constant(y_true, tf.float32), y_pred)


def test_shapes_that_are_not_compared_are_refused():
    with pytest.raises(ValueError, match=r"have the shapes \(1,\) and \(1, 3, 3\)"):
        CTCLoss()(np.ones(1), tf.zeros((1, 3, 3)))


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
    with pytest.raises(ValueError, match="has 0 time steps; expected enough"):
        best_path(scores[:0], [1])
    impossible = scores.copy()
    impossible[:, 2] = -np.inf
    with pytest.raises(ValueError, match="expected enough .* one that is possible"):
        best_path(impossible, [2])


def test_labels_may_be_an_array_or_none(scores):
    for labels in ([], [2], [3, 1, 2]):
        expected = best_path(scores, labels)
        for given in (np.array(labels), tuple(labels), np.array(labels, np.uint8)):
            np.testing.assert_array_equal(best_path(scores, given), expected)
    assert best_path(scores[:0], []).shape == (0,)


@pytest.mark.parametrize(
    ("given", "labels", "message"),
    [
        (np.zeros((3, 3)), [-1], "labels holds -1; expected whole numbers from 1 to 2"),
        (
            np.zeros((3, 3)),
            [1, 0],
            "labels holds 0; expected whole numbers from 1 to 2",
        ),
        (np.zeros((3, 3)), [3], "labels holds 3; expected whole numbers from 1 to 2"),
        (np.zeros((3, 3)), [1.5], "labels holds 1.5; expected whole numbers"),
        (np.full((3, 3), np.nan), [1], "log_probabilities holds nan; expected log"),
        (np.full((3, 3), 0.3), [1], "log_probabilities holds 0.3; expected log"),
        (np.zeros(3), [1], r"log_probabilities has the shape \(3,\); expected 2"),
    ],
)
def test_what_has_no_best_path_is_refused(given, labels, message):
    with pytest.raises(ValueError, match=message):
        best_path(given, labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width is 0; expected 1 or more"),
        ({"words": [(1,)]}, "separator is None; expected a label"),
        ({"width": 2.5}, "width is 2.5; expected a whole number, 1 or more"),
        ({"words": [(1, 4)], "separator": 2}, "words holds 4; expected .* from 1 to 3"),
        ({"words": [(0,)], "separator": 2}, "words holds 0; expected .* from 1 to 3"),
        ({"words": [()], "separator": 2}, r"words\[0\] has the shape \(0,\); expected"),
        ({"words": [(1, 2)], "separator": 2}, "words hold the separator, 2; expected"),
        ({"words": [(1,)], "separator": 0}, "separator is 0; expected 1 to 3"),
        ({"words": ["ab"], "separator": 2}, "words.* has the"),
        ({"min_log_probability": np.nan}, "min_log_probability is nan; expected"),
    ],
)
def test_bad_options_are_refused(scores, options, message):
    with pytest.raises(ValueError, match=message):
        search(scores, **options)


def test_a_search_of_what_are_no_log_probabilities_is_refused(scores):
    with pytest.raises(
        ValueError, match="log_probabilities holds .* log probabilities"
    ):
        search(np.exp(scores))
    with pytest.raises(ValueError, match="log_probabilities holds nan"):
        search(np.where(np.arange(4) == 2, np.nan, scores))


def test_a_search_of_nothing_finds_nothing_and_leaves_out_the_impossible(scores):
    assert search(scores[:0]) == ((), 0.0)
    impossible = np.where(np.arange(4) > 0, -np.inf, 0.0) * np.ones((3, 1))
    labels, score = search(impossible, min_log_probability=-np.inf)
    assert labels == () and score == 0


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


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([(0, 0)], "draw gives 0 sequences and labels of 0 in epoch 0; expected 1"),
        ([(3, 2)], "draw gives 3 sequences and labels of 2 in epoch 0; expected 3"),
        ([(3, 3), (4, 4)], "draw gives 4 sequences .* in epoch 1; expected 3 of both"),
    ],
)
def test_draws_that_do_not_fit_are_refused(counts, message):
    def draw(epoch):
        sequences, labels = counts[epoch]
        return [np.ones((4, 2))] * sequences, [[1]] * labels

    with pytest.raises(ValueError, match=message):
        CTCBatches(draw).on_epoch_end()
    with pytest.raises(ValueError, match="batch_size is 0; expected 1 or more"):
        CTCBatches(draw, 0)


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


def test_no_sequences_have_no_log_probabilities():
    inputs = keras.Input((None, 2))
    model = keras.Model(inputs, keras.layers.Dense(4)(inputs))
    assert log_probabilities(model, []) == []
    with pytest.raises(ValueError, match="batch_size is -1; expected 1 or more"):
        log_probabilities(model, [np.ones((3, 2))], batch_size=-1)


def test_a_model_that_gives_fewer_steps_is_refused():
    inputs = keras.Input((None, 2))
    pooled = keras.layers.AveragePooling1D(2)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4)(pooled))
    with pytest.raises(ValueError, match=r"model gives the shape \(1, 16, 4\) for"):
        log_probabilities(model, [np.ones((20, 2))])
