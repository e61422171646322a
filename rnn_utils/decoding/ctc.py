"""Connectionist temporal classification (CTC): labels without knowing where they are.

A network gives out, at every time step, a probability for each label and for the blank,
label 0: "nothing new here". A *path* takes one of them at every step. It stands for the
labels that remain when repeats are merged and the blanks are dropped. The probability
of some labels is the sum over all paths that stand for them.

Source: Graves, Fernández, Gomez and Schmidhuber (2006), "Connectionist temporal
classification: labelling unsegmented sequence data with recurrent neural networks",
ICML. The search over prefixes: Hannun, Maas, Jurafsky and Ng (2014), "First-pass large
vocabulary continuous speech recognition using bi-directional recurrent DNNs",
arXiv:1408.2873, algorithm 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnn_utils import _checks
from rnn_utils.training.batches import PaddedBatches
from rnn_utils.training.padding import LENGTH_STEP, chunks_by_length, pad

if TYPE_CHECKING:
    from rnn_utils._types import Ints, Tensor


BLANK = 0

# Rounding of a softmax in a narrow type may lift a log probability above 0.
_MOST = 0.01


def merge(path: Iterable[int]) -> list[int]:
    """Returns the labels that a path stands for: a list of int.

    Args:
        path: Labels at each time step; 0 is the blank.

    Raises:
        ValueError: `path` is not made of labels, one for each step.
    """
    path = path if isinstance(path, np.ndarray) else list(path)
    path = _checks.whole_numbers("path", path, BLANK)
    before = np.concatenate([[BLANK], path[:-1]])
    return path[(path != BLANK) & (path != before)].tolist()


def targets(steps: Ints, labels: Sequence[Ints]) -> np.ndarray:
    """Returns what `CTCLoss` compares with, int32 of shape `(batch, 1 + labels)`.

    Args:
        steps: For each sequence, how many of its time steps are not padding.
        labels: For each sequence, its labels, all of them 1 or more. A sequence in
            which nothing is to be found has none.

    Raises:
        ValueError: There is no sequence, there are not as many steps as sequences of
            labels, or a label or a number of steps is out of range.
    """
    _checks.not_empty("labels", labels, "sequence")
    _checks.one_each("steps", steps, labels, "sequences of labels")
    most = np.iinfo(np.int32).max
    wanted = _checks.token_ids("labels", labels, BLANK + 1, most)
    rows = np.zeros((len(labels), 1 + max(map(len, wanted))), np.int32)
    rows[:, 0] = _checks.whole_numbers("steps", steps, 0, most)
    for row, given in zip(rows, wanted, strict=True):
        row[1 : 1 + len(given)] = given
    return rows


def fewest_steps(labels: Sequence) -> int:
    """Returns the fewest time steps in which a path can stand for some labels.

    One step a label, and one for the blank between two equal ones. Whether a sequence
    is long enough depends on the steps that a model gives out and on what its labels
    are, so it is checked, and counted, where both are known: not when data is prepared.

    Args:
        labels: A str or any other sequence of labels.
    """
    repeats = sum(first == second for first, second in itertools.pairwise(labels))
    return len(labels) + repeats


@keras.saving.register_keras_serializable(package="rnn_utils")
class CTCLoss(keras.losses.Loss):
    """Surprisal of the labels, in nats: minus the log of the sum over all paths.

    The sum runs on TensorFlow, over real time steps only. The labels need at least
    `fewest_steps` of them: with less no path stands for them, the loss is infinite and
    its gradient wrong. Drop and count those before.

    Call it with `targets(steps, labels)` and with unnormalised log probabilities of
    shape `(batch, time, 1 + labels)`, in which the blank comes first. No labels at all
    are as probable as the path of nothing but blanks.

    Raises:
        ValueError: The shapes are others, or a label or a number of steps is out of
            range. Inside a `tf.function`, as in `fit`, what depends on values is a
            `tf.errors.InvalidArgumentError`.
    """

    def __init__(self, name: str = "ctc_loss", **options: Any) -> None:
        super().__init__(name=name, **options)

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Returns the mean surprisal of the sequences."""
        # A mask of time steps that a layer has set would be taken for one of sequences.
        return super().__call__(y_true, tf.identity(y_pred), sample_weight)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Returns the surprisal of each sequence, shape `(batch,)`."""
        y_true, y_pred = map(tf.convert_to_tensor, (y_true, y_pred))
        if y_pred.dtype in (tf.float16, tf.bfloat16):
            y_pred = tf.cast(y_pred, tf.float32)
        rows = tf.cast(_checked_targets(y_true, y_pred), tf.int32)
        steps, labels = rows[:, 0], tf.pad(rows[:, 1:], [[0, 0], [0, 1]])
        # The operation of TensorFlow knows no empty labels: it is given others there,
        # with scores that make nothing infinite, and its answer is not used.
        silent = tf.equal(labels[:, 0], BLANK)
        stand_in = tf.one_hot(tf.zeros_like(steps), tf.shape(labels)[1], dtype=tf.int32)
        losses = tf.nn.ctc_loss(
            tf.sparse.from_dense(tf.where(silent[:, None], stand_in, labels)),
            tf.where(silent[:, None, None], tf.zeros_like(y_pred), y_pred),
            label_length=None,
            logit_length=tf.where(silent, tf.shape(y_pred)[1], steps),
            logits_time_major=False,
            blank_index=BLANK,
        )
        counts = silent[:, None] & tf.sequence_mask(steps, tf.shape(y_pred)[1])
        scores = tf.where(counts[..., None], y_pred, tf.zeros_like(y_pred))
        blanks = tf.where(counts, tf.nn.log_softmax(scores)[..., BLANK], 0)
        return tf.where(silent, -tf.reduce_sum(blanks, axis=1), losses)


def _checked_targets(y_true, y_pred):
    """The targets that `CTCLoss` compares with, checked before they are used.

    The operation of TensorFlow would pass over most of what is wrong.
    """
    if y_true.shape.rank not in (2, None) or y_pred.shape.rank not in (3, None):
        raise ValueError(
            f"y_true and y_pred have the shapes {y_true.shape} and {y_pred.shape}; "
            "expected (batch, 1 + labels) and (batch, time, 1 + labels)"
        )
    time, symbols = tf.shape(y_pred)[1], tf.shape(y_pred)[2]
    rows = tf.cast(y_true, tf.int32)
    steps, labels = rows[:, 0], rows[:, 1:]
    ends = tf.equal(labels[:, :-1], BLANK) & tf.not_equal(labels[:, 1:], BLANK)
    checks = []
    for right, expected in (
        (tf.equal(tf.cast(rows, y_true.dtype), y_true), "whole numbers"),
        ((steps >= 0) & (steps <= time), "from 0 to as many steps as y_pred has"),
        ((labels >= BLANK) & (labels < symbols), "labels that y_pred has, from 1 on"),
        (~ends, "0 after the last label of a row only"),
    ):
        message = f"y_true holds what is none of its targets; expected {expected}"
        if not tf.executing_eagerly():
            checks.append(tf.debugging.Assert(tf.reduce_all(right), [message, y_true]))
        elif not tf.reduce_all(right):
            wrong = tf.where(tf.reduce_all(tf.reshape(right, [len(rows), -1]), 1), 0, 1)
            row = int(tf.argmax(wrong))
            raise ValueError(
                f"y_true[{row}] is {y_true[row].numpy()}; expected {expected}"
            )
    with tf.control_dependencies(checks):
        return tf.identity(y_true)


class CTCBatches(PaddedBatches):
    """Batches of sequences of similar length and their labels, drawn anew every epoch.

    Args:
        draw: Function from the number of the epoch, 0 for the first, to a pair: list of
            float arrays of shape `(time, features)`, and list of label sequences. It
            must give equally many each time.
        batch_size: Sequences in a batch.
        seed: Seed of the order of the batches.

    Raises:
        ValueError: `batch_size` is less than 1; or `draw` gives no sequence, not as
            many sequences of labels, or another number than the first time.
    """

    steps = (LENGTH_STEP, 1)

    def __init__(
        self,
        draw: Callable[[int], tuple[Sequence[np.ndarray], Sequence[Ints]]],
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        self._draw = draw
        self._batch_size = _checks.whole_number("batch_size", batch_size)
        self._rng, self._epoch = np.random.default_rng(seed), -1
        super().__init__()

    def deal(self) -> list[np.ndarray]:
        """Draws the sequences of the next epoch."""
        self._epoch += 1
        self._sequences, self._labels = parts = self._draw(self._epoch)
        counts = [len(part) for part in parts]
        expected = self.lengths.shape[1] if self._epoch else max(1, counts[0])
        if counts != [expected, expected]:
            raise ValueError(
                f"draw gives {counts[0]} sequences and labels of {counts[1]} in epoch "
                f"{self._epoch}; expected {expected} of both"
            )
        self.lengths = np.array([[len(row) for row in part] for part in parts])
        chunks = chunks_by_length(self.lengths[0], self._batch_size)
        return [chunks[i] for i in self._rng.permutation(len(chunks))]

    def padded(
        self, rows: np.ndarray, shortest: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns `(sequences, targets)`, both padded at the end with 0."""
        sequences = [self._sequences[i] for i in rows]
        labels = targets(self.lengths[0, rows], [self._labels[i] for i in rows])
        missing = max(0, 1 + shortest[1] - labels.shape[1])
        labels = np.pad(labels, [(0, 0), (0, missing)])
        return pad(sequences, shortest=shortest[0], dtype="float32"), labels


def log_probabilities(
    model: keras.Model, sequences: Sequence[np.ndarray], batch_size: int = 100
) -> list[np.ndarray]:
    """Returns the log probabilities that a model gives to the labels at each time step.

    Args:
        model: Keras model from `(batch, time, features)` to unnormalised log
            probabilities of shape `(batch, time, 1 + labels)`.
        sequences: List of float arrays of shape `(time, features)`.
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        List of float32 arrays of shape `(time, 1 + labels)`, without the padding; empty
        for no sequences.

    Raises:
        ValueError: `batch_size` is less than 1, or the model does not give one row for
            each time step.
    """
    _checks.whole_number("batch_size", batch_size)
    found = [None] * len(sequences)
    for rows in chunks_by_length([len(row) for row in sequences], batch_size):
        batch = pad([sequences[i] for i in rows], dtype="float32")
        scores = tf.nn.log_softmax(model.predict_on_batch(batch)).numpy()
        if scores.ndim != 3 or scores.shape[:2] != batch.shape[:2]:
            raise ValueError(
                f"model gives the shape {scores.shape} for {batch.shape}; expected one "
                "row for each time step"
            )
        for i, steps in zip(rows, scores, strict=True):
            found[i] = steps[: len(sequences[i])]
    return found


def best_path(log_probabilities: npt.ArrayLike, labels: Ints) -> np.ndarray:
    """Finds the most probable path that stands for some labels (Viterbi 1967).

    Args:
        log_probabilities: Array of shape `(time, 1 + labels)`; -inf is impossible.
        labels: Ints, all of them 1 or more; none for the path of nothing but blanks.

    Returns:
        Int array of shape `(time,)`: for each step the place of its label in `labels`,
        and -1 where the path is blank.

    Raises:
        ValueError: `log_probabilities` are none, or `labels` has some that they do not
            have; or no path of so many steps stands for the labels, or none that is
            possible.
    """
    rows = _checks.log_scores("log_probabilities", log_probabilities, _MOST, 2)
    labels = _checks.whole_numbers("labels", labels, BLANK + 1, rows.shape[1] - 1)
    symbols = np.zeros(2 * len(labels) + 1, int)  # Blanks around every label.
    symbols[1::2] = labels
    if not len(rows) and not len(labels):
        return np.zeros(0, int)
    emitted = rows[:, symbols] if len(rows) else np.full((1, len(symbols)), -np.inf)
    # From the second symbol before: over a blank, to another label.
    skips = np.zeros(len(symbols), bool)
    skips[2:] = (symbols[2:] != BLANK) & (symbols[2:] != symbols[:-2])
    scores = np.where(np.arange(len(symbols)) < 2, emitted[0], -np.inf)
    moves = np.zeros(emitted.shape, int)
    for t in range(1, len(emitted)):
        padded = np.concatenate([[-np.inf, -np.inf], scores])
        options = np.stack(
            [scores, padded[1:-1], np.where(skips, padded[:-2], -np.inf)]
        )
        moves[t] = options.argmax(axis=0)
        scores = options.max(axis=0) + emitted[t]
    state = len(symbols) - 2 + int(scores[-2:].argmax()) if len(labels) else 0
    if scores[state] == -np.inf:
        raise ValueError(
            f"log_probabilities has {len(rows)} time steps; expected enough for a path "
            f"that stands for {len(labels)} labels, and one that is possible"
        )
    states = [state]
    for move in moves[:0:-1]:
        states.append(states[-1] - move[states[-1]])
    states = np.array(states[::-1])
    return np.where(states % 2 == 1, states // 2, -1)


def search(
    log_probabilities: npt.ArrayLike,
    width: int = 8,
    words: Iterable[Iterable[int]] | None = None,
    separator: int | None = None,
    min_log_probability: float = -12.0,
) -> tuple[tuple[int, ...], float]:
    """Finds the most probable labels: the sum over all their paths counts.

    At every step the `width` most probable prefixes are kept, each with the probability
    of its paths that end in a blank and of those that end in its last label.

    Args:
        log_probabilities: Array of shape `(time, 1 + labels)`; -inf is impossible.
        width: Number of prefixes that are kept.
        words: Optional dictionary, an iterable of label sequences, none of them empty.
            The result is then made of its words, with `separator` between them.
        separator: The label between words; needed with `words`.
        min_log_probability: A step's labels below this log probability are not tried.

    Returns:
        A tuple `(labels, log_probability)`, the labels as a tuple of int. With `words`
        and no complete word among the prefixes, the best incomplete one.

    Raises:
        ValueError: `width` is less than 1, `words` comes without `separator`,
            `log_probabilities` are none, or a word or `separator` has a label that they
            do not have, or a word is empty or holds the separator.
    """
    _checks.whole_number("width", width)
    if words is not None and separator is None:
        raise ValueError("separator is None; expected a label, as words is given")
    if np.isnan(min_log_probability):
        raise ValueError("min_log_probability is nan; expected a number or -inf")
    rows = _checks.log_scores("log_probabilities", log_probabilities, _MOST, 2)
    if words is None:
        allowed = _anything
    else:
        allowed = _Dictionary(words, separator, rows.shape[1] - 1)
    prefixes = {(): (0.0, -np.inf)}  # Log probability of ending in blank, in label.
    for step in rows:
        grown = _grow(
            prefixes, step, np.flatnonzero(step >= min_log_probability), allowed
        )
        best = sorted(grown, key=lambda prefix: -np.logaddexp(*grown[prefix]))
        prefixes = {prefix: grown[prefix] for prefix in best[:width]}
    totals = {prefix: float(np.logaddexp(*both)) for prefix, both in prefixes.items()}
    if words is not None:
        complete = {p: total for p, total in totals.items() if allowed.complete(p)}
        totals = complete or totals
    return max(totals.items(), key=lambda item: item[1])


def _grow(prefixes, step, tried, allowed):
    """The prefixes after one more time step, with both log probabilities."""
    grown = {}

    def add(prefix, place, value):
        both = list(grown.get(prefix, (-np.inf, -np.inf)))
        both[place] = np.logaddexp(both[place], value)
        grown[prefix] = tuple(both)

    for prefix, (blank, label) in prefixes.items():
        total = np.logaddexp(blank, label)
        add(prefix, 0, total + step[BLANK])
        if prefix:
            add(prefix, 1, label + step[prefix[-1]])
        for new in tried.tolist():
            if new != BLANK and allowed(prefix, new):
                repeats = prefix and prefix[-1] == new
                add((*prefix, new), 1, (blank if repeats else total) + step[new])
    return grown


def _anything(prefix, new):
    return True


class _Dictionary:
    """Says which label may follow a prefix so that only known words come out."""

    def __init__(self, words, separator, last):
        self._separator = _checks.whole_number("separator", separator, 1, last)
        words = _checks.token_ids("words", list(words), BLANK + 1, last, shortest=1)
        self._words = {tuple(word.tolist()) for word in words}
        if any(self._separator in word for word in self._words):
            raise ValueError(
                f"words hold the separator, {separator}; expected it between them only"
            )
        self._beginnings = {
            word[:length] for word in self._words for length in range(1, len(word) + 1)
        }

    def __call__(self, prefix, new):
        if new == self._separator:
            return self.complete(prefix)
        return (*self._last(prefix), new) in self._beginnings

    def complete(self, prefix):
        return self._last(prefix) in self._words

    def _last(self, prefix):
        start = len(prefix)
        while start and prefix[start - 1] != self._separator:
            start -= 1
        return prefix[start:]
