"""The sound server's echo canceller between devices that come, go and refuse, one step after the other."""

from __future__ import annotations

import logging
import os
from dataclasses import replace

import numpy as np
import pytest
from scriptedaudio import Card, PortAudio, Server

from samantha.audio.choice import Choice, Endpoint
from samantha.audio.patchbay import Change, Patchbay
from samantha.audio.servercanceller import PREFIX, Relief, arguments, owner
from samantha.errors import AudioError

pytestmark = pytest.mark.scenario

SPEAKERS = Endpoint("output", "speakers", "Speakers", 48000, serial=(0, 1))
MIC = Endpoint("input", "mic", "Mic", 48000, serial=(0, 2))
WEBCAM = Endpoint("input", "webcam", "Webcam", 48000, serial=(0, 3))
BUDS = Endpoint("output", "buds", "Buds", 48000, serial=(0, 4), worn=True)
THEIR_MIC = Endpoint("input", "echo-cancel-source", "Clean", 48000, serial=(0, 5), canceller="theirs")
THEIR_SPEAKERS = Endpoint("output", "echo-cancel-sink", "Through", 48000, serial=(0, 6), canceller="theirs")
THEIRS = (THEIR_MIC, THEIR_SPEAKERS, replace(THEIR_SPEAKERS, side="input", name="its.monitor", monitor=True))


class Modules:
    """A server's canceller: both ends appear in its account, and go with it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._serial = 10
        self.between: tuple[str, str] | None = None
        self.loaded = 0
        self.missing = False
        self.invisible = False

    def load(self, mic: Endpoint, loudspeaker: Endpoint) -> None:
        self.loaded += 1
        if self.missing:
            raise AudioError("The sound server has no echo canceller.")
        self.between = mic.name, loudspeaker.name
        self._serial += 1
        if self.invisible:
            return
        name, serial = f"{PREFIX}.{os.getpid()}", (0, self._serial)
        self._say(
            Endpoint("input", f"{name}.microphone", "Ours", 48000, serial=serial, canceller="ours"),
            Endpoint("output", f"{name}.loudspeaker", "Ours", 48000, serial=serial, canceller="ours"),
        )

    def unload(self) -> None:
        self.between = None
        self._say()

    def _say(self, *ends: Endpoint) -> None:
        offer = self._server.offer
        if offer is None:
            raise AudioError("The sound server does not answer.")
        others = [endpoint for endpoint in offer.endpoints if endpoint.canceller != "ours"]
        self._server.say(*others, *ends, **offer.defaults)


class Room:
    """A patchbay whose thread is the test."""

    def __init__(
        self, *devices: Endpoint, missing: bool = False, served: bool = True, **defaults: str
    ) -> None:
        defaults = {"input": "mic", "output": "speakers"} | defaults
        self.audio = PortAudio(Card("hw:0", 1, 2), *([Card("pulse", 32, 32)] if served else []))
        self.server = Server(*devices, **defaults) if served else Server()
        self.modules = Modules(self.server)
        self.modules.missing = missing
        self.changes: list[Change] = []
        self.now = 100.0
        choices = {side: Choice(side, None) for side in ("input", "output")}
        self.bay = Patchbay(
            self.audio, self.server, choices, self.changes.append, lambda: self.now,  # type: ignore[arg-type]
            cancelling=True, modules=self.modules,
        )  # fmt: skip

    def settled(self) -> list[str]:
        """What has changed, a minute later: where it is plugged into, with a star at an end of the canceller."""
        self.now += 60
        self.changes.clear()
        self.bay.settle()
        return [
            f"{change.side} {change.line.endpoint.label}{'*' * bool(change.line.endpoint.canceller)}"
            if change.line
            else f"{change.side} {change.lost or 'closed'}"
            for change in self.changes
        ]


def test_both_sides_go_through_the_canceller_under_the_names_of_the_devices() -> None:
    room = Room(SPEAKERS, MIC)
    assert room.settled() == ["input Mic*", "output Speakers*"]
    assert room.modules.between == ("mic", "speakers")
    assert room.settled() == []
    assert room.modules.loaded == 1


def test_another_microphone_gets_another_canceller_and_nothing_counts_as_lost() -> None:
    room = Room(SPEAKERS, MIC, WEBCAM)
    room.settled()
    assert room.server.offer is not None
    room.server.say(*room.server.offer.endpoints, input="webcam", output="speakers")
    assert room.settled() == ["input closed", "output closed", "input Webcam*", "output Speakers*"]
    assert room.modules.between == ("webcam", "speakers")


def test_what_is_worn_needs_none() -> None:
    room = Room(SPEAKERS, MIC)
    room.settled()
    assert room.server.offer is not None
    room.server.say(*room.server.offer.endpoints, BUDS, input="mic", output="speakers")
    assert room.settled() == ["input closed", "output closed", "input Mic", "output Buds"]
    assert room.modules.between is None


def test_a_server_that_came_back_gets_a_new_one() -> None:
    room = Room(SPEAKERS, MIC)
    room.settled()
    room.server.die()
    room.settled()
    room.server.say(
        replace(SPEAKERS, serial=(1, 1)), replace(MIC, serial=(1, 2)), input="mic", output="speakers"
    )
    assert room.settled()[-2:] == ["input Mic*", "output Speakers*"]
    assert room.modules.loaded == 2


def test_one_that_is_unloaded_by_somebody_is_loaded_again() -> None:
    room = Room(SPEAKERS, MIC)
    room.settled()
    room.server.say(SPEAKERS, MIC, input="mic", output="speakers")
    assert room.settled()[-2:] == ["input Mic*", "output Speakers*"]
    assert room.modules.loaded == 2


def test_the_persons_own_is_used_where_one_end_is_the_default() -> None:
    for defaults in ({"input": THEIR_MIC.name}, {"output": THEIR_SPEAKERS.name}):
        room = Room(SPEAKERS, MIC, *THEIRS, **defaults)
        assert room.settled() == ["input Clean*", "output Through*"]
        assert room.modules.loaded == 0
    room = Room(*THEIRS, SPEAKERS, MIC, input="", output="")
    assert room.settled() == ["input Mic*", "output Speakers*"]
    assert room.modules.between == ("mic", "speakers")


def test_without_a_canceller_the_devices_are_used_and_it_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = Room(SPEAKERS, MIC, WEBCAM, missing=True)
    with caplog.at_level(logging.WARNING):
        assert room.settled() == ["input Mic", "output Speakers"]
        assert room.settled() == []
        assert room.modules.loaded == 1
        room.server.say(SPEAKERS, MIC, WEBCAM, input="webcam", output="speakers")
        assert room.settled() == ["input Webcam"]
    assert room.modules.loaded == 2
    assert [record.getMessage() for record in caplog.records] == [
        "The sound server has no echo canceller. Her own echo canceller is used instead."
    ]


def test_without_a_sound_server_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    room = Room(served=False)
    with caplog.at_level(logging.WARNING):
        assert room.settled() == ["input hw:0", "output hw:0"]
    assert "There is no sound server" in caplog.text


def test_one_that_does_not_appear_is_taken_away() -> None:
    room = Room(SPEAKERS, MIC)
    room.modules.invisible = True
    assert room.settled() == ["input Mic", "output Speakers"]
    assert room.modules.loaded == 1
    assert room.modules.between is None


def test_ends_that_cannot_be_opened_are_given_up() -> None:
    room = Room(SPEAKERS, MIC)
    pulse = room.audio.listed[1]
    pulse.broken = True
    changes = room.settled()
    assert "cannot be opened" in changes[0]
    assert room.modules.between is None
    pulse.broken = False
    assert room.settled() == ["input Mic", "output Speakers"]


def test_the_module_is_told_both_devices_and_who_owns_it() -> None:
    words = arguments(replace(MIC, label="""Bob's "new" mic"""), SPEAKERS, 42)
    assert 'source_master="mic" sink_master="speakers"' in words
    assert "device.description='Bobs new mic, without echo'" in words
    assert owner(words) == 42
    assert owner("source_name=echo-cancel-source") is None


def test_her_own_canceller_rests_while_the_server_cancels() -> None:
    class Halving:
        coupled = True
        learnt = False
        surplus = 0.0

        def process(self, mic: np.ndarray, far: np.ndarray) -> np.ndarray:
            return mic / 2

    cancels = True
    relief = Relief(Halving(), lambda: cancels)
    block = np.ones(320, np.float32)
    assert relief.process(block, block)[0] == 1.0
    cancels = False
    assert relief.process(block, block)[0] == 0.5
