"""Gathers the pages of the site: the repository's own, and the API reference.

The tree that Sphinx reads has the shape of the repository, so that the links between
notebooks, README and data cards lead where they lead on GitHub. What has another place
on the site is rewritten: the README is its first page, and a folder of the library is a
page of the reference.
"""

import posixpath
import re
import shutil
from pathlib import Path

from tools import api_pages, notebook_files, stamp_links

# Markdown files that are pages, after the README, in the order of the contents.
ABOUT = (
    "notebooks/glossary.md",
    "docs/teaching.md",
    "RESULTS.md",
    "benchmarks/README.md",
    "benchmarks/RESULTS.md",
    "data/README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
HOME = "index.md"
IMAGES = "notebooks/images"

# The numbers of notebooks, as DESIGN divides them.
PARTS = {
    "Foundations": range(0, 10),
    "Mappings and applications": range(10, 30),
    "Research": range(30, 100),
}

# A target with a scheme, as in https:, is no file of ours.
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:)(?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?=\))")


def gather(root, target):
    """Writes the tree that Sphinx reads.

    Args:
        root: The repository.
        target: A folder; what it held before is removed.

    Raises:
        ValueError: A page has a link to something that is not there.
    """
    root, target = Path(root), Path(target)
    shutil.rmtree(target, ignore_errors=True)
    for name, text in api_pages.pages(root / "rnn_utils").items():
        _write(target / "api" / name, text)
    for path in notebook_files.all_notebooks(root / "notebooks"):
        _copy(root, target, path.relative_to(root).as_posix())
        for cell in notebook_files.read(path).cells:
            if cell.cell_type == "markdown":
                _copy_files(root, target, "notebooks", cell.source)
    texts = {name: (root / name).read_text(encoding="utf-8") for name in ABOUT}
    for name, text in {"README.md": first_page(root), **texts}.items():
        folder = posixpath.dirname(name)
        _copy_files(root, target, folder, text)
        _write(target / _place(name), rewritten(text, folder, root))


def first_page(root):
    """The README without its badges, then the table of contents."""
    text = (Path(root) / "README.md").read_text(encoding="utf-8")
    return f"{stamp_links.clear_text(text)}\n{contents(root)}"


def contents(root):
    """The table of contents, as MyST writes it."""
    parts = {
        part: [
            f"notebooks/{path.stem}"
            for path in notebook_files.all_notebooks(Path(root) / "notebooks")
            if int(path.stem[:2]) in numbers
        ]
        for part, numbers in PARTS.items()
    }
    about = [name.removesuffix(".md") for name in ABOUT]
    parts |= {"About": about, "Library": ["api/index"]}
    return "\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {part}", "", *pages, "```"])
        for part, pages in parts.items()
        if pages
    )


def rewritten(text, folder, root=notebook_files.ROOT):
    """Markdown with its links as they are on the site.

    Args:
        text: Markdown.
        folder: Where its file lies, relative to the repository: `"notebooks"`, or `""`.
        root: The repository.

    Raises:
        ValueError: A link leads to nothing, or to a folder that has no page.
    """

    def replaced(link):
        path = posixpath.normpath(posixpath.join(folder, link["path"]))
        place = _place(path)
        if not (Path(root) / path).exists():
            raise ValueError(f"{folder or 'the first page'}: no file is at {path}")
        if place == path and (Path(root) / path).is_dir():
            raise ValueError(f"{path} is a folder, and the site has no page of it")
        return posixpath.relpath(place, folder or ".") + (link["anchor"] or "")

    return _LINK.sub(replaced, text)


def _place(path):
    """Where the site has a file or folder of the repository."""
    if path == "README.md":
        return HOME
    library, _, inside = path.partition("/")
    if library == "rnn_utils":
        return f"api/{api_pages.page_name(inside)}"
    return path


def _copy_files(root, target, folder, text):
    """Copies the files that a text links to and that are no pages: images, licences."""
    for link in _LINK.finditer(text):
        path = posixpath.normpath(posixpath.join(folder, link["path"]))
        is_page = path.endswith((".md", ".ipynb")) or _place(path) != path
        if not is_page and (root / path).is_file():
            _copy(root, target, path)


def _copy(root, target, path):
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / path, target / path)


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
