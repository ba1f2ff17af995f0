"""People are found whatever the microphone adds, and nobody is found where there is nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sounds import SENTENCES, installed, synthesised

from samantha import app, config
from samantha.assistant import Parts
from samantha.audio.pcm import Block, seconds
from samantha.bench import commands_in, cost, nonspeech
from samantha.bench.acoustics import at_level
from samantha.bench.hearing import heard, turns
from samantha.bench.recital import Recital
from samantha.bench.setting import Setting
from samantha.bench.wer import word_errors
from samantha.mind.prompt import Prompt

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def setting() -> Setting:
    for model in ("silero-vad", "whisper-base"):
        installed(model)
    settings = config.load(flags={"voice.name": "piper-en_US-joe-medium"})
    parts = Parts(
        app.detector(settings),
        app.transcriber(settings),
        Recital(),
        app.own_voice(settings),
        Prompt("You are Samantha.", "", 4096, 160),
    )
    return Setting(settings, parts, 1, False, None, lambda _: None)


@pytest.fixture(scope="module")
def people() -> list[tuple[str, Block]]:
    return synthesised(SENTENCES)


@pytest.mark.parametrize("condition", sorted(commands_in.MICROPHONES))
def test_people_are_found_whatever_the_microphone_does(
    setting: Setting, people: list[tuple[str, Block]], condition: str
) -> None:
    for i, (_, sound) in enumerate(people):
        captured = nonspeech.captured(commands_in.MICROPHONES[condition](sound, i), i)
        found = turns(setting, captured)
        assert len(found) == 1, f"{condition}: {len(found)} turns"
        assert found[0].speech_seconds >= 0.7 * seconds(len(sound))


def test_an_offset_hides_people_from_a_detector_that_hears_it(
    setting: Setting, people: list[tuple[str, Block]]
) -> None:
    # The reason for the filter; should this fail one day, the filter can go.
    place = commands_in.MICROPHONES["offset 0.05, speech -45 dBFS"]
    sounds = [nonspeech.captured(place(sound, 0), 0) for _, sound in people]
    bare = sum(turn.speech_seconds for sound in sounds for turn in turns(setting, sound, front_end=False))
    with_it = sum(turn.speech_seconds for sound in sounds for turn in turns(setting, sound))
    assert bare < 0.8 * with_it


def test_a_quiet_person_is_understood(setting: Setting, people: list[tuple[str, Block]]) -> None:
    text, sound = people[0]
    captured = nonspeech.captured(commands_in.MICROPHONES["quiet, -45 dBFS"](sound, 0), 0)
    found = heard(setting, captured)
    assert [turn.reason for turn in found] == [None]
    errors, words = word_errors(text, found[0].text)
    assert errors <= 0.15 * words


def test_nothing_is_heard_in_what_is_no_speech(setting: Setting) -> None:
    found = nonspeech.sources(setting)
    for minute in range(2):
        sound = nonspeech.captured(nonspeech.mixture(found, 60.0, [5, minute]), minute)
        assert [turn.text for turn in heard(setting, sound) if turn.reason is None] == []


def test_listening_costs_something_and_more_while_she_speaks(setting: Setting) -> None:
    (table,) = cost.measure(setting)
    quiet, *_, both = (cell.value for cell in table.cells)
    assert 0 < quiet < both


def test_nothing_is_heard_in_recorded_noise(setting: Setting, speech: Path) -> None:
    found = nonspeech.sources(replace(setting, people=speech))
    for name in found.keys() - nonspeech.SOUNDS.keys():
        sound = nonspeech.captured(at_level(found[name](60.0, 2), -15.0), 2)
        words = [turn.text for turn in heard(setting, sound) if turn.reason is None]
        assert words == [], name
