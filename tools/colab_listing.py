"""Writes `constraints-colab.txt` from what Colab says it has installed.

python -m tools.colab_listing pip-freeze.txt --date 2026-08-19 --python 3.13.15
python -m tools.colab_listing --check

The listing is `pip freeze` as Colab publishes it, or prints it in a notebook. What we
need of it is kept letter for letter, also where its versions do not fit each other:
that is what a reader in Colab has. `--check` runs in an environment that was made of
them and of the set-up cell's command: it fails where that command has changed one.
"""

import argparse
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import notebook_files

FILE = "constraints-colab.txt"
TESTS_ONLY = "# Not in Colab; the tests need them."
# Colab shows notebooks in an interface of its own.
_INTERFACE = "jupyterlab"

_HEAD = """\
# Google Colab's Python packages of {date} (Python {python}), letter for letter, as far
# as we need them. `make test-colab` installs exactly these and then runs the set-up
# cell's own command. When Colab moves on: `python -m tools.colab_listing --help`.
"""


def listed(text):
    """The lines of a listing that name a version, by canonical name."""
    lines = [line.strip() for line in text.splitlines()]
    return {
        canonicalize_name(line.partition("==")[0]): line
        for line in lines
        if re.fullmatch(r"[\w.-]+==[^\s;]+", line)
    }


def replaced(project):
    """The packages whose versions the extra `colab` sets, by canonical name."""
    extra = project["optional-dependencies"]["colab"]
    return {canonicalize_name(Requirement(line).name) for line in extra}


def changes(project, text):
    """Lines of `constraints-colab.txt` that this environment does not have any more."""
    pinned = {name: line.partition("==")[2] for name, line in listed(text).items()}
    found = {
        canonicalize_name(package.name): package.version
        for package in importlib.metadata.distributions()
    }
    for name in sorted(pinned.keys() - replaced(project)):
        if found.get(name) != pinned[name]:
            yield f"{name} is {found.get(name)}; Colab has {pinned[name]}"


def requirements(project, *extras):
    """The requirements of the project with some extras, as far as Colab needs them."""
    lines = project["dependencies"] + [
        line for extra in extras for line in project["optional-dependencies"][extra]
    ]
    names = {line: canonicalize_name(Requirement(line).name) for line in lines}
    return [line for line in lines if names[line] not in (project["name"], _INTERFACE)]


def closure(lines, constraints, python):
    """All packages that requirements bring along, by name, at versions that fit."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, limits = Path(folder) / "wanted.in", Path(folder) / "limits.txt"
        wanted.write_text("\n".join(lines), encoding="utf-8")
        limits.write_text("\n".join(constraints), encoding="utf-8")
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet"]
        command += ["--no-header", "--no-annotate", "--constraint", str(limits)]
        command += ["--python-version", python, "--python-platform", "linux"]
        done = subprocess.run(
            [*command, str(wanted)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"The listing does not fit the project:\n{done.stderr}")
    return listed(done.stdout)


def constraints(project, listing, date, python):
    """The text of `constraints-colab.txt`.

    Args:
        project: The table `project` of pyproject.toml.
        listing: The text of Colab's listing.
        date: The listing's date, for example "2026-08-19".
        python: Colab's Python, for example "3.13.15".
    """
    has = listed(listing)
    # The extra sets these on purpose, where Colab's own versions break.
    ours = replaced(project)
    limits = [line for name, line in has.items() if name not in ours]
    everything = requirements(
        project, "tensorflow", "datasets", "colab", "notebooks", "test"
    )
    needed = closure(everything, limits, python)
    tests = closure(requirements(project, "test"), limits, python)
    kept = [has[name] for name in sorted(needed) if name in has]
    added = [tests[name] for name in sorted(tests) if name not in has]
    head = _HEAD.format(date=date, python=python)
    return head + "\n".join([*kept, TESTS_ONLY, *added]) + "\n"


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("listing", nargs="?", type=Path, help="Colab's pip freeze")
    parser.add_argument("--date", help="the listing's, such as 2026-08-19")
    parser.add_argument("--python", help="Colab's, such as 3.13.15")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(arguments)
    text = (notebook_files.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    file = notebook_files.ROOT / FILE
    if options.check:
        found = list(changes(project, file.read_text(encoding="utf-8")))
        print("\n".join(found), end="\n" if found else "")
        return bool(found)
    if not (options.listing and options.date and options.python):
        parser.error("a listing needs its file, --date and --python")
    listing = options.listing.read_text(encoding="utf-8")
    new = constraints(project, listing, options.date, options.python)
    notebook_files.write_text(file, new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
