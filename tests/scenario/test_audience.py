"""Who is for her and who is not, in whole conversations on the virtual clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Outcome, Script, at, converse, speech_and_silence

from samantha.assistant import Assistant, Parts
from samantha.audio.pcm import Block
from samantha.config import Config
from samantha.dialog.conversation import Filler
from samantha.errors import ModelError
from samantha.events import (
    Announced,
    Failed,
    Heard,
    Ignored,
    ReplyPaused,
    ReplyResumed,
    ReplySpoken,
    ReplyStarted,
    TurnReopened,
)
from samantha.ports import Transcript

pytestmark = pytest.mark.scenario

STORY = "Once upon a time there was a keeper of bees, and he lived by the sea, and he waited there for rain."
MUMBLE = Transcript("What a", "en", logprob=-1.6)


def settings(mode: str, **attention: object) -> Config:
    return Config.model_validate({"dialog": {"mode": mode}, "attention": attention})


def run(folder: Path, script: Script, microphone: Block, config: Config, **options: object) -> Outcome:
    return asyncio.run(converse(folder, script, microphone, config=config, **options))  # type: ignore[arg-type]


def by_name(folder: Path, script: Script, *speech: float, **options: object) -> Outcome:
    return run(folder, script, speech_and_silence(*speech), settings("name", follow_up_s=6), **options)


def heard(outcome: Outcome) -> list[str]:
    return [event.text for event in outcome.of(Heard)]


def reasons(outcome: Outcome) -> list[str]:
    return [event.reason for event in outcome.of(Ignored)]


# --- by her name ----------------------------------------------------------------------------------------


def test_people_talk_among_themselves(tmp_path: Path) -> None:
    script = Script(heard=["Did you feed the cat?", "No, I thought you had."])
    outcome = by_name(tmp_path, script, 1, 1, 3, 1, 3)
    assert heard(outcome) == []
    assert reasons(outcome) == ["not-addressed"] * 2
    assert not outcome.of(ReplyStarted)
    assert not script.prompts, "the model was not even asked"
    assert not any(outcome.history), "and nobody remembers it"


@pytest.mark.parametrize("words", ["Samantha, what time is it?", "What do you think, Samantha?"])
def test_she_is_called(tmp_path: Path, words: str) -> None:
    outcome = by_name(tmp_path, Script(heard=[words]), 1, 1, 3)
    assert heard(outcome) == [words]
    assert outcome.of(ReplySpoken)


def test_who_talks_with_her_need_not_name_her(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, are you there?", "And what time is it?", "Thanks, and tomorrow?"])
    outcome = by_name(tmp_path, script, 1, 1, 4, 1, 4, 1, 4)
    assert len(heard(outcome)) == 3


def test_her_name_was_lost_in_noise(tmp_path: Path) -> None:
    unclear = Transcript("Cement a what time is it?", "en", logprob=-0.6)
    script = Script(heard=[unclear], guesses=["Semantic time is it?", "Samantha, what time is it?"])
    outcome = by_name(tmp_path, script, 1, 1, 4)
    assert heard(outcome) == ["Samantha, what time is it?"]


def test_nobody_guesses_where_the_words_are_clear(tmp_path: Path) -> None:
    script = Script(heard=["Did you feed the cat today?"], guesses=["Samantha, what time is it?"])
    assert reasons(by_name(tmp_path, script, 1, 1, 4)) == ["not-addressed"]


def test_after_a_while_she_has_to_be_called_again(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, are you there?", "And what time is it?"])
    outcome = by_name(tmp_path, script, 1, 1, 10, 1, 3)
    assert len(heard(outcome)) == 1
    assert reasons(outcome) == ["not-addressed"]


def test_she_lets_go_when_the_talk_turns_elsewhere(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, are you there?", "Hey mum, have you seen my keys?", "On the table."])
    outcome = by_name(tmp_path, script, 1, 1, 4, 1, 2, 1, 3)
    assert len(heard(outcome)) == 1
    assert reasons(outcome) == ["not-addressed"] * 2


def test_stop_needs_no_name(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, tell me a story.", "Stop."], answers=[STORY])
    outcome = by_name(tmp_path, script, 1, 1, 3.5, 0.5, 4)
    assert reasons(outcome) == ["hush"]
    [spoken] = outcome.of(ReplySpoken)
    assert spoken.interrupted


def test_the_key_to_talk_needs_no_name(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 0.9, assistant.press)
        at(assistant, 2.1, assistant.release)

    outcome = by_name(tmp_path, Script(heard=["What time is it?"]), 1, 1, 3, prepare=prepare)
    assert heard(outcome) == ["What time is it?"]


def test_she_does_not_ask_strangers_to_repeat_themselves(tmp_path: Path) -> None:
    outcome = by_name(tmp_path, Script(heard=[MUMBLE]), 1, 1.5, 4)
    assert reasons(outcome) == ["unsure"]
    assert not outcome.of(ReplySpoken)


def test_she_may_be_called_anything(tmp_path: Path) -> None:
    config = settings("name", names=["Joi"])
    script = Script(heard=["Samantha, are you there?", "Joi, are you there?"])
    outcome = run(tmp_path, script, speech_and_silence(1, 1, 3, 1, 3), config)
    assert heard(outcome) == ["Joi, are you there?"]


def test_the_television_does_not_go_on_after_who_called_her(tmp_path: Path) -> None:
    his, television = speech_and_silence(1, 1, 4), -speech_and_silence(0, 1, 3)
    again = speech_and_silence(0, 1, 3)
    script = Script(heard=["Samantha, are you there?", "And now the weather.", "And what time is it?"])
    outcome = run(
        tmp_path, script, np.concatenate([his, television, again]), settings("name"), adapt=with_voices
    )
    assert heard(outcome) == ["Samantha, are you there?", "And what time is it?"]
    assert reasons(outcome) == ["another-voice"]


def test_whoever_calls_her_next_is_heard(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, are you there?", "Samantha, and for me?", "Thanks, and tomorrow?"])
    microphone = np.concatenate([speech_and_silence(1, 1, 4), -speech_and_silence(0, 1, 4, 1, 3)])
    outcome = run(tmp_path, script, microphone, settings("name"), adapt=with_voices)
    assert len(heard(outcome)) == 3


def test_a_mere_name_is_too_short_to_know_a_voice_by(tmp_path: Path) -> None:
    script = Script(heard=["Samantha, are you there?", "Samantha?", "What time is it?"])
    microphone = np.concatenate([speech_and_silence(1, 1, 4), -speech_and_silence(0, 0.5, 4, 1, 3)])
    outcome = run(tmp_path, script, microphone, settings("name"), adapt=with_voices)
    assert len(heard(outcome)) == 3


def test_called_in_a_half_that_took_long_to_understand(tmp_path: Path) -> None:
    unclear = Transcript("Cement a", "en", logprob=-0.6)
    script = Script(heard=[unclear, "What time is it?"], guesses=["Hey Samantha."], hearing_takes=1.2)
    outcome = by_name(tmp_path, script, 1, 1, 1.65, 1.5, 6)
    assert heard(outcome) == ["Hey Samantha what time is it?"]


def test_what_she_tells_of_herself_invites_nobody(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 0.5, lambda: assistant.conversation.announce("microphone", "I hear you again."))

    outcome = by_name(tmp_path, Script(heard=["Did you feed the cat?"]), 3, 1, 3, prepare=prepare)
    assert outcome.of(Announced)
    assert reasons(outcome) == ["not-addressed"]


@pytest.mark.parametrize(("mode", "said"), [("name", 0), ("always", 1)])
def test_an_engine_breaks_while_people_talk_among_themselves(tmp_path: Path, mode: str, said: int) -> None:
    lost = Filler("Sorry, I lost my train of thought.", np.full(8000, 0.3, np.float32))
    script = Script(heard=[ModelError("It is gone.", "Look for it.")])
    outcome = run(tmp_path, script, speech_and_silence(1, 1, 3), settings(mode), lost=lost)
    assert outcome.of(Failed)
    assert len(outcome.of(Announced)) == said


def test_voices_cannot_be_told_apart_any_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    script = Script(heard=["Samantha, are you there?", "And what time is it?"])
    outcome = by_name(tmp_path, script, 1, 1, 4, 1, 4, adapt=with_deafness)
    assert len(heard(outcome)) == 2
    assert "whose voice" in caplog.text


# --- her own echo ---------------------------------------------------------------------------------------


class Leaky:
    """A canceller that takes nothing away."""

    coupled = True
    learnt = True
    surplus = 10.0

    def process(self, mic: Block, far: Block) -> Block:
        return mic


@pytest.mark.parametrize(
    ("logprob", "lasts", "believed"),
    [
        (-0.8, 0.4, False),  # over as soon as she is silent, and nonsense
        (-0.2, 0.4, True),  # clear
        (-0.8, 1.6, True),  # somebody who goes on
    ],
)
def test_what_falls_silent_with_her_was_her(
    tmp_path: Path, logprob: float, lasts: float, believed: bool
) -> None:
    over = Transcript("How is that?", "en", logprob=logprob)
    script = Script(heard=["Tell me a story.", over], answers=[STORY, "Well."])
    microphone = speech_and_silence(1, 1, 3.5, lasts, 5)
    outcome = run(tmp_path, script, microphone, settings("always"), canceller=Leaky())
    assert heard(outcome) == (["Tell me a story.", "How is that?"] if believed else ["Tell me a story."])
    assert reasons(outcome) == ([] if believed else ["own-voice"])


def test_stop_is_believed_however_short(tmp_path: Path) -> None:
    script = Script(heard=["Tell me a story.", Transcript("Stop!", "en", logprob=-0.8)], answers=[STORY])
    microphone = speech_and_silence(1, 1, 3.5, 0.4, 5)
    outcome = run(tmp_path, script, microphone, settings("always"), canceller=Leaky())
    assert reasons(outcome) == ["hush"]


# --- whose voice ----------------------------------------------------------------------------------------


class BySign:
    """Tells scripted voices apart: one person pushes the membrane, everybody else pulls it."""

    name = "by sign"

    def embed(self, audio: Block) -> Block:
        return np.array([1.0, 0.0] if audio.sum() > 0 else [0.0, 1.0], np.float32)


class Owner:
    """The person who pushes."""

    def recognises(self, voice: Block, speech_seconds: float) -> bool:
        return bool(voice[0] > 0.5)


class Broken(BySign):
    def embed(self, audio: Block) -> Block:
        raise RuntimeError("out of order")


def with_deafness(parts: Parts) -> Parts:
    return replace(parts, speaker_encoder=Broken())


def with_voices(parts: Parts) -> Parts:
    return replace(parts, speaker_encoder=BySign())


def owned(parts: Parts) -> Parts:
    return replace(parts, speaker_encoder=BySign(), owner=Owner())  # type: ignore[arg-type]


def test_she_answers_her_person_only(tmp_path: Path) -> None:
    microphone = np.concatenate([speech_and_silence(1, 1, 3), -speech_and_silence(0, 1, 3)])
    script = Script(heard=["What time is it?", "And now the weather."])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert heard(outcome) == ["What time is it?"]
    assert reasons(outcome) == ["another-voice"]


def test_a_strangers_mumble_is_a_strangers(tmp_path: Path) -> None:
    microphone = -speech_and_silence(1, 1.5, 4)
    outcome = run(tmp_path, Script(heard=[MUMBLE]), microphone, settings("always"), adapt=owned)
    assert reasons(outcome) == ["another-voice"]
    assert not outcome.of(ReplySpoken)


def test_the_television_speaks_over_her_and_she_goes_on(tmp_path: Path) -> None:
    microphone = np.concatenate([speech_and_silence(1, 1, 3.5), -speech_and_silence(0, 1.5, 6)])
    script = Script(heard=["Tell me a story.", "And now the weather."], answers=[STORY])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert reasons(outcome) == ["another-voice"]
    assert outcome.of(ReplyPaused)
    assert outcome.of(ReplyResumed)
    [spoken] = outcome.of(ReplySpoken)
    assert spoken.text_heard == STORY


def test_a_television_that_never_pauses_does_not_silence_her(tmp_path: Path) -> None:
    microphone = np.concatenate([speech_and_silence(1, 1, 3.5), -speech_and_silence(0, 8, 3)])
    script = Script(heard=["Tell me a story.", "And now the weather."], answers=[STORY])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    [paused], [resumed] = outcome.of(ReplyPaused), outcome.of(ReplyResumed)
    assert resumed.at - paused.at < 16_000
    assert reasons(outcome) == ["another-voice"]
    assert [event.text_heard for event in outcome.of(ReplySpoken)] == [STORY]


def test_her_person_may_interrupt_her_at_length(tmp_path: Path) -> None:
    script = Script(heard=["Tell me a story.", "No, tell me another one."], answers=[STORY, "Well."])
    microphone = speech_and_silence(1, 1, 3.5, 2, 4)
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert heard(outcome) == ["Tell me a story.", "No, tell me another one."]
    assert [event.interrupted for event in outcome.of(ReplySpoken)] == [True, False]


def test_anybody_may_stop_her(tmp_path: Path) -> None:
    microphone = np.concatenate([speech_and_silence(1, 1, 3.5), -speech_and_silence(0, 0.4, 6)])
    script = Script(heard=["Tell me a story.", "Stop."], answers=[STORY])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert reasons(outcome) == ["hush"]


def test_nobody_reads_what_a_stranger_says(tmp_path: Path) -> None:
    microphone = -speech_and_silence(1, 4, 3)
    script = Script(heard=["My bank code is four two."])
    run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert not any("bank" in message.content for each in script.prefilled for message in each)


def test_the_television_does_not_go_on_with_her_persons_turn(tmp_path: Path) -> None:
    microphone = np.concatenate([speech_and_silence(1, 1, 1.3), -speech_and_silence(0, 1.5, 6)])
    script = Script(heard=["What time is it?", "And now the weather."], answers=["It is noon."])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned)
    assert heard(outcome) == ["What time is it?"]
    assert not outcome.of(TurnReopened)
    assert [event.text_heard for event in outcome.of(ReplySpoken)] == ["It is noon."]


def test_the_key_to_talk_is_for_whoever_holds_it(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        at(assistant, 0.9, assistant.press)
        at(assistant, 2.1, assistant.release)

    microphone = -speech_and_silence(1, 1, 3)
    script = Script(heard=["What time is it?"])
    outcome = run(tmp_path, script, microphone, settings("always"), adapt=owned, prepare=prepare)
    assert heard(outcome) == ["What time is it?"]
