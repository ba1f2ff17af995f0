"""A conversation is on disk while it goes on, whatever the disk does, and goes on after a restart."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOON, Outcome, Script, converse, speech_and_silence

from samantha.assistant import Assistant
from samantha.errors import StorageError
from samantha.events import Heard, ReplySpoken, Transcribed, TurnReopened
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import Message
from samantha.store.database import Database, KeptTurn
from samantha.store.journal import MOST_PENDING, RESTORED, Journal, restore
from samantha.store.memories import SAID, Memories

pytestmark = pytest.mark.scenario

PROMPT = Prompt("You are Samantha.", "Anna", 4096, 160)
EVER = timedelta(days=100_000)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "state", patience=0.01)) as database:
        yield database


def kept(database: Database) -> list[KeptTurn]:
    """The turns of the newest conversation, as after a restart."""
    last = database.last_conversation(EVER)
    return database.recent(last, 10_000) if last else []


def restored(turns: list[KeptTurn], prompt: Prompt = PROMPT) -> list[Message]:
    history = History()
    restore(history, turns, prompt)
    return history.messages()


def never(problem: StorageError) -> None:
    raise AssertionError(problem)


def live(folder: Path, database: Database, script: Script, *speech: float) -> Outcome:
    """A whole conversation that is kept in `database`."""

    async def main() -> Outcome:
        journal = Journal(database, never, now=lambda: NOON)

        def prepare(assistant: Assistant) -> None:
            assistant.subscribe(journal.on)

        outcome = await converse(folder, script, speech_and_silence(*speech), prepare=prepare)
        await journal.close(60)
        return outcome

    return asyncio.run(main())


def test_a_conversation_comes_back_byte_for_byte(tmp_path: Path, database: Database) -> None:
    script = Script(
        heard=["What day is tomorrow?", " Stop.", "", "Go on. "],
        answers=["A long story, with many words, that goes on.", "Alright.", "It ended well."],
    )
    outcome = live(tmp_path, database, script, 1, 1, 2, 0.7, 2.1, 0.2, 2, 1, 4)
    assert len(outcome.history) > 3
    assert any(turn.interrupted for turn in kept(database))
    assert restored(kept(database)) == outcome.history


def test_a_turn_that_was_not_over_is_kept_once_and_whole(tmp_path: Path, database: Database) -> None:
    script = Script(
        heard=["I went to the market.", "And bought some bread."],
        answers=["Oh?", "Good."],
        first_token_takes=1.0,
    )
    outcome = live(tmp_path, database, script, 1, 1, 1.4, 1, 5)
    assert [turn.text for turn in kept(database)] == ["I went to the market and bought some bread.", "Good."]
    assert restored(kept(database)) == outcome.history


def test_what_nobody_heard_of_her_is_not_kept(database: Database) -> None:
    async def main() -> None:
        journal = Journal(database, never)
        journal.on(Transcribed(at=0, text="Not for you.", language="en"))
        journal.on(Heard(at=1, text="Hi."))
        journal.on(ReplySpoken(at=2, text_heard="", interrupted=True))
        await journal.close(60)

    asyncio.run(main())
    assert [(turn.role, turn.text) for turn in kept(database)] == [("user", "Hi.")]


def test_a_turn_that_goes_on_from_one_that_is_not_kept_leaves_the_one_before_it(database: Database) -> None:
    async def main() -> None:
        journal = Journal(database, never)
        journal.on(Heard(at=0, text="My sister plays the bassoon."))
        journal.on(Heard(at=1, text="Forget that.", private=True))
        journal.on(TurnReopened(at=2, text="Forget that."))
        journal.on(Heard(at=3, text="Forget that, and what time is it?"))
        journal.on(TurnReopened(at=4, text="Forget that, and what time is it?"))
        journal.on(Heard(at=5, text="Forget that, and what time is it in Rome?"))
        await journal.close(60)

    asyncio.run(main())
    said = [turn.text for turn in kept(database)]
    assert said == ["My sister plays the bassoon.", "Forget that, and what time is it in Rome?"]


def test_a_turn_that_another_voice_goes_on_with_is_no_longer_his(database: Database) -> None:
    async def main() -> None:
        journal = Journal(database, never)
        journal.on(Heard(at=0, text="I like tea"))
        journal.on(TurnReopened(at=1, text="I like tea"))
        journal.on(Heard(at=2, text="I like tea and I live in a castle.", by="other"))
        await journal.close(60)

    asyncio.run(main())
    [turn] = Memories(database.file).turns_at(SAID, 9)
    assert (turn.turn.text, turn.turn.by) == ("I like tea and I live in a castle.", "other")


def test_a_turn_keeps_its_clock_in_another_time_zone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    async def main() -> None:
        journal = Journal(database, never, now=lambda: NOON)
        journal.on(Heard(at=0, text="What day is it?"))
        await journal.close(60)

    try:
        local("Asia/Kathmandu")
        asyncio.run(main())
        local("America/New_York")
        [message] = restored(kept(database))
        assert message.content == PROMPT.note("What day is it?", NOON)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_conversation_is_gone_on_with_or_another_begins(database: Database) -> None:
    async def main(max_age: timedelta, text: str) -> list[str]:
        journal = Journal(database, never)
        before = await journal.resume(max_age)
        journal.on(Heard(at=0, text=text))
        await journal.close(60)
        return [turn.text for turn in before]

    assert asyncio.run(main(EVER, "one")) == []
    assert asyncio.run(main(EVER, "two")) == ["one"]
    assert asyncio.run(main(EVER, "three")) == ["one", "two"]
    assert asyncio.run(main(timedelta(), "four")) == []
    assert asyncio.run(main(EVER, "five")) == ["four"]


def turn(number: int, role: str = "") -> KeptTurn:
    who = role or ("user", "assistant")[number % 2]
    return KeptTurn(who, str(number), NOON.astimezone())  # type: ignore[arg-type]


def test_of_many_turns_the_newest_come_back_and_the_person_begins() -> None:
    roles = [message.role for message in restored([turn(number) for number in range(RESTORED + 5)])]
    assert roles[0] == "user"
    assert len(roles) == RESTORED - 1
    assert restored([turn(1), turn(2)])[1:] == restored([turn(1)])[1:] + restored([turn(2)])


class Disk(Database):
    """One that can be told to refuse, or to wait."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.refuses = False
        self.moves, self.written = threading.Event(), threading.Event()
        self.moves.set()

    def add_turn(self, conversation: str, turn: KeptTurn) -> int:
        self.moves.wait(10)
        if self.refuses:
            raise StorageError("The disk is full.", "Free some space.")
        number = super().add_turn(conversation, turn)
        self.written.set()
        return number


def test_turns_wait_for_a_disk_that_refuses_and_it_is_said_once(tmp_path: Path) -> None:
    complaints: list[StorageError] = []

    async def main(disk: Disk) -> None:
        journal = Journal(disk, complaints.append)
        for outage in range(2):
            disk.refuses = True
            for number in range(3):
                journal.on(Heard(at=0, text=f"{outage}.{number}"))
                assert not await journal.drain(60)
            assert len(complaints) == outage + 1
            disk.refuses = False
            journal.on(ReplySpoken(at=1, text_heard=f"{outage}.3", interrupted=False))
            assert await journal.drain(60)
        await journal.close(60)

    with closing(Disk(tmp_path / "state")) as disk:
        asyncio.run(main(disk))
        assert [turn.text for turn in kept(disk)] == [f"{o}.{n}" for o in range(2) for n in range(4)]


def test_what_is_said_while_the_disk_makes_up_its_mind_comes_after_what_it_refused(tmp_path: Path) -> None:
    async def main(disk: Disk) -> None:
        journal = Journal(disk, lambda _: None)
        disk.refuses = True
        disk.moves.clear()
        for number in range(4):
            journal.on(Heard(at=0, text=str(number)))
            await asyncio.sleep(0)
        disk.moves.set()
        assert not await journal.drain(60)
        disk.refuses = False
        await journal.close(60)

    with closing(Disk(tmp_path / "state")) as disk:
        asyncio.run(main(disk))
        assert [turn.text for turn in kept(disk)] == ["0", "1", "2", "3"]


def test_a_real_lock_delays_and_loses_nothing(tmp_path: Path, database: Database) -> None:
    complaints: list[StorageError] = []

    async def main() -> None:
        journal = Journal(database, complaints.append)
        journal.put("muted", True)
        assert await journal.drain(60)
        with closing(sqlite3.connect(tmp_path / "state" / "samantha.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            journal.on(Heard(at=0, text="One."))
            journal.put("muted", False)
            assert not await journal.drain(60)
            assert await journal.get("muted") is True
        journal.on(Heard(at=1, text="Two."))
        await journal.close(60)

    asyncio.run(main())
    assert [turn.text for turn in kept(database)] == ["One.", "Two."]
    assert database.get("muted") is False
    [complaint] = complaints
    assert "locked" in complaint.message


def test_a_disk_that_never_works_costs_the_oldest_turns_and_no_more(
    tmp_path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    complaints: list[StorageError] = []
    in_the_way = tmp_path / "state"
    in_the_way.write_text("")

    async def main() -> None:
        journal = Journal(database, complaints.append)
        assert await journal.resume(EVER) == []
        for number in range(MOST_PENDING + 3):
            journal.on(Heard(at=0, text=f"secret {number}"))
        assert not await journal.drain(60)
        in_the_way.unlink()
        await journal.close(60)

    asyncio.run(main())
    assert [turn.text for turn in kept(database)][:2] == ["secret 3", "secret 4"]
    assert len(kept(database)) == MOST_PENDING
    assert len(complaints) == 1
    assert "given up: 3" in caplog.text
    assert "secret" not in caplog.text


def test_leaving_does_not_wait_for_a_disk_that_hangs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main(disk: Disk) -> None:
        disk.moves.clear()
        journal = Journal(disk, never)
        for number in range(3):
            journal.on(Heard(at=0, text=str(number)))
            await asyncio.sleep(0)
        await journal.close(0.01)

    with closing(Disk(tmp_path / "state")) as disk:
        asyncio.run(main(disk))
        assert "could not be kept" in caplog.text
        disk.moves.set()
        assert disk.written.wait(10)
        assert [turn.text for turn in kept(disk)] == ["0"]


def test_what_she_hears_is_on_disk_while_she_thinks(tmp_path: Path) -> None:
    """An engine may take the process with it: nothing more need happen for a turn to be kept."""

    async def main(disk: Disk) -> list[str]:
        journal = Journal(disk, never)
        journal.on(Heard(at=0, text="Hi."))
        assert await asyncio.to_thread(disk.written.wait, 10)
        with closing(Database(tmp_path / "state")) as other:
            found = [turn.text for turn in kept(other)]
        await journal.close(60)
        return found

    with closing(Disk(tmp_path / "state")) as disk:
        assert asyncio.run(main(disk)) == ["Hi."]
