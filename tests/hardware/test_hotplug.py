"""A card that runs on while real devices of a real sound server come and go."""

from __future__ import annotations

import ctypes.util
import time
from collections.abc import Iterator

import pytest
from hardware.soundserver import SoundServer, sound_server, until
from soak.device_chaos import Talker, chaos, talking

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]


@pytest.fixture
def server() -> Iterator[SoundServer]:
    with sound_server() as running:
        yield running


def told(talker: Talker) -> list[tuple[str, str, str]]:
    """What it said of its devices: lost or found, which side, the first word of the name."""
    return [(n["notice"], n["side"], n["name"].split(" ")[0]) for n in talker.notices]


def test_misfortunes_of_every_kind_are_survived() -> None:
    outcome = chaos(rounds=6, seed=3)
    assert not outcome.crashed, outcome.errors
    assert outcome.lost == 0
    assert outcome.streams == 2
    assert outcome.errors == ""
    assert outcome.figures["blocks_per_second"] == pytest.approx(50, abs=2)


def test_a_deaf_card_holds_no_microphone_and_goes_on_playing(server: SoundServer) -> None:
    with talking(server) as talker:
        assert len(server.names("source-outputs")) == 1
        talker.tell("deaf")
        until(lambda: not server.names("source-outputs"), "the microphone stayed open")
        until(lambda: not talker.state["hearing"] and talker.state["playing"], "it does not play")
        assert len(server.names("sink-inputs")) == 1
        talker.tell("hear")
        assert talker.recovered(time.monotonic()) is not None
        assert len(server.names("source-outputs")) == 1
        assert talker.notices == []


def test_a_headset_is_followed_and_said_to_be_one(server: SoundServer) -> None:
    with talking(server) as talker:
        server.add("buds", headset=True)
        until(lambda: bool(talker.notices), "the headset was not noticed")
        assert told(talker) == [("Found", "output", "buds")]
        assert talker.notices[0]["acoustic"] is False
        server.remove("buds")
        until(lambda: len(talker.notices) == 3, "its end was not noticed")
        assert told(talker)[1][:2] == ("Lost", "output")
        assert talker.notices[2]["acoustic"] is True
        assert talker.recovered(time.monotonic()) is not None


def test_the_loudspeaker_that_is_named_is_returned_to(server: SoundServer) -> None:
    server.add("desk")
    with talking(server, output="desk") as talker:
        server.remove("desk")
        until(lambda: len(talker.notices) == 2, "its end was not noticed")
        server.add("desk")
        until(lambda: len(talker.notices) == 3, "its return was not noticed")
        assert told(talker)[0] == ("Lost", "output", "desk")
        assert told(talker)[1][2] != "desk"
        assert told(talker)[2] == ("Found", "output", "desk")
        assert talker.recovered(time.monotonic()) is not None


def test_with_nothing_there_it_waits(server: SoundServer) -> None:
    for name in ("spk", "micbus"):
        server.remove(name)
    with talking(server, whole=False) as talker:
        until(lambda: len(talker.notices) == 2, "it did not say that there is nothing")
        assert set(told(talker)) == {("Lost", "input", ""), ("Lost", "output", "")}
        server.add("mic", source=True)
        server.add("desk")
        assert talker.recovered(time.monotonic()) is not None
        assert set(told(talker)[2:]) == {("Found", "input", "mic"), ("Found", "output", "desk")}
