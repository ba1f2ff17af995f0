"""This machine stands in for another one that is away, and says so once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from samantha.audio.pcm import Block
from samantha.config import Remote
from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError, SamanthaError
from samantha.ports import Message, Transcript
from samantha.remote.fallback import (
    LONGEST_PAUSE_S,
    PAUSE_S,
    Fallback,
    FallbackModel,
    FallbackTranscriber,
    FallbackVoice,
    fallbacks,
)
from samantha.remote.line import UnreachableError
from samantha.remote.reach import address

pytestmark = pytest.mark.unit

SENTENCE = "I can't reach the machine I think with, so I'm using this one for now."
FAR = address(Remote(llm_url="http://far:8080/v1"), "llm_url", "llm.engine: openai")
OPENING = [Message("system", "You are Samantha.")]
TURN = [*OPENING, Message("user", "Hello?")]


class Model:
    """Answers with `words`; after `good` of them it raises `problem`."""

    context = 2048
    threads = 2

    def __init__(self, *words: str) -> None:
        self.words = words
        self.problem: Exception | None = None
        self.good = 0
        self.asked = 0
        self.prefilled: list[Sequence[Message]] = []
        self.unfinished: list[bool] = []
        self.saved: list[Sequence[Message]] = []
        self.kept = False

    def count(self, messages: Sequence[Message]) -> int:
        return len(messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        self.prefilled.append(messages)
        self.unfinished.append(unfinished)

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        self.asked += 1
        for number, word in enumerate(self.words):
            if self.problem is not None and number == self.good:
                raise self.problem
            yield f"{begun}{word}"

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        if self.problem is not None:
            raise self.problem
        return " ".join(self.words)

    def restore(self, messages: Sequence[Message]) -> bool:
        return self.kept

    def save(self, messages: Sequence[Message]) -> None:
        self.saved.append(messages)


class Pair:
    """Two models, one elsewhere and one here, with a clock that stands still."""

    def __init__(self) -> None:
        self.now = 0.0
        self.far, self.near = Model("far", "away"), Model("near", "by")
        self.loaded = 0
        self.missing: ModelError | None = None
        self.said: list[str] = []
        self.pair: Fallback[Model] = Fallback(self.far, self.load, "think", clock=lambda: self.now)
        self.pair.tell(self.said.append)

    def load(self) -> Model:
        self.loaded += 1
        if self.missing:
            raise self.missing
        return self.near

    def answer(self) -> str:
        return " ".join(self.pair.stream(lambda model: model.generate(TURN, Token(), max_tokens=9)))

    def breaks(self, *, after: int = 0) -> None:
        self.far.problem, self.far.good = UnreachableError(FAR, "cannot be reached: gone"), after


def test_the_other_machine_answers_and_nothing_is_loaded_here() -> None:
    pair = Pair()
    assert [pair.answer(), pair.answer()] == ["far away", "far away"]
    assert (pair.loaded, pair.said) == (0, [])


def test_it_stands_in_is_loaded_once_and_says_so_once() -> None:
    pair = Pair()
    pair.breaks()
    for _ in range(5):
        assert pair.answer() == "near by"
        pair.now += PAUSE_S * 40
    assert pair.loaded == 1
    assert pair.said == [SENTENCE]
    assert pair.far.asked == 5


def test_each_outage_is_said() -> None:
    pair = Pair()
    for _ in range(2):
        pair.breaks()
        pair.answer()
        pair.far.problem, pair.now = None, pair.now + PAUSE_S
        assert pair.answer() == "far away"
        assert not pair.pair.away
    assert pair.said == [SENTENCE] * 2


def test_a_dead_machine_is_asked_ever_less_often() -> None:
    pair = Pair()
    pair.breaks()
    asked = []
    while pair.now < 1200:
        before = pair.far.asked
        pair.answer()
        if pair.far.asked > before:
            asked.append(pair.now)
        pair.now += 1
    waits = np.diff(asked)
    assert list(waits[:5]) == [PAUSE_S, 2 * PAUSE_S, 4 * PAUSE_S, 8 * PAUSE_S, LONGEST_PAUSE_S]
    pair.far.problem, pair.now = None, pair.now + LONGEST_PAUSE_S
    pair.answer()
    pair.breaks()
    pair.answer()
    pair.now += PAUSE_S
    before = pair.far.asked
    pair.answer()
    assert pair.far.asked == before + 1  # its return has made the pause short again


def test_what_breaks_off_is_that_turns_failure_and_the_next_is_ours() -> None:
    pair = Pair()
    pair.breaks(after=1)
    answer = pair.pair.stream(lambda model: model.generate(TURN, Token(), max_tokens=9))
    assert next(answer) == "far"
    with pytest.raises(UnreachableError):
        next(answer)
    assert (pair.loaded, pair.said) == (0, [])
    assert pair.answer() == "near by"
    assert pair.said == [SENTENCE]


@pytest.mark.parametrize("problem", [Cancelled(), SamanthaError("remote", "far:8080 answers 401.")])
def test_what_is_no_outage_is_handed_on(problem: Exception) -> None:
    pair = Pair()
    pair.far.problem = problem
    with pytest.raises(type(problem)):
        pair.answer()
    assert (pair.loaded, pair.said, pair.pair.away) == (0, [], False)


def test_where_nothing_can_stand_in_both_reasons_are_told_and_the_other_is_asked_again() -> None:
    pair = Pair()
    pair.breaks()
    pair.missing = ModelError("There is no chat model.", "Run `samantha models pull`.")
    for _ in range(2):
        with pytest.raises(SamanthaError) as caught:
            pair.answer()
        assert "far:8080 cannot be reached: gone. Nor can this machine: There is no chat model." in str(
            caught.value
        )
    assert pair.said == []
    pair.far.problem = None
    assert pair.answer() == "far away"


def test_an_outage_from_before_anybody_listened_is_told_later() -> None:
    pair = Pair()
    pair.pair = Fallback(pair.far, pair.load, "think", clock=lambda: pair.now)
    pair.breaks()
    pair.answer()
    pair.pair.tell(pair.said.append)
    pair.answer()
    assert pair.said == [SENTENCE]


def test_the_model_that_stands_in_knows_the_opening_and_its_threads() -> None:
    far, near = Model("far"), Model("near")
    model = FallbackModel(far, lambda: near, threads=4)
    assert model.context == 2048
    assert model.restore(OPENING)
    model.threads = 3
    far.problem = UnreachableError(FAR, "cannot be reached: gone")
    assert list(model.generate(TURN, Token(), max_tokens=9)) == ["near"]
    assert near.threads == 3
    assert near.prefilled == near.saved == [OPENING]
    model.threads = 2
    assert near.threads == 2
    model.prefill(TURN, Token(), unfinished=True)
    assert near.prefilled == [OPENING, TURN]
    assert near.unfinished == [False, True]
    assert list(model.generate(TURN, Token(), max_tokens=9, begun="quite ")) == ["quite near"]
    assert far.prefilled == []


def test_no_model_is_loaded_for_a_thought() -> None:
    far, near = Model("far"), Model("near")
    model = FallbackModel(far, lambda: near, threads=1)
    assert model.ponder(TURN, Token(), max_tokens=9) == "far"
    far.problem = UnreachableError(FAR, "cannot be reached: gone")
    with pytest.raises(UnreachableError):
        model.ponder(TURN, Token(), max_tokens=9)
    assert not model.fallback.away  # a thought settles nothing for the conversation
    list(model.generate(TURN, Token(), max_tokens=9))
    assert model.ponder(TURN, Token(), max_tokens=9) == "near"


def test_a_model_that_is_away_at_the_start_has_its_opening_restored_here() -> None:
    class Away(Model):
        @property
        def context(self) -> int:  # type: ignore[override]
            raise UnreachableError(FAR, "cannot be reached: gone")

    near = Model("near")
    near.kept = True
    model = FallbackModel(Away("far"), lambda: near, threads=1)
    assert model.context == 2048
    model.restore(OPENING)
    assert (near.prefilled, near.saved) == ([], [])


def test_ears_and_voice_fall_back_too() -> None:
    class Ears:
        def __init__(self, text: str | Exception) -> None:
            self.text = text

        def transcribe(
            self, audio: Block, token: Token, *, hint: str = "", hurry: bool = False
        ) -> Transcript:
            if isinstance(self.text, Exception):
                raise self.text
            return Transcript(f"{self.text} {hint}{', hurried' if hurry else ''}", "en")

        def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:
            return [self.transcribe(audio, token, hint=f"{hint}?")]

    class Voice:
        def __init__(self, name: str, language: str) -> None:
            self.name, self.languages = name, (language,)
            self.problem: Exception | None = None

        def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
            if self.problem:
                raise self.problem
            yield np.full(len(text), speed, np.float32)

    gone = UnreachableError(FAR, "cannot be reached: gone")
    ears = FallbackTranscriber(Ears(gone), lambda: Ears("near"))
    there = Voice("there", "de")
    voice = FallbackVoice(there, lambda: Voice("here", "en"))
    said: list[str] = []
    for one in fallbacks(ears, voice, Model()):
        one.tell(said.append)
    assert ears.transcribe(np.zeros(1, np.float32), Token(), hint="Ada").text == "near Ada"
    assert (
        ears.transcribe(np.zeros(1, np.float32), Token(), hint="Ada", hurry=True).text == "near Ada, hurried"
    )
    assert [guess.text for guess in ears.guesses(np.zeros(1, np.float32), Token(), hint="Ada")] == [
        "near Ada?"
    ]
    assert (voice.name, voice.languages) == ("there", ("de",))
    there.problem = gone
    (sound,) = voice.synthesize("Hm.", Token(), speed=2.0)
    assert sound.tolist() == [2.0, 2.0, 2.0]
    assert (voice.name, voice.languages) == ("here", ("en",))
    assert [sentence.split(",")[0] for sentence in said] == [
        "I can't reach the machine I hear with",
        "I can't reach the machine I speak with",
    ]
