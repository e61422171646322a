"""What the outputs of a committed notebook may hold; see `notebook_anatomy`."""

import json
import re

from rnn_utils import scorecard
from tools import notebook_files

FEWEST_SEEDS = 5
SHORTEST_ALT = 20  # Characters; less says no more than that there is a picture.

_MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])/(?:home|root|Users|tmp|work|opt|private|content)/|\b[A-Z]:\\\w"
)
_DOWNLOAD_LOG = re.compile(
    r"Dl Completed|Downloading (?:data from|and preparing|https?:)|Collecting \w+"
    r"|Requirement already satisfied|Successfully installed|\d%\|[█▏▎▍▌▋▊▉ ]"
    r"|[\d.]+ ?[kMG]i?B/s"
)
# In the form in which Python and TensorFlow print them; texts in data may warn freely.
_WARNING = re.compile(
    r"\b[A-Z]\w*Warning: |^WARNING:(?:tensorflow|absl|root)"
    r"|All log messages before absl"
    r"|^[IWEF]\d{4} \d\d:\d\d",
    re.MULTILINE,
)
# A measured share as prose and outputs write it: "89.3 %", "1.1 points", "89.34 %".
_SHARE = re.compile(r"(?<![\d.,])(\d+\.\d+)[ \u00a0]?(?:%|points?\b)")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\salt=(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"\r(?!\n)|\x08|\x1b\[")


def check_execution(path, notebook):
    """Executed from top to bottom once, with no error and nothing on stderr."""
    cells = notebook_files.code_cells(notebook)
    counts = [cell.execution_count for _, cell in cells]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(counts)}"
    for index, cell in cells:
        if not cell.source.strip():
            yield f"cell {index} is empty"
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {index} holds the error {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {index} writes to stderr: {output.text[:60]!r}"


def check_texts(path, notebook):
    """No machine path, download log, warning or terminal control in any text."""
    for index, text in _output_texts(notebook):
        for what, pattern in (
            ("a download log", _DOWNLOAD_LOG),
            ("a warning", _WARNING),
            ("a terminal control", _CONTROL),
        ):
            if found := pattern.search(text):
                yield f"cell {index} shows {what}: {_around(text, found)!r}"
    sources = [(index, cell.source) for index, cell in enumerate(notebook.cells)]
    for index, text in [*sources, *_output_texts(notebook)]:
        if found := _MACHINE_PATH.search(text):
            yield f"cell {index} holds a machine path: {_around(text, found)!r}"


def check_figures_in_prose(path, notebook):
    """Every share with decimals in the prose was measured: an output or the seeds."""
    shown = {
        float(figure)
        for _, text in _output_texts(notebook)
        for figure in _SHARE.findall(text)
    }
    for row in notebook_files.seeds(notebook).values():
        of_seeds = [row["mean"], row["sd"], *row["values"]]
        shown |= {abs(100 * figure) for figure in of_seeds}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        for figure in _SHARE.findall(cell.source):
            half = 0.5 * 10 ** -len(figure.split(".")[1]) + 1e-9
            if not any(abs(float(figure) - measured) <= half for measured in shown):
                yield f"cell {index} says {figure} %, which nothing measured shows"


def check_images(path, notebook):
    """Pictures are PNG with alt text, and a sentence after each says what it shows."""
    for index, cell in notebook_files.code_cells(notebook):
        mimes = {mime for output in cell.outputs for mime in output.get("data", {})}
        images = {mime for mime in mimes if mime.startswith("image/")}
        if images - {"image/png"}:
            yield f"cell {index} holds {sorted(images - {'image/png'})}; only PNG"
        following = notebook.cells[index + 1 : index + 2]
        if images and not (following and following[0].cell_type == "markdown"):
            yield f"no Markdown cell after cell {index} says what its picture shows"
        for alt in _alt_texts(cell):
            if len(alt) < SHORTEST_ALT:
                yield (
                    f"cell {index} has a picture with the alt text {alt!r}; describe "
                    "it: rnn_utils.figures.show(...)"
                )
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and "![](" in cell.source:
            yield f"cell {index} has a picture without alt text"


def _alt_texts(cell):
    """The alt text, "" where there is none, of every picture in a cell's outputs."""
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            yield output.metadata.get("image/png", {}).get("alt", "").strip()
        for image in _IMAGE.findall(output.get("data", {}).get("text/html", "")):
            alt = _ALT.search(image)
            yield alt[2].strip() if alt else ""


def check_scorecard(path, notebook):
    """One scorecard; its claims hold, and its floors come from measured seeds."""
    if notebook_files.is_map(path):
        return
    records = notebook_files.records(notebook)
    if len(records) != 1:
        yield f"there are {len(records)} scorecards; expected one"
        return
    seeds = notebook_files.seeds(notebook)
    for result in scorecard.results_of(records[0]):
        yield from result.failures
        yield from _seed_problems(result, seeds.get(result.name))


def _seed_problems(result, row):
    if result.floor is None:
        return
    if row is None or row["n"] < FEWEST_SEEDS:
        n = row["n"] if row else 0
        yield f"{result.name}: {n} seeds measured, {FEWEST_SEEDS} needed (make seeds)"
        return
    mean, sd = row["mean"], row["sd"]
    slack = 0.01 if result.percent else 0.01 * abs(mean)
    sign = 1 if result.higher_is_better else -1
    distance = sign * (mean - result.floor)  # How far the floor is on the safe side.
    figures = f"floor {result.floor:.4g}, mean {mean:.4g}, sd {sd:.2g}"
    if distance < 3 * sd:
        yield f"{result.name}: the floor is nearer than 3 sd: {figures}"
    if distance > 6 * sd + slack:
        yield f"{result.name}: the floor is too far to ever fail: {figures}"
    if abs(result.value - mean) > 4 * sd + slack:
        yield (
            f"{result.name}: the stored value {result.value:.4g} is not from the runs "
            f"that the seeds measured: {figures}; run make seeds"
        )


def _output_texts(notebook):
    """Cell index and text of every output that is text."""
    for index, cell in notebook_files.code_cells(notebook):
        for output in cell.outputs:
            if "text" in output:
                yield index, output.text
            for mime, content in output.get("data", {}).items():
                if mime.startswith("text/"):
                    yield index, content
                elif mime.endswith("+json"):
                    yield index, json.dumps(content, ensure_ascii=False)


def _around(text, found):
    return text[max(0, found.start() - 10) : found.end() + 30]
