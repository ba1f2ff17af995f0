"""What is sent to a Wyoming server, and what is made of whatever it answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from wires import Server, wait_for_the_end
from wyoming.event import Event, read_event, write_event

from samantha.audio.pcm import VOICE_RATE, Block, samples
from samantha.config import Hearing, Remote, Voice
from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.remote.line import UnreachableError
from samantha.remote.wyoming import WyomingTranscriber, WyomingVoice

pytestmark = pytest.mark.unit

Script = Callable[[Callable[..., None]], None]
VOICES = [
    {"name": "en_US-joe-medium", "languages": ["en_US"], "installed": True},
    {"name": "de_DE-eva-low", "languages": ["de_DE"], "installed": True},
    {"name": "fr_FR-tom-low", "languages": ["fr_FR"], "installed": False},
]


class Machine:
    """A Wyoming server that describes itself with `voices` and answers anything else with `script`."""

    def __init__(self, script: Script, voices: Any = VOICES, *, after: str) -> None:
        self._script, self._voices, self._after = script, voices, after
        self.asked: list[Event] = []

    def __call__(self, line: socket.socket) -> None:
        with line.makefile("rb") as reader, line.makefile("wb") as writer:

            def send(kind: str, payload: bytes | None = None, **data: Any) -> None:
                write_event(Event(kind, data, payload), writer)

            while (event := read_event(reader)) is not None:
                self.asked.append(event)
                if event.type == "describe":
                    send("info", tts=[{"name": "piper", "voices": self._voices}])
                elif event.type == self._after:
                    self._script(send)
                    return


def ears(port: int, **settings: Any) -> WyomingTranscriber:
    return WyomingTranscriber(Remote(stt_url=f"tcp://127.0.0.1:{port}", timeout_s=20), Hearing(**settings))


def voice(port: int, *, timeout_s: float = 20, **settings: Any) -> WyomingVoice:
    remote = Remote(tts_url=f"tcp://127.0.0.1:{port}", timeout_s=timeout_s)
    return WyomingVoice(remote, Voice(**settings), "en")


def tone(seconds: float, rate: int, level: float = 0.5) -> Block:
    return (level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pcm(sound: Block, channels: int = 1) -> bytes:
    return np.repeat((sound * 32767).astype("<i2"), channels).tobytes()


def saying(sound: Block, rate: int, *, channels: int = 1, chunk: int = 1001) -> Script:
    """Send `sound` in chunks."""

    def script(send: Callable[..., None]) -> None:
        about = {"rate": rate, "width": 2, "channels": channels}
        send("audio-start", **about)
        for start in range(0, len(sound), chunk):
            send("audio-chunk", pcm(sound[start : start + chunk], channels), **about)
        send("audio-stop")

    return script


def spoken(machine: Machine, **settings: Any) -> Block:
    with Server(machine) as server:
        return np.concatenate(list(voice(server.port, **settings).synthesize("Hello.", Token())))


def test_a_turn_is_sent_whole_and_its_words_come_back() -> None:
    def script(send: Callable[..., None]) -> None:
        send("transcript-chunk", text="Hel")
        send("transcript", text=" Hello, Ada. ", language="en_US")

    machine = Machine(script, after="audio-stop")
    turn = tone(1.1, 16_000)
    with Server(machine) as server:
        heard = ears(server.port, names=("Samantha",)).transcribe(turn, Token(), hint="Ada")
    assert (heard.text, heard.language) == ("Hello, Ada.", "en")
    assert machine.asked[0].data == {"transcript_names": ["Samantha", "Ada"], "language": "en"}
    chunks = [event for event in machine.asked if event.type == "audio-chunk"]
    assert {(e.data["rate"], e.data["width"], e.data["channels"]) for e in chunks} == {(16_000, 2, 1)}
    assert b"".join(event.payload or b"" for event in chunks) == pcm(turn)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")
def test_a_server_may_have_a_unix_socket(tmp_path: Path) -> None:
    machine = Machine(lambda send: send("transcript", text="Hello."), after="audio-stop")
    remote = Remote(stt_url=f"unix://{tmp_path / 'ears'}")
    with pytest.raises(UnreachableError, match="No such file"):
        WyomingTranscriber(remote, Hearing()).transcribe(tone(0.2, 16_000), Token())
    with Server(machine, tmp_path / "ears"):
        assert WyomingTranscriber(remote, Hearing()).transcribe(tone(0.2, 16_000), Token()).text == "Hello."


def test_any_language_may_be_heard() -> None:
    machine = Machine(lambda send: send("transcript", text="Guten Tag", language="de"), after="audio-stop")
    with Server(machine) as server:
        heard = ears(server.port, language="auto").transcribe(tone(0.2, 16_000), Token())
    assert heard.language == "de"
    assert "language" not in machine.asked[0].data


def test_what_repeats_itself_can_be_told() -> None:
    machine = Machine(lambda send: send("transcript", text="you you " * 40), after="audio-stop")
    with Server(machine) as server:
        assert ears(server.port).transcribe(tone(0.2, 16_000), Token()).compression > 2.4


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (22_050, 1), (24_000, 1), (44_100, 2)])
def test_sound_of_any_rate_is_brought_to_hers(rate: int, channels: int) -> None:
    silence = np.zeros(rate // 2, np.float32)
    sound = np.concatenate([silence, tone(0.7, rate)])
    heard = spoken(Machine(saying(sound, rate, channels=channels), after="synthesize"), volume=0.5)
    pause = samples(0.22, VOICE_RATE)  # after a full stop
    assert not heard[-pause:].any()
    assert len(heard) - pause == pytest.approx(
        samples(0.7 + 0.015, VOICE_RATE), abs=samples(0.002, VOICE_RATE)
    )
    steady = heard[samples(0.2, VOICE_RATE) : samples(0.5, VOICE_RATE)]
    assert float(np.sqrt(2 * np.mean(steady**2))) == pytest.approx(0.25, rel=0.02)
    crossings = int((np.diff(np.signbit(steady).astype(int)) == 1).sum())
    assert crossings == pytest.approx(440 * 0.3, abs=2)


def test_silence_in_the_middle_stays() -> None:
    silence = np.zeros(24_000, np.float32)
    sound = np.concatenate([tone(0.2, 24_000), silence, tone(0.2, 24_000), silence])
    heard = spoken(Machine(saying(sound, 24_000), after="synthesize"))
    assert len(heard) == pytest.approx(samples(1.4 + 0.015 + 0.22, VOICE_RATE), abs=samples(0.01, VOICE_RATE))


def test_sound_is_heard_before_the_last_of_it_was_made() -> None:
    heard = threading.Event()

    def script(send: Callable[..., None]) -> None:
        about = {"rate": 24_000, "width": 2, "channels": 1}
        send("audio-chunk", pcm(tone(0.2, 24_000)), **about)
        assert heard.wait(5)
        send("audio-chunk", pcm(tone(0.2, 24_000)), **about)
        send("audio-stop")

    with Server(Machine(script, after="synthesize")) as server:
        for _ in voice(server.port).synthesize("Hello.", Token()):
            heard.set()
    assert heard.is_set()


@pytest.mark.parametrize(
    ("named", "asked", "languages"),
    [
        ("piper-de_DE-eva-low", {"name": "de_DE-eva-low"}, ("de",)),
        ("en_US-joe-medium", {"name": "en_US-joe-medium"}, ("en",)),
        ("auto", None, ("en",)),
        ("kokoro-jf_alpha", None, ("en",)),
        ("fr_FR-tom-low", None, ("en",)),  # offered, but not installed
    ],
)
def test_the_voice_is_the_named_one_if_it_is_there(
    named: str, asked: dict[str, str] | None, languages: tuple[str, ...]
) -> None:
    machine = Machine(saying(tone(0.2, 24_000), 24_000), after="synthesize")
    with Server(machine) as server:
        there = voice(server.port, name=named)
        list(there.synthesize("Hello.", Token()))
        assert there.languages == languages
        assert asked is None or there.name == asked["name"]
    assert machine.asked[-1].data.get("voice") == asked
    assert machine.asked[-1].data["text"] == "Hello."


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (lambda send: send("error", text="My name is Ada"), "it reports an error"),
        (lambda send: None, "it hung up"),
        (lambda send: send("audio-stop"), "it sends no sound"),
        (lambda send: send("audio-chunk", b"123", rate=24_000, width=3, channels=1), "not 16-bit PCM"),
        (lambda send: send("audio-chunk", b"1234"), "not 16-bit PCM"),
    ],
)
def test_what_is_no_answer_is_an_outage(script: Script, says: str) -> None:
    with pytest.raises(UnreachableError, match=says) as caught:
        spoken(Machine(script, after="synthesize"))
    assert "Ada" not in str(caught.value)
    assert "remote.tts_url" in caught.value.hint


@pytest.mark.parametrize("rubbish", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[]\n", b"{}\n", b'{"type": 1\n'])
def test_what_speaks_another_language_is_an_outage(rubbish: bytes) -> None:
    with (
        Server(lambda line: line.sendall(rubbish)) as server,
        pytest.raises(UnreachableError, match=r"hung up|reset|Broken pipe"),
    ):
        ears(server.port).transcribe(tone(0.2, 16_000), Token())


def test_time_runs_out() -> None:
    with Server(wait_for_the_end) as server, pytest.raises(UnreachableError, match=r"within 0\.5 s"):
        list(voice(server.port, timeout_s=0.5).synthesize("Hello.", Token()))


@pytest.mark.parametrize("begun", [True, False])
def test_a_cancelled_clause_ends_at_once(begun: bool) -> None:
    token, ended = Token(), threading.Event()

    def script(send: Callable[..., None]) -> None:
        if begun:
            send("audio-chunk", pcm(tone(0.2, 24_000)), rate=24_000, width=2, channels=1)
        token.cancel()
        assert ended.wait(5)

    with Server(Machine(script, after="synthesize")) as server:
        with pytest.raises(Cancelled):
            list(voice(server.port, timeout_s=120).synthesize("Hello.", token))
        ended.set()


def test_a_cancelled_turn_ends_at_once() -> None:
    token, ended = Token(), threading.Event()

    def script(send: Callable[..., None]) -> None:
        token.cancel()
        assert ended.wait(5)

    with Server(Machine(script, after="audio-stop")) as server:
        with pytest.raises(Cancelled):
            ears(server.port).transcribe(tone(0.2, 16_000), token)
        ended.set()
