"""Which microphone and loudspeaker she would use, why these, and what stands in their way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from samantha.audio.choice import THINGS, Endpoint, Offer, matches
from samantha.audio.server import available
from samantha.doctor.finding import Trouble
from samantha.events import Side

FAINT = 0.1
"""Of a mixer's full volume, below which hardly anything passes."""


@dataclass(frozen=True, slots=True)
class Mixer:
    """Where a device's control stands: `volume` is 1 at 100 %."""

    muted: bool
    volume: float


def why(picked: Endpoint, wanted: str | int | None, offer: Offer) -> str:
    """The reason for which `picked` was chosen from `offer`, `wanted` being what the settings name."""
    here = [endpoint for endpoint in offer.endpoints if endpoint.side == picked.side]
    setting = f"audio.{picked.side}"
    if wanted is not None and picked in matches(wanted, here):
        return f"since {setting} names it"
    missing = f", because {setting}, “{wanted}”, is not there" if wanted is not None else ""
    default = next((e for e in here if e.name == offer.defaults.get(picked.side, "")), None)
    if picked is default:
        return f"the system's default{missing}"
    if default is not None and default.bluetooth and picked.side == "input" and not missing:
        return (
            f"because the default, “{default.label}”, is a Bluetooth headset: listening to it would ruin its "
            "sound, so it is used only with audio.bluetooth_microphone: true"
        )
    return f"the first that can be used{missing}"


def mixer(endpoint: Endpoint) -> Mixer | None:
    """Where the sound server's control of `endpoint` stands; None where there is no such server."""
    if endpoint.index is not None or not available():
        return None
    import pulsectl

    with pulsectl.Pulse("samantha doctor", connect=False) as pulse:
        try:
            pulse.connect(autospawn=False, timeout=1.0)
            nodes = pulse.source_list() if endpoint.side == "input" else pulse.sink_list()
        except pulsectl.PulseError:
            return None
        found = next((node for node in nodes if node.name == endpoint.name), None)
    return None if found is None else Mixer(bool(found.mute), float(found.volume.value_flat))


def troubles(endpoint: Endpoint, control: Mixer | None, *, default: bool) -> list[Trouble]:
    """What stands in the way of `endpoint`, the system's `default` or another, as far as can be told unheard."""
    found = []
    if endpoint.side == "input" and endpoint.monitor:
        found.append(
            Trouble(
                "That is no microphone: it hears what a loudspeaker plays.",
                "Plug a microphone in, or choose one in the sound settings.",
            )
        )
    if control is not None and control.muted:
        found.append(
            Trouble("It is muted at the mixer.", _mend(endpoint.side, endpoint.name, "mute", "0", default))
        )
    elif control is not None and control.volume < FAINT:
        what = f"Its volume stands at {100 * control.volume:.0f} %."
        found.append(Trouble(what, _mend(endpoint.side, endpoint.name, "volume", "80%", default)))
    return found


def _mend(side: Side, name: str, what: str, value: str, default: bool) -> str:
    verb = "Unmute it" if what == "mute" else "Turn it up"
    kind = "source" if side == "input" else "sink"
    target = f"@DEFAULT_{kind.upper()}@" if default else name
    command = f", or: pactl set-{kind}-{what} {target} {value}" if shutil.which("pactl") else ""
    return f"{verb} in the sound settings{command}"


def nothing(side: Side) -> str:
    """What to do where there is no device of `side`."""
    if side == "output":
        return "Plug one in. Without it she can be read, not heard."
    return f"Plug a {THINGS[side]} in, or let two files be the sound card: `samantha talk --input`."
