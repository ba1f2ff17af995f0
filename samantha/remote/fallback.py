"""What she does when the other machine is away: this one works in its place, and she says so once.

A circuit breaker: after a failure the other machine is left alone for a while, so that a dead one does not
cost every turn the time it takes to find out. What breaks off in the middle of an answer is not begun anew
here; it is that turn's failure, and the next turn is this machine's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from samantha.audio.pcm import Block
from samantha.dialog.token import Token
from samantha.errors import SamanthaError
from samantha.ports import LanguageModel, Message, Synthesizer, Transcriber, Transcript
from samantha.remote.line import UnreachableError

log = logging.getLogger(__name__)

PAUSE_S = 30.0
"""Seconds for which the other machine is left alone after a first failure; each further one doubles them."""

LONGEST_PAUSE_S = 300.0

Engine = TypeVar("Engine")
Result = TypeVar("Result")


class Fallback(Generic[Engine]):
    """An engine on another machine, and one on this machine that is loaded when it is first needed and kept.

    `does` says what the engine does, as in "the machine I *think* with". Called from one thread at a time.
    """

    def __init__(
        self,
        remote: Engine,
        load: Callable[[], Engine],
        does: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.remote = remote
        self._local: Engine | None = None
        self._load = load
        self.does = does
        self._clock = clock
        self._pause = 0.0
        self._again = clock()
        self._unsaid = ""
        self._notice: Callable[[str], None] | None = None

    @property
    def away(self) -> bool:
        """Whether the other machine failed when it was last asked."""
        return self._pause > 0

    def tell(self, notice: Callable[[str], None]) -> None:
        """Have `notice` say, once for each outage, that this machine stands in; at once if it does already.

        It is called on the engine's thread, before the answer of this machine begins.
        """
        self._notice = notice
        if self._local is not None:
            self._say()

    def call(self, work: Callable[[Engine], Result]) -> Result:
        """What `work` gives with the engine that can be had."""
        problem = None
        if self._clock() >= self._again:
            try:
                result = work(self.remote)
                self._back()
                return result
            except UnreachableError as raised:
                self._failed(raised)
                problem = raised
        return work(self._stand_in(problem))

    def stream(self, work: Callable[[Engine], Iterator[Result]]) -> Iterator[Result]:
        """The items of `work` with the engine that can be had; which one is settled by the first item.

        Raises UnreachableError if the other machine fails after that.
        """
        problem = None
        if self._clock() >= self._again:
            begun = False
            try:
                for item in work(self.remote):
                    begun = True
                    yield item
                self._back()
                return
            except UnreachableError as raised:
                self._failed(raised)
                if begun:
                    raise
                problem = raised
        yield from work(self._stand_in(problem))

    def _failed(self, problem: UnreachableError) -> None:
        if not self.away:
            self._unsaid = f"I can't reach the machine I {self.does} with, so I'm using this one for now."
        self._pause = min(2 * self._pause or PAUSE_S, LONGEST_PAUSE_S)
        self._again = self._clock() + self._pause
        log.warning("%s It is left alone for %.0f s.", problem.message, self._pause)

    def _stand_in(self, problem: UnreachableError | None) -> Engine:
        """The engine on this machine; `problem` is what the other one has just met."""
        if self._local is None:
            try:
                self._local = self._load()
            except SamanthaError as lacking:
                self._again = self._clock()  # nothing stands in: the other machine is the only hope
                if problem is None:
                    raise
                raise SamanthaError(
                    problem.code, f"{problem.message} Nor can this machine: {lacking.message}", lacking.hint
                ) from problem
        self._say()
        return self._local

    def _back(self) -> None:
        if self.away:
            log.info("the machine she %ss with is back", self.does)
        self._pause, self._unsaid = 0.0, ""

    def _say(self) -> None:
        if self._unsaid and self._notice is not None:
            sentence, self._unsaid = self._unsaid, ""
            self._notice(sentence)


class FallbackTranscriber:
    """Implements ports.Transcriber with whichever of two can be had."""

    def __init__(self, remote: Transcriber, load: Callable[[], Transcriber]) -> None:
        self.fallback = Fallback(remote, load, "hear")

    def transcribe(self, audio: Block, token: Token, *, hint: str = "", hurry: bool = False) -> Transcript:
        """What is said in `audio`, shape (n,) at HEARING_RATE; `hint` and `hurry` as of ports.Transcriber."""
        return self.fallback.call(lambda engine: engine.transcribe(audio, token, hint=hint, hurry=hurry))

    def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:
        """What else may be said in `audio`, as of ports.Transcriber."""
        return self.fallback.call(lambda engine: engine.guesses(audio, token, hint=hint))


class FallbackVoice:
    """Implements ports.Synthesizer with whichever of two can be had."""

    def __init__(self, remote: Synthesizer, load: Callable[[], Synthesizer]) -> None:
        """Asks the other machine what it speaks, or loads the voice of this one."""
        self.fallback = Fallback(remote, load, "speak")
        self.name, self.languages = self.fallback.call(lambda voice: (voice.name, voice.languages))

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """`text`, a clause in spoken form, as sound at VOICE_RATE; `speed` is relative to her own pace."""

        def speak(voice: Synthesizer) -> Iterator[Block]:
            self.name, self.languages = voice.name, voice.languages
            yield from voice.synthesize(text, token, speed=speed)

        yield from self.fallback.stream(speak)


class Kept(LanguageModel, Protocol):
    """A language model on this machine, which keeps what it has worked through on disk."""

    def restore(self, messages: Sequence[Message]) -> bool:
        """Put the state of `messages` back from disk; False if it is not there."""
        ...

    def save(self, messages: Sequence[Message]) -> None:
        """Keep on disk what `prefill` of `messages` has just computed."""
        ...


class FallbackModel:
    """Implements ports.LanguageModel, with the two methods of `Kept`, with whichever of two can be had."""

    def __init__(self, remote: LanguageModel, load: Callable[[], Kept], threads: int) -> None:
        """Asks the other machine how much it keeps in view. `threads` are those of this machine's model."""
        self._load = load
        self._threads = threads
        self._local: Kept | None = None
        self._opening: list[Message] = []
        self.fallback: Fallback[LanguageModel] = Fallback(remote, self._stand_in, "think")
        self.context = self.fallback.call(lambda llm: llm.context)

    @property
    def threads(self) -> int:
        """As of ports.LanguageModel; only this machine's model heeds it."""
        return self._threads

    @threads.setter
    def threads(self, threads: int) -> None:
        self._threads = threads
        if self._local is not None:
            self._local.threads = threads

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of `messages`, estimated: it must hold for whichever of the two will answer."""
        return self.fallback.remote.count(messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        """Have `messages` worked through here while the other machine is away; it needs no such help."""
        if self.fallback.away and self._local is not None:
            self._local.prefill(messages, token, unfinished=unfinished)

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        """Pieces of the assistant's next message, as they come; `begun` is how it begins already."""
        yield from self.fallback.stream(
            lambda llm: llm.generate(
                messages, token, max_tokens=max_tokens, temperature=temperature, begun=begun
            )
        )

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        """As of ports.LanguageModel, with this machine's model only where it stands in already.

        Nobody waits for a thought: for its sake no model is loaded, and nothing is learnt about the other
        machine. Raises UnreachableError while that is away and nothing stands in.
        """
        stands_in = self._local if self.fallback.away else None
        llm = stands_in or self.fallback.remote
        return llm.ponder(messages, token, max_tokens=max_tokens, grammar=grammar)

    def restore(self, messages: Sequence[Message]) -> bool:
        """Remember what every prompt begins with: it is worked through when this machine's model is loaded."""
        self._opening = list(messages)
        if self._local is not None:
            self._open(self._local)
        return True

    def save(self, messages: Sequence[Message]) -> None:
        """Nothing: it is done as soon as they have been worked through."""

    def _stand_in(self) -> LanguageModel:
        self._local = llm = self._load()
        llm.threads = self._threads
        self._open(llm)
        return llm

    def _open(self, llm: Kept) -> None:
        if self._opening and not llm.restore(self._opening):
            llm.prefill(self._opening, Token())
            llm.save(self._opening)


def fallbacks(*engines: object) -> list[Fallback[Any]]:
    """Those of `engines` that may have to stand in for another machine; the rest has none to lose."""
    kinds = (FallbackTranscriber, FallbackVoice, FallbackModel)
    return [engine.fallback for engine in engines if isinstance(engine, kinds)]
