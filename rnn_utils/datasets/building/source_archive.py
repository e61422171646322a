"""Downloads one source archive (sdist) from the places that pip is configured for.

    python -m rnn_utils.datasets.building.source_archive NAME==VERSION FOLDER

`pip download` would run the archive's `setup.py` to learn what it depends on. This
command downloads the file and nothing else. It asks pip for its configuration, so that
indexes, links, certificate, proxy and time-out are the user's own.
"""

import ast
import logging
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unearth import PackageFinder

_DEFAULT_INDEX = "https://pypi.org/simple"
_TIMEOUT_SECONDS = 60.0
# What pip reads later overrides what it read before.
_SECTIONS = ("global", "download", ":env:")


def pip_options(listing: str) -> dict[str, str]:
    """Returns pip's options, by name.

    Args:
        listing: What `pip config list` prints: a line `section.name='value'` for each
            option, where the section `:env:` holds the environment's.

    Returns:
        A dict from the option's name, such as `"index-url"`, to its text.
    """
    sections = {section: {} for section in _SECTIONS}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in sections and value:
            sections[section][name] = ast.literal_eval(value)
    return {
        name: text for options in sections.values() for name, text in options.items()
    }


def sources(options: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Returns where pip would look for packages.

    Args:
        options: What `pip_options` returns.

    Returns:
        A pair of lists: addresses of indexes, and folders or pages of links.
    """
    index_urls = [options.get("index-url", _DEFAULT_INDEX)]
    index_urls += options.get("extra-index-url", "").split()
    if options.get("no-index", "").lower() in ("1", "y", "yes", "t", "true", "on"):
        index_urls = []
    links = [os.path.expanduser(link) for link in options.get("find-links", "").split()]
    return index_urls, [link for link in links if "://" in link or Path(link).exists()]


def download(requirement: str, folder: str | Path, options: Mapping[str, str]) -> None:
    """Downloads the source archive that meets a requirement.

    A source that does not answer is named on stderr as pip names it, and the next one
    is asked.

    Args:
        requirement: A name with an exact version, `NAME==VERSION`.
        folder: Where the archive goes.
        options: What `pip_options` returns.

    Raises:
        LookupError: None of pip's sources has it.
    """
    for source, finder in _finders(requirement, options):
        try:
            best = finder.find_best_match(requirement).best
        except Exception as error:  # Of the network; of which kind is not promised.
            address = re.sub("//[^/@]*@", "//", source)  # Without a password.
            print(f"Could not fetch URL {address}: {error} - skipping", file=sys.stderr)
            continue
        if best is not None:
            archive = finder.download(best.link, folder)
            # A file on this machine is not downloaded but pointed at.
            if not archive.resolve().is_relative_to(Path(folder).resolve()):
                shutil.copy(archive, folder)
            return
    raise LookupError(f"No matching distribution found for {requirement}")


def _finders(
    requirement: str, options: Mapping[str, str]
) -> Iterator[tuple[str, "PackageFinder"]]:
    """Yields pip's sources, each with what finds packages there."""
    from unearth import PackageFinder
    from unearth.fetchers import PyPIClient

    certificate = options.get("cert")
    client = PyPIClient(
        trusted_hosts=options.get("trusted-host", "").split(),
        verify=ssl.create_default_context(cafile=certificate) if certificate else True,
        proxy=options.get("proxy"),
        timeout=float(options.get("timeout", _TIMEOUT_SECONDS)),
    )
    name = requirement.partition("==")[0]
    for kind, addresses in zip(("index", "links"), sources(options), strict=True):
        for address in addresses:
            # Nothing is installed, so it need not fit this Python.
            finder = PackageFinder(client, no_binary=[name], ignore_compatibility=True)
            finder.sources.clear()
            if kind == "index":
                finder.add_index_url(address)
            else:
                finder.add_find_links(address)
            yield address, finder


def _main(requirement: str, folder: str) -> None:
    logging.basicConfig(format="%(levelname)s: %(message)s")
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    try:
        download(requirement, folder, pip_options(listing))
    except LookupError as error:
        sys.exit(f"ERROR: {error}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
