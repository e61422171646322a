"""Claims about near duplicates: more than 30 % of a text's runs of six words count."""

import pytest

from rnn_utils.datasets.building.near_duplicates import is_near_duplicate, word_runs

WORDS = [f"word{i}" for i in range(15)]  # Ten runs.


def test_the_runs_are_all_six_words_that_follow_each_other():
    assert word_runs(["and", "i", "for", "no", "woman", "ever"]) == {
        ("and", "i", "for", "no", "woman", "ever")
    }
    assert word_runs(WORDS[:8]) == {tuple(WORDS[i : i + 6]) for i in range(3)}


def test_fewer_words_have_no_run_and_are_no_duplicate():
    runs = word_runs(WORDS[:5])
    assert runs == set()
    assert not is_near_duplicate(runs, word_runs(WORDS))


@pytest.mark.parametrize("shared, near", [(0, False), (3, False), (4, True)])
def test_more_than_three_of_ten_runs_make_a_near_duplicate(shared, near):
    seen = word_runs(WORDS[: shared + 5])
    assert len(seen) == shared
    assert is_near_duplicate(word_runs(WORDS), seen) == near
