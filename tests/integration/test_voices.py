"""Real voices: what they say can be understood, they stop when asked, and broken files are named."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samantha import config
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, level_dbfs, samples
from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError
from samantha.voice import phonemes
from samantha.voice.kokoro import Kokoro
from samantha.voice.piper import Piper
from samantha.voice.sound import trim

pytestmark = pytest.mark.integration

PIPER, KOKORO, VOICE = "piper-en_US-joe-medium", "kokoro-82m", "kokoro-jf_alpha"
SENTENCE = "Hello there, my friend, it is good to hear your voice again."
LONG = "We walked along the river all day and talked about the sea and the stars and everything else. " * 2


def model(name: str, pattern: str) -> Path:
    """The file of an installed model; the test is skipped if there is none."""
    for found in sorted((config.load().models_folder / name).glob(pattern)):
        return found
    pytest.skip(f"{name} is not installed: samantha models pull {name}")


@pytest.fixture(scope="module")
def piper() -> Piper:
    return Piper(model(PIPER, "*.onnx"))


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    return Kokoro(model(KOKORO, "*.onnx"), model(VOICE, "*.bin"))


@pytest.fixture(params=["piper", "kokoro"])
def voice(request: pytest.FixtureRequest) -> Piper | Kokoro:
    found: Piper | Kokoro = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def hear() -> Callable[[Block], str]:
    """Whisper tiny as somebody who listens."""
    import soxr
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model("whisper-tiny.en", "model.bin").parent), compute_type="int8")

    def listen(sound: Block) -> str:
        segments, _ = whisper.transcribe(soxr.resample(sound, VOICE_RATE, HEARING_RATE), language="en")
        return " ".join(segment.text for segment in segments)

    return listen


def said(voice: Piper | Kokoro, text: str) -> Block:
    return np.concatenate(list(voice.synthesize(text, Token())))


def test_a_listener_understands(voice: Piper | Kokoro, hear: Callable[[Block], str]) -> None:
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    plain: Any = EnglishTextNormalizer()
    assert jiwer.wer(plain(SENTENCE), plain(hear(said(voice, SENTENCE)))) <= 0.1


def test_the_sound_is_sane(voice: Piper | Kokoro) -> None:
    sound = said(voice, SENTENCE)
    assert sound.dtype == np.float32
    assert 2.5 < len(sound) / VOICE_RATE < 6.0
    assert -26 < level_dbfs(sound) < -14
    assert float(np.abs(sound).max()) <= 0.9
    assert level_dbfs(sound[: samples(0.1, VOICE_RATE)]) > -60  # speech begins at once
    assert level_dbfs(sound[-samples(0.15, VOICE_RATE) :]) == -120  # and ends in a pause
    assert level_dbfs(sound[-samples(0.4, VOICE_RATE) :]) > -60  # of less than 0.4 s


def test_every_sentence_is_a_block_and_comes_as_soon_as_it_is_done(piper: Piper) -> None:
    blocks = piper.synthesize("Sure. I am here. What now?", Token())
    assert len(next(blocks)) < samples(1.6, VOICE_RATE)
    assert len(list(blocks)) == 2


def test_kokoro_remembers_an_opener(kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    first = said(kokoro, "Oh, sure.")
    next(kokoro.synthesize("Oh, sure.", Token()))[:] = 0  # whoever gets it may change it
    monkeypatch.setattr(kokoro, "_blocks", None)
    assert np.array_equal(said(kokoro, "Oh, sure."), first)
    cancelled, quicker = Token(), kokoro.synthesize("Oh, sure.", Token(), speed=1.5)
    cancelled.cancel()
    with pytest.raises(Cancelled):
        next(kokoro.synthesize("Oh, sure.", cancelled))
    with pytest.raises(TypeError):  # at another pace it is another sound, and has to be made
        next(quicker)


def windows_of(frames: int) -> Callable[..., int]:
    """That length, however fast or slow the machine is."""
    return lambda left, *_: frames if left >= 1.5 * frames else left


def test_kokoro_begins_before_a_sentence_is_done(kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samantha.voice.vocoder.window", windows_of(40))
    first, *rest = kokoro.synthesize(SENTENCE, Token())
    assert len(first) <= samples(0.5, VOICE_RATE)
    assert rest
    bounds = np.cumsum([len(first), *map(len, rest[:-1])])
    sound = np.concatenate([first, *rest])
    steps = np.abs(np.diff(sound))
    for bound in bounds:  # no click: the step from block to block is none of the largest nearby
        nearby = np.delete(steps[bound - 240 : bound + 240], 239)
        assert steps[bound - 1] <= nearby.max()


def test_kokoro_in_windows_is_the_same_voice(kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as in one piece, and as loud at every moment."""

    def levels(longest: int) -> Block:
        monkeypatch.setattr("samantha.voice.vocoder.window", windows_of(longest))
        sound = trim(said(kokoro, SENTENCE))
        frames = sound[: len(sound) // 480 * 480].reshape(-1, 480)
        return np.maximum(10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-9), -50)

    whole, parts = levels(10_000), levels(40)
    assert abs(len(whole) - len(parts)) <= 3
    size = min(len(whole), len(parts)) - 3
    likeness = [np.corrcoef(whole[a:][:size], parts[b:][:size])[0, 1] for a in range(4) for b in range(4)]
    assert max(likeness) > 0.99


@pytest.mark.parametrize("text", ["", " ", "…", "!?", "—"])
def test_nothing_to_say_is_silence(voice: Piper | Kokoro, text: str) -> None:
    assert list(voice.synthesize(text, Token())) == []


def test_cancelling_stops_it_and_the_next_one_speaks(voice: Piper | Kokoro) -> None:
    token = Token()
    outcome: list[BaseException | int] = []

    def speak() -> None:
        try:
            outcome.append(sum(map(len, voice.synthesize(LONG.replace(".", ","), token))))
        except Cancelled as cancelled:
            outcome.append(cancelled)

    thread = threading.Thread(target=speak)
    thread.start()
    time.sleep(0.05)
    token.cancel()
    thread.join(10)
    assert isinstance(outcome[0], Cancelled)
    assert len(said(voice, "Sure."))


def test_a_cancelled_token_says_nothing(voice: Piper | Kokoro) -> None:
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        next(voice.synthesize(SENTENCE, token))


def test_speed_and_volume(piper: Piper) -> None:
    quick = Piper(model(PIPER, "*.onnx"), speed=1.6, volume=0.25)
    sound, usual = said(quick, SENTENCE), said(piper, SENTENCE)
    assert len(sound) < 0.8 * len(usual)
    assert level_dbfs(sound) == pytest.approx(level_dbfs(usual) - 12, abs=2)


def test_one_text_can_be_spoken_at_another_pace(voice: Piper | Kokoro) -> None:
    usual = said(voice, SENTENCE)
    quick = np.concatenate(list(voice.synthesize(SENTENCE, Token(), speed=1.6)))
    assert len(quick) < 0.8 * len(usual)


def test_languages_and_names(piper: Piper, kokoro: Kokoro) -> None:
    assert piper.languages == ("en",)
    assert kokoro.languages == ("en",)
    assert kokoro.name == "jf_alpha"
    assert "joe" in piper.name


def test_damaged_piper_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / PIPER
    folder.mkdir()
    network, settings = folder / "voice.onnx", folder / "voice.onnx.json"
    with pytest.raises(ModelError, match=r"voice\.onnx does not exist.*samantha models pull " + PIPER):
        Piper(network)
    network.write_bytes(model(PIPER, "*.onnx").read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"voice\.onnx\.json does not exist"):
        Piper(network)
    for broken in ("", "{", "{}", "[]", '{"audio": 3}', '{"phoneme_id_map": []}'):
        settings.write_text(broken)
        with pytest.raises(ModelError, match=r"voice\.onnx\.json"):
            Piper(network)
    shutil.copy(model(PIPER, "*.onnx.json"), settings)
    with pytest.raises(ModelError, match=r"voice\.onnx is damaged"):
        Piper(network)


def test_a_users_own_broken_voice_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"no model")
    (tmp_path / "mine.onnx.json").write_text(json.dumps({}))
    with pytest.raises(ModelError) as caught:
        Piper(tmp_path / "mine.onnx")
    assert "pull" not in caught.value.hint
    assert "voice.name" in caught.value.hint


def test_a_language_espeak_does_not_know(tmp_path: Path) -> None:
    settings = json.loads(model(PIPER, "*.onnx.json").read_text())
    settings["espeak"]["voice"] = "nowhere"
    (tmp_path / "x.onnx.json").write_text(json.dumps(settings))
    shutil.copy(model(PIPER, "*.onnx"), tmp_path / "x.onnx")
    with pytest.raises(ModelError, match="nowhere"):
        Piper(tmp_path / "x.onnx")


def test_a_speaker_that_does_not_exist() -> None:
    path = model(PIPER, "*.onnx")
    with pytest.raises(ModelError, match="no speaker 'anna'"):
        Piper(path.with_name(path.name + "#anna"))
    assert Piper(path.with_name(path.name + "#0")).name == path.stem


def test_damaged_kokoro_files_are_named(tmp_path: Path) -> None:
    network, styles = model(KOKORO, "*.onnx"), tmp_path / VOICE / "jf_alpha.bin"
    with pytest.raises(ModelError, match=r"jf_alpha\.bin does not exist.*samantha models pull " + VOICE):
        Kokoro(network, styles)
    styles.parent.mkdir()
    for broken in (b"", b"x" * 1000, np.full((510, 256), np.nan, "<f4").tobytes()):
        styles.write_bytes(broken)
        with pytest.raises(ModelError, match=r"jf_alpha\.bin"):
            Kokoro(network, styles)
    cut = tmp_path / KOKORO / "kokoro.onnx"
    cut.parent.mkdir()
    cut.write_bytes(network.read_bytes()[:1_000_000])
    with pytest.raises(ModelError, match=r"kokoro\.onnx is damaged.*samantha models pull " + KOKORO):
        Kokoro(cut, model(VOICE, "*.bin"))
    with pytest.raises(ModelError, match="not Kokoro"):
        Kokoro(model(PIPER, "*.onnx"), model(VOICE, "*.bin"))


def test_loading_and_failing_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    list(Kokoro(model(KOKORO, "*.onnx"), model(VOICE, "*.bin")).synthesize("Hello.", Token()))
    (tmp_path / "x.onnx").write_bytes(b"no model")
    shutil.copy(model(PIPER, "*.onnx.json"), tmp_path / "x.onnx.json")
    with pytest.raises(ModelError):
        Piper(tmp_path / "x.onnx")
    assert capfd.readouterr() == ("", "")


def test_phrases_keep_their_marks() -> None:
    found = phonemes.sentences("Well… yes — of course; it's 7. Mhm, really?!", "en-us")
    assert [[phrase.mark for phrase in sentence] for sentence in found] == [["…", "—", ";", "."], [",", "?"]]
    assert "ɛm" not in found[1][0].ipa  # not "em aitch em"
    with pytest.raises(ValueError, match="nowhere"):
        phonemes.sentences("hello", "nowhere")


def test_two_voices_may_read_at_once() -> None:
    """espeak is global; without its lock, phonemes of one text end up in the other."""
    texts = {"en-us": "the river is wide", "de": "der Fluss ist breit"}
    alone = {language: phonemes.sentences(text, language) for language, text in texts.items()}
    wrong: list[str] = []

    def read(language: str) -> None:
        wrong.extend(
            language for _ in range(200) if phonemes.sentences(texts[language], language) != alone[language]
        )

    threads = [threading.Thread(target=read, args=(language,)) for language in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
