"""Real servers on loopback in the place of another machine: llama-cpp-python's own, and a Wyoming server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from people import ALIKE, likeness, say_clearly, steady
from sounds import installed
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Attribution, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.tts import Synthesize

from samantha import app
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, silence
from samantha.commands.chat import TextConversation
from samantha.config import Config, Hearing, load
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError
from samantha.hearing.whisper import Whisper
from samantha.mind.prompt import Prompt
from samantha.ports import Message
from samantha.remote.fallback import fallbacks
from samantha.remote.openai import OpenAI
from samantha.voice.piper import Piper

pytestmark = pytest.mark.integration

MODEL = "smollm2-135m-instruct"
SMALL = {"llm.model": MODEL, "llm.context": 2048, "llm.max_tokens": 24, "llm.seed": 1}
STORY = [Message("user", "Tell me a very long story about the sea.")]
QUESTION = "What is the capital of France?"
SENTENCE = "My sister plays the violin."
AWAY = "I can't reach the machine I think with, so I'm using this one for now."

# Runs the program and writes down every address that it connects to.
WATCHED = """
import socket, sys
seen = set()
def watch(event, args):
    if event == "socket.connect" and args[0].family != socket.AF_UNIX:
        seen.add(f"{args[1][0]}:{args[1][1]}")
sys.addaudithook(watch)
from samantha.__main__ import main
try:
    main()
finally:
    print("CONNECTED", *sorted(seen), file=sys.stderr)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


@contextlib.contextmanager
def llama_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """llama-cpp-python's server with the small model; killed at the end."""
    file = next(installed(MODEL).glob("*.gguf"))
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(file), "--model_alias", "small",
               "--n_ctx", "2048", "--n_threads", "2", "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1800):
            assert process.poll() is None, "the server ended by itself"
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models") as it,
            ):
                it.read()
                break
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def thinker() -> Iterator[str]:
    """The URL of a machine to think with."""
    port = free_port()
    with llama_server(port):
        yield f"http://127.0.0.1:{port}/v1"


class WyomingMachine:
    """A Wyoming server of the package's own around real engines, on a thread; counts what it is asked."""

    def __init__(self) -> None:
        models = installed("piper-en_US-joe-medium"), installed("whisper-tiny.en")
        steady()
        self.voice = Piper(models[0] / "en_US-joe-medium.onnx")
        self.ears = Whisper(models[1], Hearing(model="whisper-tiny.en"))
        self.asked: Counter[str] = Counter()
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> WyomingMachine:
        self._thread.start()
        server = AsyncTcpServer("127.0.0.1", self.port)
        start = server.start(lambda reader, writer: Handler(self, reader, writer))
        asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self._server = server
        return self

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            await self._server.stop()
            for _ in range(3):
                await asyncio.sleep(0.01)
            await self._loop.shutdown_default_executor()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def hear(self, pcm: bytes) -> str:
        sound = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        return self.ears.transcribe(sound, Token()).text

    def say(self, text: str) -> bytes:
        sound = np.concatenate([silence(1), *self.voice.synthesize(text, Token())])
        return (soxr.resample(sound, VOICE_RATE, 22_050) * 32767).astype("<i2").tobytes()


class Handler(AsyncEventHandler):
    def __init__(
        self, machine: WyomingMachine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        super().__init__(reader, writer)
        self._machine = machine
        self._heard = bytearray()

    async def handle_event(self, event: Event) -> bool:
        machine = self._machine
        machine.asked[event.type] += 1
        if event.type == "describe":
            by = Attribution("", "")
            voice = TtsVoice("en_US-joe-medium", by, True, None, None, ["en_US"])
            await self.write_event(Info(tts=[TtsProgram("piper", by, True, None, None, [voice])]).event())
        elif AudioChunk.is_type(event.type):
            self._heard += AudioChunk.from_event(event).audio
        elif AudioStop.is_type(event.type):
            text = await asyncio.to_thread(machine.hear, bytes(self._heard))
            await self.write_event(Transcript(text, language="en").event())
            return False
        elif Synthesize.is_type(event.type):
            pcm = await asyncio.to_thread(machine.say, Synthesize.from_event(event).text)
            await self.write_event(AudioStart(22_050, 2, 1).event())
            for start in range(0, len(pcm), 2048):
                await self.write_event(AudioChunk(22_050, 2, 1, pcm[start : start + 2048]).event())
            await self.write_event(AudioStop().event())
            return False
        return True


@pytest.fixture(scope="module")
def machine() -> Iterator[WyomingMachine]:
    """A machine to hear and speak with."""
    with WyomingMachine() as it:
        yield it


def thinking_at(url: str, **more: object) -> Config:
    return load(
        flags={**SMALL, "llm.engine": "openai", "remote.llm_url": url, "remote.timeout_s": 60, **more}
    )


def answer(llm: object, token: Token | None = None, *, max_tokens: int = 24) -> str:
    return "".join(llm.generate(STORY, token or Token(), max_tokens=max_tokens))  # type: ignore[attr-defined]


def test_another_machine_thinks(thinker: str) -> None:
    config = thinking_at(thinker)
    llm, prompt = app.mind(config)
    talk = TextConversation(load(flags={"llm.max_tokens": 24}), llm, prompt)
    shown: list[str] = []
    answered = talk.answer("Hello, who are you?", Token(), shown.append)
    assert answered
    assert "".join(shown).strip() == answered
    assert talk.answer("And what is the sea?", Token(), shown.append)
    (fallback,) = fallbacks(llm)
    assert not fallback.away


def test_the_estimate_of_tokens_is_on_the_safe_side(thinker: str) -> None:
    config = thinking_at(thinker)
    far, near = OpenAI(config.remote, config.llm), app.language_model(load(flags=SMALL))
    prompt = Prompt(app.persona(config), "Ada", 2048, 24).system()
    for text in (
        "",
        "I think the weather will be beautiful this weekend, at 7:30 or so.",
        "+49 (170) 123456!",
    ):
        messages = [*prompt, Message("user", text)]
        assert near.count(messages) <= far.count(messages) <= 2 * near.count(messages)


def test_a_cancelled_thought_ends_and_the_next_is_not_disturbed(thinker: str) -> None:
    config = thinking_at(thinker)
    llm = OpenAI(config.remote, config.llm)
    for pieces in (0, 3):
        token = Token()
        stream = llm.generate(STORY, token, max_tokens=400)
        for _ in range(pieces):
            next(stream)
        threading.Timer(0.05, token.cancel).start()
        with pytest.raises(Cancelled):
            list(stream)
    assert answer(llm)


def test_an_absent_machine_is_replaced_and_it_is_said_once() -> None:
    config = thinking_at(f"http://127.0.0.1:{free_port()}/v1")
    llm, prompt = app.mind(config)
    said: list[str] = []
    for outage in fallbacks(llm):
        outage.tell(said.append)
    talk = TextConversation(load(flags={"llm.max_tokens": 24}), llm, prompt)
    for question in ("Hello, who are you?", "And what is the sea?", "Is it blue?"):
        assert talk.answer(question, Token(), lambda _: None)
    assert said == [AWAY]


def test_a_machine_that_dies_in_the_middle_costs_that_turn_only() -> None:
    port = free_port()
    with llama_server(port) as process:
        llm = app.language_model(thinking_at(f"http://127.0.0.1:{port}/v1"))
        said: list[str] = []
        for outage in fallbacks(llm):
            outage.tell(said.append)
        stream = llm.generate(STORY, Token(), max_tokens=400)
        assert next(stream)
        process.kill()
        with pytest.raises(SamanthaError, match=f"127.0.0.1:{port}"):
            list(stream)
    assert said == []
    assert answer(llm)
    assert answer(llm)
    assert said == [AWAY]


def test_another_machine_hears_and_speaks(machine: WyomingMachine) -> None:
    there = f"tcp://127.0.0.1:{machine.port}"
    config = load(
        flags={"hearing.engine": "wyoming", "voice.engine": "wyoming", "remote.stt_url": there,
               "remote.tts_url": there, "remote.timeout_s": 60, "voice.name": "piper-en_US-joe-medium"}
    )  # fmt: skip
    voice, ears = app.synthesizer(config), app.transcriber(config)
    assert (voice.name, voice.languages) == ("en_US-joe-medium", ("en",))

    def understood() -> str:
        sound: Block = np.concatenate(list(voice.synthesize(SENTENCE, Token())))
        return ears.transcribe(soxr.resample(sound, VOICE_RATE, HEARING_RATE), Token()).text

    assert any(likeness(SENTENCE, understood()) > ALIKE for _ in range(4))  # Piper mumbles now and then
    assert not any(outage.away for outage in fallbacks(voice, ears))


def test_a_whole_conversation_connects_to_the_named_machine_and_nowhere_else(
    thinker: str, machine: WyomingMachine, tmp_path: Path
) -> None:
    (question,) = say_clearly((QUESTION, "capital"))
    rest = silence(VOICE_RATE * 2)
    soundfile.write(tmp_path / "in.wav", np.concatenate([rest, question, rest]), VOICE_RATE)
    models = tmp_path / "models"  # none of her own but the one that notices speech
    models.mkdir()
    (models / "silero-vad").symlink_to(installed("silero-vad"))
    there = f"tcp://127.0.0.1:{machine.port}"
    settings = {**SMALL, "paths.models": models, "remote.timeout_s": 60, "llm.engine": "openai",
                "hearing.engine": "wyoming", "voice.engine": "wyoming", "remote.llm_url": thinker,
                "remote.stt_url": there, "remote.tts_url": there}  # fmt: skip
    flags = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    before = machine.asked.copy()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "talk", "--input", str(tmp_path / "in.wav"), "--pace", "fast",
         "--output", str(tmp_path / "out.wav"), "--events", str(tmp_path / "events.jsonl"), *flags],
        env={**os.environ, "http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"},
        capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert any(likeness(QUESTION, event["text"]) > ALIKE for event in events if event["event"] == "Heard")
    assert any(event["text_heard"] for event in events if event["event"] == "ReplySpoken")
    asked = machine.asked - before
    assert asked["transcribe"] >= 2
    assert asked["synthesize"] >= 2
    connected = next(line for line in done.stderr.splitlines() if line.startswith("CONNECTED")).split()[1:]
    assert set(connected) == {thinker.split("/")[2], f"127.0.0.1:{machine.port}"}


def test_a_machine_that_is_only_named_is_left_alone(tmp_path: Path) -> None:
    installed(MODEL)
    there = {
        "SAMANTHA_REMOTE__LLM_URL": "http://127.0.0.1:9/v1",
        "SAMANTHA_REMOTE__STT_URL": "tcp://127.0.0.1:9",
    }
    flags = [part for key, value in SMALL.items() for part in ("--set", f"{key}={value}")]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "chat", "--once", "Hello?", *flags],
        env={**os.environ, **there}, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "CONNECTED\n" in done.stderr
