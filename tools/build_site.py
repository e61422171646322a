"""Builds the site from committed outputs into build/site; nothing is executed.

python -m tools.build_site
"""

import os
import shutil
import subprocess
import sys

from rnn_utils.datasets.building.fetch_error import FetchError
from tools import mathjax, site_pages
from tools.notebook_files import ROOT

BUILD = ROOT / "build"
SITE = BUILD / "site"
SOURCES = BUILD / "site-sources"
MATHJAX = BUILD / "mathjax"


def build():
    """Builds it, whole; returns Sphinx's exit status. A warning is an error."""
    site_pages.gather(ROOT, SOURCES)
    mathjax.copy_to(MATHJAX)
    shutil.rmtree(SITE, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "--builder=html", "--fresh-env"]
    command += ["--fail-on-warning", "--keep-going", "--jobs=auto", "--quiet"]
    command += [f"--conf-dir={ROOT / 'docs'}", f"--doctree-dir={BUILD / 'doctrees'}"]
    # What it imports for the reference shall not fill the screen, nor take a GPU.
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [*command, str(SOURCES), str(SITE)], env={**os.environ, **quiet}, check=False
    )
    return done.returncode


def main():
    """Runs the command line; returns the exit status."""
    try:
        status = build()
    except (FetchError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if status == 0:
        print(f"The site is at {SITE / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
