"""The field's words, the suite's own, and the glossary that holds both.

Used by `notebook_anatomy` and by the test of the glossary.
"""

import dataclasses
import re

from tools import notebook_files

GLOSSARY = notebook_files.NOTEBOOKS / "glossary.md"

# What a notebook must call by its name, because it treats the subject.
REQUIRED = {
    "01": ("feedforward network", "multilayer perceptron", "independent input",
           "parameter sharing", "feedback loop", "convolution", "input layer",
           "unrolled", "static network", "encoder-decoder", "data augmentation",
           "overfitting", "n-gram"),
    "02": ("input layer", "hidden layer", "output layer", "feedback loop", "n-gram",
           "hidden state", "parameters", "parameter sharing", "one-hot", "embedding",
           "cross-entropy", "perplexity", "language model", "linear probe", "ablation",
           "temperature"),
    "03": ("vanishing gradient", "exploding gradient", "gradient clipping",
           "clipping by value", "global norm", "singular value", "spectral radius",
           "BPTT", "supervised learning", "parameter sharing", "feedforward network",
           "echo state network"),
    "04": ("truncated BPTT", "n-gram", "stateful", "learning rate",
           "exploding gradient", "gradient clipping", "echo state network"),
    "05": ("memory block", "cell state", "conveyor belt", "forget gate", "input gate",
           "output gate", "ablation", "parameters"),
    "06": ("hidden state", "cell state", "update gate", "reset gate", "conveyor belt",
           "parameters", "FLOPs"),
    "10": ("encoder-decoder", "attention", "teacher forcing", "overfitting",
           "bottleneck", "language model", "BLEU", "pointing game"),
    "11": ("bag of words", "n-gram", "embedding", "overfitting", "regularisation"),
    "12": ("bidirectional", "embedding", "overfitting", "dropout"),
    "13": ("IOB tags", "F1", "precision", "recall", "CRF"),
    "14": ("encoder-decoder", "teacher forcing", "beam search", "length normalisation",
           "BLEU", "subword", "bottleneck"),
    "15": ("attention", "bottleneck", "ablation", "subword"),
    "16": ("n-gram", "smoothing", "bits per character", "perplexity", "temperature",
           "top-p"),
    "17": ("CTC", "word error rate", "dynamic time warping", "bidirectional",
           "hidden Markov model", "data augmentation"),
    "18": ("overfitting", "regularisation", "ablation"),
    "19": ("parameters", "persistence", "seasonal naive", "walk-forward evaluation"),
    "20": ("partial observability", "imitation learning", "behaviour cloning",
           "observer", "Kalman filter"),
    "21": ("model-predictive control", "cross-entropy method", "partial observability"),
    "22": ("extrapolation",),
    "30": ("vanishing gradient", "forget gate", "attractor", "chrono initialisation",
           "curriculum learning", "linear recurrence", "echo state network",
           "truncated BPTT", "residual connection"),
    "31": ("linear recurrence", "parallel scan", "receptive field", "convolution",
           "self-attention", "Transformer", "key-value cache", "parameters", "n-gram",
           "bits per character"),
    "33": ("state tracking", "associative recall", "linear recurrence",
           "matrix memory", "attention", "parameters", "n-gram", "extrapolation"),
    "32": ("deep stack", "residual connection", "layer normalisation", "pre-norm",
           "post-norm", "highway layer", "linear probe", "n-gram", "learning rate",
           "gradient clipping", "parameters"),
}  # fmt: skip

# Words of the first twenty notebooks for which the field has its own. Only those that
# mean nothing else anywhere are here.
HOUSE_WORDS = {
    "bits per letter": "bits per character",
    "by heart": "memorised, or overfitted",
    "commonest": "most frequent; the majority class",
    "fixed places": "one input for each position",
    "letter pieces": "character n-grams",
    "letters counted": "a bag of letters",
    "made stream": "synthetic stream",
    "out of step": "asynchronous",
    "read-out": "output layer, or linear probe",
    "readout": "output layer, or linear probe",
    "sits the exam": "is evaluated",
    "table of counts": "n-gram model",
    "what to take along": "Takeaways",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the glossary.

    Args:
        term: The field's word.
        own: The suite's word, or "".
        meaning: One line.
        target: The notebook that explains it, with the anchor of a heading if one is
            given: `05_lstm.ipynb#train`.
    """

    term: str
    own: str
    meaning: str
    target: str


def glossary(path=GLOSSARY):
    """The rows of the glossary's table in order.

    Raises:
        ValueError: A row of the table is not of the form that the others have.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")][2:]
    return [_row(line) for line in table]


def _row(line):
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    link = re.fullmatch(r"\[[^\]]+\]\(([^)]+)\)", cells[-1])
    if len(cells) != 4 or not link or not cells[0] or not cells[2]:
        raise ValueError(
            f"the glossary has the row {line!r}; expected "
            "| term | the suite's word | meaning | [NN](NN_name.ipynb) |"
        )
    return Row(*cells[:3], link[1])


def normal(text):
    """Text as `occurs` compares it: small, with plain hyphens, without emphasis."""
    text = re.sub(r"[*`]", "", text.lower())
    text = re.sub(r"[\u2010-\u2015]", "-", text)
    return re.sub(r"\s+", " ", text)


def occurs(term, text):
    """Whether a word is in a text that is `normal`, in one of its forms.

    An ending may follow it, and a word in -ing may have another one: "clipping" occurs
    in "clipped", "n-gram" in "n-grams".
    """
    stem = re.sub(r"(?:([a-z])\1|([a-z]))ing$", r"\1\2", normal(term))
    return bool(re.search(rf"(?<!\w){re.escape(stem)}", text))
