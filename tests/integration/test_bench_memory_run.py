"""The bench of her memory in small: a life told and asked back, through the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samantha import app, config

pytestmark = pytest.mark.integration

SMALL = ("--llm", "smollm2-135m-instruct", "--set", "llm.max_tokens=16", "--set", "llm.context=1024")


def bench(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samantha", "bench", "--memory", *words],
        capture_output=True,
        text=True,
        timeout=500,
        stdin=subprocess.DEVNULL,
        env=env,
    )


def test_a_life_is_told_and_asked_back(tmp_path: Path) -> None:
    if not app.store(config.load()).installed("smollm2-135m-instruct"):
        pytest.skip("needs `samantha models pull smollm2-135m-instruct`")
    scratch, state = tmp_path / "scratch", tmp_path / "state"
    scratch.mkdir()
    done = bench(
        "--only", "planted", *SMALL, "--json", str(tmp_path / "figures.json"),
        env={**os.environ, "TMPDIR": str(scratch), "SAMANTHA_PATHS__STATE": str(state)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    tables = record["tables"]["planted"]
    assert [table["cells"][0]["trials"] for table in tables] == [24, 24, 6, 6, 6]
    right, wrong = (table["cells"][0]["value"] for table in tables[:2])
    assert 0 <= right + wrong <= 100
    assert len(tables[0]["failures"]) == round((100 - right) * 24 / 100)
    assert all(failure["asked"] and failure["wanted"] for failure in tables[0]["failures"])
    assert record["settings"]["length"] == "short"
    assert "asked back in other words" in done.stdout
    # Nobody's own memory was touched, and nothing of the fictional one remains.
    assert not state.exists()
    assert not list(scratch.iterdir())


def test_what_means_nothing_of_memory_is_refused() -> None:
    for words in (("--only", "turns"), ("--plot", "turns.png"), ("--turns", "3"), ("--room",)):
        assert bench(*words).returncode == 2, words
