"""What she makes of a sound when nothing else happens: the whole chain of her hearing, and no conversation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samantha import app
from samantha.audio.pcm import HEARING_BLOCK, Block, level_dbfs, samples, seconds, silence
from samantha.bench.setting import Setting
from samantha.dialog.conversation import WORTH_A_SECOND_LOOK
from samantha.dialog.token import Token
from samantha.events import Event, IgnoredReason, TurnEnded
from samantha.hearing.listener import Listener
from samantha.hearing.plausible import rejection
from samantha.hearing.vad import GatedDetector, SileroDetector, WebrtcGate
from samantha.ports import SpeechDetector, Transcript


@dataclass(frozen=True, slots=True)
class Turn:
    """What was taken for a turn: its first and last speech sample, what was understood, and why it is not
    believed; None if it is."""

    began: int
    ended: int
    text: str
    reason: IgnoredReason | None


def heard(setting: Setting, sound: Block, *, front_end: bool = True) -> list[Turn]:
    """The turns in `sound`, shape (n,) at HEARING_RATE as the microphone captured it, in mode ``always``.

    As in a conversation: what is doubtful in a hurry is heard again. A turn ends after `hearing.end_ms`. With
    `front_end` off speech is looked for in the sound as it was captured.
    """
    return [_understood(setting, turn) for turn in turns(setting, sound, front_end=front_end)]


def turns(setting: Setting, sound: Block, *, front_end: bool = True) -> list[TurnEnded]:
    """What of `sound` would be transcribed."""
    settings, found = setting.config.hearing, list[Event]()
    # A detector of its own: the gate follows the noise of what it heard before, and cannot be told to forget.
    detector = app.detector(setting.config) if front_end else bare_detector(setting)
    listener = Listener(detector, settings, found.append)
    after = samples(settings.end_ms / 1000) + samples(0.2)
    sound = np.concatenate((sound, silence(after + -(len(sound) + after) % HEARING_BLOCK)))
    for block in sound.reshape(-1, HEARING_BLOCK):
        listener.feed(block)
    return [event for event in found if isinstance(event, TurnEnded)]


def bare_detector(setting: Setting) -> SpeechDetector:
    """Her speech detector without what is done to the sound before."""
    judge = SileroDetector(app.store(setting.config).file("silero-vad", ".onnx"))
    return GatedDetector(WebrtcGate(), judge)


def _understood(setting: Setting, turn: TurnEnded) -> Turn:
    ear = setting.parts.transcriber
    transcript = ear.transcribe(turn.audio, Token(), hurry=True)
    reason = _doubt(setting, turn, transcript)
    if reason in WORTH_A_SECOND_LOOK:
        transcript = ear.transcribe(turn.audio, Token())
        reason = _doubt(setting, turn, transcript)
    return Turn(turn.began, turn.speech_end, transcript.text, reason)


def _doubt(setting: Setting, turn: TurnEnded, transcript: Transcript) -> IgnoredReason | None:
    return rejection(
        level_dbfs(turn.audio),
        turn.speech_seconds,
        seconds(len(turn.audio)),
        transcript,
        setting.config.hearing,
    )
