"""`say`, `transcribe` and `devices`: one engine at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from samantha import app
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, silence
from samantha.audio.pieces import in_pieces
from samantha.audio.wavfile import WavWriter, blocks, probe
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.errors import AudioError
from samantha.ports import Synthesizer
from samantha.service.client import running
from samantha.voice.clauses import ClauseSplitter
from samantha.voice.spoken import Speakable

CHUNK = 28 * HEARING_RATE
"""Samples that are transcribed at a time: a little less than Whisper's window of 30 s."""


def spoken(voice: Synthesizer, text: str, token: Token) -> Iterator[Block]:
    """`text` as sound, clause by clause, as she would say it in a conversation."""
    splitter, speakable = ClauseSplitter(), Speakable(voice.languages[0])
    for clause in [*splitter.feed(text), *splitter.flush()]:
        if words := speakable(clause):
            yield from voice.synthesize(words, token)


def say(config: Config, text: str, output: Path | None, *, with_running: bool) -> None:
    """Speak `text` through the loudspeaker or into a 16-bit wav file; by the Samantha that runs, if one does."""
    if output is None and with_running and (client := running()):
        client.say(text)
        return
    voice = app.synthesizer(config)
    if output is not None:
        with WavWriter(output, VOICE_RATE) as wav:
            for block in spoken(voice, text, Token()):
                wav.write(block)
        return
    from samantha.audio.loudspeaker import play

    play(config.audio.output, spoken(voice, text, Token()))


def transcribe(config: Config, file: Path, *, as_json: bool) -> None:
    """Print what is said in `file`."""
    probe(file)  # what is no sound should not cost the time it takes to load the model
    whisper = app.transcriber(config)
    found = []
    for start, sound in in_pieces(blocks(file, HEARING_RATE), CHUNK):
        transcript = whisper.transcribe(sound, Token())
        if transcript.text:
            found.append((start, transcript))
            if not as_json:
                print(transcript.text, flush=True)
    if as_json:
        pieces = [
            {"start": round(start / HEARING_RATE, 2), "text": t.text, "language": t.language}
            for start, t in found
        ]
        print(json.dumps({"text": " ".join(t.text for _, t in found), "pieces": pieces}, ensure_ascii=False))


OTHERS = (
    "piper-en_US-joe-medium",
    "kokoro-af_bella",
    "kokoro-bf_emma",
    "kokoro-jf_alpha",
    "kokoro-af_heart",
)
"""Voices that may stand in for a person, the best first."""


def other_voice(config: Config) -> Synthesizer | None:
    """A voice of this machine that is not hers; None if there is none."""
    models = app.store(config)
    hers = models.voice(config.voice.name).name
    for name in OTHERS:
        if models.installed(name) and models.voice(name).name != hers:
            voice = config.voice.model_copy(update={"name": name})
            return app.own_voice(config.model_copy(update={"voice": voice}))
    return None


def conversation_input(config: Config, lines: Sequence[str], path: Path) -> str:
    """Write `lines`, spoken by another voice than hers and with time for answers, to `path`; name the voice."""
    other = other_voice(config)
    if other is None:
        raise AudioError(
            "There is no microphone, and no second voice to speak in a person's place.",
            "Plug in a microphone, or run `samantha models pull piper-en_US-joe-medium`.",
        )
    with WavWriter(path, VOICE_RATE) as wav:
        wav.write(silence(VOICE_RATE))
        for line in lines:
            for block in spoken(other, line, Token()):
                wav.write(block)
            wav.write(silence(14 * VOICE_RATE))
    return other.name


def list_devices(config: Config, *, as_json: bool) -> None:
    """Print microphones and loudspeakers."""
    from samantha.audio.choice import listed
    from samantha.audio.device import LiveCard

    card = LiveCard(config.audio, wait=True)
    found = listed(card.offer)
    card.stop()
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        raise AudioError(
            "There is no sound device here.", "Plug one in, or use `samantha talk --input FILE`."
        )
    from rich.console import Console
    from rich.table import Table

    from samantha.commands.terminal import CREAM, MUTED, RED, WOOD

    table = Table(box=None, header_style=MUTED, padding=(0, 2))
    for heading in ("", "name", "", ""):
        table.add_column(heading, overflow="fold")
    kinds = {"headset": "headset", "bluetooth": "Bluetooth", "monitor": "what a loudspeaker plays"}
    for device in sorted(found, key=lambda device: (device["side"] != "input", bool(device["monitor"]))):
        hears = device["side"] == "input"
        table.add_row(
            f"[{WOOD if hears else RED}]{'microphone' if hears else 'loudspeaker'}[/]",
            f"[{CREAM}]{device['name']}[/]",
            "default" if device["default"] else "",
            ", ".join(word for key, word in kinds.items() if device[key]),
        )
    Console(highlight=False).print(table)
