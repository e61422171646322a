"""Writes the checkout's own address into badges and install lines, and clears it.

python -m tools.stamp_links [--url URL | --clear | --show-cell | --show-requirement]

The repository in git does not know its address: an install line that points to a name
which somebody else can register would be a security hole. A fork stamps its own.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tools import notebook_files

MARKER = "<!-- badges -->"
BRANCH = "main"
README_NOTEBOOK = "00_start_here.ipynb"

_CONDITION = 'if importlib.util.find_spec("rnn_utils") is None:\n'
_UNSTAMPED_BODY = """\
    raise ModuleNotFoundError(
        "rnn_utils is not installed. In a checkout of the repository, run `make lab`, "
        'or `pip install -e ".[cpu,notebooks]"`, and open this notebook again. '
        'In Colab or Kaggle, run %pip install "rnn-utils[colab] @ git+ADDRESS" first, '
        "where ADDRESS is that of the repository that you have this notebook from."
    )
"""
# The set-up cell of every notebook, letter for letter.
SETUP_CELL = f"""\
import importlib.util

{_CONDITION}{_UNSTAMPED_BODY}
from rnn_utils import notebook

session = notebook.start()"""

MARKER_LINE = re.compile(rf"^{re.escape(MARKER)}$", re.MULTILINE)
_BADGES = re.compile(MARKER_LINE.pattern + r"\n(\[!\[Open in Colab\].*)", re.MULTILINE)
_BADGE_ADDRESS = re.compile(r"/github/([\w.-]+)/([\w.-]+)/blob/")
_INSTALL = re.compile(rf"{re.escape(_CONDITION)}(    %pip install .*)\n")
_ADDRESS = re.compile(
    r"(?:https://|ssh://git@|git@)(?P<host>github\.com)[/:]"
    r"(?P<owner>[\w.-]+)/(?P<repository>[\w.-]+?)(?:\.git)?/?"
)


def parse_address(url):
    """Owner and repository in the address of a GitHub repository.

    Args:
        url: `https://github.com/OWNER/REPO`, `git@github.com:OWNER/REPO.git` or the
            `ssh://` form.

    Raises:
        ValueError: For any other address; Colab and Binder links need GitHub.
    """
    match = _ADDRESS.fullmatch(url.strip())
    if not match:
        raise ValueError(
            f"The address is {url!r}; expected https://github.com/OWNER/REPO or "
            "git@github.com:OWNER/REPO.git, because Colab opens notebooks from there."
        )
    return match["owner"], match["repository"]


def badges(owner, repository, name):
    """The badge row of a notebook, in Markdown."""
    colab = "https://colab.research.google.com"
    binder = "https://mybinder.org"
    return (
        f"[![Open in Colab]({colab}/assets/colab-badge.svg)]"
        f"({colab}/github/{owner}/{repository}/blob/{BRANCH}/notebooks/{name}) "
        f"[![Launch on Binder]({binder}/badge_logo.svg)]"
        f"({binder}/v2/gh/{owner}/{repository}/{BRANCH}"
        f"?urlpath=lab/tree/notebooks/{name})"
    )


def requirement(address):
    """What the set-up cell asks pip for, from an address of the repository.

    The extra `colab` leaves TensorFlow, Keras and NumPy as Colab has them; `cpu` and
    `tensorflow` would replace Colab's own TensorFlow.
    """
    return f"rnn-utils[colab] @ {address}"


def install_line(owner, repository):
    """The body of the set-up cell's branch where `rnn_utils` is missing."""
    address = f"git+https://github.com/{owner}/{repository}"
    return f'    %pip install -q "{requirement(address)}"\n'


def clear_text(text):
    """Markdown or code without its stamp."""
    return _INSTALL.sub(_CONDITION + _UNSTAMPED_BODY, _BADGES.sub(MARKER, text))


def stamp_text(text, owner, repository, name):
    """Markdown or code with the stamp of one address, whatever it held before."""
    row = badges(owner, repository, name)
    text = MARKER_LINE.sub(f"{MARKER}\n{row}", clear_text(text))
    body = install_line(owner, repository)
    return text.replace(_CONDITION + _UNSTAMPED_BODY, _CONDITION + body)


def stamp_of(path):
    """The badge row and the install line in a file, None for each that is not there."""
    row = install = None
    for text in texts(path):
        if found := _BADGES.search(text):
            row = found[1]
        if found := _INSTALL.search(text):
            install = found[1]
    return row, install


def stamped_address(root):
    """Owner and repository of the stamp in a checkout's README, None without one."""
    row, _ = stamp_of(Path(root) / "README.md")
    return _BADGE_ADDRESS.search(row).groups() if row else None


def texts(path):
    """The text of a file, or of each of its cells."""
    if path.suffix == ".ipynb":
        return [cell.source for cell in notebook_files.read(path).cells]
    return [path.read_text(encoding="utf-8")]


def rewrite(path, change):
    """Applies a change to a file's text, or to the source of each cell."""
    if path.suffix != ".ipynb":
        notebook_files.write_text(path, change(path.read_text(encoding="utf-8")))
        return
    notebook = notebook_files.read(path)
    for cell in notebook.cells:
        cell.source = change(cell.source)
    notebook_files.write(path, notebook)


def stamp_all(root, owner, repository):
    """Stamps the README and every notebook of a checkout."""
    for path in stamped_files(root):
        name = path.name if path.suffix == ".ipynb" else README_NOTEBOOK
        rewrite(path, lambda text, n=name: stamp_text(text, owner, repository, n))


def clear_all(root):
    """Takes the stamp out of the README and every notebook of a checkout."""
    for path in stamped_files(root):
        rewrite(path, clear_text)


def stamped_files(root):
    """The files that carry a stamp."""
    root = Path(root)
    readme = [root / "README.md"] if (root / "README.md").exists() else []
    return [*readme, *notebook_files.all_notebooks(root / "notebooks")]


def origin(root):
    """The address of the checkout's `origin`, or None where there is none."""
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--url", help="the repository's address (default: its origin)")
    action.add_argument("--clear", action="store_true", help="take the stamps out")
    action.add_argument(
        "--show-cell", action="store_true", help="print the set-up cell"
    )
    action.add_argument(
        "--show-requirement",
        action="store_true",
        help="print what that cell installs in Colab, from this checkout",
    )
    parser.add_argument("--root", type=Path, default=notebook_files.ROOT)
    options = parser.parse_args(arguments)
    if options.show_cell:
        print(SETUP_CELL)
        return 0
    if options.show_requirement:
        print(requirement(options.root.resolve().as_uri()))
        return 0
    if options.clear:
        clear_all(options.root)
        return 0
    url = options.url or origin(options.root)
    if not url:
        print(
            "This checkout has no remote called origin; give the address: "
            "make stamp URL=https://github.com/OWNER/REPO",
            file=sys.stderr,
        )
        return 1
    try:
        address = parse_address(url)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    stamp_all(options.root, *address)
    return 0


if __name__ == "__main__":
    sys.exit(main())
