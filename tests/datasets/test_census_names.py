"""Claims about the census names: each is in one split, with an honest label."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import census_names  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.census_names import (  # noqa: E402
    FEMALE,
    LAST,
    MALE,
    label_names,
    load_names,
    read_table,
)


def made_up_table(prefix, count):
    """A census table of names such as ABAC: the prefix and two letters."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [prefix + x + y for x in letters for y in letters][:count]
    lines = [f"{name:14} 0.{i:03d} 9.999 {i}" for i, name in enumerate(names)]
    return "\n".join(lines).encode()


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    tables = {
        FEMALE: made_up_table("A", 300),
        MALE: made_up_table("O", 200),
        LAST: made_up_table("X", 500),
    }
    monkeypatch.setattr(
        census_names,
        "read_members",
        lambda package, members: {name: tables[name] for name in members},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_table_gives_names_and_percentages():
    content = b"MARY           2.629  2.629      1\nPATRICIA 1.073  3.702  2\n"
    assert read_table(content) == {"mary": 2.629, "patricia": 1.073}


def test_a_name_of_both_sexes_is_labelled_by_the_larger_share():
    female = {"mary": 2.6, "kelly": 0.4, "kris": 0.1, "james": 0.01}
    male = {"james": 3.3, "kelly": 0.1, "kris": 0.1}
    assert label_names(female, male) == [
        {"name": "james", "label": "male", "percent": 3.3},
        {"name": "kelly", "label": "female", "percent": 0.4},
        {"name": "mary", "label": "female", "percent": 2.6},
    ]


@pytest.mark.parametrize("config, count", [("first", 500), ("last", 500)])
def test_no_name_is_in_two_splits(small_package, config, count, capfd):
    parts = load_names(config)
    assert capfd.readouterr().out == ""
    names = sum((parts[name].names for name in SPLITS), [])
    # The first name of each table has 0 % among both sexes: a tie, left out.
    assert len(names) == len(set(names)) == count - 2 * (config == "first")


def test_labels_and_percentages_belong_to_their_names(small_package):
    for part in load_names("first").values():
        assert len(part.names) == len(part.labels) == len(part.percent)
        assert [name[0] == "o" for name in part.names] == list(part.labels == 1)
        assert np.all(part.percent > 0)


def test_last_names_have_no_labels(small_package):
    train = load_names("last")["train"]
    assert train.labels is None
    assert train.percent.shape == (350,)


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_names("last")
    cut_off(census_names)
    assert load_names("last")["test"].names == first["test"].names


def test_an_unknown_config_is_named():
    with pytest.raises(ValueError, match="'middle'; expected 'first' or 'last'"):
        load_names("middle")
