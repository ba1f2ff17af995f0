"""Learning a voice and telling it from others, with a model that hears whose voice a sound is by its level."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from samantha.audio.pcm import Block, samples
from samantha.errors import AudioError, ModelError, StorageError
from samantha.hearing.voiceprint import Speech, Voiceprint, enrol
from samantha.store import owner

pytestmark = pytest.mark.unit

MADE = "2026-02-03T04:05:06+00:00"


def embed(sound: Block) -> Block:
    """A direction of its own for each level, a little different each time."""
    angle = 20 * float(np.abs(sound).mean()) + 0.2 * float(sound[0] > 0)
    return np.array([np.cos(angle), np.sin(angle), 0], np.float32)


def voice(level: float, seconds: float) -> Block:
    sign = np.random.default_rng(1).choice([-1, 1], samples(seconds))
    return (level * sign).astype(np.float32)


def learnt(speech: Block) -> Voiceprint:
    return enrol(speech, embed, model="levels", made=MADE)


def test_a_voice_is_learnt_and_known_again():
    print_ = learnt(voice(0.1, 15))
    assert (print_.model, print_.made, print_.seconds) == ("levels", MADE, 15.0)
    assert np.linalg.norm(print_.vector) == pytest.approx(1)
    assert 0.98 < print_.consistency < 1
    assert print_.likeness(embed(voice(0.1, 2))) > 0.97
    assert print_.recognises(embed(voice(0.1, 2)), 2.0)
    assert not print_.recognises(embed(voice(0.18, 2)), 2.0)


@pytest.mark.parametrize(
    ("speech", "words"),
    [
        (voice(0.1, 9.5), ("10 s of speech", "takes 10", "longer")),
        (voice(0.1, 0), ("0 s",)),
        (
            np.clip(voice(0.1, 12) * np.where(np.arange(samples(12)) % 500, 1, 20), -1, 1),
            ("distorted", "down"),
        ),
        (np.concatenate([voice(0.1, 10), voice(0.18, 2.5)]), ("More than one voice", "television")),
        (np.concatenate([voice(0.18, 2), voice(0.1, 10)]), ("More than one voice",)),
    ],
)
def test_what_would_not_be_one_clear_voice_is_refused(speech, words):
    with pytest.raises(AudioError) as problem:
        learnt(speech)
    for word in words:
        assert word in str(problem.value)


def test_a_short_answer_need_not_be_as_alike():
    print_ = Voiceprint(np.array([1, 0], np.float32), "m", MADE, 15, 0.8, threshold=0.3)

    def heard(likeness: float, seconds: float) -> bool:
        return print_.recognises(np.array([likeness, 0], np.float32), seconds)

    assert heard(0.31, 1.5)
    assert heard(0.31, 30)
    assert not heard(0.29, 1.5)
    assert not heard(0.29, 30)
    assert heard(0.26, 1.0)
    assert not heard(0.23, 1.0)
    assert heard(0.19, 0.1)
    assert not heard(0.17, 0.1)
    assert not heard(-0.1, 0.1)


class Signs:
    """Hears speech in a window whose samples are positive."""

    window = 512

    def probability(self, block: Block) -> float:
        return float(block[0] > 0)

    def reset(self) -> None: ...


def test_speech_is_taken_out_of_a_sound_as_it_comes():
    window = Signs.window
    wave = np.concatenate(
        [np.full(n * window, sign, np.float32) for n, sign in ((50, -1), (10, 2), (50, -3))]
    )
    speech = Speech(Signs(), 0.5)
    assert speech.seconds == 0
    assert len(speech.sound()) == 0
    for start in range(0, len(wave), 320):
        speech.feed(wave[start : start + 320])
    assert speech.seconds == pytest.approx(10 * window / 16_000)
    assert speech.pause == pytest.approx(50 * window / 16_000)
    kept = speech.sound()
    assert (kept == 2).sum() == 10 * window
    assert 0.1 <= (kept == -1).sum() / 16_000 < 0.14  # before it, and as much after it
    assert (kept == -1).sum() == (kept == -3).sum()


# --- on disk ----------------------------------------------------------------------------------------------


@pytest.fixture
def mine() -> Voiceprint:
    vector = np.random.default_rng(2).normal(size=192).astype(np.float32)
    return Voiceprint(vector / np.linalg.norm(vector), "campplus", MADE, 15.0, 0.71)


def test_it_is_kept_for_its_owner_alone(tmp_path: Path, mine: Voiceprint):
    folder = tmp_path / "state"
    assert owner.read(folder) is None
    assert not owner.forget(folder)
    owner.write(folder, mine)
    owner.write(folder, mine)
    [file] = folder.iterdir()
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    back = owner.read(folder)
    assert back is not None
    assert back.vector == pytest.approx(mine.vector, abs=1e-6)
    assert [getattr(back, field.name) for field in dataclasses.fields(back)[1:]] == [
        "campplus", MADE, 15.0, 0.71, mine.threshold,
    ]  # fmt: skip
    assert owner.forget(folder)
    assert list(folder.iterdir()) == []


def test_nothing_but_numbers_is_kept(tmp_path: Path, mine: Voiceprint):
    owner.write(tmp_path, mine)
    file = tmp_path / owner.FILE
    assert set(json.loads(file.read_text())) == {"vector", "model", "made", "seconds", "consistency"}
    assert file.stat().st_size < 5000  # 15 s of sound are a hundred times that


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1, 2]",
        '{"vector": [1, 1], "model": "m", "made": "", "seconds": 1, "consistency": 1}',
        '{"vector": [NaN, 1], "model": "m", "made": "", "seconds": 1, "consistency": 1}',
        '{"vector": "text", "model": "m", "made": "", "seconds": 1, "consistency": 1}',
        '{"vector": [[1, 0], [0, 1]], "model": "m", "made": "", "seconds": 1, "consistency": 1}',
        '{"vector": [1, 0], "model": "m", "made": "", "seconds": "long", "consistency": 1}',
        "\udcff",
    ],
)
def test_damage_is_told_and_not_taken_for_a_stranger(tmp_path: Path, text: str):
    (tmp_path / owner.FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StorageError, match=r"damaged.*samantha voiceprint enroll"):
        owner.read(tmp_path)


def test_a_voice_that_cannot_be_compared_is_told(tmp_path: Path, mine: Voiceprint):
    with pytest.raises(ModelError, match=r"does not know your voice.*samantha voiceprint enroll"):
        owner.known(tmp_path, model="campplus", threshold=0.4)
    owner.write(tmp_path, mine)
    assert owner.known(tmp_path, model="campplus", threshold=0.4).threshold == 0.4
    with pytest.raises(ModelError, match=r"by campplus, not by other.*attention\.speaker_model: campplus"):
        owner.known(tmp_path, model="other", threshold=0.4)


def test_a_disk_that_refuses_is_told(tmp_path: Path, mine: Voiceprint):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be kept in .*file"):
        owner.write(tmp_path / "file", mine)
