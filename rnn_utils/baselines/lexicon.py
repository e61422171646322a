"""A dictionary learnt from translated sentences, word by word.

Source: Brown et al. (1993), "The mathematics of statistical machine translation:
parameter estimation", Computational Linguistics 19(2), model 1: equations 13 and 14
without the sum over alignments, which factorises.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_utils import _checks


def ibm_model_1(
    sources: Sequence[Sequence[str]],
    targets: Sequence[Sequence[str]],
    iterations: int = 5,
) -> dict[str | None, dict[str, float]]:
    """Estimates how probable each target word is as the translation of a source word.

    Every target word is taken to come from one of its sentence's source words, or from
    none (the empty word), whatever its place. Expectation maximisation: share each
    target word among the source words as the table says, then count anew.

    Args:
        sources: List of lists of words.
        targets: List of lists of words, their translations.
        iterations: Rounds of expectation maximisation, 1 or more.

    Returns:
        A dict from source word (None is the empty word) to a dict from target word to
        its probability.

    Raises:
        ValueError: Sources and targets are not equally many, or there are none; no
            target has a word; a sentence is a str; a source word is None; or
            `iterations` is less than 1.
    """
    sources = _checks.lists_of_words("sources", sources)
    targets = _checks.lists_of_words("targets", targets)
    _checks.one_each("targets", targets, sources, "sources")
    if not any(len(target) for target in targets):
        raise ValueError(
            f"targets has {len(targets)} entries without a word; expected at least one "
            "word"
        )
    if any(word is None for source in sources for word in source):
        raise ValueError("sources holds the word None; expected it for no word only")
    _checks.whole_number("iterations", iterations)
    source_ids, target_ids = {None: 0}, {}
    # One entry for each source word with each target word of its sentence.
    ones, twos, places, place = [], [], [], 0
    for source, target in zip(sources, targets, strict=True):
        words = [0, *(source_ids.setdefault(word, len(source_ids)) for word in source)]
        for word in target:
            ones += words
            twos += [target_ids.setdefault(word, len(target_ids))] * len(words)
            places += [place] * len(words)
            place += 1
    ones, places = np.array(ones), np.array(places)
    pairs, entries = np.unique(
        ones * len(target_ids) + np.array(twos), return_inverse=True
    )
    pair_sources, pair_targets = np.divmod(pairs, len(target_ids))
    table = np.ones(len(pairs))
    for _ in range(iterations):
        shares = table[entries]
        shares /= np.bincount(places, shares)[places]
        table = np.bincount(entries, shares)
        table /= np.bincount(pair_sources, table)[pair_sources]
    names = list(source_ids), list(target_ids)
    lexicon = {name: {} for name in names[0]}
    for one, two, probability in zip(pair_sources, pair_targets, table, strict=True):
        lexicon[names[0][one]][names[1][two]] = float(probability)
    return lexicon
