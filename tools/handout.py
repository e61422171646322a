"""Prints notebooks, as they are committed, to PDF: `build/handout/NN_name.pdf`.

python -m tools.handout --notebook 05 [--solutions]

nbconvert makes one page without a script, in which formulas are MathML; Chromium prints
it. Nothing is taken from the network.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jinja2
import latex2mathml.converter
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from tools import notebook_files, student_version

FOLDER = notebook_files.ROOT / "build" / "handout"
# Debian's name, Google's, and that of the Mac.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PRINT_SECONDS = 120

_STYLE = """\
<style>
  math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math",
         "DejaVu Math TeX Gyre", math; font-size: 110%; }
  .formulas { text-align: center; line-height: 2.2; }
  .formulas math { display: inline math; margin: 0 0.8em; }
  @page { size: A4; margin: 15mm; }
  body { --jp-code-font-size: 11px; }  /* 88 letters fit on a line. */
  pre { white-space: pre-wrap !important; }
  .jp-InputPrompt, .jp-OutputPrompt { display: none; }
  .jp-OutputArea-output img, .jp-RenderedMarkdown, table { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
</style>
"""
# What can be clicked has a picture before it, and nothing else needs a script.
_LIVE = re.compile(r"<(iframe|script)\b.*?</\1>\s*", re.DOTALL)
_FILE_LINK = re.compile(r"<a href=\"(?!#|[a-z]+:)[^\"]*\"[^>]*>(.*?)</a>", re.DOTALL)
_CLOSED, _OPEN = "<details>", "<details open>"
_ANSWER = re.compile(rf"{_CLOSED}.*?</details>", re.DOTALL)
# What latex2mathml hands through where it does not know a command.
_NOT_TYPESET = re.compile(r"\\|&(?!#?\w+;)")


def mathml(tex, display="inline"):
    """A formula as MathML.

    Raises:
        ValueError: It holds a command that cannot be typeset.
    """
    markup = latex2mathml.converter.convert(tex, display=display)
    if _NOT_TYPESET.search(markup):
        raise ValueError(
            f"the formula {tex!r} holds what latex2mathml does not know; write it in "
            "other commands"
        )
    return markup


def _side_by_side(tex):
    """The formulas that a wide space sets apart, outside all braces."""
    parts, depth = [""], 0
    for token in re.split(r"(\\qquad|\\begin|\\end|(?<!\\)[{}])", tex):
        depth += {"{": 1, "\\begin": 1, "}": -1, "\\end": -1}.get(token, 0)
        if token == r"\qquad" and not depth:
            parts.append("")
        else:
            parts[-1] += token
    return parts


class _Renderer(IPythonRenderer):
    """Markdown whose formulas are MathML."""

    def inline_math(self, body):
        """A formula in a line."""
        return mathml(body)

    def block_math(self, body):
        """Formulas on lines of their own; a browser does not break one itself."""
        parts = [mathml(part, "block") for part in _side_by_side(body)]
        return f'<div class="formulas">{" ".join(parts)}</div>'

    def latex_environment(self, name, body):
        """An environment such as `align*`, without dollar signs."""
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def markdown(text, **options):
    """HTML of a Markdown text, with its formulas typeset; `options` of nbconvert's."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True, **options)
    return MarkdownWithMath(renderer=renderer).render(text)


class _Exporter(HTMLExporter):
    """nbconvert's page of a notebook, with formulas typeset in it."""

    @jinja2.pass_context
    def markdown2html(self, context, source):
        """HTML of a Markdown text in a cell or an output."""
        return markdown(
            source,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context["resources"]["metadata"]["path"],
        )


def page(path, solutions=False):
    """The HTML of a notebook's handout.

    Args:
        path: The notebook's file.
        solutions: Whether to print the solutions, and the answers that the notebook
            shows on a click.

    Raises:
        ValueError: A formula cannot be typeset.
    """
    notebook = notebook_files.read(path)
    if not solutions:
        notebook = student_version.without_solutions(notebook)
    address = student_version.repository(path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _on_paper(cell.source, path, solutions, address)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    exporter = _Exporter(template_name="lab", embed_images=True)
    html, _ = exporter.from_notebook_node(notebook, resources=resources)
    # A file beside the notebook cannot be opened from paper.
    html = _FILE_LINK.sub(r"\1", _LIVE.sub("", html))
    return html.replace("</head>", f"{_STYLE}</head>")


def _on_paper(text, path, solutions, address):
    """Markdown that nobody can click on: answers stand open, or are left out."""
    text = text.replace(_CLOSED, _OPEN) if solutions else _ANSWER.sub("", text)
    if not address:
        return text

    def on_the_web(target):
        if target.endswith(student_version.PICTURES):
            return target
        return student_version.web_address(target, path, address)

    return student_version.with_links(text, on_the_web)


def browser():
    """The path of a Chromium or Chrome.

    Raises:
        FileNotFoundError: There is none.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(
        "A handout is printed by Chromium, and neither chromium nor google-chrome is "
        "on the path; install one of them."
    )


def write(path, solutions=False, folder=FOLDER):
    """Prints a notebook to PDF; returns the file's path.

    Raises:
        ValueError: A formula cannot be typeset.
        FileNotFoundError: No browser is there to print.
        RuntimeError: The browser did not print.
    """
    program = browser()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{path.stem}.pdf"
    # A browser's children may write for a moment longer than it lives.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        source, printed = Path(place, "page.html"), Path(place, "page.pdf")
        source.write_text(page(path, solutions), encoding="utf-8")
        command = [program, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={place}/profile", f"--print-to-pdf={printed}"]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND"]  # No network.
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # As in a container.
            command.append("--no-sandbox")
        try:
            done = subprocess.run(
                [*command, source.as_uri()],
                capture_output=True,
                text=True,
                timeout=PRINT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(
                f"{program} did not print within {PRINT_SECONDS} s"
            ) from None
        if done.returncode or not printed.exists():
            why = done.stderr.strip() or f"exit status {done.returncode}"
            raise RuntimeError(f"{program} did not print: {why}")
        os.replace(printed, target)
    return target


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", help="number or start of the name (default: all)")
    parser.add_argument("--solutions", action="store_true", help="print them too")
    parser.add_argument("--folder", type=Path, default=notebook_files.NOTEBOOKS)
    options = parser.parse_args(arguments)
    try:
        paths = notebook_files.find_notebooks(options.notebook, options.folder)
    except ValueError as error:
        parser.error(str(error))
    for path in paths:
        try:
            print(write(path, options.solutions))
        except (FileNotFoundError, RuntimeError, ValueError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
