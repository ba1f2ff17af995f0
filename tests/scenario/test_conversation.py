"""Who speaks when, on the virtual clock: whole conversations with scripted engines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from fakes import Outcome, Script, converse, speech_and_silence

from samantha.assistant import Assistant
from samantha.audio.pcm import VOICE_RATE
from samantha.config import Config
from samantha.dialog.conversation import NOT_UNDERSTOOD, WORDLESS, Filler
from samantha.errors import ModelError
from samantha.events import (
    Failed,
    Heard,
    Ignored,
    ReplySounded,
    ReplySpoken,
    ReplyText,
    SignOfLife,
    SpeechStarted,
    TurnEnded,
    TurnMeasured,
)
from samantha.ports import Transcript

pytestmark = pytest.mark.scenario

END = 0.8  # seconds of silence that end a turn


def run(folder: Path, script: Script, *speech: float, **options: object) -> Outcome:
    return asyncio.run(converse(folder, script, speech_and_silence(*speech), **options))  # type: ignore[arg-type]


def texts(outcome: Outcome, kind: type) -> list[str]:
    """The words of each event of `kind`; an answer of which nothing was heard has none."""
    found = [getattr(event, "text", getattr(event, "text_heard", "")) for event in outcome.of(kind)]
    return [text for text in found if text]


def test_a_turn_is_heard_understood_and_answered(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["How are you?"], answers=["Oh, splendid. And you?"]), 1, 1, 4)
    assert [type(event).__name__ for event in outcome.events[:6]] == [
        "SpeechStarted",
        "Paused",
        "TurnEnded",
        "Transcribed",
        "Heard",
        "ReplyStarted",
    ]
    assert texts(outcome, Heard) == ["How are you?"]
    assert texts(outcome, ReplySpoken) == ["Oh, splendid. And you?"]
    assert [m.role for m in outcome.history] == ["user", "assistant"]
    [measured] = outcome.of(TurnMeasured)
    assert measured.first_sound is not None


def test_she_begins_as_soon_as_the_first_clause_can_be_spoken(tmp_path: Path) -> None:
    long_answer = "Well, " + " ".join(["and so it went on and on"] * 10) + "."
    outcome = run(tmp_path, Script(heard=["Tell me."], answers=[long_answer]), 1, 1, 30)
    ended = outcome.of(TurnEnded)[0]
    sounded = outcome.of(ReplySounded)[0]
    thinking_takes = 0.2 + 0.05 * len(long_answer.split())
    assert (sounded.at - ended.at) / 16_000 < 0.3 + thinking_takes / 2
    assert texts(outcome, ReplySpoken) == [long_answer]


def test_the_output_sounds_when_the_events_say(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Hello?"], answers=["Hello there."]), 1, 1, 4)
    [sounded] = outcome.of(ReplySounded)
    begin, _ = outcome.sounding()[0]
    assert begin == pytest.approx(sounded.at / 16_000, abs=0.045)
    assert begin > 2 + END


def test_turns_are_answered_in_order(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["One?", "Two?"], answers=["First.", "Second."]), 1, 1, 5, 1, 5)
    assert texts(outcome, Heard) == ["One?", "Two?"]
    assert texts(outcome, ReplySpoken) == ["First.", "Second."]
    assert [m.content for m in outcome.history if m.role == "assistant"] == ["First.", "Second."]
    assert len(outcome.script.prompts[1]) == len(outcome.script.prompts[0]) + 2


def test_to_speak_while_she_speaks_stops_her_and_is_answered(tmp_path: Path) -> None:
    story = "Once upon a time there was a very patient lighthouse keeper. He waited."
    script = Script(heard=["Tell me a story.", "Stop, what time is it?"], answers=[story, "Noon."])
    outcome = run(tmp_path, script, 1, 1, 4, 1, 5)
    interrupted, second = outcome.of(ReplySpoken)
    assert interrupted.interrupted
    assert 0 < len(interrupted.text_heard) < len(story)
    assert story.startswith(interrupted.text_heard)
    assert second.text_heard == "Noon."
    noticed = outcome.of(SpeechStarted)[1].at / 16_000
    silent = next(end for begin, end in outcome.sounding() if begin < noticed <= end + 0.2)
    assert silent - noticed < 0.15
    assert outcome.history[1].content.startswith(interrupted.text_heard)


def test_what_was_not_heard_is_not_remembered(tmp_path: Path) -> None:
    script = Script(
        heard=["I went out.", "And then I came back."], answers=["Oh?", "I see."], first_token_takes=2.0
    )
    outcome = run(tmp_path, script, 1, 1, END + 1, 1, 6)
    assert texts(outcome, ReplySpoken) == ["I see."]
    assert [m.role for m in outcome.history] == ["user", "assistant"]
    assert outcome.history[0].content.endswith("I went out and then I came back.")


def test_no_word_is_lost_when_the_person_goes_on_before_it_was_understood(tmp_path: Path) -> None:
    script = Script(heard=["First half,", "second half."], answers=["Both."], hearing_takes=2.0)
    outcome = run(tmp_path, script, 1, 1, END + 0.5, 1, 8)
    assert texts(outcome, Heard) == ["First half, second half."]
    assert texts(outcome, ReplySpoken) == ["Both."]
    assert len(script.prompts) == 1


def test_a_noise_while_she_thinks_does_not_cost_the_answer(tmp_path: Path) -> None:
    script = Script(heard=["What is it?", ""], answers=["It is a bell."], first_token_takes=2.0)
    outcome = run(tmp_path, script, 1, 1, END + 1, 0.3, 8)
    assert [event.reason for event in outcome.of(Ignored)] == ["empty"]
    assert texts(outcome, ReplySpoken) == ["It is a bell."]
    assert len(script.prompts) == 1


def test_what_she_did_not_catch_she_says_once(tmp_path: Path) -> None:
    mumble = Transcript("mhm ba", "en", logprob=-1.6)
    outcome = run(
        tmp_path, Script(heard=[mumble, mumble, "Hello."], answers=["Hi."]), 1, 1.5, 5, 1.5, 5, 1, 5
    )
    assert len(outcome.of(Ignored)) == 2
    assert texts(outcome, ReplySpoken) == [NOT_UNDERSTOOD[0], "Hi."]
    assert [m.content for m in outcome.history if m.role == "assistant"] == [NOT_UNDERSTOOD[0], "Hi."]


def test_noise_is_ignored_without_a_word(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=[Transcript("", "en", no_speech=0.95)]), 1, 0.3, 4)
    assert outcome.of(Heard) == []
    assert outcome.sounding() == []


def test_a_sign_of_life_when_an_answer_takes_long(tmp_path: Path) -> None:
    hmm = Filler("Hmm.", np.full(VOICE_RATE // 4, 0.3, np.float32))
    slow = Script(heard=["Think hard."], answers=["Done."], first_token_takes=4.0)
    outcome = run(tmp_path, slow, 1, 1, 9, fillers=(hmm,))
    [sign], [sounded] = outcome.of(SignOfLife), outcome.of(ReplySounded)
    assert sounded.at - sign.at > 16_000, "the sign of life is not her answer"
    assert sign.at - outcome.of(TurnEnded)[0].at == pytest.approx(2.0 * 16_000, abs=700)
    assert texts(outcome, ReplySpoken) == ["Done."]
    assert [m.content for m in outcome.history if m.role == "assistant"] == ["Done."]
    quick = run(tmp_path, Script(heard=["Quick."], answers=["Done."]), 1, 1, 5, fillers=(hmm,))
    assert quick.of(SignOfLife) == []


def test_a_broken_engine_costs_one_turn_only(tmp_path: Path) -> None:
    script = Script(heard=["One.", "Two."], answers=[ModelError("The mind broke.", "Mend it."), "Better."])
    outcome = run(tmp_path, script, 1, 1, 4, 1, 4)
    assert [event.error for event in outcome.of(Failed)] == ["The mind broke. Mend it."]
    assert texts(outcome, ReplySpoken) == ["Better."]


def test_a_hushed_answer_does_not_come_back(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def hush(*_: object) -> None:
            if 3.5 < assistant.listener.at / 16_000 < 3.53:
                assistant.conversation.interrupt()

        assistant.taps.append(hush)

    script = Script(heard=["Tell me.", ""], answers=["A.", "B."], first_token_takes=3.0)
    outcome = run(tmp_path, script, 1, 1, 4, 0.3, 4, prepare=prepare)
    assert [event.reason for event in outcome.of(Ignored)] == ["empty"]
    assert outcome.sounding() == []


def test_a_failed_answer_does_not_come_back(tmp_path: Path) -> None:
    script = Script(heard=["Tell me.", ""], answers=[ModelError("The mind broke."), "Too late."])
    outcome = run(tmp_path, script, 1, 1, 4, 0.3, 4)
    assert len(outcome.of(Failed)) == 1
    assert outcome.sounding() == []


def test_her_own_voice_coming_back_is_no_turn(tmp_path: Path) -> None:
    class Deaf:
        coupled = True
        learnt = False
        surplus = 0.0

        def process(self, mic: np.ndarray, far: np.ndarray) -> np.ndarray:
            return mic

    script = Script(
        heard=["Tell me.", "once upon a time there was a keeper"],
        answers=["Once upon a time there was a keeper of bees."],
    )
    outcome = run(tmp_path, script, 1, 1, 5, 1.5, 4, canceller=Deaf())
    assert [event.reason for event in outcome.of(Ignored)] == ["own-voice"]
    assert texts(outcome, Heard) == ["Tell me."]


def test_she_makes_room_while_nobody_speaks(tmp_path: Path) -> None:
    turns = [part for _ in range(6) for part in (1.5, 3.5)]
    script = Script(
        heard=[f"Number {i} and a few more words so that the page fills up soon." for i in range(6)],
        answers=[f"Answer {i}." for i in range(6)],
        context=240,
        letter_lasts=0.01,
    )
    outcome = run(tmp_path, script, 1, *turns, config=Config.model_validate({"llm": {"max_tokens": 160}}))
    assert len(outcome.of(ReplySpoken)) == 6
    assert "Number 0" not in outcome.history[0].content
    assert "Number 5" in outcome.history[-2].content
    assert script.prefilled, "what is left is read again before it is needed"


def test_the_meeting_learns_a_name(tmp_path: Path) -> None:
    from samantha.dialog.meeting import GREETING, Meeting

    meeting = Meeting()

    def prepare(assistant: Assistant) -> None:
        assistant.conversation.script = lambda words: None if meeting.over else meeting.answer(words)
        assistant.conversation.say(GREETING)

    script = Script(heard=["I'm Theo.", "Yes.", "What now?"], answers=["Now we talk."], letter_lasts=0.01)
    outcome = run(tmp_path, script, 3, 1, 4, 1, 4, 1, 4, prepare=prepare)
    assert meeting.name == "Theo"
    assert texts(outcome, ReplySpoken)[0] == GREETING
    assert texts(outcome, ReplySpoken)[-1] == "Now we talk."


def test_a_noise_before_her_line_at_the_meeting_does_not_derail_it(tmp_path: Path) -> None:
    from samantha.dialog.meeting import Meeting

    meeting = Meeting()

    def prepare(assistant: Assistant) -> None:
        assistant.conversation.script = meeting.answer

    script = Script(heard=["I'm Theo.", "", "Yes."], synthesis_takes=2.0, letter_lasts=0.01)
    outcome = run(tmp_path, script, 1, 1, END + 1, 0.3, 6, 1, 6, prepare=prepare)
    assert texts(outcome, ReplySpoken)[0] == "Theo. Did I get that right?"
    assert meeting.name == "Theo"
    assert script.prompts == []


def test_an_answer_without_words_is_not_silence(tmp_path: Path) -> None:
    outcome = run(tmp_path, Script(heard=["Say nothing."], answers=["*"]), 1, 1, 6)
    assert texts(outcome, ReplySpoken) == [WORDLESS]


def test_stale_work_delays_the_next_turn_and_loses_none(tmp_path: Path) -> None:
    script = Script(heard=["One,", "two."], answers=["Both."], hearing_takes=3.0)
    outcome = run(tmp_path, script, 1, 1, END + 0.2, 0.5, 10)
    assert texts(outcome, Heard) == ["One, two."]
    assert texts(outcome, ReplySpoken) == ["Both."]


def test_a_turn_that_ends_as_the_next_begins_is_not_lost(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def resume(event: object) -> None:
            if isinstance(event, TurnEnded) and event.at < 3 * 16_000:
                loop = asyncio.get_running_loop()
                loop.call_soon(assistant.conversation.on, SpeechStarted(at=event.at, began=event.at))

        assistant._subscribers.insert(0, resume)

    outcome = run(tmp_path, Script(heard=["First."]), 1, 1, 4, prepare=prepare)
    assert texts(outcome, Heard) == ["First."]


def test_a_view_that_breaks_ends_the_conversation_with_its_reason(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def view(event: object) -> None:
            if isinstance(event, ReplyText):
                raise BrokenPipeError("nobody reads any more")

        assistant.subscribe(view)

    with pytest.raises(BrokenPipeError):
        run(tmp_path, Script(heard=["Hello."], answers=["Hello to you."]), 1, 1, 8, prepare=prepare)


def test_five_runs_agree(tmp_path: Path) -> None:
    def once() -> tuple[list[str], bytes]:
        script = Script(
            heard=["Tell me a story.", "Stop.", "Go on."],
            answers=["A long story, with many words, that goes on.", "Alright.", "It ended well."],
        )
        outcome = run(tmp_path, script, 1, 1, 3.5, 0.7, 2.1, 1, 4)
        lines = [repr(e) for e in outcome.events if not isinstance(e, TurnMeasured)]
        return lines, outcome.output.tobytes()

    first = once()
    assert all(once() == first for _ in range(4))
