"""Piper's voices: fast enough for one core."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import Block
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.voice import phonemes
from samantha.voice.network import Network, mending, require
from samantha.voice.openers import Openers
from samantha.voice.sound import finish, resample

_MARKS = {"—": ",", "…": "."}
"""Marks that Piper's voices were never taught, and what they sound like."""


class Piper:
    """A voice of Piper's: an .onnx file with its .onnx.json beside it.

    Voices whose phonemes do not come from espeak (some of Chinese, Hebrew, Japanese, Thai) go through piper's
    own front ends, which may need packages of their own.
    """

    def __init__(self, model: Path, *, threads: int = 1, speed: float = 1.0, volume: float = 1.0) -> None:
        """`speed` 1.0 is the voice's own pace, `volume` is in [0, 1]. Of a voice with several speakers
        the first speaks, or the one that follows a # in the file's name (``voice.onnx#anna`` or ``#3``).

        Raises ModelError if a file is missing, damaged or not of a voice.
        """
        from piper import PiperVoice

        model, speaker = model_and_speaker(model)
        settings = model.with_name(model.name + ".json")
        require(model)
        self._config = _read(settings)
        self._speaker = _speaker(self._config, speaker, settings)
        self._network = Network(model, threads=threads)
        # For phonemes that are not espeak's, and for the ids; its session is never run.
        self._piper = PiperVoice(session=self._network, config=self._config)
        self._openers = Openers()
        self._speed = speed
        self._volume = volume
        self.name = model.stem
        self.languages: tuple[str, ...] = (_language(self._config.espeak_voice),)

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """`text`, a clause in spoken form, sentence by sentence, at VOICE_RATE; `speed` times her own pace.

        Raises Cancelled when `token` says so, ModelError if the voice cannot speak at all.
        """
        pace = self._speed * speed
        token.check()
        yield from self._openers.recall(text, pace, lambda: self._blocks(text, token, pace))

    def _blocks(self, text: str, token: Token, pace: float) -> Iterator[Block]:
        for symbols, mark in self._sentences(text):
            token.check()
            known = [symbol for symbol in symbols if symbol in self._config.phoneme_id_map]
            if not any(symbol.isalpha() for symbol in known):
                continue
            ids = self._piper.phonemes_to_ids(known)
            sound = np.asarray(self._network.run(self._inputs(ids, pace), token)[0], np.float32).reshape(-1)
            block = finish(resample(sound, self._config.sample_rate), mark, speed=pace, volume=self._volume)
            if len(block):
                yield block

    def _inputs(self, ids: list[int], pace: float) -> dict[str, Any]:
        config = self._config
        scales = [config.noise_scale, config.length_scale / pace, config.noise_w_scale]
        inputs = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(scales, np.float32),
        }
        if "sid" in self._network.inputs:
            inputs["sid"] = np.array([self._speaker], np.int64)
        return inputs

    def _sentences(self, text: str) -> Iterator[tuple[list[str], str]]:
        """The symbols of each sentence, and the mark that ends it."""
        from piper.config import PhonemeType
        from piper.phonemize_espeak import _merge_known_vowel_clusters as merge

        if self._config.phoneme_type != PhonemeType.ESPEAK:
            for symbols in self._piper.phonemize(text):
                yield symbols, "."
            return
        for sentence in phonemes.sentences(text, self._config.espeak_voice):
            written = "".join(f"{phrase.ipa}{_MARKS.get(phrase.mark, phrase.mark)} " for phrase in sentence)
            symbols = list(unicodedata.normalize("NFD", written.strip()))
            if self._config.vowel_clusters:
                symbols = merge(symbols, self._config.vowel_clusters)
            yield symbols, sentence[-1].mark


def model_and_speaker(model: Path) -> tuple[Path, str]:
    """``voice.onnx#anna`` as the model's path and the speaker's name, which may be empty."""
    if model.exists():
        return model, ""
    name, _, speaker = model.name.partition("#")
    return model.with_name(name), speaker


def _read(settings: Path) -> Any:
    from piper.config import PhonemeType, PiperConfig

    require(settings)
    try:
        config = PiperConfig.from_dict(json.loads(settings.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        reason = f"lacks {problem}" if isinstance(problem, KeyError) else "is damaged"
        raise ModelError(f"{settings} {reason}: it does not describe a voice.", mending(settings)) from None
    try:
        if config.phoneme_type == PhonemeType.ESPEAK:
            phonemes.sentences("a", config.espeak_voice)
    except ValueError as problem:
        raise ModelError(
            f"{settings} asks for a language that is not there: {problem}.", mending(settings)
        ) from None
    if not isinstance(config.phoneme_id_map, dict) or not isinstance(config.sample_rate, int):
        raise ModelError(f"{settings} does not describe a voice.", mending(settings))
    return config


def _speaker(config: Any, wanted: str, settings: Path) -> int:
    if not wanted:
        return int(config.default_speaker_id)
    if wanted.isdecimal() and int(wanted) < config.num_speakers:
        return int(wanted)
    if wanted in config.speaker_id_map:
        return int(config.speaker_id_map[wanted])
    names = ", ".join(list(config.speaker_id_map)[:10]) or "only one, without a name"
    raise ModelError(f"{settings.name} has no speaker {wanted!r}; it has {names}.", "Check voice.name.")


def _language(espeak_voice: str) -> str:
    """ISO 639-1 code of an espeak voice such as ``"en-gb-x-rp"``."""
    code = espeak_voice.split("-")[0].lower()
    return {"cmn": "zh", "yue": "zh"}.get(code, code)
