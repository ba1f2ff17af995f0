"""Cards that go away in mid-sentence, refuse, hang and come back, one step after the other."""

from __future__ import annotations

import pytest
from scriptedaudio import Card, PortAudio, Server

from samantha.audio.choice import Choice, Endpoint
from samantha.audio.patchbay import Change, Patchbay

pytestmark = pytest.mark.scenario


class Room:
    """A patchbay whose thread is the test, on a clock of its own."""

    def __init__(self, audio: PortAudio, server: Server | None = None, **wanted: str) -> None:
        self.audio = audio
        self.server = server or Server()
        self.changes: list[Change] = []
        self.now = 100.0
        choices = {side: Choice(side, wanted.get(side)) for side in ("input", "output")}
        self.bay = Patchbay(audio, self.server, choices, self.changes.append, lambda: self.now)  # type: ignore[arg-type]

    def after(self, seconds: float) -> list[str]:
        """What has changed once so much time has passed."""
        self.now += seconds
        self.changes.clear()
        self.bay.settle()
        return [
            f"{change.side} {change.line.endpoint.label if change.line else change.lost or 'closed'}"
            for change in self.changes
        ]


def test_a_card_that_is_unplugged_is_left_for_another_and_portaudio_looks_again() -> None:
    usb, builtin = Card("USB", 1, 2), Card("Builtin", 1, 2)
    room = Room(PortAudio(usb, builtin))
    assert room.after(0) == ["input USB", "output USB"]
    room.now += 60
    room.audio.unplug(usb)
    changes = room.after(0)
    assert changes[-2:] == ["input Builtin", "output Builtin"]
    assert changes[0] == "input No more sound passed through it."
    assert room.audio.starts == 1


def test_a_rate_that_is_refused_is_replaced() -> None:
    room = Room(PortAudio(Card("Odd", 1, 2, rates=(32000,))))
    room.audio.listed[0].rates = (44100, 24000)  # it said 32 kHz, and means these
    room.audio.query_devices = lambda: [  # type: ignore[method-assign]
        {"index": 0, "name": "Odd", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 2,
         "default_samplerate": 32000.0}
    ]  # fmt: skip
    room = Room(room.audio)
    assert room.after(0) == ["input Odd", "output Odd"]
    stream = room.audio.open("input")
    assert stream is not None
    assert stream.rate == 44100


def test_a_card_that_refuses_is_passed_over_and_tried_again() -> None:
    broken, fine = Card("Broken", 0, 2, broken=True), Card("Fine", 1, 2)
    room = Room(PortAudio(broken, fine))
    changes = room.after(0)
    assert changes[1].startswith("output The loudspeaker “Broken” cannot be opened: Device unavailable.")
    assert room.after(0.3)[-1] == "output Fine"


def test_without_any_card_it_looks_again_and_again_but_not_all_the_time() -> None:
    audio = PortAudio()
    room = Room(audio)
    assert room.after(0) == ["input No microphone was found.", "output No loudspeaker was found."]
    for _ in range(100):
        room.after(0.1)
    assert 5 <= audio.starts <= 10
    audio.there.append(Card("New", 1, 2))
    assert room.after(2.0) == ["input New", "output New"]


def test_while_one_side_plays_portaudio_is_seldom_restarted_for_the_other() -> None:
    audio = PortAudio(Card("Speakers", 0, 2))
    room = Room(audio)
    assert "output Speakers" in room.after(0)
    for _ in range(300):
        room.after(0.1)
    assert 2 <= audio.starts <= 4
    audio.there.append(Card("Mic", 1))
    for _ in range(100):
        room.after(0.1)
    assert audio.open("input") is not None
    assert audio.open("output") is not None


def test_closing_that_hangs_holds_nothing_up() -> None:
    stuck, other = Card("Stuck", 0, 2), Card("Other", 0, 2)
    mic = Card("Mic", 1)
    room = Room(PortAudio(stuck, other, mic))
    room.after(0)
    room.now += 60
    stuck.stuck.clear()
    try:
        room.audio.unplug(stuck)
        room.after(0)
        room.after(0.3)
        line = room.audio.open("output")
        assert line is not None
        assert line.card is other
        assert room.audio.starts == 0  # PortAudio may not be restarted while a thread is in it
    finally:
        stuck.stuck.set()


# --- with a sound server ------------------------------------------------------------------------------------


def mouth(name: str, serial: int, **more: bool) -> Endpoint:
    return Endpoint("output", name, name.title(), 48000, serial=(0, serial), **more)


def ear(name: str, serial: int, **more: bool) -> Endpoint:
    return Endpoint("input", name, name.title(), 48000, serial=(0, serial), **more)


SPEAKERS, MIC = mouth("speakers", 1), ear("mic", 2)


def served() -> Room:
    room = Room(
        PortAudio(Card("hw:0", 1, 2), Card("pulse", 32, 32)),
        Server(SPEAKERS, MIC, input="mic", output="speakers"),
    )
    assert room.after(0) == ["input Mic", "output Speakers"]
    assert {stream.card.name for stream in room.audio.streams} == {"pulse"}
    room.now += 60
    return room


def test_a_bluetooth_headset_that_changes_its_profile_goes_and_comes_back() -> None:
    room = served()
    buds = mouth("buds.a2dp", 7, worn=True, bluetooth=True)
    room.server.say(SPEAKERS, MIC, buds, input="mic", output="buds.a2dp")
    assert room.after(0) == ["output Buds.A2Dp"]
    room.server.say(SPEAKERS, MIC, input="mic", output="speakers")
    assert room.after(30) == ["output No more sound passed through it.", "output Speakers"]
    flipped = mouth("buds.hfp", 9, worn=True, bluetooth=True)
    its_ear = ear("buds.hfp", 10, worn=True, bluetooth=True)
    room.server.say(SPEAKERS, MIC, flipped, its_ear, input="buds.hfp", output="buds.hfp")
    assert room.after(1) == ["output Buds.Hfp"]  # and its microphone is left alone


def test_a_device_that_went_and_came_back_unseen_is_opened_anew() -> None:
    room = served()
    room.server.say(mouth("speakers", 5), MIC, input="mic", output="speakers")
    assert room.after(0) == ["output No more sound passed through it.", "output Speakers"]


def test_headphones_in_the_same_socket_are_told_and_nothing_is_reopened() -> None:
    room = served()
    stream = room.audio.open("output")
    room.server.say(mouth("speakers", 1, worn=True), MIC, input="mic", output="speakers")
    assert room.after(0) == ["output Speakers"]
    assert room.audio.open("output") is stream


def test_while_the_server_is_away_nobody_takes_its_cards() -> None:
    room = served()
    room.server.die()
    assert room.after(0)[-2:] == [
        "input The sound server does not answer.",
        "output The sound server does not answer.",
    ]
    for _ in range(20):
        room.after(0.5)
    assert room.audio.streams == []
    assert room.audio.starts == 0
    room.server.say(mouth("speakers", 1), MIC, input="mic", output="speakers")
    room.after(0)
    room.after(2)
    assert {stream.card.name for stream in room.audio.streams} == {"pulse"}


def test_a_server_that_cannot_be_reached_through_portaudio_is_left_alone() -> None:
    room = Room(PortAudio(Card("hw:0", 1, 2)), Server(SPEAKERS, MIC, input="mic", output="speakers"))
    assert room.after(0) == ["input hw:0", "output hw:0"]


def test_a_server_that_starts_later_is_found() -> None:
    room = Room(PortAudio(Card("hw:0", 1, 2)))
    assert room.after(0) == ["input hw:0", "output hw:0"]
    room.audio.there.append(Card("pulse", 32, 32))
    room.server.say(SPEAKERS, MIC, input="mic", output="speakers")
    assert room.after(0) == ["input closed", "output closed", "input Mic", "output Speakers"]


def test_the_microphone_is_closed_for_real_and_opened_again() -> None:
    room = served()
    room.bay.turn("input", False)
    assert room.after(0) == ["input closed"]
    assert room.audio.open("input") is None
    assert room.audio.open("output") is not None
    room.bay.turn("input", True)
    assert room.after(0) == ["input Mic"]


def test_a_microphone_closed_and_opened_in_one_breath_is_another_stream() -> None:
    room = served()
    before = room.audio.open("input")
    room.bay.turn("input", False)
    room.bay.turn("input", True)
    assert room.after(0) == ["input closed", "input Mic"]
    assert room.audio.open("input") is not before
    assert room.after(0) == []


def test_after_a_sleep_everything_is_opened_anew() -> None:
    room = served()
    before = list(room.audio.streams)
    room.bay.reopen()
    assert room.after(0) == ["input closed", "output closed", "input Mic", "output Speakers"]
    assert not set(before) & set(room.audio.streams)
    assert room.audio.starts == 1
