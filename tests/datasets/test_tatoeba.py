"""Claims about the translations: near duplicates stay together, but for one split."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")
import tensorflow as tf  # noqa: E402

from rnn_utils.datasets import tatoeba  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.tatoeba import (  # noqa: E402
    load_translations,
    near_keys,
    read_pairs,
)

TWIN = "ted_hrlr_translate/pt_to_en"


def line(english, spanish, number=1):
    return "\t".join([str(number), "日本", english, "-", "-", "-", spanish, "-", "-"])


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """300 sentences with two versions each, which differ by one word."""
    lines = [
        line(f"The {noun} {i} is w{i} x{i}.", f"Y{i} z{i} k{i} {noun} m{i}.")
        for i in range(300)
        for noun in ("cat", "dog")
    ]
    content = "\n".join(lines).encode() + b"\n"
    monkeypatch.setattr(
        tatoeba, "read_members", lambda package, members: {tatoeba.MEMBER: content}
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def linked(source, other):
    return bool(set(near_keys((source, "a"))) & set(near_keys((other, "b"))))


def test_each_pair_is_read_once_and_missing_translations_are_left_out():
    lines = [line("Hello.", "Hola."), line("No.", "-"), line("-", "Sí.")]
    content = "\n".join([*lines, line("Hello.", "Hola. "), line("Hi.", "Hola.")])
    assert read_pairs(content.encode()) == [("Hello.", "Hola."), ("Hi.", "Hola.")]


def test_letters_with_accents_have_one_spelling():
    decomposed = line("Yes.", "Si\u0301.").encode()
    assert read_pairs(decomposed) == [("Yes.", "S\u00ed.")]


@pytest.mark.parametrize(
    "other",
    [
        "I see a white dog!",
        "i see a black dog",
        "I see a very black dog.",
        "I see a dog.",
    ],
)
def test_sentences_that_differ_by_one_word_are_linked(other):
    assert linked("I see a black dog.", other)


def test_other_sentences_are_not_linked():
    assert not linked("I see a black dog.", "You see a white dog.")
    assert not linked("I see him.", "I see her.")
    # The same words in two languages are no link.
    keys = near_keys(("No", "a")), near_keys(("b", "No"))
    assert not set(keys[0]) & set(keys[1])


def test_near_duplicates_are_in_one_split_but_for_the_random_one(small_package, capfd):
    parts = load_translations()
    assert capfd.readouterr().out == ""
    numbers = {
        name: {text.split()[2] for text in part.sources} for name, part in parts.items()
    }
    assert not numbers["test"] & (numbers["train"] | numbers["random"])
    assert not numbers["validation"] & (numbers["train"] | numbers["test"])
    assert numbers["random"] & numbers["train"]
    assert sum(len(part.sources) for part in parts.values()) == 600
    assert [len(parts[name].sources) for name in (*SPLITS, "random")] == [
        513,
        18,
        36,
        33,
    ]


def test_a_target_belongs_to_its_source(small_package):
    for part in load_translations().values():
        for source, target in zip(*part, strict=True):
            assert target.split()[0] == "Y" + source.split()[2]


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_translations()
    cut_off(tatoeba)
    assert load_translations() == first


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """A public dataset made up in the shapes that its real builder declares."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    splits = tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(name=name, shard_lengths=[60], num_bytes=1)
            for name in SPLITS
        ]
    )
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))

    def made_up(builder, split, **_):
        rng = np.random.default_rng(len(split))
        features = builder.info.features

        def examples():
            for _ in range(60):
                yield {name: f"{name} {rng.integers(200)}" for name in features}

        return tf.data.Dataset.from_generator(
            examples, output_signature=features.get_tensor_spec()
        )

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield


def test_the_full_size_twin_has_the_same_form(mocked):
    parts = load_translations(TWIN)
    assert sorted(parts) == sorted([*SPLITS, "random"])
    assert len(parts["test"].sources) == 60
    assert parts["random"].sources
    assert all(text.startswith("pt ") for text in parts["train"].sources)
    held_out = set(parts["test"].sources) | set(parts["test"].targets)
    training = set(parts["train"].sources) | set(parts["train"].targets)
    assert training
    assert not held_out & training


def test_a_dataset_without_pairs_is_refused(mocked):
    with pytest.raises(ValueError, match="'imdb_reviews' with .*pairs of"):
        load_translations("imdb_reviews")
