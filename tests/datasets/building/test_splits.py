"""Claims about dealing rows to splits."""

from rnn_utils.datasets.building.splits import (
    SPLITS,
    groups_with_shared_keys,
    split_at_random,
    split_within_kinds,
)


def test_every_row_goes_to_one_split():
    parts = split_at_random(list(range(1000)), seed=1)
    assert sorted(sum(parts.values(), [])) == list(range(1000))
    assert [len(parts[name]) for name in SPLITS] == [700, 100, 200]


def test_the_seed_fixes_the_split():
    rows = list(range(50))
    assert split_at_random(rows, seed=1) == split_at_random(rows, seed=1)
    assert split_at_random(rows, seed=1) != split_at_random(rows, seed=2)


def test_shares_can_be_chosen():
    parts = split_at_random(list("abcdefghij"), 1, test_share=0.5, validation_share=0.2)
    assert [len(parts[name]) for name in SPLITS] == [3, 2, 5]


def test_every_kind_is_in_every_split():
    kinds = {f"{kind}{i}": kind for kind in "xy" for i in range(6)}
    parts = split_within_kinds(kinds, seed=1)
    assert sorted(sum(parts.values(), [])) == sorted(kinds)
    for documents in parts.values():
        assert {kinds[name] for name in documents} == {"x", "y"}


def test_rows_are_grouped_through_others():
    keys = [["a"], ["b"], ["b", "c"], [], ["c"], ["d", "a"]]
    assert groups_with_shared_keys(keys) == [[0, 5], [1, 2, 4], [3]]


def test_no_rows_make_no_groups():
    assert groups_with_shared_keys([]) == []
