"""Claims about the features of a word and its neighbours."""

from rnn_utils.baselines.window_features import WindowFeatures

SENTENCES = [["The", "saw", "saw", "the", "saw"], ["Trees", "saw", "1961"]] * 20


def test_features_of_a_word_depend_on_its_neighbours():
    features = WindowFeatures(SENTENCES, columns=2**20)
    matrix = features.matrix([["the", "saw"], ["trees", "saw"], ["the", "saw"]])
    first, second, third = (set(matrix[row].indices) for row in (1, 3, 5))
    assert first == third
    shared = len(first & second)
    assert 9 <= shared < len(first), "its own features, and not all"


def test_no_word_sees_into_another_sentence():
    features = WindowFeatures(SENTENCES)
    alone = features.matrix([["saw"]])
    between = features.matrix([["the"], ["saw"], ["trees"]])
    assert set(alone[0].indices) == set(between[1].indices)


def test_an_unseen_word_is_described_by_its_letters():
    features = WindowFeatures(SENTENCES, columns=2**20)
    matrix = features.matrix([["Blaws"], ["Glaws"], ["12.50"]])
    first, second, number = (set(row.indices) for row in matrix)
    assert len(first & second) > len(first & number)
