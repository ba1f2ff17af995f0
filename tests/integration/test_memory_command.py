"""`samantha memory` as a person and as a program use it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from samantha.commands.memory import amended, app
from samantha.errors import SamanthaError
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import NOTED, REFLECTED, Memories, Remembered

pytestmark = pytest.mark.integration

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=1)))
RUTH = "My sister Ruth plays the bassoon."


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMANTHA_PATHS__STATE", str(tmp_path / "state"))
    monkeypatch.setenv("SAMANTHA_MEMORY__EMBEDDER", '""')
    return tmp_path / "state"


@pytest.fixture
def database(state: Path) -> Iterator[Database]:
    """A running Samantha's: it stays open."""
    with closing(Database(state)) as database:
        tell(database)
        yield database


def tell(database: Database) -> None:
    memories = Memories(database.file)
    database.add_turn("a", KeptTurn("user", RUTH, NOON))
    database.add_turn("a", KeptTurn("assistant", "Does Ruth?", NOON, interrupted=True))
    database.add_turn("a", KeptTurn("user", "It \x1b[2J rains.", NOON + timedelta(days=1)))
    turns = memories.turns_at(0, 3)
    memories.advance(turns, NOTED, new=[(Remembered(kind="said", text=RUTH, at=NOON, turn=1), None)])
    fact = Remembered(
        kind="fact",
        text=RUTH,
        at=NOON,
        turn=1,
        subject="my sister",
        relation="name",
        value="Ruth",
        confidence=0.9,
    )
    thread = Remembered(kind="thread", text="He calls her.", at=NOON, due=NOON + timedelta(days=5))
    diary = Remembered(
        kind="diary", text="He told me of [b]Ruth[/b].", at=NOON, turn=1, last_turn=2, feeling="warm"
    )
    old = Remembered(kind="fact", text="I live in Rome.", at=NOON)
    memories.advance(turns[:2], REFLECTED, new=[(fact, None), (thread, None), (diary, None), (old, None)])
    memories.close(5, NOON)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def problem(*arguments: str) -> str:
    with pytest.raises(SamanthaError) as raised:
        run(*arguments)
    return str(raised.value)


def wrong(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 2
    return done.output


def test_nothing_is_known_at_first(state: Path) -> None:
    assert "nothing yet" in run("list")
    assert "Nothing has been said" in run("list", "--said")
    assert data("list") == data("search", "anything") == []


def test_list(database: Database) -> None:
    text = run("list")
    for words in (
        "What she knows",
        RUTH,
        "22 Nov 2026",
        "due 27 Nov 2026",
        "[b]Ruth[/b]",
        "warm",
        "Sunday, 22 Nov",
    ):
        assert words in text
    assert "Rome" not in text
    assert "to 22 Nov 2026" in run("list", "--all")
    assert [each["id"] for each in data("list")] == [4, 3, 2]
    assert [each["id"] for each in data("list", "--all")] == [5, 4, 3, 2]


def test_what_was_said_cannot_command_the_terminal(database: Database) -> None:
    text = run("list", "--said")
    assert "\x1b" not in text
    for words in (f"You: {RUTH}", "Samantha: Does Ruth? —", "Monday, 23 November 2026", "t3"):
        assert words in text
    assert [each["id"] for each in data("list", "--said")] == ["t1", "t2", "t3"]


def test_show(database: Database) -> None:
    text = run("show", "2")
    for words in ("my sister · name · Ruth", "90%", "Sunday, 22 November 2026, 12:00, t1"):
        assert words in text
    assert data("show", "2")["said"]["text"] == RUTH
    assert [each["id"] for each in data("show", "t1")["memories"]] == [1, 2, 4]
    assert "He told me" in run("show", "t1")
    assert "nothing as 99" in problem("show", "99")
    assert "nothing as t99" in problem("show", "t99")
    assert "no id" in wrong("show", "ruth")


def test_search(database: Database) -> None:
    assert {each["id"] for each in data("search", "bassoons")} == {1, 2}
    assert RUTH in run("search", "my", "sister")
    assert "nothing of that" in run("search", "zeppelin")


def test_facts_of_one_sentence_are_told_apart(database: Database) -> None:
    assert "my sister · name · Ruth" not in run("list")
    twin = Remembered(kind="fact", text=RUTH, at=NOON, subject="Ruth", relation="plays", value="the bassoon")
    Memories(database.file).add(twin)
    listed = run("list")
    assert "my sister · name · Ruth" in listed
    assert "Ruth · plays · the bassoon" in listed


def test_edit_closes_what_was_and_overwrites_nothing(database: Database) -> None:
    new = data("edit", "2", "Nadia")
    assert (new["text"], new["value"], new["subject"]) == (
        "My sister Nadia plays the bassoon.", "Nadia", "my sister",
    )  # fmt: skip
    old = data("show", "2")
    assert (old["text"], old["closed_by"]["id"]) == (RUTH, new["id"])
    assert "Nadia" in run("show", "2")
    assert data("edit", "3", "He visits  her.")["text"] == "He visits her."
    assert "no longer so" in problem("edit", "2", "Theo")
    assert "no fact and no open thread" in problem("edit", "4", "x")
    assert "no words" in problem("edit", str(new["id"]), " ")
    assert "nothing as t1" in problem("edit", "t1", "x")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Nadia", ("My sister Nadia plays.", "Nadia")),
        ("My sister Anna Lee plays.", ("My sister Anna Lee plays.", "Anna Lee")),
        ("My sister plays.", ("My sister My sister plays. plays.", "My sister plays.")),
    ],
)
def test_an_edit_is_the_sentence_or_what_is_new_in_it(words: str, expected: tuple[str, str]) -> None:
    assert (
        amended(Remembered(kind="fact", text="My sister Ruth plays.", value="Ruth", at=NOON), words)
        == expected
    )


@pytest.mark.parametrize(
    ("what", "memories", "turns"),
    [(["2"], 3, 2), (["t1"], 3, 2), (["t2"], 1, 1), (["3", "4"], 2, 0), (["--about", "SIST rut"], 3, 2)],
)
def test_forget(database: Database, state: Path, what: list[str], memories: int, turns: int) -> None:
    (state / "prefix").mkdir()
    gone = data("forget", *what, "--yes")
    assert gone == {"memories": memories, "turns": turns, "wiped": True, "aside": []}
    assert not (state / "prefix").exists()
    assert len(database.recent("a", 9)) == 3 - turns
    if turns == 2:
        assert [file.name for file in state.iterdir() if b"ruth" in file.read_bytes().lower()] == []


def test_forget_everything(database: Database, state: Path) -> None:
    (state / "profile.json").write_text("{}")
    text = run("forget", "--all", "-y")
    assert "Forgotten: 5 memories and 3 turns." in text
    assert "profile.json" in text
    assert data("list", "--all") == data("list", "--said") == []


def test_forgetting_is_not_done_by_mistake(database: Database, state: Path) -> None:
    assert "Add --yes" in problem("forget", "2")
    assert "Add --yes" in problem("forget", "--all")
    assert "nothing as 99" in problem("forget", "2", "99", "--yes")
    assert "nothing about 'zeppelin'" in problem("forget", "--about", "zeppelin", "--yes")
    for mistake in ((), ("2", "--all"), ("--about", " "), ("--all", "--about", "x")):
        assert "Usage" in wrong("forget", *mistake, "--yes")
    assert len(data("list", "--all")) == 4


@pytest.mark.parametrize(("answer", "left"), [("n", 3), ("", 3), ("y", 1)])
def test_forgetting_is_asked_for_at_a_terminal(database: Database, answer: str, left: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "memory", "forget", "2"],
        stdin=theirs, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0
    assert RUTH in done.stdout
    assert "Forget 3 memories and 2 turns? [y/N]" in done.stdout
    assert len(database.recent("a", 9)) == left


def test_files_put_aside_are_named(database: Database, state: Path) -> None:
    (state / "samantha.db.damaged-2026-01-01-1").write_text("Ruth")
    assert "samantha.db.damaged-2026-01-01-1" in run("forget", "2", "--yes")


@pytest.mark.parametrize("name", ["all.json", "all.db"])
def test_what_is_exported_can_be_imported(database: Database, state: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert str(file) in run("export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    before = data("list", "--all")
    run("forget", "--all", "--yes")
    assert "5 memories and 3 turns" in run("import", str(file))
    assert data("list", "--all") == before
    text = run("import", str(file))
    assert ("New: 0 memories and 0 turns." if name == "all.json" else "samantha.db.before-") in text
    assert data("list", "--all") == before


def test_an_export_overwrites_nothing_unless_told_to(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.md"
    file.write_text("my own notes")
    assert "--force" in problem("export", str(file))
    assert file.read_text() == "my own notes"
    run("export", str(file), "--force")
    assert RUTH in file.read_text()
    assert ".json, .md or .db" in wrong("export", str(tmp_path / "all.txt"))
    assert ".json or .db" in wrong("import", str(file))
    assert "no file" in problem("import", str(tmp_path / "none.db"))
