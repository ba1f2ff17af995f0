"""Her ears and voice through Wyoming's own client, over a real socket, on real small engines."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soxr
from house import House, house
from people import ALIKE, likeness
from sounds import installed
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from samantha.audio.pcm import VOICE_RATE
from samantha.config import Wyoming
from samantha.errors import ConfigError
from samantha.service.wyoming import WyomingServer

pytestmark = pytest.mark.integration

SAID = "Hello there, my friend. It is good to hear your voice again."
LOCAL = Wyoming.model_construct(serve=True, host="127.0.0.1", port=0)


@pytest.fixture(scope="module")
def she() -> Iterator[House]:
    for model in ("smollm2-135m-instruct", "whisper-tiny.en", "piper-en_US-joe-medium"):
        installed(model)
    with house() as opened:
        yield opened


@pytest.fixture(scope="module")
def port(she: House) -> Iterator[int]:
    server = WyomingServer(lambda: she.guests, she.bridge, LOCAL)
    server.start()
    yield server.port
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


async def _exchange(port: int, sent: list[Eventable], last: str) -> list[Event]:
    async with AsyncTcpClient("127.0.0.1", port, connect_timeout=5, read_timeout=20) as client:
        for event in sent:
            await client.write_event(event.event())
        received: list[Event] = []
        while not received or received[-1].type not in (last, "error"):
            event = await client.read_event()
            assert event is not None, received
            received.append(event)
        return received


def exchange(port: int, *sent: Eventable, last: str) -> list[Event]:
    """What she says, up to her first event of the kind `last`, or an error."""
    return asyncio.run(_exchange(port, list(sent), last))


Sound = np.ndarray[Any, np.dtype[np.int16]]


def spoken(port: int, text: str = SAID) -> Sound:
    begin, *chunks, _ = exchange(port, Synthesize(text), last="audio-stop")
    assert AudioStart.from_event(begin) == AudioStart(VOICE_RATE, 2, 1)
    return np.concatenate([np.frombuffer(chunk.payload or b"", "<i2") for chunk in chunks])


@pytest.fixture(scope="module")
def sound(port: int) -> Sound:
    """`SAID`, and her ears make it out."""
    for _ in range(8):  # Piper mumbles now and then
        found = spoken(port)
        text = text_of(exchange(port, Transcribe(), *said(found, VOICE_RATE), last="transcript"))
        if likeness(SAID, text) > 0.9:
            return found
    raise AssertionError("it was said eight times and never understood")


def said(sound: np.ndarray[Any, Any], rate: int, width: int = 2, channels: int = 1) -> list[Eventable]:
    """`sound`, 16 bits, as a satellite would send it."""
    data = np.repeat(sound[:, None], channels, axis=1)
    if width == 4:
        data = data.astype("<i4") << 16
    size = 1024
    chunks = [
        AudioChunk(rate, width, channels, data[i : i + size].tobytes()) for i in range(0, len(data), size)
    ]
    return [AudioStart(rate, width, channels), *chunks, AudioStop()]


def text_of(events: list[Event]) -> str:
    assert events[-1].type == "transcript", events[-1]
    return Transcript.from_event(events[-1]).text


def test_she_says_who_she_is(port: int) -> None:
    info = Info.from_event(exchange(port, Describe(), last="info")[-1])
    (ears,), (voice,) = info.asr, info.tts
    assert ears.models[0].languages == ["en"]
    assert voice.voices[0].languages == ["en"]
    assert "joe" in voice.voices[0].name
    assert voice.supports_synthesize_streaming
    assert ears.installed
    assert voice.version
    assert Pong.from_event(exchange(port, Ping("hey"), last="pong")[-1]).text == "hey"


def test_what_she_says_she_understands(port: int, sound: Sound) -> None:
    assert 2 < len(sound) / VOICE_RATE < 6
    heard = text_of(exchange(port, Transcribe(language="en"), *said(sound, VOICE_RATE), last="transcript"))
    assert likeness(SAID, heard) > ALIKE, heard


@pytest.mark.parametrize(("rate", "width", "channels"), [(16_000, 2, 1), (48_000, 4, 2)])
def test_sound_of_any_kind(port: int, sound: Sound, rate: int, width: int, channels: int) -> None:
    sent = said(soxr.resample(sound, VOICE_RATE, rate), rate, width, channels)
    heard = text_of(exchange(port, Transcribe(), *sent, last="transcript"))
    assert likeness(SAID, heard) > ALIKE, heard


def test_silence_has_no_words(port: int) -> None:
    quiet = np.zeros(32_000, np.int16)
    assert text_of(exchange(port, Transcribe(), *said(quiet, 16_000), last="transcript")) == ""
    assert text_of(exchange(port, AudioStart(16_000, 2, 1), AudioStop(), last="transcript")) == ""


def test_text_is_spoken_while_it_comes(port: int) -> None:
    async def stream() -> tuple[list[str], list[str]]:
        async with AsyncTcpClient("127.0.0.1", port, read_timeout=20) as client:
            await client.write_event(SynthesizeStart().event())
            for part in ("Hello there, my friend, it is ", "good to hear you. ", "What shall "):
                await client.write_event(SynthesizeChunk(part).event())
            early, late = [], []
            while early.count("audio-chunk") < 1:
                early.append((await client.read_event()).type)
            await client.write_event(SynthesizeChunk("we do?").event())
            await client.write_event(Synthesize("For those who know no streams.").event())
            await client.write_event(SynthesizeStop().event())
            while "synthesize-stopped" not in late:
                late.append((await client.read_event()).type)
            return early, late

    early, late = asyncio.run(stream())
    assert early == ["audio-start", "audio-chunk"]
    assert late[-2:] == ["audio-stop", SynthesizeStopped().event().type]
    assert set(late[:-2]) == {"audio-chunk"}


def test_text_without_words(port: int) -> None:
    kinds = [event.type for event in exchange(port, Synthesize("…"), last="audio-stop")]
    assert kinds == ["audio-start", "audio-stop"]


def test_she_says_why_not_and_goes_on(port: int) -> None:
    async def errors() -> list[str]:
        async with AsyncTcpClient("127.0.0.1", port, read_timeout=20) as client:
            found = []
            for event in (
                Transcribe(language="de").event(),
                Synthesize("<speak>Hi</speak>", text_format="ssml").event(),
                Synthesize("word " * 5000).event(),
                Event("synthesize", {}),
            ):
                await client.write_event(event)
                answer = await client.read_event()
                found.append(Error.from_event(answer).text)
            await client.write_event(AudioStart(16_000, 2, 1).event())
            await client.write_event(AudioChunk(16_000, 3, 1, b"\0" * 300).event())
            found.append(Error.from_event(await client.read_event()).text)
            await client.write_event(Ping().event())
            assert (await client.read_event()).type == "pong"
            return found

    assert all(errors_ for errors_ in asyncio.run(errors()))


def test_the_persons_turn_comes_first(port: int, she: House) -> None:
    async def patient() -> None:
        she.occupied = True
        waiting = asyncio.ensure_future(_exchange(port, [Synthesize("Hello.")], "audio-stop"))
        try:
            done, _ = await asyncio.wait((waiting,), timeout=0.3)
            assert not done
        finally:
            she.occupied = False
        assert (await waiting)[-1].type == "audio-stop"

    asyncio.run(patient())


def test_clients_that_vanish_or_talk_nonsense(port: int) -> None:
    chunk = {"type": "audio-chunk", "data": {"rate": 16000, "width": 2, "channels": 1}}
    for nonsense in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b'"x"\n',
        b"{}\n",
        b'{"type": 3}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 200_000,
        json.dumps({**chunk, "payload_length": 10**12}).encode() + b"\n",
        json.dumps({**chunk, "payload_length": 1000}).encode() + b"\n" + b"\0" * 10,
        json.dumps({**chunk, "payload_length": "many"}).encode() + b"\n",
        json.dumps({"type": "synthesize", "data": {"text": SAID}}).encode() + b"\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.sendall(nonsense)
    assert exchange(port, Describe(), last="info")


def test_she_does_not_wait_for_more_than_she_would_take(port: int) -> None:
    flood = {"type": "audio-chunk", "data": {}, "payload_length": 10**9}
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        wire.sendall(json.dumps(flood).encode() + b"\n")
        assert wire.recv(1) == b""


def test_too_many_clients(port: int) -> None:
    wires = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(8)]
    try:
        assert Error.from_event(exchange(port, Describe(), last="info")[-1]).code == "busy"
    finally:
        for wire in wires:
            wire.close()

    end = time.monotonic() + 20
    while exchange(port, Describe(), last="info")[-1].type != "info":  # until she has seen that they are gone
        assert time.monotonic() < end, "nobody is let in any more"


def test_no_other_machine_is_let_in(she: House, port: int) -> None:
    for host in ("0.0.0.0", "192.168.1.2", "example.org", "::"):
        server = WyomingServer(
            lambda: she.guests, she.bridge, Wyoming.model_construct(serve=True, host=host, port=0)
        )
        with pytest.raises(ConfigError, match="knows no password"):
            server.start()
    taken = Wyoming.model_construct(serve=True, host="localhost", port=port)
    with pytest.raises(ConfigError, match="in use"):
        WyomingServer(lambda: she.guests, she.bridge, taken).start()
