"""Claims about tagged sentences: public datasets fit, and splits share no sentence."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.building.tagged_sentences import (  # noqa: E402
    load_full_size,
    without_shared_sentences,
)

REAL_SPLITS = {
    "universal_dependencies": ("train", "dev", "test"),
    "xtreme_pos": ("train", "dev", "test"),
    "conll2003": ("train", "dev", "test"),
    "wikiann": ("train", "validation", "test"),
    "imdb_reviews": ("train", "test", "unsupervised"),
}
UNIVERSAL = {"NOUN", "VERB", "ADP", "DET", "PUNCT"}


def real_splits(info):
    """What the dataset says of its splits once it is prepared."""
    return tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(name=name, shard_lengths=[60], num_bytes=1)
            for name in REAL_SPLITS[info.name]
        ]
    )


def made_up(builder, split, **options):
    """60 examples in the form that the builder declares, with a tag for each token.

    What the mock makes up by itself has more tags than tokens, or fewer.
    """
    assert split in builder.info.splits
    features = builder.info.features
    rng = np.random.default_rng(len(split))

    def value(feature, length):
        if isinstance(feature, tfds.features.Sequence):
            return [value(feature.feature, None) for _ in range(length)]
        if isinstance(feature, tfds.features.ClassLabel):
            return rng.integers(feature.num_classes)
        return f"{split}{rng.integers(1000)}"

    def examples():
        for _ in range(60):
            length = rng.integers(1, 9)
            yield {name: value(features[name], length) for name in features}

    return tf.data.Dataset.from_generator(
        examples, output_signature=features.get_tensor_spec()
    )


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """Public datasets made up in the shapes that their real builders declare."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(real_splits))
    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield


def test_a_sentence_of_the_test_split_is_in_no_other():
    yes, no, why = (["Yes", "."], []), (["No", "."], []), (["Why", "?"], [])
    shouted = (["YES", "."], [])
    parts = {"train": [shouted, no, why, why], "validation": [no], "test": [yes, yes]}
    assert without_shared_sentences(parts) == {
        "train": [why, why],
        "validation": [no],
        "test": [yes, yes],
    }


@pytest.mark.parametrize(
    "dataset, tags",
    [
        ("universal_dependencies/en_ewt", UNIVERSAL),
        ("xtreme_pos/xtreme_pos_en", UNIVERSAL),
        ("conll2003", {"O", "B-PER", "I-LOC", "B-MISC"}),
        ("wikiann/en", {"O", "B-PER", "I-LOC"}),
    ],
)
def test_public_datasets_have_the_same_form(mocked, dataset, tags):
    parts = load_full_size(dataset)
    assert sorted(parts) == sorted(SPLITS)
    train = parts["train"]
    found = {tag for sentence in train.tags for tag in sentence}
    assert tags <= found
    assert "_" not in found
    assert isinstance(train.words[0][0], str)
    assert [len(words) for words in train.words] == [len(tags) for tags in train.tags]
    assert train.raw_tags is None


def test_a_dataset_without_tags_is_named(mocked):
    with pytest.raises(ValueError, match="'imdb_reviews' with the features"):
        load_full_size("imdb_reviews")
