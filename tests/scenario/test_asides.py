"""What she tells about herself, what she is told in writing, and what she says when an engine fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Outcome, Script, ScriptedModel, at, converse, speech_and_silence

from samantha.assistant import Assistant, Parts
from samantha.audio.device import Found, Lost
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.config import Config
from samantha.dialog.conversation import LOST, Filler
from samantha.errors import ModelError
from samantha.events import (
    Announced,
    Failed,
    Heard,
    Ignored,
    ReplySpoken,
    ReplyText,
    SignOfLife,
    TurnEnded,
    TurnMeasured,
)

pytestmark = pytest.mark.scenario

SORRY = Filler(LOST, np.full(VOICE_RATE // 2, 0.3, np.float32))


def run(folder: Path, script: Script, *speech: float, **options: object) -> Outcome:
    return asyncio.run(converse(folder, script, speech_and_silence(*speech), **options))  # type: ignore[arg-type]


def test_she_says_so_when_her_mind_fails_and_goes_on(tmp_path: Path) -> None:
    script = Script(heard=["One.", "Two."], answers=[ModelError("The mind broke."), "Better."])
    outcome = run(tmp_path, script, 1, 1, 4, 1, 4, lost=SORRY)
    assert [event.text for event in outcome.of(Announced)] == [LOST]
    assert [event.text_heard for event in outcome.of(ReplySpoken)] == ["Better."]
    assert LOST not in " ".join(message.content for message in outcome.history)


def test_she_gives_up_an_answer_that_takes_too_long(tmp_path: Path) -> None:
    config = Config.model_validate({"dialog": {"patience_s": 3}})
    script = Script(heard=["One.", "Two."], answers=["Too late.", "Quick."], first_token_takes=6.0)
    outcome = run(tmp_path, script, 1, 1, 5, lost=SORRY, config=config)
    [turn], [failed], [told] = (outcome.of(kind) for kind in (TurnEnded, Failed, Announced))
    assert (failed.at - turn.at) / HEARING_RATE == pytest.approx(3, abs=0.05)
    assert failed.error == "No answer came within 3 s."
    assert told.text == LOST
    assert outcome.of(ReplySpoken) == []


def test_she_gives_up_while_she_hums(tmp_path: Path) -> None:
    config = Config.model_validate({"dialog": {"patience_s": 3, "sign_of_life_s": 2}})
    script = Script(heard=["One.", ""], answers=["Too late.", "Not asked for."], first_token_takes=6.0)
    hum = Filler("Hmm.", np.full(2 * VOICE_RATE, 0.3, np.float32))
    outcome = run(tmp_path, script, 1, 1, 9, 0.5, 4, lost=SORRY, fillers=(hum,), config=config)
    assert len(outcome.of(SignOfLife)) == len(outcome.of(Failed)) == 1
    [told] = outcome.of(Announced)
    assert told.text == LOST
    assert len(outcome.sounding()) == 2, "the hum to its end, and the sentence; a noise brings nothing back"
    assert [message.role for message in outcome.history] == ["user"]


def test_words_that_are_understood_too_late_are_kept(tmp_path: Path) -> None:
    config = Config.model_validate({"dialog": {"patience_s": 3}})
    script = Script(heard=["A long one.", "And?"], answers=["Both."], hearing_takes=6.0)
    outcome = run(tmp_path, script, 1, 1, 8, lost=SORRY, config=config)
    assert [event.text for event in outcome.of(Heard)] == ["A long one."]
    assert outcome.of(ReplySpoken) == []


def test_she_waits_for_quiet_before_she_tells_of_a_new_device(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def move() -> None:
            assistant.on_device(Lost("output", "Headset", "It was pulled out."))
            assistant.on_device(Found("output", "Kitchen speaker", acoustic=True, changed=True))

        at(assistant, 1.5, move)

    outcome = run(tmp_path, Script(heard=["Where are you?"], answers=["Here."]), 1, 2, 4, prepare=prepare)
    [told], [spoken] = outcome.of(Announced), outcome.of(ReplySpoken)
    assert told.text == "I'm on Kitchen speaker now."
    assert told.at > spoken.at, "the person's turn comes first"
    assert [message.role for message in outcome.history] == ["user", "assistant"]


def test_only_the_newest_news_of_a_kind_is_told(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        for text in ("I'm on one now.", "I'm on two now."):
            assistant.conversation.announce("device output", text)

    outcome = run(tmp_path, Script(), 3, prepare=prepare)
    assert [event.text for event in outcome.of(Announced)] == ["I'm on two now."]


def test_an_answer_stops_when_its_loudspeaker_goes(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 5, lambda: assistant.on_device(Lost("output", "Headset", "Gone.")))

    script = Script(heard=["Tell me."], answers=["One two three four five six seven eight nine ten."])
    outcome = run(tmp_path, script, 1, 1, 6, prepare=prepare)
    [spoken] = outcome.of(ReplySpoken)
    assert spoken.interrupted
    assert 0 < len(spoken.text_heard.split()) < 10


def test_an_answer_in_the_making_is_heard_from_the_next_loudspeaker(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 3, lambda: assistant.on_device(Lost("output", "Headset", "Gone.")))
        found = Found("output", "Speakers", acoustic=True, changed=True)
        at(assistant, 3.1, lambda: assistant.on_device(found))

    script = Script(heard=["Tell me."], answers=["It is noon."], first_token_takes=1.0)
    outcome = run(tmp_path, script, 1, 1, 6, prepare=prepare)
    [spoken] = outcome.of(ReplySpoken)
    assert (spoken.text_heard, spoken.interrupted) == ("It is noon.", False)
    assert len(outcome.of(Announced)) == 1


def test_another_microphone_in_mid_sentence_does_not_disturb_her(tmp_path: Path) -> None:
    class Passing:
        coupled = True
        learnt = False
        surplus = 0.0

        def process(self, mic: Block, far: Block) -> Block:
            return mic

    def prepare(assistant: Assistant) -> None:
        found = Found("input", "Desk microphone", acoustic=True, changed=True)
        at(assistant, 4, lambda: assistant.on_device(found))

    story = "One two three four five six seven eight nine ten."
    script = Script(heard=["Count."], answers=[story])
    outcome = run(tmp_path, script, 1, 1, 8, prepare=prepare, canceller=Passing())
    assert [event.text_heard for event in outcome.of(ReplySpoken)] == [story]
    assert [event.text for event in outcome.of(Announced)] == ["I can hear you through Desk microphone now."]


def test_what_no_loudspeaker_played_was_not_heard(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 0.5, lambda: assistant.on_device(Lost("output", "Headset", "Gone.")))
        at(assistant, 0.6, lambda: assistant.conversation.announce("storage", "I can't write to the disk."))
        back = Found("output", "Headset", acoustic=True, changed=False)
        at(assistant, 6, lambda: assistant.on_device(back))

    outcome = run(tmp_path, Script(heard=["Hello?"], answers=["I'm here."]), 1, 1, 9, prepare=prepare)
    [spoken] = outcome.of(ReplySpoken)
    assert spoken.text_heard == ""
    assert [message.role for message in outcome.history] == ["user"]
    told = outcome.of(Announced)
    assert [event.text for event in told] == ["I can't write to the disk.", "I'm back on Headset."]
    assert told[0].at >= 6 * HEARING_RATE


def written(assistant: Assistant, text: str, *, aloud: bool) -> tuple[list[str], list[str]]:
    pieces: list[str] = []
    over: list[str] = []

    def ask() -> None:
        reply = assistant.conversation.chat(text, pieces.append, aloud=aloud)
        reply.over.add_done_callback(lambda done: over.append(done.result()))

    at(assistant, 1, ask)
    return pieces, over


@pytest.mark.parametrize("aloud", [False, True])
def test_she_answers_what_is_written(tmp_path: Path, aloud: bool) -> None:
    results: list[tuple[list[str], list[str]]] = []

    def prepare(assistant: Assistant) -> None:
        results.append(written(assistant, "How are you?", aloud=aloud))

    outcome = run(tmp_path, Script(answers=["Very well, thank you."]), 4, prepare=prepare)
    [(pieces, over)] = results
    assert "".join(pieces) == "Very well, thank you."
    assert over == ["Very well, thank you."]
    assert bool(outcome.sounding()) == aloud
    assert [event.text for event in outcome.of(Heard)] == ["How are you?"]
    assert "".join(event.delta for event in outcome.of(ReplyText)) == "Very well, thank you."
    assert [message.role for message in outcome.history] == ["user", "assistant"]


def test_speaking_ends_an_answer_in_writing_and_keeps_what_was_read(tmp_path: Path) -> None:
    results: list[tuple[list[str], list[str]]] = []

    def prepare(assistant: Assistant) -> None:
        results.append(written(assistant, "A story, please.", aloud=False))

    script = Script(
        heard=["Stop."],
        answers=["One two three four five six seven eight nine ten eleven.", "Yes."],
        token_takes=0.4,
        hearing_takes=0.1,
    )
    outcome = run(tmp_path, script, 2.5, 1, 4, prepare=prepare)
    [(pieces, over)] = results
    assert over == ["".join(pieces)]
    assert 6 < len(pieces) < 11
    assert [event.interrupted for event in outcome.of(ReplySpoken)] == [True]


@pytest.mark.parametrize("heard", ["", "How are you?"])
def test_what_she_tells_later_is_no_late_answer(tmp_path: Path, heard: str) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 8, lambda: assistant.conversation.announce("device", "I'm on the radio now."))
        at(assistant, 12, lambda: assistant.conversation.say("Dinner is ready."))

    hum = Filler("Hmm.", np.full(VOICE_RATE // 2, 0.3, np.float32))
    script = Script(heard=[heard], answers=["Fine."])
    outcome = run(tmp_path, script, 1, 1, 14, prepare=prepare, fillers=(hum,))
    assert len(outcome.of(Announced)) == 1
    assert outcome.of(SignOfLife) == [], "nobody waits for it"
    assert len(outcome.of(TurnMeasured)) == (1 if heard else 0), "nor is it the answer to a noise"


@pytest.mark.parametrize("patience_s", [3.0, 20.0])
def test_what_was_given_up_is_not_answered_to_a_noise(tmp_path: Path, patience_s: float) -> None:
    """Given up because it took too long, or hushed while it was still being understood."""

    script = Script(heard=["A long one.", ""], answers=["Far too late."], hearing_takes=6.0)

    def prepare(assistant: Assistant) -> None:
        if patience_s > 4:
            at(assistant, 4, assistant.conversation.interrupt)
        at(assistant, 10, lambda: setattr(script, "hearing_takes", 0.3))

    config = Config.model_validate({"dialog": {"patience_s": patience_s}})
    outcome = run(tmp_path, script, 1, 1, 11, 0.5, 8, config=config, prepare=prepare)
    assert [event.text for event in outcome.of(Heard)] == ["A long one."]
    assert len(outcome.of(Ignored)) == 1
    assert outcome.sounding() == []


def test_what_was_read_of_an_answer_that_breaks_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(ScriptedModel):
        def generate(self, messages, token, *, max_tokens, temperature=None, begun=""):  # type: ignore[no-untyped-def]
            yield "One two"
            raise RuntimeError(messages[-1].content)

    def adapt(parts: Parts) -> Parts:
        return replace(parts, llm=Breaking(Script(), lambda _: None))

    def prepare(assistant: Assistant) -> None:
        written(assistant, "Count, please.", aloud=False)

    outcome = run(tmp_path, Script(), 4, prepare=prepare, adapt=adapt)
    [spoken], [failed] = outcome.of(ReplySpoken), outcome.of(Failed)
    assert (spoken.text_heard, spoken.interrupted) == ("One two", True)
    assert [message.role for message in outcome.history] == ["user", "assistant"]
    assert "RuntimeError" in failed.error
    assert "RuntimeError" in caplog.text
    assert "in generate" in caplog.text, "where it broke"
    assert "Count" not in failed.error + caplog.text, "what a library says may hold the person's words"
