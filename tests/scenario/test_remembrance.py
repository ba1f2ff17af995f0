"""What she remembers, in whole conversations: real memory on a real file, scripted ears, mind and voice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOON, Outcome, Script, at, converse, speech_and_silence

from samantha.assistant import Assistant, Parts
from samantha.config import Config
from samantha.events import Event, Heard, ReplySpoken
from samantha.mind.memory import Companion
from samantha.ports import Transcript
from samantha.store.database import Database, KeptTurn

pytestmark = pytest.mark.scenario

QUIET = Config.model_validate({"hearing": {"partial_ms": 0}, "memory": {"reflect_after_s": 5}})


def remembering(folder: Path) -> tuple[Companion, Callable[[Parts], Parts]]:
    memory = Companion(
        lambda: Database(folder), None, name="Theo", tokens=96, apart=timedelta(hours=2), grows=True
    )
    return memory, lambda parts: replace(parts, memory=memory)


def talk(
    folder: Path,
    script: Script,
    *speech: float,
    prepare: Callable[[Assistant], None] = lambda _: None,
    config: Config = QUIET,
) -> Outcome:
    """A conversation of which the turns are kept in `folder`."""

    memory, adapt = remembering(folder)
    kept = Database(folder)

    def keep(event: Event) -> None:
        """As the journal does, but at once: the virtual clock does not wait for a disk."""
        match event:
            case Heard(private=False):
                kept.add_turn("one", KeptTurn("user", event.text, NOON.astimezone(), by=event.by))
            case ReplySpoken(private=False) if event.text_heard:
                kept.add_turn("one", KeptTurn("assistant", event.text_heard, NOON.astimezone()))
            case _:
                pass

    def begin(assistant: Assistant) -> None:
        assistant.subscribe(keep)
        prepare(assistant)

    try:
        return asyncio.run(
            converse(folder, script, speech_and_silence(*speech), prepare=begin, adapt=adapt, config=config)
        )
    finally:
        kept.close()
        memory.close()


def prompts(outcome: Outcome) -> list[str]:
    """The newest message of each prompt."""
    return [messages[-1].content for messages in outcome.script.prompts]


RUTH = "My sister Ruth plays the bassoon."


def test_what_was_said_comes_to_mind_in_his_own_words(tmp_path: Path) -> None:
    script = Script(heard=[RUTH, "What does my sister play?"], answers=["How lovely.", "Your sister plays."])
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 4)
    assert f'I told you: "{RUTH}") What does my sister play?' in prompts(outcome)[-1]


def test_it_does_so_after_a_restart_and_small_talk_brings_nothing(tmp_path: Path) -> None:
    talk(tmp_path, Script(heard=[RUTH], answers=["How lovely."]), 1, 1, 4)
    script = Script(heard=["I'll have some tea now.", "Which instrument does my sister play?"])
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 4)
    tea, sister = prompts(outcome)
    assert "remember" not in tea
    assert f'I told you: "{RUTH}"' in sister


def test_what_nobody_told_her_she_does_not_make_up(tmp_path: Path) -> None:
    script = Script(heard=[RUTH, "What's my brother's name?"], answers=["How lovely.", "Max."])
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 4)
    assert len(outcome.script.prompts) == 1  # the model was not asked
    assert "brother" in outcome.of(ReplySpoken)[-1].text_heard


def test_what_is_to_be_forgotten_is_gone_from_the_talk_and_from_the_disk(tmp_path: Path) -> None:
    script = Script(
        heard=[RUTH, "It rains.", "Forget everything about my sister.", "What does Ruth play?"],
        answers=["Ruth has taste.", "It does.", "No idea."],
    )
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 4, 1, 6, 1, 4)
    forgot = outcome.of(Heard)[2]
    assert forgot.private
    assert outcome.of(ReplySpoken)[2].private
    said = " ".join(message.content for message in outcome.history)
    assert "bassoon" not in said
    assert "It rains." in said
    for file in tmp_path.glob("samantha.db*"):
        assert b"bassoon" not in file.read_bytes()
        assert b"everything about my sister" not in file.read_bytes()


def test_another_program_can_have_something_forgotten_while_she_talks(tmp_path: Path) -> None:
    def forget() -> None:
        with sqlite3.connect(tmp_path / "samantha.db", isolation_level=None) as file:
            file.execute("PRAGMA foreign_keys = ON")
            file.execute("DELETE FROM turns")
            file.execute("INSERT OR REPLACE INTO state VALUES ('forgotten', '7')")
        file.close()

    script = Script(heard=[RUTH, "It rains."], answers=["How lovely.", "It does."])
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 4, prepare=lambda she: at(she, 5.0, forget))
    assert "bassoon" not in " ".join(message.content for message in outcome.history)


def test_in_a_rest_she_thinks_and_stops_when_somebody_speaks(tmp_path: Path) -> None:
    pondered: list[str] = []

    def ponder(messages: object) -> str:
        pondered.append(str(messages))
        return "my sister | name | Ruth\nRuth | play | the bassoon"

    script = Script(heard=[RUTH, "Hm, well."], answers=["How lovely.", "Yes."], ponders=ponder)
    talk(tmp_path, script, 1, 1, 12, 1, 4)
    assert len(pondered) == 1
    kept = sqlite3.connect(tmp_path / "samantha.db")
    facts = kept.execute("SELECT subject, relation, value FROM memories WHERE kind = 'fact'").fetchall()
    kept.close()
    assert ("my sister", "name", "Ruth") in facts


def test_a_wish_about_her_manner_is_agreed_to_and_kept(tmp_path: Path) -> None:
    script = Script(heard=["Be shorter, please.", "It rains."], answers=["It does."])
    outcome = talk(tmp_path, script, 1, 1, 8, 1, 4)
    assert outcome.of(ReplySpoken)[0].text_heard == "Okay. Shorter it is."
    assert "You say very little" in outcome.script.prompts[-1][0].content or "You say little" in str(
        outcome.script.prompts[-1][0].content
    )


def test_without_a_memory_nothing_of_this_happens(tmp_path: Path) -> None:
    script = Script(heard=[RUTH, "What's my brother's name?"], answers=["How lovely.", "Max."])
    outcome = asyncio.run(converse(tmp_path, script, speech_and_silence(1, 1, 4, 1, 4)))
    assert outcome.of(ReplySpoken)[-1].text_heard == "Max."


def test_what_was_to_be_forgotten_does_not_come_back_when_a_noise_interrupts_her(tmp_path: Path) -> None:
    script = Script(heard=[RUTH, "Forget everything about my sister.", "", "It rains."], answers=["Lovely."])
    outcome = talk(tmp_path, script, 1, 1, 4, 1, 1.2, 0.8, 6, 1, 4)
    assert "sister" not in " ".join(message.content for message in outcome.history)
    kept = sqlite3.connect(tmp_path / "samantha.db")
    turns = [text for (text,) in kept.execute("SELECT text FROM turns")]
    kept.close()
    assert not [text for text in turns if "sister" in text]


def test_another_language_is_left_to_the_model(tmp_path: Path) -> None:
    def german(text: str) -> Transcript:
        return Transcript(text, "de", logprob=-0.2)

    talk(tmp_path, Script(heard=[RUTH], answers=["How lovely."]), 1, 1, 4)
    script = Script(heard=[german("What's my brother's name?")], answers=["Keine Ahnung."])
    outcome = talk(tmp_path, script, 1, 1, 4)
    assert outcome.of(ReplySpoken)[-1].text_heard == "Keine Ahnung."
