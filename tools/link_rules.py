"""Where the links of a committed notebook must lead; see `notebook_anatomy`."""

import re

from tools import notebook_files, notebook_links

_SOURCES = r"\bsources?\b"
_YEAR = re.compile(r"\([^()]*\b(?:1[89]|20)\d\d[a-z]?\b[^()]*\)")
_LINK = re.compile(r"\]\(https://(?:www\.)?([^\s)]+)")
# Publishers, archives and institutes that keep an address for good, and the homes of
# software.
_LASTING = (
    "aclanthology.org/",
    "ai.rug.nl/minds/",
    "arxiv.org/abs/",
    "doi.org/10.",
    "escholarship.org/uc/",
    "github.com/",
    "hdl.handle.net/",
    "isca-archive.org/",
    "jmlr.org/",
    "jstor.org/",
    "openaccess.thecvf.com/",
    "openreview.net/",
    "papers.nips.cc/",
    "people.idsia.ch/",
    "proceedings.mlr.press/",
    "proceedings.neurips.cc/",
    "pypi.org/project/",
    "statistics.stanford.edu/technical-reports/",
    "web.archive.org/",
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
            if not any(link.startswith(_LASTING) for link in _LINK.findall(bullet)):
                yield f"cell {index} has no DOI or other lasting link: {bullet[:60]!r}"
