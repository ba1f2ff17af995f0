"""What an engine or a device must be: read this page to plug in another one.

Engines block and are called from one thread each (their lane); they are loaded and warmed before any sound
flows. `Token` carries cancellation: an engine raises `Cancelled` or ends its iterator within 50 ms of it.
A device is driven by the event loop and calls two functions on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from samantha.audio.pcm import Block
from samantha.dialog.token import Token

Capture = Callable[[Block], None]
"""Takes the next HEARING_BLOCK samples of the microphone, at HEARING_RATE."""

Render = Callable[[int], Block]
"""Gives the next n samples for the loudspeaker, at VOICE_RATE."""


class AudioDevice(Protocol):
    """A microphone and a loudspeaker with one clock.

    On the event loop, for every 20 ms, it calls `capture` with the block it heard and then `render` for the
    block to play, in that order, for as long as it runs.
    """

    name: str
    """For a person: which microphone, which loudspeaker."""

    acoustic: bool
    """Whether what it plays can be heard by its microphone (a file cannot; a headset hardly)."""

    @property
    def latency(self) -> int:
        """HEARING_RATE samples from `render` returning a block to that block being heard; an estimate."""
        ...

    @property
    def hearing(self) -> bool:
        """Whether `capture` gets what the microphone hears, and not silence in its place."""
        ...

    def listen(self, on: bool) -> None:
        """Open or close the microphone, for real: closed, `capture` gets silence at the same pace.

        Returns at once; `hearing` tells when it is done. It is open when the device starts, unless it was
        closed before.
        """
        ...

    def rest(self, on: bool) -> None:
        """Whether she neither says nor expects anything, as she may tell it for every block.

        While she rests, the device may look at its microphone less often and close its loudspeaker.
        """
        ...

    @property
    def ready(self) -> bool:
        """Whether what is rendered next will be heard: not until a loudspeaker that rested is open again."""
        ...

    def start(self, capture: Capture, render: Render) -> None:
        """Begin. Raises AudioError, with the list of devices, if the one named does not exist or open."""
        ...

    async def wait(self) -> None:
        """Until it has no more to give: a file at its end, a microphone never. Raises what broke it."""
        ...

    def stop(self) -> None:
        """End, within 100 ms; may be called twice."""
        ...


class SpeechDetector(Protocol):
    """How likely somebody is speaking, 32 ms at a time."""

    window: int
    """Samples of one judgement, at HEARING_RATE."""

    def probability(self, block: Block) -> float:
        """Of speech in `block`, shape (window,), in [0, 1]; keeps state from call to call."""
        ...

    def reset(self) -> None:
        """Forget what came before."""
        ...


class TurnModel(Protocol):
    """Does it sound as if the person has finished?"""

    def complete(self, audio: Block) -> float:
        """How likely the turn is over after `audio`, shape (n,) at HEARING_RATE, in [0, 1].

        `audio` is the turn up to a pause; only its last seconds count. Takes about 50 ms.
        """
        ...


class EchoCanceller(Protocol):
    """Takes what the loudspeaker played out of what the microphone heard."""

    @property
    def coupled(self) -> bool:
        """Whether the microphone can hear the loudspeaker, as far as is known: in an earpiece it cannot."""
        ...

    @property
    def learnt(self) -> bool:
        """Whether it knows how the echo sounds now, so that little is left of it."""
        ...

    @property
    def surplus(self) -> float:
        """dB by which more is left than it mostly leaves of such an echo."""
        ...

    def process(self, mic: Block, far: Block) -> Block:
        """`mic` without the echo of `far`, both (HEARING_BLOCK,) at HEARING_RATE; that may come a little later."""
        ...


class SpeakerEncoder(Protocol):
    """Whose voice is this?"""

    @property
    def name(self) -> str:
        """Which model: vectors of two models cannot be compared."""
        ...

    def embed(self, audio: Block) -> Block:
        """The voice in `audio`, shape (n,) at HEARING_RATE, as a vector of length 1, shape (d,).

        The inner product of two vectors is how alike the voices are, in [-1, 1]. Takes any length; below a
        second of speech the answer means little.
        """
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a speech-to-text model heard in a piece of sound, and how sure it is."""

    text: str
    language: str
    """ISO 639-1 code."""
    no_speech: float = 0.0
    """The model's probability that nobody spoke, in [0, 1]."""
    logprob: float = 0.0
    """Mean log-probability of the words; 0 is certain, below -1 is guessing."""
    compression: float = 1.0
    """How well the text compresses with zlib; above 2.4 it repeats itself."""


class Transcriber(Protocol):
    """Speech to text."""

    def transcribe(self, audio: Block, token: Token, *, hint: str = "", hurry: bool = False) -> Transcript:
        """What is said in `audio`, shape (n,) at HEARING_RATE; `hint` is words to expect, such as names.

        `hurry` bounds the time: rather an unsure transcript than a second long look. For what may be in vain.
        """
        ...

    def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:
        """What else may be said in `audio`, heard with all care, the likeliest first; `hint` as above.

        For words that are hardly to be heard. Takes several times as long as `transcribe`; none, where the
        engine knows no more than that.
        """
        ...


Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat prompt."""

    role: Role
    content: str


class LanguageModel(Protocol):
    """Text to text, one conversation at a time."""

    @property
    def context(self) -> int:
        """Tokens that fit."""
        ...

    threads: int
    """How many threads the next token may use; 0: wait. May be set from another thread at any time."""

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of `messages` as the chat template lays them out; may be called from any thread."""
        ...

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        """Have `messages` worked through, so that a `generate` that begins with them starts at once.

        `unfinished` says that more text of the last message will follow.
        """
        ...

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        """Pieces of the assistant's next message, as they come. Raises ModelError if it cannot fit.

        `temperature` is in [0, 2]; None: as the settings say. `begun` is how the message begins already: what
        comes goes on from there.
        """
        ...

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        """An answer to `messages` that nobody hears: likeliest words first, and beside the conversation, whose
        place in the cache stays. `grammar` (GBNF) bounds its form, where the engine can do that.
        """
        ...


class Embedder(Protocol):
    """Text as a point in a space where what means the same is near."""

    @property
    def name(self) -> str:
        """Which model: points of two models cannot be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> Block:
        """One vector of length 1 for each of `texts`, shape (n, d), float32; about a millisecond each."""
        ...


@dataclass(frozen=True, slots=True)
class Recollection:
    """Something that comes to her mind."""

    memory: int
    """Which: its id in the store."""
    text: str = field(repr=False)
    """The person's own words, if `quoted`, else a sentence about him in hers."""
    at: datetime
    """When it was said, with the time zone of then."""
    quoted: bool
    score: float
    """How well it fits, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What she did about her memory because she was asked to, and what she says to that."""

    line: str = field(repr=False)
    forgotten: tuple[str, ...] = field(default=(), repr=False)
    """What was said and must not be known any more."""
    private: bool = False
    """Whether neither the request nor the line is to be kept."""


class Memory(Protocol):
    """What she remembers of her person, and what has become of her with him.

    Blocking; called from one thread, its lane. Raises StorageError if the disk refuses.
    """

    def recall(self, words: str, now: datetime) -> tuple[Recollection, ...]:
        """What comes to mind at `words`, the best first; few or none. Within 30 ms."""
        ...

    def expects(self, words: str) -> bool:
        """Whether `words` ask something of her that code knows best, or answer what she has asked about her memory."""
        ...

    def attend(self, words: str, now: datetime) -> Attended | None:
        """Do what `words` ask ("forget that", "what do you know about me?", "be shorter"); None: nothing."""
        ...

    def greeting(self, words: str, now: datetime) -> tuple[str, bool]:
        """How she begins her answer to the first `words` after a while, and whether that is all of it; or "".

        `now` is when he began to say them.
        """
        ...

    def tell(self, words: str, now: datetime) -> str:
        """What she answers to `words` out of her memory alone; "" leaves it to the model."""
        ...

    def spoke(self, text: str, *, interrupted: bool) -> None:
        """Of an answer of hers `text` was heard; `interrupted`: she would have gone on."""
        ...

    @property
    def character(self) -> str:
        """What she has become, for her description of herself; "" on the first day."""
        ...

    @property
    def length(self) -> float:
        """By how much her longest answer is to be longer than on the first day: a factor from 1 to 2."""
        ...

    def bounded(self, pieces: Iterator[str]) -> Iterator[str]:
        """The `pieces` of an answer up to where somebody of her character would end it."""
        ...

    def names(self) -> tuple[str, ...]:
        """Names she should expect to hear."""
        ...

    @property
    def called(self) -> str:
        """What her person calls her besides her name; "": nothing."""
        ...

    def lost(self, said: Sequence[str]) -> tuple[str, ...]:
        """What of `said` somebody has had forgotten since this was last asked."""
        ...

    def reflect(self, now: datetime, llm: LanguageModel, token: Token) -> bool:
        """Think about the next bit of what was said; False if there is nothing left to think about.

        From the model's thread. Raises Cancelled, with nothing lost, when `token` is.
        """
        ...

    def close(self) -> None:
        """Let go of the disk; may be called twice."""
        ...


class Synthesizer(Protocol):
    """A voice."""

    @property
    def name(self) -> str:
        """For a person."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of what it can speak."""
        ...

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """`text`, a clause in spoken form, as sound at VOICE_RATE, silence trimmed from both ends.

        `speed` is relative to the pace that the settings give her.
        """
        ...
