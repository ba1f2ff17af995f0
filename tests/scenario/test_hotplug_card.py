"""A card that runs on: what she is told, and that the clock goes on, while everything else changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np
import pytest
from scriptedaudio import Card, PortAudio, Server

from samantha.audio.choice import Endpoint, Found, Lost, Notice
from samantha.audio.hotplug import LiveCard
from samantha.audio.pcm import HEARING_BLOCK, Block
from samantha.config import Audio
from samantha.errors import AudioError

pytestmark = pytest.mark.scenario


class Person:
    """Somebody at the card: hears, and has a tone said without end."""

    def __init__(self, audio: PortAudio, **more: object) -> None:
        self.audio = audio
        self.notices: list[Notice] = []
        self.captured: list[Block] = []
        self.slept = 0.0
        settings = more.pop("settings", Audio())
        self.card = LiveCard(
            settings,  # type: ignore[arg-type]
            self.notices.append,
            sd=audio,
            server=more.pop("server", None) or Server(),  # type: ignore[arg-type]
            asleep=lambda: self.slept,
            **more,  # type: ignore[arg-type]
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the cards run until `holds`."""
        for _ in range(300):
            if holds():
                return
            self.audio.pump()
            await asyncio.sleep(0.01)
        raise AssertionError(f"it did not come about: {self.notices}")

    def start(self) -> None:
        self.card.start(self.captured.append, lambda samples: np.full(samples, 0.5, np.float32))

    @property
    def quiet(self) -> bool:
        """Whether the loudspeaker is closed, and she knows it."""
        return self.audio.open("output") is None and not self.card.ready

    def playing(self, card: Card) -> bool:
        stream = self.audio.open("output")
        return (
            stream is not None and stream.card is card and any(sound.max() > 0.4 for sound in stream.played)
        )


def test_a_headset_unplugged_in_mid_sentence_is_told_and_left() -> None:
    async def life() -> None:
        usb, builtin = Card("USB", 1, 2), Card("Builtin", 1, 2)
        person = Person(PortAudio(usb, builtin))
        assert person.card.name == "USB (microphone), USB (loudspeaker)"
        person.start()
        await person.until(lambda: person.card.hearing and person.playing(usb))
        assert person.notices == []
        person.audio.unplug(usb)
        await person.until(lambda: person.card.hearing and person.playing(builtin))
        gone = "No more sound passed through it."
        assert person.notices == [
            Lost("input", "USB", gone),
            Lost("output", "USB", gone),
            Found("input", "Builtin", True, True),
            Found("output", "Builtin", True, True),
        ]
        assert person.card.name == "Builtin (microphone), Builtin (loudspeaker)"
        person.card.stop()

    asyncio.run(life())


def test_the_clock_goes_on_while_she_is_deaf_and_her_voice_too() -> None:
    async def life() -> None:
        only = Card("Only", 1, 2)
        person = Person(PortAudio(only))
        person.start()
        await person.until(lambda: person.card.hearing)
        person.card.listen(False)
        await person.until(lambda: person.audio.open("input") is None and not person.card.hearing)
        before = len(person.captured)
        await person.until(lambda: len(person.captured) > before + 10)
        assert not np.concatenate(person.captured[before + 1 :]).any()
        assert {len(block) for block in person.captured} == {HEARING_BLOCK}
        assert person.playing(only)
        person.card.listen(True)
        await person.until(lambda: person.card.hearing)
        assert person.captured[-1].max() > 0.2
        assert person.notices == []
        person.card.stop()

    asyncio.run(life())


def test_muted_and_unmuted_in_one_breath_she_hears() -> None:
    async def life() -> None:
        person = Person(PortAudio(Card("Only", 1, 2)))
        person.start()
        await person.until(lambda: person.card.hearing)
        person.card.listen(False)
        person.card.listen(True)
        before = len(person.captured)
        await person.until(lambda: len(person.captured) > before + 20)
        await person.until(lambda: person.captured[-1].max() > 0.2)
        assert person.notices == []
        person.card.stop()

    asyncio.run(life())


def test_a_card_that_was_given_back_tells_nothing_more() -> None:
    async def life() -> None:
        only = Card("Only", 1, 2)
        person = Person(PortAudio(only))
        person.start()
        await person.until(lambda: person.card.hearing)
        person.audio.unplug(only)
        person.card._bay.wake()
        time.sleep(0.1)  # noqa: ASYNC251 (its thread notices, and the event loop cannot be told yet)
        person.card.stop()
        await asyncio.sleep(0.05)
        assert person.notices == []

    asyncio.run(life())


def test_a_stream_that_falls_silent_is_lost_although_nobody_says_so() -> None:
    async def life() -> None:
        silent = Card("Silent", 1, 2)
        person = Person(PortAudio(silent))
        person.start()
        await person.until(lambda: person.card.hearing)
        first = person.audio.open("input")
        person.audio.pump = lambda blocks=1: None  # type: ignore[method-assign]
        await person.until(lambda: person.audio.open("input") is not first)
        person.card.stop()

    asyncio.run(life())


def test_after_the_machine_slept_both_sides_are_opened_anew() -> None:
    async def life() -> None:
        person = Person(PortAudio(Card("Only", 1, 2)))
        person.start()
        await person.until(lambda: person.card.hearing)
        before = set(person.audio.streams)
        person.slept = 3600.0
        await person.until(lambda: len(set(person.audio.streams) - before) == 2)
        await person.until(lambda: person.card.hearing)
        assert person.notices == []  # nothing that she need speak of
        person.card.stop()

    asyncio.run(life())


def test_a_service_starts_without_any_card_and_waits_for_one() -> None:
    async def life() -> None:
        person = Person(PortAudio(), wait=True)
        person.start()
        await person.until(lambda: len(person.notices) == 2 and len(person.captured) > 3)
        assert person.notices[0] == Lost("input", "", "No microphone was found.")
        person.audio.there.append(Card("New", 1, 2))
        await person.until(lambda: len(person.notices) == 4)
        assert person.notices[2:] == [
            Found("input", "New", True, True),
            Found("output", "New", True, True),
        ]
        person.card.stop()
        person.card.stop()

    asyncio.run(life())


def test_a_conversation_does_not() -> None:
    with pytest.raises(AudioError, match="No microphone was found"):
        Person(PortAudio(Card("Speakers", 0, 2)))
    with pytest.raises(AudioError, match="There is no microphone “rode”; there is 0: Only"):
        Person(PortAudio(Card("Only", 1, 2)), settings=Audio(input="rode"))

    async def life() -> None:
        person = Person(PortAudio(Card("Only", 1, 2, broken=True)))
        with pytest.raises(AudioError, match="“Only” cannot be opened: Device unavailable"):
            person.start()

    asyncio.run(life())


def test_a_bluetooth_headset_is_worn_and_its_microphone_left_alone() -> None:
    buds = [
        Endpoint(side, f"bluez_{side}.1", "Buds Pro", 48000, worn=True, bluetooth=True)  # type: ignore[arg-type]
        for side in ("input", "output")
    ]
    server = Server(*buds, input="bluez_input.1", output="bluez_output.1")
    with pytest.raises(AudioError, match="is that of “Buds Pro”, which is not used unless"):
        Person(PortAudio(Card("pulse", 32, 32)), server=server)
    asked = Audio(bluetooth_microphone=True)
    person = Person(PortAudio(Card("pulse", 32, 32)), server=server, settings=asked)
    assert person.card.name == "Buds Pro (microphone), Buds Pro (loudspeaker)"
    assert person.card.acoustic is False
    person.card.stop()


def desk(number: int = 1) -> list[Endpoint]:
    return [
        Endpoint("input", "mic", "Desk", 48000),
        Endpoint("output", f"spk.{number}", f"Desk {number}", 48000, serial=(1, number)),
    ]


def at_rest(server: Server) -> Person:
    person = Person(PortAudio(Card("pulse", 32, 32)), server=server, rest_after=0.1)
    person.start()
    return person


def test_at_rest_the_loudspeaker_is_closed_and_the_microphone_heard() -> None:
    async def life() -> None:
        person = at_rest(Server(*desk()))
        await person.until(lambda: person.card.hearing and person.audio.open("output") is not None)
        person.card.rest(True)
        await person.until(lambda: person.quiet)
        before = len(person.captured)
        await person.until(lambda: len(person.captured) > before + 10)
        assert min(block.max() for block in person.captured[before:]) > 0.2
        person.card.rest(False)
        assert not person.card.ready  # what is said before it is open would be lost
        await person.until(lambda: person.card.ready)
        assert person.audio.open("output") is not None
        assert person.notices == []
        person.card.stop()

    asyncio.run(life())


def test_a_loudspeaker_that_changes_while_it_rests_is_told_at_once() -> None:
    async def life() -> None:
        server = Server(*desk())
        person = at_rest(server)
        await person.until(lambda: person.card.hearing)
        person.card.rest(True)
        await person.until(lambda: person.quiet)
        server.say(*desk(2))
        await person.until(lambda: bool(person.notices))
        assert person.notices == [Found("output", "Desk 2", True, True)]
        await person.until(lambda: person.quiet)
        server.say(desk()[0])
        await person.until(lambda: len(person.notices) == 2)
        assert isinstance(person.notices[1], Lost)
        assert person.card.ready  # there is nothing to wait for
        server.say(*desk(2))
        await person.until(lambda: person.notices[2:] == [Found("output", "Desk 2", True, False)])
        person.card.stop()

    asyncio.run(life())


def test_a_card_that_no_server_keeps_for_us_stays_open() -> None:
    async def life() -> None:
        person = Person(PortAudio(Card("Only", 1, 2)), rest_after=0.0)
        person.start()
        await person.until(lambda: person.card.hearing)
        person.card.rest(True)
        before = len(person.captured)
        await person.until(lambda: len(person.captured) > before + 20)
        assert person.audio.open("output") is not None
        assert person.card.ready
        person.card.stop()

    asyncio.run(life())
