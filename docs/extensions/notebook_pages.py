"""What the site makes of a notebook, beside what MyST-NB does.

Its number stands in its title; cells with the tag `solution` are folded; images carry
the alt text of their output's metadata; badges, which are images from other servers,
give way to the buttons of the theme. The file that readers download is unchanged.
"""

import re

import nbformat
from docutils import nodes
from sphinx.transforms import SphinxTransform

from tools import notebook_files, site_pages, stamp_links

FOLDER = "notebooks"
# What myst-nb folds.
FOLDED = "hide-cell"
# For figures that say nothing of themselves. The suite's rule: a sentence follows.
NO_ALT = "A figure; the text after it says what it shows."

_HEADING = re.compile(r"#{1,6} +(.*?)[ #]*")


def read_notebook(text):
    """The notebook in a file's text, as the site shows it."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        is_solution = notebook_files.is_solution(cell)
        if cell.cell_type == "markdown":
            source = site_pages.rewritten(stamp_links.clear_text(cell.source), FOLDER)
            cell.source = folded(source) if is_solution else source
        elif is_solution:
            cell.metadata.tags = [*cell.metadata.tags, FOLDED]
    return notebook


def folded(source):
    """Markdown of a solution behind a click, its heading outside.

    A section cannot begin inside of what is folded, so headings further down become
    paragraphs in bold.
    """
    heading, _, rest = source.strip().partition("\n")
    if not _HEADING.fullmatch(heading):
        heading, rest = "", source
    if not rest.strip():
        return source
    fenced, lines = False, []
    for line in rest.strip().splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        found = None if fenced else _HEADING.fullmatch(line)
        lines.append(f"**{found[1]}**" if found else line)
    summary = "<summary>Show the solution</summary>"
    details = [
        f'<details class="{notebook_files.SOLUTION}">',
        summary,
        "",
        *lines,
        "",
        "</details>",
    ]
    return "\n".join([heading, "", *details] if heading else details)


class Numbers(SphinxTransform):
    """Puts a notebook's number before its title."""

    default_priority = 400  # Before titles are collected, once the document is whole.

    def apply(self):
        """Changes the first title of a notebook."""
        folder, _, name = self.env.docname.partition("/")
        number = re.match(r"\d\d(?=_)", name)
        if folder == FOLDER and number:
            title = next(iter(self.document.findall(nodes.title)))
            title.insert(0, nodes.Text(f"{number[0]} "))


class AltTexts(SphinxTransform):
    """Gives each image in an output the alt text that its metadata hold."""

    default_priority = 400

    def apply(self):
        """Changes the images of one notebook."""
        path = self.env.doc2path(self.env.docname)
        if not str(path).endswith(".ipynb"):
            return
        alts = alt_texts(notebook_files.read(path))
        images = [
            container.next_node(nodes.image)
            for container in self.document.findall(nodes.container)
            if container.get("mime_type", "").startswith("image/")
        ]
        for image, alt in zip(images, alts, strict=True):
            image["alt"] = alt or NO_ALT


def alt_texts(notebook):
    """The alt text of each image in the outputs of a notebook, None without one."""
    return [
        output.metadata.get(kind, {}).get("alt")
        for _, cell in notebook_files.code_cells(notebook)
        for output in cell.outputs
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]


def setup(app):
    """Registers the transforms."""
    app.add_transform(Numbers)
    app.add_transform(AltTexts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
