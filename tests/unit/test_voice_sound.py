"""Trimming, level and pauses of what a voice makes, and Kokoro's notation."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import VOICE_RATE, Block, level_dbfs, samples, silence
from samantha.voice.kokoro import LONGEST, TOKENS, notation, pieces
from samantha.voice.phonemes import Phrase
from samantha.voice.sound import finish, finishing, resample, trim

pytestmark = pytest.mark.unit


def tone(duration: float, level: float = 0.1) -> Block:
    t = np.arange(samples(duration, VOICE_RATE)) / VOICE_RATE
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def with_tails(sound: Block) -> Block:
    hiss = np.random.default_rng(1).normal(0, 1e-5, samples(0.25, VOICE_RATE)).astype(np.float32)
    return np.concatenate([hiss, sound, hiss])


def test_silence_at_both_ends_goes() -> None:
    trimmed = trim(with_tails(tone(0.5)))
    assert len(trimmed) == pytest.approx(samples(0.53, VOICE_RATE), abs=samples(0.012, VOICE_RATE))
    assert abs(trimmed[0]) < 1e-3
    assert abs(trimmed[-1]) < 1e-3


def test_a_quiet_last_sound_stays() -> None:
    ending = tone(0.1, 0.1 * 10 ** (-38 / 20))
    assert len(trim(with_tails(np.concatenate([tone(0.4), ending])))) >= samples(0.5, VOICE_RATE)


@pytest.mark.parametrize("sound", [silence(0), silence(3), silence(9000)])
def test_nothing_but_silence_is_nothing(sound: Block) -> None:
    assert len(finish(sound, ".")) == 0


@pytest.mark.parametrize("level", [0.05, 0.2, 0.9])
def test_voices_come_to_one_level(level: float) -> None:
    spoken = trim(finish(with_tails(tone(0.5, level)), ""))
    assert level_dbfs(spoken) == pytest.approx(-20, abs=1)


def test_a_whisper_is_not_blown_up_and_a_crack_does_not_clip() -> None:
    assert level_dbfs(finish(tone(0.5, 0.005), "")) < -35
    crack = tone(0.5, 0.01)
    crack[6000] = 1.0
    assert float(np.abs(finish(crack, "")).max()) <= 0.9


def test_volume_scales() -> None:
    loud, soft = finish(tone(0.5), "."), finish(tone(0.5), ".", volume=0.5)
    assert np.allclose(loud * 0.5, soft)
    assert not finish(tone(0.5), ".", volume=0.0).any()


def test_a_sentence_rests_longer_than_a_comma_and_less_at_a_quick_pace() -> None:
    length = {mark: len(finish(tone(0.5), mark)) for mark in (",", ".")}
    assert length["."] - length[","] >= samples(0.1, VOICE_RATE)
    assert len(finish(tone(0.5), ".", speed=2.0)) < length["."]


def test_resampling_keeps_the_pitch() -> None:
    t = np.arange(22050) / 22050
    sound = resample(np.sin(2 * np.pi * 440 * t).astype(np.float32), 22050)
    assert sound.dtype == np.float32
    assert abs(len(sound) - VOICE_RATE) < 3
    assert int(np.argmax(np.abs(np.fft.rfft(sound)))) == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    ("voice", "ipa", "written"),
    [
        ("en-us", "wˈɔːɾɚ", "wˈɔTəɹ"),
        ("en-us", "ˈoʊ aɪ dʒˈʌdʒ tʃˈɔɪs naʊ dˈeɪ", "ˈO I ʤˈʌʤ ʧˈYs nW dˈA"),
        ("en-us", "wˈɜːld bˈʌʔn̩", "wˈɜɹld bˈʌtᵊn"),
        ("en", "ɡˌəʊ ðˈeə bˈɜːd", "ɡˌQ ðˈɛː bˈɜːd"),
        ("it", "tʃˈaːo", "ʧˈaːo"),
    ],
)
def test_kokoro_notation(voice: str, ipa: str, written: str) -> None:
    assert notation(ipa, voice) == written
    assert set(written) <= set(TOKENS)


def test_a_sentence_too_long_for_kokoro_comes_in_pieces() -> None:
    phrases = [Phrase("lˈɔːŋ wˈɜːdz " * 20, ",") for _ in range(6)] + [Phrase("x" * 1200, ".")]
    found = list(pieces(phrases, "en-us"))
    assert len(found) > 3
    assert all(0 < len(piece) <= LONGEST for piece, _ in found)
    assert found[-1][1] == "."
    assert sum(piece.count("k") for piece, _ in found) == 1200  # x is spoken as k: nothing is lost


def test_blocks_are_finished_as_one() -> None:
    """Trimmed at the outer ends only, one gain, no seam; the level a little lower, as openings are loud."""
    sound = with_tails(tone(1.0))
    cuts = [samples(0.6, VOICE_RATE), samples(0.9, VOICE_RATE)]
    blocks = list(zip(np.split(sound, cuts), (False, False, True), strict=True))
    made = list(finishing(blocks, "."))
    assert len(made) == 3
    joined, whole = np.concatenate(made), finish(sound, ".")
    assert len(joined) == len(whole)
    assert joined == pytest.approx(whole * 10 ** (-1.5 / 20), abs=1e-4)


def test_a_louder_block_turns_the_rest_down() -> None:
    loud = tone(0.5, 0.99)
    first, second, third = finishing([(tone(0.5), False), (loud, False), (loud, True)], "")
    assert level_dbfs(first) == pytest.approx(-21.5, abs=0.3)
    assert float(np.abs(second[samples(0.01, VOICE_RATE) :]).max()) == pytest.approx(0.89, abs=0.01)
    assert float(np.abs(third).max()) == pytest.approx(0.89, abs=0.01)


def test_silent_blocks_before_a_voice_go() -> None:
    stream = [(silence(9000), False), (silence(9000), False)]
    assert list(finishing(stream, ".")) == []
    assert len(list(finishing([*stream, (tone(0.5), True)], "."))) == 1
