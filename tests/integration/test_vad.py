"""The real detectors, and the turns they make of people, silence and noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sounds import ALL, Noise, in_a_room, installed, recorded, synthesised

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block
from samantha.config import Hearing
from samantha.errors import ModelError
from samantha.events import Event, TurnEnded
from samantha.hearing.listener import Listener
from samantha.hearing.vad import GatedDetector, SileroDetector, WebrtcGate

pytestmark = pytest.mark.integration

Turns = Callable[[Block], list[TurnEnded]]


@pytest.fixture(scope="module")
def silero() -> SileroDetector:
    return SileroDetector(installed("silero-vad") / "silero_vad_v6.onnx")


@pytest.fixture
def turns(silero: SileroDetector) -> Turns:
    """Everything that would be transcribed of a sound."""

    def hear(sound: Block) -> list[TurnEnded]:
        silero.reset()
        heard: list[Event] = []
        listener = Listener(GatedDetector(WebrtcGate(), silero), Hearing(), heard.append)
        for begin in range(0, len(sound) - HEARING_BLOCK + 1, HEARING_BLOCK):
            listener.feed(sound[begin : begin + HEARING_BLOCK])
        return [event for event in heard if isinstance(event, TurnEnded)]

    return hear


@pytest.fixture(scope="module")
def people(request: pytest.FixtureRequest) -> list[Block]:
    """Recorded people where there are any, else a synthesised one."""
    folder = request.config.getoption("--speech")
    if folder:
        return [sound for _, sound in recorded(Path(folder), "command", at_most=20)]
    return [sound for _, sound in synthesised()]


@pytest.mark.parametrize("noise", ALL, ids=lambda noise: noise.__name__)
def test_two_minutes_without_anybody_are_no_turn(turns: Turns, noise: Noise) -> None:
    assert turns(noise(np.random.default_rng(3), 120 * HEARING_RATE)) == []


def test_people_are_turns_whose_sound_is_all_there(turns: Turns, people: list[Block]) -> None:
    for sound in people:
        found = turns(in_a_room(sound))
        assert found
        spoken = np.concatenate([turn.audio for turn in found])
        # 0.99 of the clip's energy: what is left out is its own silence and breath
        assert np.square(spoken).sum() >= 0.99 * np.square(sound).sum()
        assert all(0.2 < turn.speech_seconds <= len(turn.audio) / HEARING_RATE for turn in found)


def test_the_gate_changes_nothing_that_matters(silero: SileroDetector, people: list[Block]) -> None:
    alone: list[float] = []
    gated: list[float] = []
    for sound in people[:8]:
        sound = in_a_room(sound, before_s=3)
        windows = sound[: len(sound) // 512 * 512].reshape(-1, 512)
        silero.reset()
        alone += [silero.probability(window) for window in windows]
        detector = GatedDetector(WebrtcGate(), silero)
        detector.reset()
        gated += [detector.probability(window) for window in windows]
    speech = np.array(alone) >= 0.5
    assert speech.sum() > 100
    assert np.mean(np.array(gated)[speech] < 0.5) <= 0.02
    assert np.mean(np.array(gated)[~speech] >= 0.5) <= 0.02
    assert gated.count(0.0) > 100  # and the judge had a rest


def test_it_judges_as_the_reference_does(silero: SileroDetector, people: list[Block]) -> None:
    from faster_whisper.vad import SileroVADModel

    windows = people[0][: len(people[0]) // 512 * 512]
    expected = SileroVADModel(str(installed("silero-vad") / "silero_vad_v6.onnx"))(windows).ravel()
    silero.reset()
    judged = [silero.probability(window) for window in windows.reshape(-1, 512)]
    assert np.allclose(judged, expected, atol=1e-4)


def test_reset_forgets(silero: SileroDetector, people: list[Block]) -> None:
    windows = people[0][: 30 * 512].reshape(-1, 512)
    silero.reset()
    first = [silero.probability(window) for window in windows]
    silero.reset()
    assert [silero.probability(window) for window in windows] == first


def test_a_missing_model_is_named_with_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as problem:
        SileroDetector(tmp_path / "silero.onnx")
    assert str(tmp_path / "silero.onnx") in problem.value.message
    assert "samantha models pull silero-vad" in problem.value.hint


@pytest.mark.parametrize("damage", ["empty", "truncated", "not a model"])
def test_a_damaged_model_is_named_with_what_mends_it(tmp_path: Path, damage: str) -> None:
    whole = (installed("silero-vad") / "silero_vad_v6.onnx").read_bytes()
    content = {"empty": b"", "truncated": whole[: len(whole) // 2], "not a model": b"<html>" * 1000}[damage]
    (tmp_path / "silero.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged|not a Silero") as problem:
        SileroDetector(tmp_path / "silero.onnx")
    assert "samantha models pull silero-vad" in problem.value.hint


def test_another_model_is_refused() -> None:
    other = installed("piper-en_US-joe-medium") / "en_US-joe-medium.onnx"
    with pytest.raises(ModelError, match="not a Silero"):
        SileroDetector(other)
