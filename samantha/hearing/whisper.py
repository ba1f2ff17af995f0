"""Speech to text with Whisper, on CTranslate2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import Block, seconds, silence
from samantha.audio.pcm import samples as duration
from samantha.config import Hearing
from samantha.dialog.token import Token
from samantha.errors import ModelError, memory_ran_out
from samantha.hearing.plausible import NO_SPEECH, UNSURE, compression, repeats, resembles, stutters, within
from samantha.ports import Transcript

_SHORTEST_S = 0.1
_FULL_S = 30.0
_PIECE_S = 26.0
_HURRIED_PIECE_S = 18.0
_REST_S = 2.0
_QUIET_S = 0.24
_FRAME_S = 0.02
_MOST_TOKENS = 224
_HOPELESS = -1.5
_CLEAR = -0.5
_GUESSES = 5
_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a turn, what was expected in it and what was heard in it."""

    sound: Block
    expected: str
    transcript: Transcript


class Whisper:
    """A CTranslate2 Whisper model: int8, greedy.

    The model was trained on windows of 30 s, and most of its work on a short turn is hearing silence. It is
    given the speech and 2 s of silence, at least 6 s, which is four times as fast. A short window sometimes
    makes it repeat itself, so what repeats itself, what it does not believe itself, and what is more than a
    person can say in that time is heard again in a wider window. Everything is greedy: the same sound always
    gives the same text.
    """

    def __init__(self, path: Path, settings: Hearing) -> None:
        """Load the folder `path`. Raises ModelError if it is missing, damaged, or lacks the language."""
        own = Path(settings.model).name != settings.model
        hint = "Check the path in hearing.model." if own else f"Run `samantha models pull {path.name}`."
        missing = next((name for name in _FILES if not (path / name).is_file()), None)
        if missing:
            raise ModelError(f"The speech-to-text model {path} is missing its {missing}.", hint)
        from faster_whisper import WhisperModel

        try:
            self._model = WhisperModel(
                str(path), device="cpu", compute_type="int8", cpu_threads=settings.threads
            )
        except Exception as problem:
            if memory_ran_out(problem):
                raise MemoryError from problem
            raise ModelError(f"The speech-to-text model {path} is damaged: {problem}.", hint) from problem
        spoken = self._model.supported_languages
        if settings.language not in ("auto", *spoken):
            which = "English only" if spoken == ["en"] else f"no language {settings.language!r}"
            raise ModelError(
                f"The speech-to-text model {path.name} understands {which},"
                f" but hearing.language is {settings.language!r}.",
                "Set hearing.language to one it understands, or hearing.model to a multilingual model"
                " such as whisper-base.",
            )
        self._language = settings.language
        if self._language == "auto" and spoken == ["en"]:
            self._language = "en"
        self._names = settings.names
        self._before: list[_Piece] = []

    def transcribe(self, audio: Block, token: Token, *, hint: str = "", hurry: bool = False) -> Transcript:
        """What is said in `audio`, shape (n,) at 16 kHz, however long; `hint` is words to expect.

        In a `hurry` it is never heard in the full window, which takes a second: the transcript's logprob
        says how sure it is. And of a turn that was heard before, when it was shorter, only the last piece is
        heard again, 20 s at most. Raises Cancelled between two passes of the model; a pass takes 0.1 to 1 s
        and cannot be stopped.
        """
        token.check()
        if len(audio) < duration(_SHORTEST_S):
            return Transcript("", "en" if self._language == "auto" else self._language)
        expected = self._expected(hint)
        if hurry:
            return self._hurried(audio, expected, token)
        heard: list[Transcript] = []
        language = self._language
        for piece in pieces(audio, _PIECE_S):
            heard.append(self._hear(piece, language, expected, token))
            language = heard[0].language
        return _join(heard)

    def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:
        """What may be said in the last 28 s of `audio`, by beam search in the full window: about a second's work.

        A word that a short window and the one likeliest text lose in noise is often among them. Raises Cancelled
        between two passes of the model.
        """
        token.check()
        sound = audio[-duration(_FULL_S - _REST_S) :]
        encoded = self._encode(sound, _FULL_S)
        language = self._detect(encoded) if self._language == "auto" else self._language
        token.check()
        most = _tokens(seconds(len(sound)), language)
        found = self._decode(encoded, language, self._expected(hint), most, beams=_GUESSES)
        return [transcript for transcript, _ in found]

    def _expected(self, hint: str) -> str:
        names = ", ".join((*self._names, *([hint] if hint else ())))
        return f"{names}." if names else ""

    def _hurried(self, audio: Block, expected: str, token: Token) -> Transcript:
        known, heard = self._before, list[_Piece]()
        language = self._language
        for number, sound in enumerate(pieces(audio, _HURRIED_PIECE_S)):
            piece = known[number] if number < len(known) else None
            if piece is None or piece.expected != expected or not np.array_equal(piece.sound, sound):
                piece = _Piece(sound, expected, self._hear(sound, language, expected, token, hurry=True))
            heard.append(piece)
            self._before = heard
            language = heard[0].transcript.language
        return _join([piece.transcript for piece in heard])

    def _hear(
        self, sound: Block, language: str, expected: str, token: Token, *, hurry: bool = False
    ) -> Transcript:
        length = seconds(len(sound))
        windows = [max(6.0, length + 2.0), max(12.0, length + 6.0), _FULL_S]
        if hurry:
            windows = windows[:2]
        if language == "auto":  # short windows mislead it about the language
            windows = windows[-1:]
        heard: list[Transcript] = []
        for window in dict.fromkeys(min(_FULL_S, window) for window in windows):
            token.check()
            encoded = self._encode(sound, window)
            if language == "auto":
                language = self._detect(encoded)
            most = _tokens(length, language)
            [(transcript, finished)] = self._decode(encoded, language, expected, most)
            if transcript.logprob < _CLEAR and within(transcript.text, expected):
                # Not clear, and nothing but words it was told to expect: they may have leaked out of noise.
                [(unprompted, _)] = self._decode(encoded, language, "", most)
                if not resembles(unprompted.text, transcript.text):
                    transcript = unprompted
            heard.append(transcript)
            if transcript.logprob < (UNSURE if transcript.no_speech > NO_SPEECH else _HOPELESS):
                break  # noise: a wider window only gives it more time to invent
            if not finished or transcript.logprob < UNSURE or repeats(transcript):
                continue
            if len(heard) > 1 or window == _FULL_S or not stutters(transcript.text):
                return transcript  # a short window doubles single words; a second hearing tells
        whole = [transcript for transcript in heard if not repeats(transcript)]
        return max(whole or heard, key=lambda transcript: transcript.logprob)

    def _encode(self, sound: Block, window_s: float) -> Any:
        import ctranslate2

        # Silence as sound, not zeros as features, which would be a steady noise to the model.
        padded = np.concatenate([sound, silence(max(0, duration(window_s) - len(sound)))])
        features = self._model.feature_extractor(padded, padding=0)[:, : round(window_s * 100)]
        return self._model.model.encode(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        )

    def _detect(self, encoded: Any) -> str:
        tag, probability = self._model.model.detect_language(encoded)[0][0]
        # Below even odds it is guessing, mostly at an accent.
        return str(tag).strip("<|>") if probability >= 0.5 else "en"

    def _decode(
        self, encoded: Any, language: str, expected: str, most: int, *, beams: int = 1
    ) -> list[tuple[Transcript, bool]]:
        """The `beams` likeliest texts of `most` tokens, and whether each came to an end by itself."""
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        model = self._model.model
        tokenizer = Tokenizer(self._model.hf_tokenizer, model.is_multilingual, "transcribe", language)
        prompt = self._model.get_prompt(tokenizer, [], without_timestamps=True, hotwords=expected or None)
        most = min(most, _MOST_TOKENS, 2 * _MOST_TOKENS - len(prompt))
        result = model.generate(
            encoded,
            [prompt],
            beam_size=beams,
            num_hypotheses=beams,
            max_length=2 * most,  # CTranslate2 gives half of it to the new tokens
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        found = []
        for tokens, score in zip(result.sequences_ids, result.scores, strict=True):
            text = tokenizer.decode(tokens).strip()
            transcript = Transcript(
                text,
                language,
                no_speech=result.no_speech_prob,
                # The score is a mean over the text; Whisper's own mean counts the end mark too.
                logprob=score * len(tokens) / (len(tokens) + 1),
                compression=compression(text),
            )
            found.append((transcript, len(tokens) < most))
        return found


def pieces(audio: Block, longest: float) -> list[Block]:
    """`audio` in pieces of at most `longest` seconds, but the last one, which may have 2 s more.

    Each ends in the middle of the quietest quarter of a second of its last half. Where that is depends on
    nothing that comes later: of a turn that grows, the pieces but the last stay as they are.
    """
    frame, rest, most = duration(_FRAME_S), duration(_REST_S), duration(longest)
    quiet = round(_QUIET_S / _FRAME_S)
    found = []
    while len(audio) > most + rest:
        half = audio[most // 2 : most]
        power = np.square(half[: len(half) // frame * frame].reshape(-1, frame)).sum(axis=1)
        quietest = int(np.argmin(np.convolve(power, np.ones(quiet), "valid")))
        cut = most // 2 + (quietest * 2 + quiet) * frame // 2
        found.append(audio[:cut])
        audio = audio[cut:]
    return [*found, audio]


def _join(heard: list[Transcript]) -> Transcript:
    """One transcript of several pieces; each piece counts by the length of its text."""
    if len(heard) == 1:
        return heard[0]
    weights = [len(piece.text) + 1 for piece in heard]
    text = " ".join(piece.text for piece in heard if piece.text)
    return replace(
        heard[0],
        text=text,
        no_speech=float(np.average([piece.no_speech for piece in heard], weights=weights)),
        logprob=float(np.average([piece.logprob for piece in heard], weights=weights)),
        compression=max(piece.compression for piece in heard),
    )


def _tokens(length: float, language: str) -> int:
    """More than anybody says in `length` seconds: English takes up to 7 tokens a second, others more."""
    return round(10 + length * (8 if language == "en" else 20))
