"""Guests, and the person who comes first: on a real loop, with scripted engines."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from fakes import Script, ScriptedModel, ScriptedTranscriber, ScriptedVoice
from house import House

from samantha.audio.pcm import HEARING_RATE
from samantha.config import Config
from samantha.errors import ModelError
from samantha.events import ReplyStarted, SpeechStarted, TalkPressed, TurnEnded
from samantha.ports import Message, Transcript
from samantha.service.control import Busy
from samantha.service.lending import Begun, Ended, Preempted, Seats, TooLong

pytestmark = pytest.mark.unit

ASKED = [Message("user", "What do you think?")]
LOUD = np.full(HEARING_RATE, 0.1, np.float32)
ENDLESS = "word " * 5000


@contextmanager
def house(**script: object) -> Iterator[House]:
    written = Script(
        **{
            "hearing_takes": 0.01,
            "first_token_takes": 0,
            "token_takes": 0.001,
            "synthesis_takes": 0,
            **script,
        }
    )
    parts = (
        ScriptedTranscriber(written, time.sleep),
        ScriptedModel(written, time.sleep),
        ScriptedVoice(written, time.sleep),
    )
    opened = House(parts, Config())
    try:
        yield opened
    finally:
        opened.close()


async def thought(house: House, **how: object) -> list[Begun | str | Ended]:
    return [item async for item in house.bridge.stream(lambda: house.guests.think(ASKED, **how))]


async def begun(house: House):
    """A thought that is under way."""
    stream = house.bridge.stream(lambda: house.guests.think(ASKED))
    assert isinstance(await anext(stream), Begun)
    await anext(stream)
    return stream


def test_an_answer_comes_in_pieces_between_its_beginning_and_its_end() -> None:
    with house(answers=["I think it is fine."]) as here:
        items = asyncio.run(thought(here))
        assert items[0] == Begun(8)
        assert items[1:-1] == ["I", " think", " it", " is", " fine."]
        assert items[-1] == Ended("stop", 5)
        assert here.borrowed == 2


def test_it_ends_where_it_should() -> None:
    with house(answers=["One two three four.", "One two three four."]) as here:
        assert asyncio.run(thought(here, stop=[" three"]))[1:] == ["One", " two", Ended("stop", 3)]
        assert asyncio.run(thought(here, max_tokens=4))[-1] == Ended("length", 4)


@pytest.mark.parametrize(
    "event",
    [SpeechStarted(at=1, began=0), TalkPressed(at=1), ReplyStarted(at=1)],
    ids=lambda e: type(e).__name__,
)
def test_the_person_comes_first(event) -> None:
    async def interrupted(here: House) -> None:
        stream = await begun(here)
        here.publish(event)
        with pytest.raises(Preempted):
            [item async for item in stream]

    with house(answers=[ENDLESS, "Yes."]) as here:
        asyncio.run(interrupted(here))
        assert asyncio.run(thought(here))[1] == "Yes."  # and later he is welcome again


def test_other_events_disturb_nobody() -> None:
    async def undisturbed(here: House) -> None:
        stream = await begun(here)
        here.publish(TurnEnded(at=1, began=0, speech_end=1, speech_seconds=1, audio=LOUD))
        await anext(stream)
        await stream.aclose()

    with house(answers=[ENDLESS]) as here:
        asyncio.run(undisturbed(here))


def test_one_thought_at_a_time() -> None:
    async def two(here: House) -> None:
        stream = await begun(here)
        with pytest.raises(Busy, match="another program"):
            await thought(here)
        await stream.aclose()  # he has gone: the model is free at once
        end = time.monotonic() + 5
        while True:
            try:
                assert (await thought(here))[1] == "Yes."
                return
            except Busy:
                assert time.monotonic() < end

    with house(answers=[ENDLESS, "Yes."]) as here:
        asyncio.run(two(here))


def test_no_thought_in_the_middle_of_a_turn() -> None:
    with house() as here:
        here.occupied = True
        with pytest.raises(Busy, match="turn"):
            asyncio.run(thought(here))
        assert here.borrowed == 0


def test_messages_that_are_too_long_or_refused() -> None:
    for context in (10, 1):
        with house(context=context) as here, pytest.raises(TooLong):
            asyncio.run(thought(here))
    with house(answers=[ModelError("It broke."), "Yes."]) as here:
        with pytest.raises(ModelError, match="It broke"):
            asyncio.run(thought(here))
        assert asyncio.run(thought(here))[1] == "Yes."


def test_ears() -> None:
    async def heard(here: House, sound) -> str:
        return (await here.bridge.call(lambda: here.guests.hear(sound))).text

    with house(heard=["Good morning.", Transcript("Thank you.", "en", no_speech=0.9, logprob=-1.2)]) as here:
        assert asyncio.run(heard(here, np.zeros(HEARING_RATE, np.float32))) == ""  # and nobody was asked
        assert asyncio.run(heard(here, LOUD)) == "Good morning."
        assert asyncio.run(heard(here, LOUD * 1.1)) == ""


def test_ears_and_voice_wait_until_the_turn_is_over() -> None:
    async def later(here: House) -> None:
        here.occupied = True
        ear = asyncio.ensure_future(here.bridge.call(lambda: here.guests.hear(LOUD)))
        voice = asyncio.ensure_future(here.bridge.call(lambda: here.guests.speak("Hello.")))
        done, _ = await asyncio.wait((ear, voice), timeout=0.2)
        assert not done
        here.occupied = False
        assert (await asyncio.wait_for(ear, 5)).text == "Hello."
        assert len(await asyncio.wait_for(voice, 5)) > 0

    with house(heard=["Hello."]) as here:
        asyncio.run(later(here))


def test_the_ears_are_not_out_of_reach_for_longer_than_one_piece() -> None:
    with house(heard=["x"] * 20, hearing_takes=0.02) as here:

        async def crowd() -> int:
            guests = [
                asyncio.ensure_future(here.bridge.call(lambda: here.guests.hear(LOUD))) for _ in range(10)
            ]
            await asyncio.wait(guests, return_when=asyncio.FIRST_COMPLETED)
            lane = here.engines.stt_lane
            before = sum(guest.done() for guest in guests)
            await here.bridge.call(lambda: lane.call(lambda: None))  # the person's own turn
            after = sum(guest.done() for guest in guests)
            await asyncio.gather(*guests)
            return after - before

        assert asyncio.run(crowd()) <= 2


def test_when_she_leaves_nobody_waits_for_ever() -> None:
    gate = threading.Event()
    with house(heard=["x"], answers=[ENDLESS]) as here:

        async def stranded() -> None:
            stream = await begun(here)
            blocking = asyncio.ensure_future(here.bridge.call(lambda: here.engines.stt_lane.call(gate.wait)))
            ear = asyncio.ensure_future(here.bridge.call(lambda: here.guests.hear(LOUD)))
            await asyncio.sleep(0.05)
            here.do(here.guests.close)
            with pytest.raises(Preempted):
                await asyncio.wait_for(ear, 5)
            with pytest.raises(Preempted):
                [item async for item in stream]
            with pytest.raises(Preempted):
                await asyncio.wait_for(thought(here), 5)
            gate.set()
            await blocking

        asyncio.run(stranded())


def test_seats() -> None:
    seats = Seats(1)
    with seats.taken(), pytest.raises(Busy), seats.taken():
        pass
    with seats.taken():
        pass
