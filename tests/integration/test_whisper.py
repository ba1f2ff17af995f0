"""Real Whisper models on speech, silence and noise."""

from __future__ import annotations

import shutil
from pathlib import Path

import jiwer
import numpy as np
import pytest
from sounds import ALL, SENTENCES, Noise, in_a_room, installed, recorded, synthesised
from whisper_normalizer.english import EnglishTextNormalizer

from samantha.audio.pcm import HEARING_RATE, Block, level_dbfs, silence
from samantha.config import Hearing
from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError
from samantha.hearing.plausible import UNSURE, rejection
from samantha.hearing.whisper import Whisper, pieces

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return Whisper(installed("whisper-base"), Hearing())


@pytest.fixture(scope="module")
def english_only() -> Path:
    return installed("whisper-tiny.en")


@pytest.fixture(scope="module")
def voice() -> dict[str, Block]:
    """What a synthesised man says."""
    return dict(synthesised([*SENTENCES, "Thank you.", "My friend Siobhan is coming.", "Samantha."]))


def word_errors(said: list[str], heard: list[str]) -> float:
    plain = EnglishTextNormalizer()
    return float(jiwer.wer([plain(text) for text in said], [plain(text) for text in heard]))


def test_people_are_understood(
    request: pytest.FixtureRequest, whisper: Whisper, voice: dict[str, Block]
) -> None:
    folder = request.config.getoption("--speech")
    clips = [(text, voice[text]) for text in SENTENCES]
    if folder:
        clips = [clip for clip in recorded(Path(folder), "utterance", at_most=20) if clip[0]]
    transcripts = [whisper.transcribe(sound, Token()) for _, sound in clips]
    assert word_errors([text for text, _ in clips], [found.text for found in transcripts]) <= 0.1
    assert {found.language for found in transcripts} == {"en"}
    for found in transcripts:
        assert found.no_speech < 0.5
        assert -1.0 < found.logprob < 0
        assert 0 < found.compression < 2.4


def test_a_real_thank_you_gets_through(whisper: Whisper, voice: dict[str, Block]) -> None:
    sound = in_a_room(voice["Thank you."], before_s=0.5, after_s=0.2)
    found = whisper.transcribe(sound, Token())
    assert "thank you" in found.text.lower()
    speech = len(voice["Thank you."]) / HEARING_RATE
    assert rejection(level_dbfs(sound), speech, speech + 0.7, found, Hearing()) is None


@pytest.mark.parametrize("noise", ALL, ids=lambda noise: noise.__name__)
def test_nothing_is_made_of_noise_even_if_it_was_taken_for_speech(whisper: Whisper, noise: Noise) -> None:
    for seconds in (0.9, 2.5):
        sound = noise(np.random.default_rng(7), round(seconds * HEARING_RATE))
        found = whisper.transcribe(sound, Token())
        reason = rejection(level_dbfs(sound), 0.6 * seconds, seconds, found, Hearing())
        assert reason is not None, found


def test_a_long_turn_is_heard_whole(whisper: Whisper, voice: dict[str, Block]) -> None:
    said = list(SENTENCES) * 4
    pause = silence(HEARING_RATE // 2)
    sound = np.concatenate([part for text in said for part in (voice[text], pause)])
    assert len(sound) > 40 * HEARING_RATE
    assert word_errors([" ".join(said)], [whisper.transcribe(sound, Token()).text]) <= 0.1


def test_long_sound_is_cut_in_its_quietest_moments() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 70 * HEARING_RATE).astype(np.float32)
    for quiet in (20, 41):
        sound[quiet * HEARING_RATE : (quiet + 1) * HEARING_RATE] = 0
    cut = pieces(sound, 26)
    assert np.array_equal(np.concatenate(cut), sound)
    ends = np.cumsum([len(piece) for piece in cut]) / HEARING_RATE
    assert 20 < ends[0] < 21
    assert 41 < ends[1] < 42
    assert all(len(piece) <= 28 * HEARING_RATE for piece in cut)


def test_a_cut_depends_on_nothing_that_comes_later() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 40 * HEARING_RATE).astype(np.float32)
    whole = pieces(sound, 10)
    for seconds in (11, 12, 13, 20, 27, 33):
        so_far = pieces(sound[: seconds * HEARING_RATE], 10)
        assert all(np.array_equal(one, other) for one, other in zip(so_far[:-1], whole, strict=False))
        assert len(so_far[-1]) <= 12 * HEARING_RATE


class _Looks(Token):
    """Counts how often it was looked at: at the beginning, and before each pass of the model."""

    def __init__(self) -> None:
        super().__init__()
        self.passes = -1

    def check(self) -> None:
        self.passes += 1
        super().check()


def test_of_a_turn_that_grows_only_its_end_is_heard_again(whisper: Whisper, voice: dict[str, Block]) -> None:
    said = list(SENTENCES) * 4
    pause = silence(HEARING_RATE // 2)
    sound = np.concatenate([part for text in said for part in (voice[text], pause)])
    assert len(sound) > 40 * HEARING_RATE
    first, second, other = _Looks(), _Looks(), _Looks()
    whisper.transcribe(sound[: -2 * HEARING_RATE], first, hurry=True)
    found = whisper.transcribe(sound, second, hurry=True)
    assert word_errors([" ".join(said)], [found.text]) <= 0.1
    assert second.passes < first.passes
    whisper.transcribe(sound * np.float32(0.9), other, hurry=True)
    assert other.passes > second.passes, "another turn was taken for the one before"


def test_in_a_hurry_nothing_is_heard_in_the_full_window(whisper: Whisper, voice: dict[str, Block]) -> None:
    backwards = voice[SENTENCES[0]][::-1].copy()
    calmly, hurried = _Looks(), _Looks()
    whisper.transcribe(backwards, calmly)
    unsure = whisper.transcribe(backwards, hurried, hurry=True)
    assert (calmly.passes, hurried.passes) == (3, 2)
    assert unsure.logprob < UNSURE


def test_in_a_hurry_the_language_is_found_out_in_one_look(voice: dict[str, Block]) -> None:
    whisper, hurried = Whisper(installed("whisper-base"), Hearing(language="auto")), _Looks()
    found = whisper.transcribe(voice[SENTENCES[0]], hurried, hurry=True)
    assert found.language == "en"
    assert "London" in found.text
    assert hurried.passes == 1


def test_names_are_spelled_as_they_are_written(whisper: Whisper, voice: dict[str, Block]) -> None:
    sound = voice["My friend Siobhan is coming."]
    assert "Siobhan" not in whisper.transcribe(sound, Token()).text
    assert "Siobhan" in whisper.transcribe(sound, Token(), hint="Siobhan").text
    assert "Samantha" in whisper.transcribe(voice["Samantha."], Token()).text


def test_guesses_are_several_and_the_likeliest_comes_first(whisper: Whisper, voice: dict[str, Block]) -> None:
    rain = np.random.default_rng(1).normal(0, 0.03, len(voice["Samantha."])).astype(np.float32)
    guesses = whisper.guesses(voice["Samantha."] + rain, Token())
    assert len({guess.text for guess in guesses}) >= 3
    assert "Samantha" in guesses[0].text
    assert [guess.logprob for guess in guesses] == sorted((guess.logprob for guess in guesses), reverse=True)
    given_up = Token()
    given_up.cancel()
    with pytest.raises(Cancelled):
        whisper.guesses(voice["Samantha."], given_up)


@pytest.mark.parametrize("samples", [0, 1, 1599])
def test_what_is_too_short_to_be_a_word_is_nothing(whisper: Whisper, samples: int) -> None:
    assert whisper.transcribe(silence(samples), Token()).text == ""


def test_the_same_sound_gives_the_same_text(whisper: Whisper) -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 2 * HEARING_RATE).astype(np.float32)
    assert whisper.transcribe(noise, Token()) == whisper.transcribe(noise, Token())


class _TwoPasses(Token):
    """Cancelled when it was looked at for the third time: before, and before each of two passes."""

    looked = 0

    def check(self) -> None:
        self.looked += 1
        if self.looked == 3:
            self.cancel()
        super().check()


def test_an_abandoned_turn_is_not_heard_to_its_end(whisper: Whisper) -> None:
    cancelled = Token()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        whisper.transcribe(silence(HEARING_RATE), cancelled)

    with pytest.raises(Cancelled):
        whisper.transcribe(silence(50 * HEARING_RATE), _TwoPasses())


def test_the_language_is_found_out(voice: dict[str, Block]) -> None:
    whisper = Whisper(installed("whisper-base"), Hearing(language="auto"))
    found = whisper.transcribe(voice[SENTENCES[0]], Token())
    assert found.language == "en"
    assert "London" in found.text


def test_an_english_model_hears_english(english_only: Path, voice: dict[str, Block]) -> None:
    whisper = Whisper(english_only, Hearing(language="auto"))
    found = whisper.transcribe(voice[SENTENCES[1]], Token())
    assert found.language == "en"
    assert word_errors([SENTENCES[1]], [found.text]) == 0


def test_an_english_model_is_not_asked_for_german(english_only: Path) -> None:
    with pytest.raises(ModelError, match=r"English only, but hearing\.language is 'de'"):
        Whisper(english_only, Hearing(language="de"))


def test_a_language_that_does_not_exist() -> None:
    with pytest.raises(ModelError, match="no language 'xx'"):
        Whisper(installed("whisper-base"), Hearing(language="xx"))


@pytest.mark.parametrize("damage", ["no folder", "no model.bin", "no tokenizer.json", "cut", "scrambled"])
def test_a_damaged_model_is_named_with_what_mends_it(tmp_path: Path, english_only: Path, damage: str) -> None:
    folder = tmp_path / "whisper-tiny.en"
    if damage != "no folder":
        folder.mkdir()
        for file in english_only.iterdir():
            (folder / file.name).symlink_to(file)
    match damage:
        case "no model.bin" | "no tokenizer.json":
            (folder / damage.removeprefix("no ")).unlink()
        case "cut":
            (folder / "model.bin").unlink()
            shutil.copy(english_only / "model.bin", folder)
            with (folder / "model.bin").open("r+b") as file:
                file.truncate(40_000_000)
        case "scrambled":
            (folder / "tokenizer.json").unlink()
            (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError) as problem:
        Whisper(folder, Hearing())
    assert str(folder) in problem.value.message
    assert "samantha models pull whisper-tiny.en" in problem.value.hint


def test_a_folder_of_ones_own_is_not_pulled(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with pytest.raises(ModelError, match="missing") as problem:
        Whisper(folder, Hearing(model=str(folder)))
    assert problem.value.hint == "Check the path in hearing.model."
