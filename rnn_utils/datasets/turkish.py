"""Turkish sentences from the web and Wikipedia, every word tagged by hand.

In Turkish one word carries what English says with several, so much of any new text is
words never seen before. A document is in one split. `load_turkish` gives the sentences.
"""

from collections.abc import Iterable, Sequence

import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS
from rnn_utils.datasets.building.tagged_sentences import (
    TaggedSentences,
    load_full_size,
    split_documents,
)

PACKAGE = RegistryPackage(
    name="turkish-treebanks",
    version="1.0.0",
    sha256="5a009c29a8e96e8f7e25059d59ac293c3baead6d746bf0fa4c9d3349b1e37ba0",
)
MEMBERS = ("data/web.conllu", "data/wiki.conllu")

_EXPECTED = "'embedded', 'universal_dependencies/tr_imst' or 'xtreme_pos/xtreme_pos_tr'"
_SEED = 2020
# The columns of CoNLL-U that are read.
_ID, _FORM, _TAG, _RAW_TAG, _RELATION = 0, 1, 3, 4, 7
# The relation of a part of a word to the part that follows it.
_PART = "ig"


class Turkish(PackageBuilder):
    """Builder of the sentences.

    An example holds up to 1,000 sentences, so that reading is fast. Words and tags are
    texts with a space between two words.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Split by document, without sentences in two splits."}
    CITATION = (
        "Kayadelen, Öztürel and Bohnet (2020), A gold standard dependency "
        "treebank for Turkish, LREC."
    )
    IN_BLOCKS = True

    def _features(self):
        names = ("words", "tags", "raw_tags", "genre", "file")
        return {name: tfds.features.Text() for name in names}

    def _splits(self):
        documents = {}
        for content in read_members(PACKAGE, MEMBERS).values():
            for name, rows in read_conllu(content.decode("utf-8")):
                # A sentence is named after its document: document:S012.
                document = name.rpartition(":")[0]
                documents.setdefault(document, []).append(whole_words(rows))
        genres = {document: genre(document) for document in documents}
        parts = split_documents(documents, genres, _SEED)
        return {name: [_row(*sentence) for sentence in parts[name]] for name in SPLITS}


def _row(words, tags, raw_tags, kind, document):
    return {
        "words": " ".join(words),
        "tags": " ".join(tags),
        "raw_tags": " ".join(raw_tags),
        "genre": kind,
        "file": document,
    }


def load_turkish(dataset: str = "embedded") -> dict[str, TaggedSentences]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `Turkish`, or a public dataset with parts of speech:
            `"universal_dependencies/tr_imst"` or `"xtreme_pos/xtreme_pos_tr"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `TaggedSentences`.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or has no tags.
    """
    if dataset != "embedded":
        return load_full_size(dataset, _EXPECTED)
    builder = prepared(Turkish)
    return {name: _sentences(columns(builder, name)) for name in SPLITS}


def _sentences(part):
    words, tags, raw_tags = (
        [text.split(" ") for text in part[name]]
        for name in ("words", "tags", "raw_tags")
    )
    return TaggedSentences(words, tags, raw_tags, part["genre"], part["file"])


def genre(document: str) -> str:
    """Returns the kind of text: `"wiki"`, or the kind of web page, such as `"blog"`."""
    return "wiki" if "wikipedia" in document else document.split(":")[0][len("tr-") :]


def read_conllu(text: str) -> list[tuple[str, list[list[str]]]]:
    """Returns the sentences of a text in CoNLL-U, the format of treebanks.

    Rows of contracted forms (1-2), whose parts have rows of their own, and of words
    that only the analysis adds (1.1) are left out.

    Args:
        text: A word a line in ten columns, an empty line after each sentence; a line
            `# sent_id = ...` names the sentence that follows.

    Returns:
        List of `(name, rows)`; a row is the list of its ten columns.
    """
    sentences = []
    for block in text.strip().split("\n\n"):
        lines = block.split("\n")
        (name,) = (line[12:] for line in lines if line.startswith("# sent_id = "))
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        sentences.append((name, [row for row in rows if row[_ID].isdigit()]))
    return sentences


def whole_words(
    rows: Iterable[Sequence[str]],
) -> tuple[list[str], list[str], list[str]]:
    """Joins the parts into which the treebank cuts a word.

    The treebank gives every derivation a part of its own: "imkan" + "sız", a noun made
    a predicate. A reader sees one word; its tag is that of its last part.

    Args:
        rows: List of the rows of one sentence, ten columns each.

    Returns:
        Lists of words, of tags and of raw tags.
    """
    words, tags, raw_tags = [], [], []
    start = ""
    for row in rows:
        start += row[_FORM]
        if row[_RELATION] != _PART:
            words.append(start)
            tags.append(row[_TAG])
            raw_tags.append(row[_RAW_TAG])
            start = ""
    return words, tags, raw_tags
