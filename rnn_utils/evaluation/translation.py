"""BLEU as counts of each sentence, so that intervals and differences can be had.

The counts are those of sacrebleu; adding them up gives its corpus BLEU.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


def bleu_counts(hypotheses: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Counts what BLEU needs, sentence by sentence.

    Args:
        hypotheses: List of str, translations by a system.
        references: List of str, the right translations.

    Returns:
        Int array of shape `(sentences, 10)`: n-grams that are right, for n from 1 to 4;
        n-grams in all, for n from 1 to 4; tokens of the translation; tokens of the
        reference.

    Raises:
        ValueError: The lists have different lengths, or one is a str.
    """
    from sacrebleu import BLEU

    hypotheses = _checks.texts("hypotheses", hypotheses)
    references = _checks.texts("references", references)
    _checks.one_each("references", references, hypotheses, "hypotheses")
    metric = BLEU(effective_order=True)
    rows = []
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        score = metric.sentence_score(hypothesis, [reference])
        rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
    return np.array(rows, dtype=int).reshape(-1, 10)


def bleu(counts: npt.ArrayLike, order: int = 4) -> float:
    """Returns corpus BLEU, 0 to 100, of the sentences whose counts are given.

    Args:
        counts: Int array of shape `(sentences, 10)`, from `bleu_counts`.
        order: Longest n-grams that count, 1 to 4.

    Raises:
        ValueError: `counts` has another shape, or is not made of counts, or `order` is
            out of range.

    Source: Papineni et al. (2002), "BLEU: a method for automatic evaluation of machine
    translation", ACL, section 2.3; where no n-gram of some order is right, sacrebleu's
    default smoothing counts a half, a quarter and so on instead of 0.
    """
    from sacrebleu import BLEU

    _checks.whole_number("order", order, 1, 4)
    counts = _checks.whole_numbers("counts", counts, 0, ndim=2)
    if counts.shape[1] != 10:
        raise ValueError(
            f"counts has the shape {counts.shape}; expected (sentences, 10)"
        )
    total = counts.sum(axis=0).tolist()
    return BLEU.compute_bleu(
        correct=total[:4],
        total=total[4:8],
        sys_len=total[8],
        ref_len=total[9],
        smooth_method="exp",
        max_ngram_order=order,
    ).score
