"""Her mind, voice and ears through OpenAI's own client, over a real socket, on real small engines."""

from __future__ import annotations

import io
import socket as sockets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
import openai
import pytest
import soundfile
from house import House, house
from people import ALIKE, likeness
from scriptedcontrol import ScriptedControl
from sounds import installed

from samantha.config import Api
from samantha.events import SpeechStarted
from samantha.service.api.server import ApiServer
from samantha.service.openai import routes
from samantha.service.openai.endpoints import AT_ONCE

pytestmark = pytest.mark.integration

COUNT = [{"role": "user", "content": "Count from one to ten: one, two, three, four, five,"}]
TALE = [{"role": "user", "content": "Tell me a very long story about the sea."}]
SAID = "Hello there, my friend. It is good to hear your voice again."


@pytest.fixture(scope="module")
def she() -> Iterator[House]:
    for model in ("smollm2-135m-instruct", "whisper-tiny.en", "piper-en_US-joe-medium"):
        installed(model)
    with house() as opened:
        yield opened


@pytest.fixture(scope="module")
def client(she: House) -> Iterator[openai.OpenAI]:
    with serving(she) as opened:
        yield opened


@contextmanager
def serving(she: House, patience_s: int = 10) -> Iterator[openai.OpenAI]:
    with tempfile.TemporaryDirectory(prefix="api-") as folder:
        socket, token = Path(folder, "run", "api.sock"), Path(folder, "token")
        settings = Api.model_construct(tcp=True, port=0, openai=True)
        extra = routes(lambda: she.guests, she.bridge)
        server = ApiServer(ScriptedControl(), settings, socket, token, extra, patience_s)
        server.start()
        try:
            key = token.read_text("ascii").strip()
            url = f"http://127.0.0.1:{server.port}/v1"
            with openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=30) as opened:
                yield opened
        finally:
            server.stop()


@pytest.fixture(autouse=True)
def _quiet(she: House) -> Iterator[None]:
    yield
    she.occupied = False


def chat(client: openai.OpenAI, **asked: Any) -> Any:
    return client.chat.completions.create(**{"model": "bare", "messages": COUNT, "max_tokens": 16, **asked})


@pytest.fixture(scope="module")
def wav(client: openai.OpenAI) -> bytes:
    """`SAID`, and her ears make out all of it."""
    for _ in range(8):  # Piper mumbles now and then
        sound = spoken(client, "wav")
        text = heard(client, sound).text
        if "friend" in text and likeness(SAID, text) > 0.9:
            return sound
    raise AssertionError("it was said eight times and never understood")


def spoken(client: openai.OpenAI, form: Any, **asked: Any) -> bytes:
    what = {"model": "tts-1", "voice": "nova", "input": SAID, "response_format": form, **asked}
    return client.audio.speech.create(**what).read()


def heard(client: openai.OpenAI, sound: bytes, name: str = "sound.wav", **asked: Any) -> Any:
    return client.audio.transcriptions.create(model="whisper-1", file=(name, sound), **asked)


def until(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.01)


def words(text: str) -> list[str]:
    return [word.strip(",.!").lower() for word in text.split()]


# --- mind -------------------------------------------------------------------------------------------------


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["samantha"]
    assert client.models.retrieve("gpt-4o").id == "gpt-4o"


def test_she_answers(client: openai.OpenAI) -> None:
    answer = chat(client, max_tokens=200)
    numbers = "one two three four five six seven eight nine ten".split()
    assert any(number in answer.choices[0].message.content.lower() for number in numbers)
    ended = answer.usage.completion_tokens < 200  # by itself: how long it counts differs between machines
    assert answer.choices[0].finish_reason == ("stop" if ended else "length")
    assert chat(client, stop=[" "]).choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens > 10
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    short = chat(client, messages=TALE, max_tokens=5)
    assert (short.choices[0].finish_reason, short.usage.completion_tokens) == ("length", 5)


def test_she_answers_piece_by_piece(client: openai.OpenAI) -> None:
    chat(client)  # what she has worked through before may change the last bit of a thought: the same for both
    whole = chat(client)
    chunks = list(chat(client, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert len(pieces) > 4
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chat(client, stream=True))


def test_what_a_client_may_say_about_the_answer(client: openai.OpenAI) -> None:
    assert "three" not in chat(client, stop=["three"]).choices[0].message.content
    parts = [{"type": "text", "text": COUNT[0]["content"]}]
    same = [{"role": "developer", "content": "You count."}, {"role": "user", "content": parts}]
    assert chat(client, messages=same, max_completion_tokens=3, temperature=0, n=1, seed=1, user="me").choices


def test_by_her_name_she_is_herself(client: openai.OpenAI) -> None:
    bare, herself = (chat(client, model=model).usage.prompt_tokens for model in ("gpt-4o", "samantha"))
    system = [{"role": "system", "content": "You are a pirate."}, *COUNT]
    other = chat(client, model="samantha", messages=system).usage.prompt_tokens
    assert herself != bare  # her own description stands before it
    assert other == chat(client, messages=system).usage.prompt_tokens


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "http://x/y.png"}}],
                    }
                ]
            },
            "messages",
        ),
        ({"messages": [{"role": "user", "content": "word " * 2000}]}, "messages"),
        ({"n": 2}, "n"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
    ],
)
def test_what_cannot_be_done_is_refused(client: openai.OpenAI, asked: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        chat(client, **asked)
    assert refused.value.type == "invalid_request_error"
    assert str(refused.value.param).startswith(param)
    assert refused.value.body["message"]


def test_a_body_that_is_no_request(client: openai.OpenAI) -> None:
    for content in (b"", b"{", b"[]", b'"' + b"x" * 100, b"\xff", b"[" * 10_000):
        response = raw(client, "/chat/completions", content=content)
        assert response.status_code == 400, content[:10]
        assert response.json()["error"]["type"] == "invalid_request_error"
    assert raw(client, "/chat/completions", content=b" " * (2 << 20)).status_code == 413


def raw(client: openai.OpenAI, path: str, **what: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {client.api_key}"}
    return httpx2.post(f"{str(client.base_url).rstrip('/')}{path}", headers=headers, timeout=30, **what)


def test_the_token_is_asked_for(client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError):
        chat(client.with_options(api_key="wrong"))


# --- the person comes first -------------------------------------------------------------------------------


def test_who_comes_during_a_turn_is_told_when_to_come_again(client: openai.OpenAI, she: House) -> None:
    she.occupied = True
    with pytest.raises(openai.RateLimitError) as refused:
        chat(client)
    assert int(refused.value.response.headers["retry-after"]) >= 1
    assert refused.value.code == "busy"


def test_one_guest_at_a_time(client: openai.OpenAI) -> None:
    with chat(client, messages=TALE, stream=True, max_tokens=900) as stream:
        next(iter(stream))
        with pytest.raises(openai.RateLimitError):
            chat(client)
    patient = client.with_options(max_retries=5)  # the first has gone, and his thought ends
    assert chat(patient, max_tokens=2).choices


def test_a_guest_gives_way_to_speech(client: openai.OpenAI, she: House) -> None:
    borrowed = she.borrowed
    stream = chat(client, messages=TALE, stream=True, max_tokens=900)
    pieces = iter(stream)
    next(pieces)
    she.publish(SpeechStarted(at=1, began=0))
    with pytest.raises(openai.APIError) as broken:
        list(pieces)
    assert broken.value.code == "preempted"
    until(lambda: she.borrowed == borrowed + 2, "his end was not told")
    assert chat(client, max_tokens=2).choices  # and is welcome again


def test_a_guest_who_waits_for_all_of_it_gives_way_too(client: openai.OpenAI, she: House) -> None:
    problems: list[Exception] = []

    def ask() -> None:
        try:
            chat(client, messages=TALE, max_tokens=900)
        except openai.APIStatusError as problem:
            problems.append(problem)

    before = she.borrowed
    guest = threading.Thread(target=ask)
    guest.start()
    until(lambda: she.borrowed > before, "he did not begin to think")
    she.publish(SpeechStarted(at=1, began=0))
    guest.join()
    assert [problem.status_code for problem in problems] == [503]
    assert int(problems[0].response.headers["retry-after"]) >= 1


# --- voice ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav"])
def test_what_she_says_can_be_understood(client: openai.OpenAI, form: str) -> None:
    for _ in range(4):  # Piper mumbles now and then
        sound = spoken(client, form)
        text = heard(client, sound, f"sound.{form}").text
        if likeness(SAID, text) > ALIKE:
            break
    assert likeness(SAID, text) > ALIKE, text
    with av.open(io.BytesIO(sound)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name.removesuffix("float").startswith(form.replace("wav", "pcm_s16le"))
        seconds = sum(frame.samples for frame in container.decode(stream)) / stream.rate
    assert 2 < seconds < 6


def test_pcm_is_what_openai_says_it_is(client: openai.OpenAI) -> None:
    samples = np.frombuffer(spoken(client, "pcm"), "<i2")
    assert 2 < len(samples) / 24_000 < 6
    assert np.abs(samples).max() > 5000


def test_sound_comes_while_it_is_made(client: openai.OpenAI) -> None:
    what = {"model": "tts-1", "voice": "nova", "input": f"{SAID} " * 3, "response_format": "pcm"}
    with client.audio.speech.with_streaming_response.create(**what) as response:
        parts = [len(part) for part in response.iter_bytes()]
        assert response.headers["content-type"] == "audio/pcm"
    assert len(parts) >= 4
    with client.audio.speech.with_streaming_response.create(**what, stream_format="sse") as response:
        lines = [line for line in response.iter_lines() if line]
    assert '"speech.audio.delta"' in lines[0]
    assert '"speech.audio.done"' in lines[-1]


def test_speed(client: openai.OpenAI) -> None:
    usual, fast = (len(spoken(client, "pcm", speed=speed)) for speed in (1.0, 1.8))
    assert fast < 0.75 * usual
    response = client.audio.speech.with_raw_response.create(
        model="tts-1", voice="nova", input="Hi.", speed=4.0, response_format="pcm"
    )
    assert response.headers["x-samantha-speed"] == "2"


def test_text_without_words_is_a_short_silence(client: openai.OpenAI) -> None:
    for form in ("mp3", "wav", "flac"):
        sound, rate = soundfile.read(io.BytesIO(spoken(client, form, input="…!")))
        assert len(sound) / rate < 0.5


@pytest.mark.parametrize("asked", [{"input": ""}, {"input": "x" * 4097}, {"form": "midi"}, {"speed": 9}])
def test_speech_that_cannot_be_is_refused(client: openai.OpenAI, asked: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        spoken(client, **{"form": "mp3", **asked})
    assert refused.value.param == next(iter(asked)).replace("form", "response_format")


# --- ears -------------------------------------------------------------------------------------------------


def test_a_transcript_in_every_form(client: openai.OpenAI, wav: bytes) -> None:
    assert "friend" in heard(client, wav).text
    assert "friend" in heard(client, wav, response_format="text")
    assert heard(client, wav, response_format="srt").startswith("1\n00:00:00,000 --> 00:00:0")
    assert heard(client, wav, response_format="vtt").startswith("WEBVTT\n\n00:00:00.000 --> ")
    verbose = heard(client, wav, response_format="verbose_json", timestamp_granularities=["segment"])
    assert 2 < verbose.duration < 6
    assert verbose.segments[0].text == verbose.text


def test_a_transcript_piece_by_piece(client: openai.OpenAI, wav: bytes) -> None:
    sound, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    long = io.BytesIO()
    pause = np.zeros(8 * rate, np.int16)
    soundfile.write(long, np.concatenate([sound, pause, sound, pause, sound]), rate, format="WAV")
    events = list(heard(client, long.getvalue(), stream=True))
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert len(deltas) >= 2
    assert events[-1].type == "transcript.text.done"
    assert "".join(deltas) == events[-1].text
    assert words(events[-1].text).count("friend") == 3


def test_containers_of_browsers_and_telephones(client: openai.OpenAI, wav: bytes) -> None:
    for container, codec, name in (("mp4", "aac", "note.m4a"), ("webm", "libopus", "note.webm")):
        assert "friend" in heard(client, converted(wav, container, codec), name).text


def converted(wav: bytes, container: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(io.BytesIO(wav)) as source, av.open(out, "w", format=container) as target:
        stream = target.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(
            stream.codec_context.format, "mono", 48_000, stream.codec_context.frame_size
        )
        for frame in (*source.decode(audio=0), None):
            for part in resampler.resample(frame):
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return out.getvalue()


def test_silence_has_no_words(client: openai.OpenAI) -> None:
    quiet = io.BytesIO()
    noise = np.random.default_rng(0).normal(0, 0.002, 3 * 16_000)
    soundfile.write(quiet, noise, 16_000, format="WAV")
    assert heard(client, quiet.getvalue()).text == ""


def test_files_that_are_no_sound(client: openai.OpenAI, wav: bytes) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.aac\n"
    for sound in (b"", b"no sound at all", playlist, b"\0\0\0\x20ftypM4A " + b"\0" * 500, wav[:44]):
        with pytest.raises(openai.BadRequestError) as refused:
            heard(client, sound)
        assert refused.value.param == "file"
        assert "samantha-" not in refused.value.body["message"]


def test_transcriptions_that_cannot_be_are_refused(client: openai.OpenAI, wav: bytes) -> None:
    for asked, param in (
        ({"language": "de"}, "language"),
        ({"response_format": "diarized_json"}, "response_format"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"include": ["logprobs"]}, "include"),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            heard(client, wav, **asked)
        assert str(refused.value.param).startswith(param)
    assert "friend" in heard(client, wav, language="en-US", temperature=0.2, prompt="A friend.").text


def test_forms_that_are_malformed_or_too_large(client: openai.OpenAI) -> None:
    assert raw(client, "/audio/transcriptions", data={"model": "x"}).status_code == 400
    assert raw(client, "/audio/transcriptions", json={}).status_code == 400
    many = {f"field{i}": "x" for i in range(50)}
    assert raw(client, "/audio/transcriptions", data=many, files={"file": b"x"}).status_code == 400
    response = raw(client, "/audio/transcriptions", files={"file": bytes(26 << 20)})
    assert response.status_code == 413
    assert "25 MB" in response.json()["error"]["message"]


def test_a_file_that_stops_on_its_way_takes_no_seat_for_ever(she: House, wav: bytes) -> None:
    with serving(she, patience_s=1) as client:
        url = client.base_url
        head = (
            f"POST {url.path}audio/transcriptions HTTP/1.1\r\nHost: {url.host}\r\n"
            f"Authorization: Bearer {client.api_key}\r\nContent-Length: 1000\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        stalled = [sockets.create_connection((url.host, url.port), timeout=10) for _ in range(AT_ONCE)]
        for each in stalled:
            each.sendall(head.encode("ascii"))
        for each in stalled:
            with each:
                assert each.recv(64).startswith(b"HTTP/1.1 408 ")
        assert "friend" in heard(client, wav).text
