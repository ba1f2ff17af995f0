"""The plain way to build a voice assistant, on the same models: what her figures are held against.

One step after the other, each with all cores: 800 ms of silence end a turn; Whisper hears it in its window of
30 s, as faster-whisper does it; the language model writes one whole sentence; the voice speaks it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from datetime import datetime

import numpy as np

from samantha import app
from samantha.audio.pcm import HEARING_RATE, Block, samples, silence
from samantha.bench.listen import speech
from samantha.bench.perform import Publish, Tell
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.events import Heard, TurnEnded, TurnMeasured
from samantha.hearing.vad import SileroDetector
from samantha.mind.history import History
from samantha.mind.llama import physical_cores
from samantha.ports import AudioDevice
from samantha.voice.spoken import speakable

END_S = 0.8
"""Silence that ends a turn."""

_PRE_ROLL_S = 0.5
_WINDOW = SileroDetector.window
_SENTENCE = re.compile(r".+?[.!?…][\"'”’)]*(?=\s)", re.DOTALL)


class Plain:
    """Hears, then thinks, then speaks; deaf while it does the rest. On the event loop, engines in a thread."""

    def __init__(self, config: Config, publish: Publish, tell: Tell) -> None:
        """Load the engines of the settings. Raises ModelError."""
        from faster_whisper import WhisperModel

        models, cores = app.store(config), physical_cores()
        tell("plain: ears")
        self._detector = SileroDetector(models.file("silero-vad", ".onnx"))
        path = str(models.stt(config.hearing.model))
        self._whisper = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=cores)
        self._language = None if config.hearing.language == "auto" else config.hearing.language
        tell("plain: voice")
        alone = config.voice.model_copy(update={"threads": cores})
        self._voice = app.own_voice(config.model_copy(update={"voice": alone}))
        tell("plain: mind")
        self._llm, self._prompt = app.mind(config, voice=self._voice)
        self._max_tokens = config.llm.max_tokens
        self._history = History()
        self._publish = publish
        self._at = 0
        self._rest = silence(0)
        self._turn: deque[Block] = deque(maxlen=samples(config.hearing.max_turn_s) // _WINDOW)
        self._probabilities: deque[float] = deque(maxlen=self._turn.maxlen)
        self._playing = silence(0)
        self._answering: asyncio.Task[None] | None = None
        self._warm()

    async def run(self, device: AudioDevice) -> None:
        """Converse on `device` until it ends."""
        device.start(self._capture, self._render)
        try:
            await device.wait()
        finally:
            device.stop()
            if self._answering is not None:
                await self._answering

    def _warm(self) -> None:
        noise = np.random.default_rng(0).normal(0, 0.01, HEARING_RATE).astype(np.float32)
        self._hear(noise)
        self._say("At 7:30.")

    def _capture(self, block: Block) -> None:
        self._at += len(block)
        if len(self._playing) or (self._answering is not None and not self._answering.done()):
            self._forget()
            return
        self._rest = np.concatenate([self._rest, block])
        while len(self._rest) >= _WINDOW:
            window, self._rest = self._rest[:_WINDOW], self._rest[_WINDOW:]
            self._turn.append(window)
            self._probabilities.append(self._detector.probability(window))
            self._judge()

    def _judge(self) -> None:
        spoken = speech(self._probabilities, 1.0)
        if spoken is None:
            while len(self._turn) > samples(_PRE_ROLL_S) // _WINDOW:
                self._turn.popleft()
                self._probabilities.popleft()
        elif (len(self._turn) - spoken.end) * _WINDOW >= samples(END_S):
            sound = np.concatenate(self._turn)
            ended = self._at - len(self._rest)
            end = ended - int(len(self._turn) - spoken.end) * _WINDOW
            self._publish(TurnEnded(
                at=self._at, began=ended - len(sound) + int(spoken.begin) * _WINDOW, speech_end=end,
                speech_seconds=(spoken.end - spoken.begin) * _WINDOW / HEARING_RATE, audio=sound,
            ))  # fmt: skip
            self._forget()
            self._answering = asyncio.create_task(self._answer(sound, (self._at - end) / HEARING_RATE))

    def _forget(self) -> None:
        self._rest = silence(0)
        self._turn.clear()
        self._probabilities.clear()

    async def _answer(self, sound: Block, silent_for: float) -> None:
        ended = time.perf_counter() - silent_for

        def since() -> float:
            return round((time.perf_counter() - ended) * 1000, 1)

        turn_end = since()
        text = await asyncio.to_thread(self._hear, sound)
        transcript = since()
        if not text:
            return
        self._publish(Heard(at=self._at, text=text))
        self._history.user(self._prompt.note(text, datetime.now()))
        sentence, first = await asyncio.to_thread(self._think)
        written = since()
        spoken = await asyncio.to_thread(self._say, sentence)
        self._history.samantha(sentence)
        self._playing = spoken
        self._publish(TurnMeasured(
            at=self._at, turn_end=turn_end, transcript=transcript, first_token=transcript + first,
            first_clause=written, first_sound=since(),
        ))  # fmt: skip

    def _hear(self, sound: Block) -> str:
        pieces, _ = self._whisper.transcribe(sound, language=self._language)
        return " ".join(piece.text.strip() for piece in pieces).strip()

    def _think(self) -> tuple[str, float]:
        """The first sentence of the answer, and how many ms its first token took."""
        began, first, text = time.perf_counter(), 0.0, ""
        messages = self._prompt.fit(self._history, self._llm.count)
        for piece in self._llm.generate(messages, Token(), max_tokens=self._max_tokens):
            first = first or round((time.perf_counter() - began) * 1000, 1)
            text += piece
            if whole := _SENTENCE.match(text):
                return whole.group(), first
        return text, first

    def _say(self, sentence: str) -> Block:
        words = speakable(sentence, self._voice.languages[0])
        return np.concatenate([silence(0), *self._voice.synthesize(words, Token())])

    def _render(self, size: int) -> Block:
        block, now = silence(size), self._playing[:size]
        block[: len(now)] = now
        self._playing = self._playing[size:]
        return block
