"""Claims about a download that fails: one sentence says what happened, what to do."""

import re
import socket
import subprocess

import pytest

from rnn_utils.datasets.building import package_download
from rnn_utils.datasets.building.fetch_error import FetchError
from rnn_utils.datasets.building.package_download import download
from rnn_utils.datasets.building.registry_package import RegistryPackage

NO_MATCH = (
    "ERROR: Could not find a version that satisfies the requirement toy==1.0 (from "
    "versions: none)\nERROR: No matching distribution found for toy==1.0\n"
)
POOL = "HTTPSConnectionPool(host='index', port=443): "


def toy(kind="wheel"):
    return RegistryPackage("toy", "1.0", "0" * 64, kind=kind)


def not_fetched(reason):
    """What pip prints when one of its addresses gives it nothing."""
    return f"Could not fetch URL https://index/toy/: {reason} - skipping\n{NO_MATCH}"


@pytest.fixture
def folder(tmp_path, registry):
    """Where archives go."""
    folder = tmp_path / "data" / "packages" / "incomplete-1"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def failing_client(monkeypatch):
    """A function that replaces pip and npm by one that prints a text and fails.

    It returns the list of the commands that are run.
    """

    def replace(text):
        commands = []

        def run(command, **options):
            commands.append(command)
            return subprocess.CompletedProcess(command, 1, "", text)

        monkeypatch.setattr(package_download.subprocess, "run", run)
        monkeypatch.setattr(package_download.shutil, "which", lambda name: name)
        return commands

    return replace


@pytest.fixture
def no_network(monkeypatch):
    """Pip's registry at an address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "0")


def sentence(package, folder):
    """Returns what a failed download says, having seen that it is one sentence."""
    with pytest.raises(FetchError) as caught:
        download(package, folder)
    text = str(caught.value)
    assert text.startswith("toy 1.0 could not be downloaded, as ")
    assert text.endswith(".")
    assert not re.search(r"[.!?] [A-Z]|\n|\x1b", text)
    # Neither code nor a colleague of pip's stands between the reader and the sentence.
    assert caught.value.__cause__ is None
    return text


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_without_a_network_the_advice_is_to_connect(folder, no_network, kind):
    text = sentence(toy(kind), folder)
    assert "as pip cannot reach its registry" in text
    assert "refused" in text
    assert "connect to a network" in text


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_what_the_registry_does_not_have_is_no_matter_of_the_network(folder, kind):
    text = sentence(toy(kind), folder)
    assert "pip's registry does not have it" in text
    assert "(No matching distribution found for toy==1.0)" in text
    assert "network" not in text


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_another_version_is_not_enough(folder, make_wheel, kind):
    make_wheel("toy", "2.0", "toy/data.csv", b"")
    assert "does not have it" in sentence(toy(kind), folder)


def test_forced_colours_do_not_hide_the_reason(folder, monkeypatch):
    # As ipykernel sets them for all that a notebook starts.
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "(No matching distribution found for toy==1.0)" in sentence(toy(), folder)


def test_clients_run_without_colours_and_beside_the_archive(folder, monkeypatch):
    seen = {}

    def run(command, env, **options):
        seen.update(env)
        return subprocess.CompletedProcess(command, 1, "", NO_MATCH)

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setattr(package_download.subprocess, "run", run)
    sentence(toy(), folder)
    assert seen["NO_COLOR"] == "1"
    assert not {"FORCE_COLOR", "CLICOLOR_FORCE"} & set(seen)
    assert {seen[name] for name in ("TMPDIR", "TEMP", "TMP")} == {str(folder)}
    assert seen["PIP_FIND_LINKS"]  # The user's configuration stays.


@pytest.mark.parametrize(
    "why, cause",
    [
        (
            f"connection error: {POOL}Read timed out. (read timeout=15)",
            "Read timed out",
        ),
        ("timed out", "timed out"),
        (
            "connection error: [Errno 101] Network is unreachable",
            r"[Errno 101] Network",
        ),
        (
            f"{POOL}Max retries exceeded with url: /toy/ (Caused by ResponseError('too "
            "many 503 error responses'))",
            "too many 503 error responses",
        ),
        (
            f"connection error: {POOL}Max retries exceeded with url: /toy/ (Caused by "
            "NewConnectionError('<object at 0x7f>: Failed to establish a new "
            "connection: [Errno -3] Temporary failure in name resolution'))",
            "([Errno -3] Temporary failure in name resolution)",
        ),
        (
            "There was a problem confirming the ssl certificate: [SSL: "
            "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local "
            "issuer certificate (_ssl.c:1000)",
            "(unable to get local issuer certificate)",
        ),
        (
            "403 Client Error: Forbidden for url: https://index/toy/",
            "(403 Client Error: Forbidden)",
        ),
    ],
)
def test_a_registry_that_gives_no_answer_is_a_matter_of_the_network(
    folder, failing_client, why, cause
):
    commands = failing_client(not_fetched(why))
    text = sentence(toy(), folder)
    assert "pip cannot reach its registry" in text
    assert cause in text
    assert len(commands) == 3


def test_one_of_two_registries_that_answers_no_is_not_the_cause(folder, failing_client):
    no = "404 Client Error: Not Found for url: https://other/toy/"
    failing_client(not_fetched(no) + not_fetched("timed out"))
    assert "cannot reach its registry (timed out)" in sentence(toy(), folder)


def test_a_registry_that_answers_no_is_asked_once(folder, failing_client):
    commands = failing_client(not_fetched("404 Client Error: Not Found for url: u"))
    assert "does not have it" in sentence(toy(), folder)
    assert len(commands) == 1


def test_a_download_that_breaks_off_is_a_matter_of_the_network(folder, failing_client):
    commands = failing_client(
        "ERROR: Exception:\nTraceback (most recent call last):\n  File ...\n"
        f"pip._vendor.urllib3.exceptions.ReadTimeoutError: {POOL}Read timed out.\n"
    )
    assert "cannot reach its registry (Read timed out)" in sentence(toy(), folder)
    assert len(commands) == 3


@pytest.mark.parametrize(
    "code, reason, expected, attempts",
    [
        ("E404", "", "does not have it (E404)", 1),
        ("ETARGET", "", "does not have it (ETARGET)", 1),
        (
            "ENOTFOUND",
            "npm error network request to u failed, reason: getaddrinfo ENOTFOUND u\n",
            "npm cannot reach its registry (getaddrinfo ENOTFOUND u)",
            3,
        ),
        ("E503", "", "npm cannot reach its registry (E503)", 3),
        ("EWHAT", "", "npm failed 3 times (EWHAT)", 3),
    ],
)
def test_npm_is_understood_by_its_codes(
    folder, failing_client, code, reason, expected, attempts
):
    # Before its tenth version npm called an error ERR!.
    for word in ("error", "ERR!"):
        text = f"npm {word} code {code}\n{reason}npm {word} see the log\n"
        commands = failing_client(text)
        assert expected in sentence(toy("npm"), folder)
        assert len(commands) == attempts


@pytest.mark.parametrize(
    "kind, text",
    [
        (
            "wheel",
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space "
            "left on device",
        ),
        ("sdist", "OSError: [Errno 28] No space left on device: 'toy.tar.gz'"),
        ("npm", "npm error code ENOSPC\nnpm error syscall write\n"),
        ("wheel", "OSError: [WinError 112] There is not enough space on the disk"),
        ("wheel", "OSError: [Errno 122] Disk quota exceeded"),
    ],
)
def test_a_full_disk_is_told_at_once_and_by_its_name(
    folder, failing_client, kind, text
):
    commands = failing_client(text)
    told = sentence(toy(kind), folder)
    assert f"the disk that holds {folder.parent} is full: free some space" in told
    assert "RNN_DATA_DIR" in told
    assert "network" not in told
    assert len(commands) == 1


def test_any_other_failure_is_told_in_the_clients_words(folder, failing_client):
    commands = failing_client("/usr/bin/python3: No module named pip\n")
    text = sentence(toy(), folder)
    assert "pip failed 3 times (/usr/bin/python3: No module named pip)" in text
    assert len(commands) == 3


def test_a_client_that_cannot_be_started_is_named(folder, monkeypatch):
    def run(command, **options):
        raise FileNotFoundError(2, "No such file or directory", command[0])

    monkeypatch.setattr(package_download.subprocess, "run", run)
    assert "pip failed 3 times ([Errno 2]" in sentence(toy(), folder)


def test_a_passing_fault_is_tried_again(folder, make_wheel, monkeypatch):
    archive = make_wheel("toy", "1.0", "toy/data.csv", b"")
    calls = []
    run = subprocess.run

    def fails_once(command, **options):
        calls.append(command)
        if len(calls) == 1:
            return subprocess.CompletedProcess(command, 1, "", "connection reset")
        return run(command, **options)

    monkeypatch.setattr(package_download.subprocess, "run", fails_once)
    assert download(toy(), folder).read_bytes() == archive.read_bytes()
    assert len(calls) == 2
