"""`samantha voiceprint …`: have her know your voice, so that she can answer you and not the television."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

if TYPE_CHECKING:
    from samantha.config import Config
    from samantha.hearing.voiceprint import Speech
    from samantha.ports import SpeakerEncoder

app = typer.Typer(
    no_args_is_help=True, help="Your voice, by which she can tell you from others: only numbers, only here."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]
Files = Annotated[
    Optional[list[Path]],  # noqa: UP045 (Typer reads it)
    typer.Option(
        "--input", readable=False, help="A sound file instead of the microphone; may be given several times."
    ),
]

PASSAGE = """\
    When the rain stops, I like to open the window and listen to the street. A bicycle goes by,
    somebody laughs, and far away a train is crossing the bridge. I make a cup of tea, put my
    feet up, and think about what to do tomorrow. Maybe I will call my sister, or bake some
    bread, or go nowhere at all."""

_TRIAL_S = (4.0, 0.3)
"""Seconds of speech by which a voice is judged: enough, and the least."""


@app.command()
def enroll(input: Files = None) -> None:
    """Learn your voice from 15 s of speech, and keep it as numbers from which no sound can be made."""
    from datetime import datetime

    from samantha.hearing.voiceprint import ENOUGH_S, LEAST_S, enrol
    from samantha.store import owner

    config, encoder = _engine()
    if not input:
        print(f"Read this aloud as you would tell it to a friend, or say whatever you like:\n\n{PASSAGE}\n")
    speech = _heard(config, input or [], enough=ENOUGH_S, least=LEAST_S)
    made = datetime.now().astimezone().isoformat(timespec="seconds")
    voice = enrol(speech.sound(), encoder.embed, model=encoder.name, made=made)
    owner.write(config.state_folder, voice)
    print(f"She knows your voice now, from {voice.seconds:.0f} s of speech.")
    if not config.attention.owner_only:
        print("Set attention.owner_only: true, and she answers that voice alone.")
    print("If she is running, she goes by it from her next start on.")


@app.command()
def show(as_json: Json = False) -> None:
    """Say whether she knows your voice, since when, and how steady it was."""
    from samantha import config
    from samantha.store import owner

    settings = config.load()
    voice = owner.read(settings.state_folder)
    alone = settings.attention.owner_only
    if as_json:
        known = voice and {
            "made": voice.made,
            "model": voice.model,
            "seconds": voice.seconds,
            "consistency": voice.consistency,
        }
        _print({"owner_only": alone, "voiceprint": known})
        return
    if voice is None:
        print("She does not know your voice. Let her learn it with `samantha voiceprint enroll`.")
    else:
        print(
            f"She knows your voice since {voice.made[:10]}, from {voice.seconds:.0f} s of speech, by {voice.model}.\n"
            f"Its pieces were {voice.consistency:.2f} alike to the whole (0.8 is usual, 1 the most)."
        )
    print(
        f"She answers {'that voice alone' if alone else 'everybody'} (attention.owner_only: {str(alone).lower()})."
    )


@app.command("test")
def compare(input: Files = None, as_json: Json = False) -> None:
    """Say how alike a voice is to yours, and whether she would answer it."""
    from samantha.errors import AudioError
    from samantha.store import owner

    config, encoder = _engine()
    voice = owner.known(config.state_folder, model=encoder.name, threshold=config.attention.owner_likeness)
    if not input and not as_json:
        print("Say something, a sentence or two.")
    enough, least = _TRIAL_S
    speech = _heard(config, input or [], enough=enough, least=least)
    if not speech.seconds:
        raise AudioError("There is no speech in it.", "Speak louder, or closer to the microphone.")
    found = encoder.embed(speech.sound())
    likeness, answered = voice.likeness(found), voice.recognises(found, speech.seconds)
    if as_json:
        _print(
            {
                "likeness": round(likeness, 3),
                "threshold": voice.threshold,
                "speech_s": round(speech.seconds, 2),
                "recognised": answered,
            }
        )
        return
    print(
        f"{likeness:.2f} alike to yours, by {speech.seconds:.1f} s of speech; {voice.threshold:.2f} is wanted "
        f"(attention.owner_likeness). She would {'answer' if answered else 'not answer'} it."
    )


@app.command()
def forget() -> None:
    """Delete what she knows of your voice."""
    from samantha import config
    from samantha.store import owner

    settings = config.load()
    gone = owner.forget(settings.state_folder)
    print("She has forgotten your voice." if gone else "She does not know your voice.")
    if settings.attention.owner_only:
        print(
            "Set attention.owner_only: false before her next start: else she looks for a voice to answer alone."
        )


def _engine() -> tuple[Config, SpeakerEncoder]:
    from samantha import app as root
    from samantha import config

    settings = config.load()
    return settings, root.speaker_encoder(settings)


def _heard(config: Config, files: list[Path], *, enough: float, least: float) -> Speech:
    """The speech in `files`; without any, that of the microphone until there are `enough` seconds of it."""
    from samantha import app as root
    from samantha.audio.pcm import HEARING_RATE
    from samantha.audio.wavfile import blocks
    from samantha.commands.recording import record
    from samantha.hearing.voiceprint import Speech

    speech = Speech(root.detector(config), config.hearing.threshold)
    for file in files:
        for block in blocks(file, HEARING_RATE):
            speech.feed(block)
    if not files:
        record(config, speech, enough=enough, least=least)
    return speech


def _print(what: Any) -> None:
    print(json.dumps(what, indent=1))
