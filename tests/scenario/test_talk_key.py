"""A conversation by the key to talk, muted and unmuted, on the virtual clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from fakes import LOUD, Outcome, Script, at, converse, speech_and_silence

from samantha.assistant import Assistant
from samantha.audio.pcm import HEARING_RATE
from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.events import (
    Announced,
    Heard,
    Ignored,
    ListeningChanged,
    ReplySpoken,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TurnEnded,
)

pytestmark = pytest.mark.scenario


def by_key(**more: object) -> Config:
    return Config.model_validate({"dialog": {"mode": "ptt"}, "ptt": more})


def run(folder: Path, script: Script, *speech: float, **options: object) -> Outcome:
    return asyncio.run(converse(folder, script, speech_and_silence(*speech), **options))  # type: ignore[arg-type]


def held(*spans: tuple[float, float]):
    """Has the key held during each span of seconds."""

    def prepare(assistant: Assistant) -> None:
        for begin, end in spans:
            at(assistant, begin, assistant.press)
            at(assistant, end, assistant.release)

    return prepare


def test_nothing_is_heard_without_the_key(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Hello?"]), 1, 2, 3, config=by_key())
    assert outcome.of(SpeechStarted, TurnEnded, Heard) == []
    assert outcome.sounding() == []


def test_releasing_the_key_ends_the_turn_at_once(tmp_path: Path) -> None:
    script = Script(heard=["How are you?"], answers=["Splendid."])
    outcome = run(tmp_path, script, 1, 2, 5, config=by_key(), prepare=held((1.0, 2.5)))
    [pressed], [released], [turn] = (outcome.of(k) for k in (TalkPressed, TalkReleased, TurnEnded))
    assert 0 <= turn.at - released.at <= 0.14 * HEARING_RATE, "it was still being spoken into"
    assert turn.speech_seconds == pytest.approx(1.5, abs=0.2)
    assert pressed.at < released.at < turn.at
    assert [e.text for e in outcome.of(Heard)] == ["How are you?"]
    assert [e.text_heard for e in outcome.of(ReplySpoken)] == ["Splendid."]


def test_the_first_word_is_there_although_the_key_came_late(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Well."]), 1, 1.5, 3, config=by_key(), prepare=held((1.4, 2.6)))
    [turn] = outcome.of(TurnEnded)
    spoken = np.flatnonzero(np.abs(turn.audio) > LOUD / 2)
    assert len(spoken) == pytest.approx(1.5 * HEARING_RATE, abs=0.03 * HEARING_RATE)


def test_a_word_that_was_over_when_the_key_came_is_believed(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Stop."]), 1, 0.4, 4, config=by_key(), prepare=held((1.38, 2.2)))
    [turn] = outcome.of(TurnEnded)
    assert turn.speech_seconds == pytest.approx(0.4, abs=0.05)
    assert [event.text for event in outcome.of(Heard)] == ["Stop."]


def test_a_cold_microphone_opens_with_the_key_and_closes_after_the_turn(tmp_path: Path) -> None:
    outcome = run(
        tmp_path, Script(heard=["Hi."]), 1, 2, 3, config=by_key(keep_warm=False), prepare=held((1.0, 2.5))
    )
    opened = [(event.microphone, event.at > 2 * HEARING_RATE) for event in outcome.of(ListeningChanged)]
    assert opened == [(True, False), (False, True)]
    assert outcome.sounding()[0][0] == pytest.approx(1.05, abs=0.1), "a soft cue tells that she hears"
    assert len(outcome.of(Heard)) == 1


def test_the_key_interrupts_her(tmp_path: Path) -> None:
    script = Script(heard=["Go on.", "Stop."], answers=["One two three four five six seven.", "Yes."])
    outcome = run(tmp_path, script, 1, 1, 1.8, 0.7, 4, config=by_key(), prepare=held((1, 2), (3.8, 4.5)))
    first, second = outcome.of(ReplySpoken)
    assert first.interrupted
    assert 0 < len(first.text_heard.split()) < 7
    assert not any(begin < 4.0 < end for begin, end in outcome.sounding())
    assert second.text_heard == "Yes."


def test_the_key_held_without_a_word_is_no_turn(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Thank you."]), 4, config=by_key(), prepare=held((1, 2)))
    assert len(outcome.of(Ignored)) == 1
    assert outcome.of(Heard) == []


def test_the_key_works_while_she_listens_anyway(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Long story."]), 1, 1, 1.2, 1, 4, prepare=held((1.5, 4.4)))
    [turn] = outcome.of(TurnEnded)
    assert turn.speech_seconds == pytest.approx(2.0, abs=0.6), "a pause under the key does not end the turn"
    assert len(outcome.of(Heard)) == 1


def test_a_hold_longer_than_a_turn_may_be_is_answered(tmp_path: Path) -> None:
    config = Config.model_validate({"dialog": {"mode": "ptt"}, "hearing": {"max_turn_s": 5}})
    outcome = run(tmp_path, Script(heard=["And so on."]), 1, 8, 2, config=config, prepare=held((1, 8)))
    [turn] = outcome.of(TurnEnded)
    assert turn.cut
    assert outcome.of(TalkReleased) == [], "the key counts as let go"


def test_what_she_says_under_the_key_ends_with_the_turn(tmp_path: Path) -> None:
    over: list[str] = []

    def prepare(assistant: Assistant) -> None:
        def say() -> None:
            reply = assistant.conversation.say("One two three four five six seven eight nine ten eleven.")
            reply.over.add_done_callback(lambda done: over.append(done.result()))

        held((1, 3))(assistant)
        at(assistant, 1.5, say)

    script = Script(heard=["What was that about?"], answers=["Yes."])
    outcome = run(tmp_path, script, 1, 1.9, 4, config=by_key(), prepare=prepare)
    [said, answered] = outcome.of(ReplySpoken)
    assert over == [said.text_heard], "who asked for it is told what was heard"
    assert said.interrupted
    assert 0 < len(said.text_heard.split()) < 11
    assert said.at <= outcome.of(TurnEnded)[0].at
    assert answered.text_heard == "Yes."
    assert [message.role for message in outcome.history] == ["user", "assistant", "user", "assistant"]


def test_a_key_pressed_again_at_once_goes_on_with_the_turn(tmp_path: Path) -> None:
    script = Script(heard=["Where was I?"])
    prepare = held((1.0, 2.0), (2.04, 4.0))
    outcome = run(tmp_path, script, 1, 1, 1, 1, 3, config=by_key(), prepare=prepare)
    assert [type(event) for event in outcome.of(TalkPressed, TalkReleased)] == [
        TalkPressed,
        TalkReleased,
        TalkPressed,
        TalkReleased,
    ]
    [turn] = outcome.of(TurnEnded)
    assert turn.at >= 4.0 * HEARING_RATE
    assert turn.speech_seconds == pytest.approx(2.0, abs=0.2)


def test_what_was_said_before_the_key_counts(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Long story."]), 1, 2, 4, prepare=held((2.9, 3.4)))
    [turn] = outcome.of(TurnEnded)
    assert turn.speech_seconds == pytest.approx(2.0, abs=0.1)
    assert len(outcome.of(Heard)) == 1


def test_who_thinks_before_speaking_under_the_key_is_heard(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Noon?"]), 14, 1, 5, config=by_key(), prepare=held((1, 19)))
    assert [event.text for event in outcome.of(Heard)] == ["Noon?"]
    [turn] = outcome.of(TurnEnded)
    spoken = np.flatnonzero(np.abs(turn.audio) > LOUD / 2)
    assert len(spoken) == pytest.approx(HEARING_RATE, abs=0.03 * HEARING_RATE)
    assert len(turn.audio) < 4 * HEARING_RATE


def test_what_she_has_to_tell_waits_until_the_key_is_let_go(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        held((1, 4))(assistant)
        at(assistant, 2, lambda: assistant.conversation.announce("device", "I'm on the radio now."))

    outcome = run(tmp_path, Script(), 8, config=by_key(), prepare=prepare)
    [told], [turn] = outcome.of(Announced), outcome.of(TurnEnded)
    assert told.at > turn.at


def test_what_she_has_to_tell_is_told_when_the_mode_changed_in_mid_sentence(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 2, lambda: assistant.set_mode("ptt"))
        at(assistant, 4, lambda: assistant.conversation.announce("device", "I'm on the radio now."))

    outcome = run(tmp_path, Script(), 1, 2, 3, prepare=prepare)
    assert outcome.of(TurnEnded) == []
    assert len(outcome.of(Announced)) == 1


def test_a_muted_microphone_hears_nothing_and_refuses_the_key(tmp_path: Path) -> None:
    refused: list[str] = []

    def prepare(assistant: Assistant) -> None:
        def press() -> None:
            try:
                assistant.press()
            except SamanthaError as problem:
                refused.append(problem.code)

        at(assistant, 0.5, lambda: assistant.mute(True))
        at(assistant, 1.5, press)
        at(assistant, 3.5, lambda: assistant.mute(False))

    outcome = run(tmp_path, Script(heard=["Now you hear me."]), 1, 2, 1.5, 1, 3, prepare=prepare)
    assert refused == ["muted"]
    assert len(outcome.of(Heard)) == 1
    assert outcome.of(SpeechStarted)[0].at > 4.4 * HEARING_RATE
    assert [event.microphone for event in outcome.of(ListeningChanged)] == [False, True]


def test_muted_while_she_speaks_she_says_it_to_the_end(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 4, lambda: assistant.mute(True))

    story = "One two three four five six seven eight nine ten."
    outcome = run(tmp_path, Script(heard=["Count."], answers=[story]), 1, 1, 2.5, 1, 4, prepare=prepare)
    [spoken] = outcome.of(ReplySpoken)
    assert (spoken.text_heard, spoken.interrupted) == (story, False)
    assert len(outcome.of(SpeechStarted)) == 1, "what was said into the closed microphone"


def test_muting_in_mid_sentence_forgets_the_sentence(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 2, lambda: assistant.mute(True))

    outcome = run(tmp_path, Script(heard=["Secret."]), 1, 2, 3, prepare=prepare)
    assert outcome.of(TurnEnded, Heard) == []


def test_what_was_heard_is_counted_by_the_latency_that_the_card_has_now(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def slow_down() -> None:
            assert assistant._device is not None
            assistant._device.latency = HEARING_RATE  # type: ignore[misc]

        at(assistant, 2, slow_down)
        held((1, 2.5), (5, 6))(assistant)

    script = Script(
        heard=["Count to nine.", "Enough."], answers=["one two three four five six seven eight nine."]
    )
    outcome = run(tmp_path, script, 1, 1.5, 2.5, 1, 4, config=by_key(), prepare=prepare)
    first = outcome.of(ReplySpoken)[0]
    began = outcome.sounding()[0][0]
    assert len(first.text_heard) == pytest.approx((5 - began - 1) / script.letter_lasts, abs=5)


def test_the_mode_changes_while_she_runs(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 3.5, lambda: assistant.set_mode("always"))

    outcome = run(tmp_path, Script(heard=["Now."]), 1, 2, 2, 1, 3, config=by_key(), prepare=prepare)
    assert len(outcome.of(Heard)) == 1
    assert [event.mode for event in outcome.of(ListeningChanged)] == ["always"]
