"""What a notebook of the new pattern has; see `notebook_anatomy`.

A notebook is held to it from the day on that its number stands in `PATTERN`.
"""

import ast
import re

from rnn_utils import scorecard
from tools import notebook_files, notebook_links, vocabulary

# The numbers of the notebooks that were revised; whoever revises one adds it here.
PATTERN = {"01", "02", "03", "04", "05", "06", "10", "30", "31", "33"}

MOST_CELLS = 60
MOST_WORDS = 2_200
MOST_BULLETS = 3
MOST_PLAIN_LINES = 25
FEWEST_EXERCISES, MOST_EXERCISES = 3, 5
MOST_SOLUTION_SHARE = 0.25
FEWEST_GLOSSARY_LINKS = 5

# Headings in this order, as in `notebook_anatomy.SECTIONS`.
SECTIONS = {
    "Before you start": r"\bbefore you start\b",
    "Set-up": r"set-?\s?up",
    "Data": notebook_files.DATA_HEADING.pattern,
    "Baseline": r"\bbaselines?\b",
    "The idea in code": r"\bidea\b",
    "Train": r"\btrain",
    "Measure": r"\bmeasure",
    "Look inside": r"\blook\w* inside",
    "What breaks it": r"\bbreak",
    "Try it yourself": r"\btry it\b",
    "Take it with you": r"\btake it with you\b",
    "Exercises": r"\bexercises?\b",
    "Solutions": r"\bsolutions?\b",
    "Scorecard": r"\bscorecard\b",
    "Takeaways": r"\btakeaways?\b",
    "Sources": r"\bsources?\b",
}
# Functions of `rnn_utils.figures` that draw a network rather than its results.
DRAWINGS = {
    "plot_backpropagation",
    "plot_captioner",
    "plot_encoder_decoder",
    "plot_gru_block",
    "plot_layers",
    "plot_lstm_block",
    "plot_mappings",
    "plot_truncation",
    "plot_unrolled",
}
# Rows of scorecards that have no rival, and why.
WITHOUT_RIVALS = {
    "backpropagation by hand and finite differences, digits that agree": (
        "a test of the code"
    ),
    "gradient lost at each step back, untrained tanh RNN of spectral radius 1": (
        "a property, not a score"
    ),
    "forget gate at capitals": "a property, not a score",
    "captions that training has word for word, test": "a property, not a score",
    "partner named when reversed, pairs": "a property, not a score",
    "Diebold-Mariano statistic against SARIMA": "compares with its rival itself",
}

_ANSWER = re.compile(r"^\*\*Answer\b.*", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^[-*] .*(?:\n[ \t]+\S.*)*", re.MULTILINE)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNIT = r"[ \u00a0]?(?:%|°C?|percent|percentage points?|points?|bits?\b|times\b)"
# A measured figure rather than a setting: it has decimals or a unit of measurement; a
# range is one.
_RANGE = re.compile(rf"({_NUMBER})(?:{_UNIT})? ?(?:to|–|-) ?(?={_NUMBER})")
_FIGURE = re.compile(rf"(?<![\w.])(?:\d[\d,]*\.\d+|{_NUMBER}(?={_UNIT}))")
_ITEM = re.compile(r"^(?:### |\*\*)?\d+[.)] ", re.MULTILINE)
_TARGET = re.compile(r"(?<=\])\([^\s)]*\)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_GLOSSARY_LINK = re.compile(rf"\[([^\]]+)\]\({re.escape(notebook_links.GLOSSARY)}\)")


def follows(path):
    """Whether a notebook was revised and keeps the rules of this module."""
    return path.name[:2] in PATTERN


def check_size(path, notebook):
    """Short enough for one sitting, worked solutions left out."""
    cells = [c for c in notebook.cells if not notebook_files.is_solution(c)]
    if len(cells) > MOST_CELLS:
        yield f"there are {len(cells)} cells; at most {MOST_CELLS}"
    count = sum(
        len([word for word in text.split() if re.search(r"\w", word)])
        for _, text in _prose(notebook)
    )
    if count > MOST_WORDS:
        yield f"the prose has {count:,} words; at most {MOST_WORDS:,}"


def check_answer(path, notebook):
    """The first cell answers in at most three bullets, each with at most one figure."""
    first = next((text for index, text in _prose(notebook) if index == 0), "")
    found = _ANSWER.search(first)
    bullets = _BULLET.findall(found[0]) if found else []
    if not 1 <= len(bullets) <= MOST_BULLETS:
        yield f"the answer has {len(bullets)} bullets; expected 1 to {MOST_BULLETS}"
    for bullet in bullets:
        figures = _FIGURE.findall(_RANGE.sub("", bullet))
        if len(figures) > 1:
            yield f"a bullet of the answer has the figures {figures}; at most one"


def check_before_you_start(path, notebook):
    """It says what it builds on, with links, and how long reading and running take."""
    text = _text(notebook, "Before you start").lower()
    if not re.search(r"\]\(\d\d_\w+\.ipynb", text):
        yield "'Before you start' links to no notebook that this one builds on"
    for what in ("read", "run"):
        if not re.search(rf"\b{what}", text):
            yield f"'Before you start' does not say how long it takes to {what}"
    if len(re.findall(r"\b(?:minutes?|seconds?|hours?)\b|\d ?(?:s|min)\b", text)) < 2:
        yield "'Before you start' does not give two times, of reading and running"


def check_drawing(path, notebook):
    """A network or an idea is drawn, by code or in a section of that name."""
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for _, cell in notebook_files.code_cells(notebook)
        for node in ast.walk(_tree(cell.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
    }
    headings = [text for _, _, text in notebook_files.headings(notebook)]
    drawn = re.compile(r"\bdrawing|\bpicture of the\b", re.IGNORECASE)
    if not called & DRAWINGS and not any(map(drawn.search, headings)):
        yield (
            "nothing is drawn: neither a section with a drawing nor one of "
            f"{', '.join(sorted(DRAWINGS))}"
        )


def check_take_with_you(path, notebook):
    """The model to take along is plain Keras, short, and equal in a fresh process."""
    parts = notebook_files.section(notebook, SECTIONS["Take it with you"])
    cells = [cell for _, cell, _ in parts if cell.cell_type == "code"]
    code = "\n".join(cell.source for cell in cells)
    lines = [line for line in code.splitlines() if line.strip()]
    if len(lines) > MOST_PLAIN_LINES:
        yield f"what to take along has {len(lines)} lines; at most {MOST_PLAIN_LINES}"
    for what, pattern in (
        ("save the model", r"\.save\("),
        ("load it again", r"\bload_model\("),
        ("load it in a fresh process", r"\bsys\.executable\b"),
        ("assert that both agree", r"^assert\b"),
    ):
        if not re.search(pattern, code, re.MULTILINE):
            yield f"what to take along does not {what}"
    if "rnn_utils" in code:
        yield "what to take along needs rnn_utils, not plain Keras"
    if borrowed := _borrowed(code, notebook):
        yield f"what to take along uses {borrowed} of rnn_utils, not plain Keras"


def _borrowed(code, notebook):
    """What code uses that a notebook imports from rnn_utils elsewhere."""
    names = [node for node in ast.walk(_tree(code)) if isinstance(node, ast.Name)]
    made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    imported = {name for name, _ in _imports(code)}
    ours = {
        name
        for _, cell in notebook_files.code_cells(notebook)
        for name, module in _imports(cell.source)
        if module.split(".")[0] == "rnn_utils"
    }
    return sorted(({name.id for name in names} - made - imported) & ours)


def check_exercises(path, notebook):
    """Three to five, one of which asks for a prediction and hides its answer."""
    text = _text(notebook, "Exercises")
    count = len(_ITEM.findall(text))
    if not FEWEST_EXERCISES <= count <= MOST_EXERCISES:
        yield (
            f"there are {count} exercises; expected {FEWEST_EXERCISES} to "
            f"{MOST_EXERCISES}, numbered 1., 2., ..."
        )
    if not re.search(r"predict\W+first", text, re.IGNORECASE):
        yield "no exercise is marked 'Predict first'"
    if not re.search(r"<details>.*<summary>.*</summary>.*</details>", text, re.DOTALL):
        yield "no exercise hides its answer in <details> with a <summary>"


def check_worked_solutions(path, notebook):
    """What is not answered behind a click is solved in code, in little time."""
    exercises = _ITEM.split(_text(notebook, "Exercises"))[1:]
    unanswered = sum("<details>" not in exercise for exercise in exercises)
    solved = sum(
        notebook_files.is_solution(cell)
        for _, cell in notebook_files.code_cells(notebook)
    )
    if solved < max(1, unanswered):
        yield (
            f"{solved} code cells have the tag solution, for {unanswered} exercises "
            "that are not answered behind a click"
        )
    share = notebook_files.solution_share(notebook)
    if share is None:
        yield "how long the solutions take was not measured; make run does it"
    elif share > MOST_SOLUTION_SHARE:
        yield (
            f"the solutions take {share:.0%} of the notebook's time; at most "
            f"{MOST_SOLUTION_SHARE:.0%}"
        )


def check_rivals(path, notebook):
    """A score stands beside a rival, or is known to have none."""
    for record in notebook_files.records(notebook):
        for result in scorecard.results_of(record):
            alone = result.kind == "score" and not result.rivals
            if alone and result.name not in WITHOUT_RIVALS:
                yield f"{result.name}: no rival was measured beside it"


def check_terms(path, notebook):
    """The field's words where their subject is treated, and none of ours for them."""
    prose = list(_prose(notebook))
    everything = vocabulary.normal("\n".join(text for _, text in prose))
    for term in vocabulary.REQUIRED.get(path.name[:2], ()):
        if not vocabulary.occurs(term, everything):
            yield f"the term {term!r} does not occur where its subject is treated"
    for index, text in prose:
        for word, better in vocabulary.HOUSE_WORDS.items():
            if vocabulary.occurs(word, vocabulary.normal(text)):
                yield f"cell {index} says {word!r}; the field says {better!r}"


def check_glossary_links(path, notebook):
    """Terms lead to the glossary where the text first uses them."""
    linked, before = set(), ""
    for index, text in _prose(notebook, targets=True):
        text = re.sub(r"^#.*", "", text, flags=re.MULTILINE)
        for found in _GLOSSARY_LINK.finditer(text):
            if found[1].lower() == "glossary":
                continue
            term = _term_in(found[1])
            linked.add(term)
            read = before + vocabulary.normal(text[: found.start()])
            if term is None:
                yield f"cell {index} links {found[1]!r}, which the glossary lacks"
            elif vocabulary.occurs(term, read):
                yield f"cell {index} links {term!r} to the glossary, not its first use"
        # The answer on top is not where a term is explained.
        before += vocabulary.normal(text) + " " if index else ""
    count = len(linked - {None})
    if count < FEWEST_GLOSSARY_LINKS:
        yield (
            f"{count} terms lead to {notebook_links.GLOSSARY} at their first use; at "
            f"least {FEWEST_GLOSSARY_LINKS}"
        )


def _term_in(text):
    """The longest term of the glossary that a link's text has, or None."""
    known = [word for row in vocabulary.glossary() for word in (row.term, row.own)]
    text = vocabulary.normal(text)
    found = [word for word in known if word and vocabulary.occurs(word, text)]
    return max(found, key=len, default=None)


def _prose(notebook, targets=False):
    """Index and text of each Markdown cell that is no solution, without our links.

    The targets of other links are left out as well, unless they are asked for.
    """
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown" or notebook_files.is_solution(cell):
            continue
        text = _COMMENT.sub("", notebook_links.without_links(cell.source))
        yield index, text if targets else _TARGET.sub("", text)


def _text(notebook, name):
    """The Markdown of a section, without its heading."""
    parts = notebook_files.section(notebook, SECTIONS[name])
    texts = [text for _, cell, text in parts if cell.cell_type == "markdown"]
    return "\n".join(texts)


def _tree(source):
    """The syntax tree; that of nothing where `check_code` finds no Python."""
    try:
        return notebook_files.python_tree(source)
    except SyntaxError:
        return ast.parse("")


def _imports(source):
    """Pairs of a name that code imports and the module that it comes from."""
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                yield name, getattr(node, "module", None) or alias.name
