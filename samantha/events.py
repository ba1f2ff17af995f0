"""Everything that happens, as small frozen values.

One stream of these feeds the terminal, the metrics, `--events` files and the tests. `at` counts 16 kHz
samples of the input stream since it began. The written form is one JSON object a line with the name of the
event under ``"event"``; sound is never written.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from samantha.audio.pcm import Block

Mode = Literal["always", "name", "ptt"]
"""When she answers: always, when she is addressed by her name, or while the key to talk is held."""

Side = Literal["input", "output"]

IgnoredReason = Literal[
    "too-quiet",  # not loud enough to be a person speaking to her
    "too-little-speech",  # a click, a cough, a chair
    "no-speech",  # the speech-to-text model says that nobody spoke
    "repetition",  # the model repeated itself: it was inventing
    "unsure",  # the model's own confidence is too low
    "invented",  # a phrase that models make up out of noise
    "empty",  # nothing but punctuation
    "own-voice",  # she heard herself
    "backchannel",  # "mm-hm" while she spoke: she went on
    "hush",  # "stop": she fell silent, and that is the answer
    "not-addressed",  # people talk, and not with her
    "another-voice",  # not the voice of her person, whom alone she is to answer
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(_Event):
    """Somebody began to speak; `at` is when this was noticed, `began` the first sample of the speech."""

    began: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(_Event):
    """A short silence inside or after speech: enough to bet on the end of the turn, not to be sure.

    Its fields are those of the `TurnEnded` that it would be if the person had finished.
    """

    began: int
    speech_end: int
    speech_seconds: float
    audio: Block = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(_Event):
    """The person went on after a `Paused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(_Event):
    """The person has finished: `audio` is the turn with its pre-roll, `speech_end` its last speech sample.

    `speech_seconds` is how much of it was judged to be speech; `cut` says that it ended because it grew
    too long, not because of a silence.
    """

    began: int
    speech_end: int
    speech_seconds: float
    cut: bool = False
    audio: Block = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnReopened(_Event):
    """The person went on after all: what comes belongs to the turn before, and nothing of hers counts.

    `text` is what had been `Heard` of it; the next `Heard` has the whole. Empty if nothing had been yet.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed(_Event):
    """What speech-to-text made of a turn, before anyone has decided whether it counts.

    `final` says that it is of the whole turn; else the person is still speaking.
    """

    text: str
    language: str
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(_Event):
    """A finished turn that is for her, and only that."""

    text: str
    by: Literal["person", "other"] = "person"
    """Whether it is her person who spoke, as far as she knows; another voice is answered and not believed."""
    private: bool = False
    """Whether it is not to be written down: it asks to forget something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(_Event):
    """A turn she does not answer, and why."""

    reason: IgnoredReason
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStarted(_Event):
    """She began to think about an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyText(_Event):
    """The next piece of her answer, as the model wrote it."""

    delta: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseReady(_Event):
    """A clause of her answer went to the voice: `text` is what will be spoken."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySounded(_Event):
    """The first sample of her answer left for the loudspeaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySpoken(_Event):
    """Her answer is over: `text_heard` is what the person heard of it, to the word."""

    text_heard: str
    interrupted: bool
    private: bool = False
    """Whether it is not to be written down, as what it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPaused(_Event):
    """Somebody spoke while she did: she is silent until it is clear what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyResumed(_Event):
    """It was nothing that stops her: she goes on where she was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOfLife(_Event):
    """She let a short sound be heard because the answer takes long; it is not part of what she says."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Event):
    """Something broke in this turn; `error` is a sentence for the person."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMeasured(_Event):
    """Where a turn's time went, in milliseconds after the last speech sample; None if it never came."""

    turn_end: float
    transcript: float | None
    first_token: float | None
    first_clause: float | None
    first_sound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(_Event):
    """She told something about herself that is no part of the conversation, such as a new loudspeaker."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkPressed(_Event):
    """The person holds the key to talk, or began to talk by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkReleased(_Event):
    """The key to talk was let go: the turn is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningChanged(_Event):
    """How she listens from now on; `microphone` says whether its stream is open."""

    mode: Mode
    muted: bool
    microphone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLost(_Event):
    """A device has gone, or gives no sound any more; `name` is for a person."""

    side: Side
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFound(_Event):
    """She hears or speaks through another device than before."""

    side: Side
    name: str


Event = (
    SpeechStarted
    | Paused
    | Resumed
    | TurnEnded
    | TurnReopened
    | Transcribed
    | Heard
    | Ignored
    | ReplyStarted
    | ReplyText
    | ClauseReady
    | ReplySounded
    | ReplySpoken
    | ReplyPaused
    | ReplyResumed
    | SignOfLife
    | Failed
    | TurnMeasured
    | Announced
    | TalkPressed
    | TalkReleased
    | ListeningChanged
    | DeviceLost
    | DeviceFound
)


def to_record(event: Event) -> dict[str, Any]:
    """The JSON object of `event`: its name, `at`, and its fields without sound."""
    fields = {
        f.name: getattr(event, f.name) for f in dataclasses.fields(event) if f.name not in ("at", "audio")
    }
    return {"event": type(event).__name__, "at": event.at, **fields}
