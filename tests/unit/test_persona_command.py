"""`samantha persona …`, as a person and as a program call it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from samantha.cli import app
from samantha.errors import SamanthaError
from samantha.mind.growth import Growth
from samantha.store.database import Database

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANTHA_PATHS__STATE", str(tmp_path))
    with closing(Database(tmp_path)) as database:
        growth = Growth(database)
        growth.hear("Be shorter.", "Hm.", NOW)
        growth.hear("You're so cold.", "Hm.", NOW)


def persona(*words: str, **how: str) -> str:
    done = CliRunner().invoke(app, ["persona", *words], **how)  # type: ignore[arg-type]
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_she_is_shown_as_she_stands() -> None:
    shown = persona("show")
    assert "talkative" in shown
    assert "2 steps" in shown
    told = json.loads(persona("show", "--json"))
    assert told["traits"]["talkativeness"] == -0.25
    assert told["traits"]["warmth"] == 0.25


def test_each_step_is_told_with_its_reason_and_can_be_taken_back() -> None:
    assert "You asked me to say less." in persona("log")
    first, second = json.loads(persona("log", "--json"))
    assert json.loads(persona("undo", str(first["id"]), "--json")) == [first]
    assert json.loads(persona("log", "--json")) == [second]
    assert "warmth" in persona("undo")
    assert "nothing" in persona("undo")


def test_a_step_that_there_is_not_is_said() -> None:
    with pytest.raises(SamanthaError, match="no step 77"):
        persona("undo", "77")
    assert len(json.loads(persona("log", "--json"))) == 2


def test_reset_asks_first() -> None:
    persona("reset", input="n\n")
    assert len(json.loads(persona("log", "--json"))) == 2
    assert json.loads(persona("reset", "--yes", "--json")) == {"undone": 2}
    assert json.loads(persona("log", "--json")) == []


def test_she_can_be_kept_as_she_is() -> None:
    assert json.loads(persona("freeze", "--json")) == {"frozen": True}
    assert "frozen" in persona("show")
    assert json.loads(persona("thaw", "--json")) == {"frozen": False}


def test_the_setting_stands_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANTHA_MEMORY__GROWTH", "false")
    assert "memory.growth" in persona("thaw")
