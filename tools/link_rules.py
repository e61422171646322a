"""Where the links of a committed notebook must lead; see `notebook_anatomy`."""

import re

from tools import notebook_files, notebook_links

_SOURCES = r"\bsources?\b"
_YEAR = re.compile(r"\([^()]*\b(?:1[89]|20)\d\d[a-z]?\b[^()]*\)")
_LINK = re.compile(r"\]\((https?://[^\s)]+)")
# Publishers and archives that keep an address for good; the pages of two institutes for
# reports that are nowhere else; and where software lives.
_LASTING = re.compile(
    r"https://(?:doi\.org/10\.\d|arxiv\.org/abs/\d|hdl\.handle\.net/|aclanthology\.org/"
    r"|openreview\.net/|proceedings\.mlr\.press/|(?:www\.)?jmlr\.org/"
    r"|(?:proceedings\.neurips|papers\.nips)\.cc/|openaccess\.thecvf\.com/"
    r"|(?:www\.)?isca-archive\.org/|(?:www\.)?jstor\.org/|web\.archive\.org/"
    r"|nbn-resolving\.org/|people\.idsia\.ch/|www\.ai\.rug\.nl/minds/|github\.com/|pypi\.org/project/)"
)
# Data has a card, with all addresses.
_CARD = "data/README.md"


def check_links(path, notebook):
    """First and last cell end with the links to the neighbours; no other has them."""
    expected = notebook_links.link_line(path)
    last = len(notebook.cells) - 1
    for index in sorted({0, last}):
        source = notebook.cells[index].source if notebook.cells else ""
        end = f"\n\n{notebook_links.MARKER}\n{expected}"
        if not source.endswith(end) or notebook_links.links_in(source) != [expected]:
            yield (
                f"cell {index} does not end with the links to the notebooks around; "
                "python -m tools.notebook_links writes them"
            )
    for index, cell in enumerate(notebook.cells[1:last], 1):
        if cell.cell_type == "markdown" and notebook_links.links_in(cell.source):
            yield f"cell {index} has links that belong into the first and last cell"


def check_sources(path, notebook):
    """Every paper in the sources has a link that lasts, such as that of its DOI."""
    for index, cell, text in notebook_files.section(notebook, _SOURCES):
        if cell.cell_type != "markdown":
            continue
        for bullet in re.findall(r"^- .*(?:\n[ \t]+\S.*)*", text, re.MULTILINE):
            if not _YEAR.search(bullet) or _CARD in bullet:
                continue
            if not any(map(_LASTING.match, _LINK.findall(bullet))):
                yield f"cell {index} has no DOI or other lasting link: {bullet[:60]!r}"
