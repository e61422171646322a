"""Sentences with a tag for every word: what the datasets of that form share."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow_datasets as tfds

from rnn_utils.datasets.building.preparation import full_size
from rnn_utils.datasets.building.splits import SPLITS, split_within_kinds

# What a caller expects who wants the kinds of names.
_WITH_NAMES = "'embedded', 'conll2003' or 'wikiann/en'"

# The feature that holds the tags: names in conll2003 and wikiann, else parts of speech.
_TAG_FEATURES = ("ner", "tags", "upos")
# What stands for "no tag": the row of a contracted form, whose parts follow it.
_NO_TAG = "_"


class TaggedSentences(NamedTuple):
    """One split. Everything is a list with one entry a sentence.

    Attributes:
        words: Lists of str.
        tags: Lists of str, a tag for each word.
        raw_tags: Lists of str, the corpus's own finer tags; None where it has none.
        genres: Kind of text of each sentence; None where it is not known.
        files: Document of each sentence; None where it is not known.
    """

    words: list[list[str]]
    tags: list[list[str]]
    raw_tags: list[list[str]] | None = None
    genres: list[str] | None = None
    files: list[str] | None = None


def load_full_size(
    dataset: str, expected: str = _WITH_NAMES
) -> dict[str, TaggedSentences]:
    """Loads a public dataset of tensorflow-datasets.

    Args:
        dataset: A name with the features `tokens` and one of `ner`, `tags`, `upos`,
            such as `"universal_dependencies/en_ewt"`, `"xtreme_pos/xtreme_pos_en"`,
            `"conll2003"` or `"wikiann/en"`.
        expected: Which of these fit the caller, in words for the errors; unless told
            otherwise, those with the kinds of names.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `TaggedSentences`. Training
        and validation sentences that are in the test split too are left out.

    Raises:
        FetchError: It is not prepared yet and cannot be had.
        ValueError: It is no dataset of tensorflow-datasets, or has no tags.
    """
    builder = full_size(dataset, expected, _has_tags, ("train", "test"))
    found = [name for name in _TAG_FEATURES if name in builder.info.features]
    held_out = "validation" if "validation" in builder.info.splits else "dev"
    parts = {"train": "train", "validation": held_out, "test": "test"}
    rows = {name: _rows(builder, part, found[0]) for name, part in parts.items()}
    return {
        name: TaggedSentences(*(list(column) for column in zip(*part, strict=True)))
        for name, part in without_shared_sentences(rows).items()
    }


def _has_tags(info):
    return "tokens" in info.features and any(
        name in info.features for name in _TAG_FEATURES
    )


def _rows(builder, part, feature):
    names = builder.info.features[feature].feature.names
    rows = []
    for example in tfds.as_numpy(builder.as_dataset(split=part)):
        pairs = [
            (token.decode("utf-8"), names[label])
            for token, label in zip(example["tokens"], example[feature], strict=True)
            if names[label] != _NO_TAG
        ]
        if pairs:
            rows.append(tuple(list(column) for column in zip(*pairs, strict=True)))
    return rows


def split_documents(
    documents: Mapping[str, Sequence[tuple]], kinds: Mapping[str, str], seed: int
) -> dict[str, list[tuple]]:
    """Deals documents to the splits, within each kind, without shared sentences.

    Args:
        documents: A dict from document to its list of `(words, ...)`.
        kinds: A dict from document to its kind, such as the genre.
        seed: An int.

    Returns:
        A dict from split name to its list of `(words, ..., kind, document)`.
    """
    parts = {
        split: [
            (*sentence, kinds[document], document)
            for document in chosen
            for sentence in documents[document]
        ]
        for split, chosen in split_within_kinds(kinds, seed).items()
    }
    return without_shared_sentences(parts)


def without_shared_sentences(
    parts: Mapping[str, Sequence[tuple]],
) -> dict[str, list[tuple]]:
    """Drops sentences that are in more than one split from all but one.

    The test split keeps them, then the validation split. Case does not count. Copies
    within one split stay.

    Args:
        parts: A dict from split name to its list of rows; a row's first entry is the
            list of its words.

    Returns:
        The same dict with fewer rows.
    """
    seen = set()
    kept = {}
    for name in reversed(SPLITS):
        keys = [" ".join(row[0]).lower() for row in parts[name]]
        kept[name] = [
            row for key, row in zip(keys, parts[name], strict=True) if key not in seen
        ]
        seen.update(keys)
    return kept
