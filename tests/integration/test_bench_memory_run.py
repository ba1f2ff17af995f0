"""The bench of her memory in small: a life told and asked back, through the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samantha import app, config
from samantha.bench import planted, remembering
from samantha.bench.companion import Companion
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.planted import Plan
from samantha.mind.llama import Llama

pytestmark = pytest.mark.integration

TINY = Plan(facts=4, changes=1, turns=8, tellings=1, askings=2, dated=1, untold=1)


def bench(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samantha", "bench", "--memory", *words],
        capture_output=True,
        text=True,
        timeout=200,
        stdin=subprocess.DEVNULL,
        env=env,
    )


def test_a_part_is_measured_and_nothing_of_it_remains(tmp_path: Path) -> None:
    scratch, state = tmp_path / "scratch", tmp_path / "state"
    scratch.mkdir()
    done = bench(
        "--only", "character", "--json", str(tmp_path / "figures.json"),
        env={**os.environ, "TMPDIR": str(scratch), "SAMANTHA_PATHS__STATE": str(state)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert list(record["tables"]) == list(record["seconds"]) == ["character"]
    assert all(table["cells"] for table in record["tables"]["character"])
    assert record["settings"]["length"] == "short"
    assert record["tables"]["character"][0]["name"] in done.stdout
    # Nobody's own memory was touched, and nothing of the fictional one remains.
    assert not state.exists()
    assert not list(scratch.iterdir())


def test_a_life_is_told_and_asked_back(tmp_path: Path) -> None:
    settings = config.load(flags={"llm.model": "smollm2-135m-instruct", "llm.max_tokens": 16})
    if not app.store(settings).installed("smollm2-135m-instruct"):
        pytest.skip("needs `samantha models pull smollm2-135m-instruct`")
    settings = remembering.kept_in(tmp_path, remembering.fixed(settings, seed=1))
    llm, _ = app.mind(settings)

    def companion(folder: Path, clock: Clock, name: str) -> Companion:
        return Companion(remembering.kept_in(folder, settings), llm, clock, name)

    setting = MemorySetting(settings, 1, False, lambda _: None, tmp_path, companion)
    try:
        tables = planted.measure(setting, TINY)
    finally:
        assert isinstance(llm, Llama)
        llm.close()
    assert [table.cells[0].trials for table in tables] == [4, 4, 1, 1, 1]
    right, wrong = tables[0].cells[0].value, tables[1].cells[0].value
    assert 0 <= right + wrong <= 100
    assert len(tables[0].failures) == round((100 - right) * 4 / 100)
    assert all(failure.asked and failure.wanted for failure in tables[0].failures)


def test_what_means_nothing_of_memory_is_refused() -> None:
    for words in (("--only", "turns"), ("--plot", "turns.png"), ("--turns", "3"), ("--room",)):
        assert bench(*words).returncode == 2, words
