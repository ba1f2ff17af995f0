"""What every test can ask for, and the two rules that every test module keeps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

KINDS = ("unit", "scenario", "integration", "hardware")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--speech",
        default=os.environ.get("SAMANTHA_SPEECH"),
        help="a folder of recordings with a manifest.csv; tests on real people are skipped without it",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marks = {mark.name for mark in item.iter_markers() if mark.name in KINDS}
        if len(marks) != 1:
            raise pytest.UsageError(
                f"{item.nodeid} needs exactly one marker of {', '.join(KINDS)}, has {marks}"
            )


@pytest.fixture
def speech(request: pytest.FixtureRequest) -> Path:
    """The folder of recorded people, or a skip that says how to name one."""
    folder = request.config.getoption("--speech")
    if not folder or not (Path(folder) / "manifest.csv").is_file():
        pytest.skip("no recordings: name a folder with a manifest.csv by --speech or SAMANTHA_SPEECH")
    return Path(folder)


@pytest.fixture(autouse=True)
def _own_folders(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings and the state of whoever runs it; models stay shared.

    Her voice is named, so that a test means the same wherever it runs; `auto` is whatever is installed first.
    """
    monkeypatch.setenv("SAMANTHA_VOICE__NAME", "kokoro-jf_alpha")
    monkeypatch.setenv("SAMANTHA_PATHS__STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))  # a Samantha that runs here is not asked
    monkeypatch.delenv("SAMANTHA_CONFIG", raising=False)
