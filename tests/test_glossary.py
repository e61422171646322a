"""The glossary leads from every term to a notebook that uses it."""

import re
from collections import Counter

import pytest

from tools import notebook_files, pattern_rules, vocabulary

ROWS = vocabulary.glossary()


def prose(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    return vocabulary.normal("\n".join(cell.source for cell in cells))


def anchors(notebook):
    """The anchors of the headings, as GitHub makes them."""
    texts = [text.lower() for _, _, text in notebook_files.headings(notebook)]
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in texts}


def broken(row, notebooks):
    """What is wrong with a row's link, or None."""
    name, _, anchor = row.target.partition("#")
    if name not in notebooks:
        return f"{name} does not exist"
    if anchor and anchor not in anchors(notebooks[name]):
        return f"{name} has no heading {anchor}"
    words = [word for word in (row.term, row.own) if word]
    text = prose(notebooks[name])
    if not any(vocabulary.occurs(word, text) for word in words):
        return f"{name} says none of {words}"
    return None


@pytest.fixture(scope="module")
def notebooks():
    paths = notebook_files.all_notebooks()
    return {path.name: notebook_files.read(path) for path in paths}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.term)
def test_a_row_leads_to_a_notebook_that_says_it(row, notebooks):
    assert broken(row, notebooks) is None


@pytest.mark.parametrize(
    ("target", "term", "message"),
    [
        ("99_none.ipynb", "LSTM", "does not exist"),
        ("05_lstm.ipynb#no-such-heading", "LSTM", "has no heading no-such-heading"),
        ("05_lstm.ipynb", "hyperbole", r"says none of \['hyperbole'\]"),
    ],
)
def test_a_row_that_leads_nowhere_is_found(target, term, message, notebooks):
    row = vocabulary.Row(term, "", "A line.", target)
    assert re.search(message, broken(row, notebooks))


def test_an_anchor_is_that_of_a_heading(notebooks):
    row = vocabulary.Row("LSTM", "", "A line.", "05_lstm.ipynb#scorecard")
    assert broken(row, notebooks) is None


def test_terms_are_in_alphabetical_order_and_each_there_once():
    keys = [vocabulary.normal(row.term).replace("-", " ") for row in ROWS]
    assert keys == sorted(keys)
    assert [term for term, count in Counter(keys).items() if count > 1] == []


def test_what_a_notebook_must_say_the_glossary_explains():
    explained = vocabulary.normal(" ".join(f"{row.term} {row.meaning}" for row in ROWS))
    required = {term for terms in vocabulary.REQUIRED.values() for term in terms}
    assert {t for t in required if not vocabulary.occurs(t, explained)} == set()


def test_terms_are_required_of_notebooks_that_exist_and_of_all_that_were_revised():
    numbers = {path.name[:2] for path in notebook_files.all_notebooks()} - {"00"}
    assert set(vocabulary.REQUIRED) <= numbers
    assert pattern_rules.PATTERN - set(vocabulary.REQUIRED) == set()


def test_a_row_of_another_form_is_refused(tmp_path):
    path = tmp_path / "glossary.md"
    head = "# Glossary\n\n| term | here also | line | notebook |\n| - | - | - | - |\n"
    path.write_text(f"{head}| LSTM | | A network. | 05 |\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has the row .* LSTM .*expected"):
        vocabulary.glossary(path)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("n-gram", "Character *n*-grams", True),
        ("encoder–decoder", "an encoder-decoder", True),
        ("gradient clipping", "with gradient\nclipped", True),
        ("overfitting", "it overfits", True),
        ("embedding", "embedded", True),
        ("gram", "a program", False),
        ("CTC", "dissected", False),
        ("parameters", "one parameter", False),
    ],
)
def test_a_term_occurs_in_its_forms_and_not_inside_other_words(term, text, found):
    assert vocabulary.occurs(term, vocabulary.normal(text)) is found
