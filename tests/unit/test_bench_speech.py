"""The speech of the bench: halves with a pause between them, clips at a level, folders of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from samantha.audio.pcm import HEARING_RATE, Block, level_dbfs, samples, silence
from samantha.bench.listen import Span
from samantha.bench.sentences import PAUSED, QUESTIONS
from samantha.bench.session import drawn, fixed
from samantha.bench.speech import Ear, at_level, cough, cut, recordings, with_pause
from samantha.config import Config
from samantha.errors import AudioError

pytestmark = pytest.mark.unit


class Loudness:
    """Speech is what is loud, at once."""

    window = 512

    def probability(self, block: Block) -> float:
        return float(np.abs(block).max() > 0.1)

    def reset(self) -> None:
        pass


@pytest.fixture
def ear() -> Ear:
    return Ear(Loudness())


def spoken(*parts: float) -> Block:
    """Seconds of silence, speech, silence, …"""
    return np.concatenate([np.full(samples(part), 0.3 * (i % 2), np.float32) for i, part in enumerate(parts)])


def test_the_speech_in_a_clip_is_found_and_padding_is_not_counted(ear: Ear) -> None:
    clip = ear.clip(spoken(0.512, 1.024, 0.5))
    assert clip is not None
    assert clip.speech == Span(512, 1536)
    to_the_end = ear.clip(spoken(0.0, 0.5))
    assert to_the_end is not None
    assert to_the_end.speech == Span(0, 500)
    assert ear.clip(silence(8000)) is None


@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_a_pause_is_as_long_as_it_should_be(ear: Ear, seconds: float) -> None:
    first, second = ear.clip(spoken(0.512, 1.024, 0.7)), ear.clip(spoken(0.128, 0.512, 0.2))
    assert first is not None
    assert second is not None
    clip, pause = with_pause(first, second, seconds)
    assert pause == Span(1536, 1536 + 1000 * seconds)
    loud = np.flatnonzero(np.abs(clip.sound) > 0.1)
    hole = int(np.diff(loud).max())
    assert hole / HEARING_RATE == pytest.approx(seconds, abs=0.01)
    assert clip.speech == Span(512, pause.end + 512)
    assert loud[-1] / HEARING_RATE == pytest.approx(clip.speech.end / 1000, abs=0.01)


def test_a_recording_is_cut_where_it_is_quietest(ear: Ear) -> None:
    clip = ear.clip(spoken(0.1, 1.5, 0.15, 1.5, 0.1))
    assert clip is not None
    halves = cut(clip, ear)
    assert halves is not None
    assert len(halves[0].sound) / HEARING_RATE == pytest.approx(1.68, abs=0.06)
    assert len(halves[0].sound) + len(halves[1].sound) == len(clip.sound)
    without_a_breath = ear.clip(spoken(0.1, 3.0, 0.1))
    assert without_a_breath is not None
    assert cut(without_a_breath, ear) is None


def test_a_level_is_met_and_never_beyond_full_scale() -> None:
    assert level_dbfs(at_level(spoken(0.0, 1.0), -30)) == pytest.approx(-30, abs=0.1)
    assert np.abs(at_level(spoken(0.0, 1.0), 12)).max() == 1.0


def test_a_cough_is_short_and_comes_from_its_seed() -> None:
    assert len(cough(1)) == samples(0.4)
    assert np.array_equal(cough(1), cough(1))
    assert not np.array_equal(cough(1), cough(2))


def test_everything_is_drawn_before_anything_comes_again() -> None:
    import random

    assert sorted(drawn(QUESTIONS, random.Random(1), len(QUESTIONS))) == sorted(QUESTIONS)
    assert drawn("ab", random.Random(3), 5) == drawn("ab", random.Random(3), 5)
    assert len(PAUSED) >= 30


def test_a_run_can_be_repeated_and_she_listens() -> None:
    config = Config.model_validate({"dialog": {"mode": "ptt"}})
    assert fixed(config, 7).llm.seed == 7
    assert fixed(config, 7).dialog.mode == "always"
    assert fixed(Config.model_validate({"llm": {"seed": 3}}), 7).llm.seed == 3


def keep(path: Path, seconds: float) -> None:
    soundfile.write(path, spoken(0.1, seconds, 0.1), HEARING_RATE)


def texts(folder: Path, ear: Ear, seed: int = 1) -> list[str]:
    return [clip.text for clip in recordings(folder, ear, seed)]


def test_a_manifest_says_who_is_a_person(tmp_path: Path, ear: Ear) -> None:
    for name, seconds in (("a", 2.0), ("b", 2.0), ("dog", 2.0), ("short", 0.5), ("long", 20.0)):
        keep(tmp_path / f"{name}.wav", seconds)
    (tmp_path / "manifest.csv").write_text(
        "file,kind,transcript,note\na.wav,utterance,Hello there.,\nb.wav,command,Tea please.,\n"
        "dog.wav,noise,,\nshort.wav,utterance,No.,\nlong.wav,utterance,And so on.,\n",
        "utf-8",
    )
    assert sorted(texts(tmp_path, ear)) == ["Hello there.", "Tea please."]


def test_without_a_manifest_every_sound_is_a_person(tmp_path: Path, ear: Ear) -> None:
    keep(tmp_path / "a.wav", 2.0)
    keep(tmp_path / "b.flac", 2.0)
    (tmp_path / "notes.txt").write_text("no sound", "utf-8")
    assert texts(tmp_path, ear) == ["", ""]


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, ear: Ear) -> None:
    with pytest.raises(AudioError, match="no recordings"):
        texts(tmp_path, ear)
    with pytest.raises(AudioError, match="cannot be read"):
        texts(tmp_path / "none", ear)
    keep(tmp_path / "short.wav", 0.5)
    with pytest.raises(AudioError, match=r"None of the 1 recordings"):
        texts(tmp_path, ear)
    (tmp_path / "manifest.csv").write_text("sound,text\na.wav,Hello\n", "utf-8")
    with pytest.raises(AudioError, match="no column"):
        texts(tmp_path, ear)
    (tmp_path / "manifest.csv").write_text("file,transcript\na.wav,caf\xe9\n", "latin-1")
    with pytest.raises(AudioError, match="no table in UTF-8"):
        texts(tmp_path, ear)


def test_a_manifest_that_a_spreadsheet_wrote_is_read(tmp_path: Path, ear: Ear) -> None:
    keep(tmp_path / "a.wav", 2.0)
    (tmp_path / "manifest.csv").write_text("file,transcript\na.wav,Hello there.\n", "utf-8-sig")
    assert texts(tmp_path, ear) == ["Hello there."]
