"""Listening to the microphone, and hearing a chirp through the air; in a child, since drivers crash too."""

from __future__ import annotations

import asyncio
import importlib.metadata
import sys

from samantha import app
from samantha.audio.cards import devices, offered, portaudio
from samantha.audio.choice import THINGS, Choice, Endpoint, Offer
from samantha.audio.line import wish
from samantha.audio.pcm import HEARING_RATE, Block
from samantha.audio.server import Server
from samantha.config import Config
from samantha.doctor import access, card, level
from samantha.doctor.chirp import find
from samantha.doctor.devices import mixer, nothing, troubles, why
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.errors import AudioError
from samantha.events import Side

CHIRPS = 2
"""How often one is played that was not heard whole: a machine that is held up for a moment tears it apart."""

DRIFT = 0.15
"""Seconds by which an echo may come later than the devices say; beyond, echo cancelling does not find it."""


def listen(config: Config, *, seconds: float, asked: bool) -> list[Finding]:
    """What there is to hear and to speak with, and what the microphone gives for `seconds`.

    Meanwhile its levels are printed, one JSON line each; `asked` says that the person was asked to speak.
    """
    found, offer = _survey()
    picked = {side: _choice(config, side).pick(offer) for side in THINGS}
    session = card.Session()
    level_ = None
    if picked["input"] is not None:
        heard = asyncio.run(card.listen(config, session, seconds))
        level_ = level.measure(heard) if len(heard) else None
    return [
        found,
        _microphone(config, offer, picked["input"], session, level_, asked=asked),
        _loudspeaker(config, offer, picked["output"], session),
    ]


def loop_back(config: Config) -> list[Finding]:
    """Play a chirp and listen for it: whether she would hear herself, how late and how loud."""
    part = "loop-back"
    for _ in range(CHIRPS):
        session = card.Session()
        device, heard, start, latency = asyncio.run(card.play_and_listen(config, session))
        if session.lost or start is None:
            why = " ".join(session.lost.values()) or "The microphone gives nothing."
            return [Finding(part, "warning", f"The chirp could not be played and heard. {why}")]
        echo = find(heard, HEARING_RATE)
        if echo is not None and not echo.torn:
            break
    cancels = app.canceller(config, device) is not None
    served = cancels and config.audio.echo_cancellation == "system" and device.cancels
    if echo is None or start is None:
        return [_unheard(heard, cancels=cancels, served=served)]
    delay = (echo.at - start) / HEARING_RATE
    how = "but in pieces" if echo.torn else f"{1000 * delay:.0f} ms later, at {echo.level:+.0f} dB"
    detail = (
        f"The microphone hears the loudspeaker{',' if echo.torn else ''} {how}. "
        f"Echo cancellation is {'on' if cancels else 'off'}"
        f"{', by the sound server, and this is what it leaves' if served else ''}."
    )
    found = []
    if cancels and not served and config.audio.echo_cancellation == "system":
        found.append(
            Trouble(
                "The sound server has no echo canceller for these devices, so her own is at work.",
                "With PipeWire on Debian and Ubuntu: sudo apt-get install -y libspa-0.2-modules",
            )
        )
    if not cancels:
        found.append(Trouble("She would hear herself and take it for you.", f"Set {_cancelling(config)}."))
    if echo.torn:
        found.append(
            Trouble(
                "What she says would stutter.", "The machine is too busy for sound: end what keeps it so."
            )
        )
    elif cancels and not served and delay > latency / HEARING_RATE + DRIFT:
        found.append(
            Trouble(
                f"The devices claim {1000 * latency / HEARING_RATE:.0f} ms, and so late an echo is not cancelled: "
                "she may hear herself.",
                "A loudspeaker that is connected by wire is quicker than one by radio.",
            )
        )
    return [finding(part, detail, found)]


def _cancelling(config: Config) -> str:
    """The setting that has her echo cancelled."""
    if config.audio.echo_cancellation == "off":
        return "audio.echo_cancellation: auto"
    return "audio.headset: false" if config.audio.headset else "audio.echo_cancellation: on"


def _unheard(heard: Block, *, cancels: bool, served: bool) -> Finding:
    if not len(heard) or level.measure(heard).silent:
        return Finding(
            "loop-back", "warning", "The microphone gives no sound at all, so it did not hear the chirp.",
            "See what is said of the microphone above.",
        )  # fmt: skip
    detail = "Your microphone does not hear the loudspeaker."
    if served:
        return Finding("loop-back", "ok", f"{detail} The sound server's echo canceller is at work.")
    if not cancels:
        return Finding("loop-back", "ok", f"{detail} Echo cancellation is off, as it should be.")
    return Finding(
        "loop-back",
        "warning",
        f"{detail} Did you? Then it is a headset; if you did not, it is muted or another one.",
        "With a headset, set audio.headset: true: without echo cancellation she understands you better.",
    )


def _survey() -> tuple[Finding, Offer]:
    """The sound system, and all that it offers."""
    found: list[Trouble] = []
    server = Server()
    server.stop()
    try:
        cards = devices(portaudio())
    except AudioError as problem:
        return Finding("sound", "warning", problem.message, problem.hint), Offer()
    offer = offered(cards, server.offer)
    through = f"PortAudio by sounddevice {importlib.metadata.version('sounddevice')}"
    if offer.served:
        through += ", on the sound server"
    elif server.offer is not None:
        found.append(
            Trouble(
                "There is a sound server, but ALSA does not lead to it.",
                "On Debian and Ubuntu: sudo apt-get install -y libasound2-plugins",
            )
        )
    else:
        through += ", without a sound server"
        found.extend(access.sound())
    return finding("sound", f"{through}.", found), offer


def _choice(config: Config, side: Side) -> Choice:
    named = {"input": config.audio.input, "output": config.audio.output}[side]
    return Choice(side, wish(side, named), bluetooth_microphone=config.audio.bluetooth_microphone)


def _microphone(
    config: Config,
    offer: Offer,
    picked: Endpoint | None,
    session: card.Session,
    level_: level.Level | None,
    *,
    asked: bool,
) -> Finding:
    if picked is None:
        return Finding("microphone", "warning", _choice(config, "input").reason(offer), nothing("input"))
    detail, found = _device(config, offer, picked, session)
    silenced = bool(found)
    if level_ is None:
        if not session.lost.get("input"):
            found.append(Trouble("Nothing comes from it, not even silence.", _ENDED))
    elif level_.silent:
        if not silenced:
            found.append(Trouble("It gives perfect silence.", _hint_for_silence()))
    else:
        detail += f" It hears {level_.mean:.0f} dBFS, {level_.loudest:.0f} at the loudest."
        found += level.troubles(level_, audible=config.hearing.min_level_dbfs, asked=asked)
    return finding("microphone", detail, found)


def _loudspeaker(config: Config, offer: Offer, picked: Endpoint | None, session: card.Session) -> Finding:
    if picked is None:
        return Finding("loudspeaker", "warning", _choice(config, "output").reason(offer), nothing("output"))
    return finding("loudspeaker", *_device(config, offer, picked, session))


_ENDED = "Plug it in again; if that does not help, restart the sound server or the machine."


def _hint_for_silence() -> str:
    if sys.platform == "darwin":
        return (
            "macOS gives silence to programs that may not listen: allow your terminal in System Settings, "
            "Privacy & Security, Microphone. Or is there a switch on the device?"
        )
    if sys.platform == "win32":
        return (
            "Allow it in Settings, Privacy & security, Microphone, Let desktop apps access your microphone. "
            "Or is there a switch on the device?"
        )
    return (
        "Is there a switch on the device or a key on the keyboard that mutes it? Is it plugged in to the end?"
    )


def _device(
    config: Config, offer: Offer, picked: Endpoint, session: card.Session
) -> tuple[str, list[Trouble]]:
    """What is used on one side and why, and what stands in its way."""
    side = picked.side
    named = wish(side, {"input": config.audio.input, "output": config.audio.output}[side])
    detail = f"“{picked.label}”, {why(picked, named, offer)}."
    found = troubles(picked, mixer(picked), default=offer.defaults.get(side) == picked.name)
    if reason := session.lost.get(side):
        found.append(Trouble(reason, access.users()))
    elif session.names.get(side, picked.label) != picked.label:
        found.append(Trouble(f"It cannot be opened, so it is “{session.names[side]}” that is used."))
    return detail, found
