"""A real model of voices on real sound: its own numbers, who is who, and the commands around it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from sounds import SENTENCES, installed, synthesised
from typer.testing import CliRunner

from samantha import app as root
from samantha import config
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.commands.voiceprint import app
from samantha.dialog.token import Token
from samantha.errors import AudioError, ModelError, SamanthaError
from samantha.hearing.campplus import DIMENSIONS, CamPlusPlus
from samantha.store import owner

pytestmark = pytest.mark.integration

PYTORCH = {
    1: [-0.16734, 0.05982, -0.03164, -0.04713, -0.03137, 0.13197],
    5: [-0.14357, 0.01198, -0.04051, -0.09236, -0.04199, 0.10493],
}
"""What 3D-Speaker's own code makes of a sweep of so many seconds: the first numbers."""


def sweep(seconds: int) -> Block:
    t = np.arange(HEARING_RATE) / HEARING_RATE
    tone = np.sin(2 * np.pi * (100 * t + 3500 * t**2)) * (1 + 0.5 * np.sin(2 * np.pi * 4 * t))
    return np.tile((0.3 * tone + 0.02).astype(np.float32), seconds)


@pytest.fixture(scope="module")
def weights() -> Path:
    return installed("campplus") / "campplus.pt"


@pytest.fixture(scope="module")
def encoder(weights: Path) -> CamPlusPlus:
    return CamPlusPlus(weights)


@pytest.fixture(scope="module")
def man() -> list[Block]:
    """Sentences in one voice, 3 s each or so."""
    return [sound for _, sound in synthesised((*SENTENCES, "I left my umbrella on the train again."))]


@pytest.fixture(scope="module")
def woman() -> list[Block]:
    """Two of the sentences in another voice."""
    installed("kokoro-jf_alpha")
    voice = root.own_voice(config.load(flags={"voice.name": "kokoro-jf_alpha"}))
    said = [np.concatenate(list(voice.synthesize(text, Token()))) for text in SENTENCES[1:3]]
    return [soxr.resample(sound, VOICE_RATE, HEARING_RATE) for sound in said]


@pytest.mark.parametrize("seconds", PYTORCH)
def test_it_hears_what_the_original_hears(encoder, seconds):
    found = encoder.embed(sweep(seconds))
    assert found.shape == (DIMENSIONS,)
    assert found.dtype == np.float32
    assert found[:6] == pytest.approx(PYTORCH[seconds], abs=2e-4)


def test_loudness_does_not_matter_and_any_length_will_do(encoder):
    sound = sweep(2)
    assert encoder.embed(sound) @ encoder.embed(0.01 * sound) == pytest.approx(1, abs=1e-3)
    for length in (0, 1, 400, 5000, 15 * HEARING_RATE):
        found = encoder.embed(sound[:length])
        assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_one_voice_is_like_itself_and_not_like_another(encoder, man, woman):
    hers, his = encoder.embed(woman[0]), [encoder.embed(sound) for sound in man]
    assert min(his[0] @ each for each in his[1:]) > 0.5
    assert max(hers @ each for each in his) < 0.3


@pytest.mark.parametrize("size", [0, 1000, 20_000_000])
def test_a_damaged_file_is_told(weights, tmp_path, size):
    path = tmp_path / "campplus.pt"
    path.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(ModelError, match=r"damaged.*samantha models pull campplus"):
        CamPlusPlus(path)


def test_another_model_and_none_are_told(tmp_path):
    with pytest.raises(ModelError, match=r"missing.*samantha models pull campplus"):
        CamPlusPlus(tmp_path / "campplus.pt")
    with pytest.raises(ModelError, match="no model of voices"):
        CamPlusPlus(installed("silero-vad") / "silero_vad_v6.onnx")


# --- the commands -----------------------------------------------------------------------------------------


def run(*words: str | Path) -> str:
    """What the command prints, or the problem it raises."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def file(path: Path, *sounds: Block) -> Path:
    gap = np.zeros(HEARING_RATE // 2, np.float32)
    soundfile.write(
        path, np.concatenate([part for sound in sounds for part in (gap, sound, gap)]), HEARING_RATE
    )
    return path


def test_a_voice_is_learnt_tried_shown_and_forgotten(weights, man, woman, tmp_path, state):
    with pytest.raises(ModelError, match="does not know your voice"):
        run("test", "--input", file(tmp_path / "early.wav", man[0]))
    assert json.loads(run("show", "--json"))["voiceprint"] is None
    said = run(
        "enroll", "--input", file(tmp_path / "a.wav", *man[:2]), "--input", file(tmp_path / "b.wav", *man[2:])
    )
    assert "knows your voice now" in said
    assert "attention.owner_only: true" in said
    assert (state / owner.FILE).stat().st_mode & 0o077 == 0
    known = json.loads(run("show", "--json"))
    assert known["owner_only"] is False
    assert known["voiceprint"]["model"] == "campplus"
    assert known["voiceprint"]["consistency"] > 0.6
    mine = json.loads(run("test", "--json", "--input", file(tmp_path / "mine.wav", man[0])))
    assert mine["recognised"]
    assert mine["likeness"] > 0.5
    hers = json.loads(run("test", "--json", "--input", file(tmp_path / "hers.wav", woman[0])))
    assert not hers["recognised"]
    assert "would not answer" in run("test", "--input", tmp_path / "hers.wav")
    assert "forgotten" in run("forget")
    assert not list(state.iterdir())
    assert "does not know" in run("show")


def test_what_cannot_be_learnt_leaves_what_was_known(weights, man, woman, tmp_path, state):
    run("enroll", "--input", file(tmp_path / "a.wav", *man))
    before = (state / owner.FILE).read_bytes()
    refused: list[tuple[str, list[Block]]] = [
        ("s of speech in it", man[:2]),
        ("0 s of speech", [np.zeros(20 * HEARING_RATE, np.float32)]),
        ("More than one voice", [*man[:4], *woman]),
        ("distorted", [np.clip(40 * sound, -1, 1) for sound in man]),
    ]
    for words, sounds in refused:
        with pytest.raises(AudioError, match=words):
            run("enroll", "--input", file(tmp_path / "bad.wav", *sounds))
    with pytest.raises(SamanthaError, match=r"nowhere\.wav"):
        run("enroll", "--input", tmp_path / "nowhere.wav")
    assert (state / owner.FILE).read_bytes() == before
