"""Kokoro's voices: slower than Piper's and more alive. One network, and a small file for each voice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import Block
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.voice import phonemes
from samantha.voice.network import Network, mending, require
from samantha.voice.openers import Openers
from samantha.voice.phonemes import Phrase
from samantha.voice.sound import finishing
from samantha.voice.vocoder import Vocoder, vocoder

LONGEST = 510
"""Tokens the network takes at once, without the two that frame them."""

_STYLE = 256

_SAMPLE = (
    "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˌOvəɹ ðə lˈAzi dˈɑɡ, ænd ʃi wˈɑʧt ɪt wɪð ʤˈY. "
    "wʊd ju lˈIk sˌʌm ʌv ðOz wˈɔɹm ʧˈɛɹiz, ɔɹ ʃˌæl wi mˈɛʒəɹ ðə fˈɪʃ?"
)
"""What a voice says once, unheard, so that its network gets to know it: nearly all sounds of English."""

_TYPICAL = 50
"""Symbols of a usual clause: its style is the one that sound is made with, whatever the clause's length."""

# The network's alphabet: the position of a symbol is its token (config.json of hexgrad/Kokoro-82M).
_ALPHABET = {
    1: ';:,.!?', 9: '—…"()“”', 16: " \u0303ʣʥʦʨᵝꭧAI", 31: "O", 33: "Q", 35: "ST", 39: "W", 41: "Yᵊabcdef",
    50: "hijklmnopqrstuvwxyzɑɐɒæ", 75: "βɔɕç", 80: "ɖðʤə", 85: "ɚɛɜ", 90: "ɟ", 92: "ɡ", 99: "ɥ", 101: "ɨɪʝ",
    110: "ɯɰŋɳɲɴø", 118: "ɸθœ", 123: "ɹ", 125: "ɾɻ", 128: "ʁɽʂʃʈʧ", 135: "ʊʋ", 138: "ʌɣɤ", 142: "χʎ",
    147: "ʒʔ", 156: "ˈˌː", 162: "ʰ", 164: "ʲ", 169: "↓", 171: "→↗↘", 177: "ᵻ",
}  # fmt: skip
TOKENS = {symbol: first + i for first, symbols in _ALPHABET.items() for i, symbol in enumerate(symbols)}

# A voice's first letter says where it comes from: (espeak's voice, the language it then speaks). espeak has
# no readings for Japanese and Chinese script, so those voices speak English, which they do well.
_HOMES = {
    "a": ("en-us", "en"),
    "b": ("en", "en"),
    "e": ("es", "es"),
    "f": ("fr", "fr"),
    "h": ("hi", "hi"),
    "i": ("it", "it"),
    "p": ("pt-br", "pt"),
}

# espeak's IPA in the notation the network was taught: one letter for a diphthong (A I O Q W Y) and for an
# affricate, T for the tap in "water". American English drops the signs for length; all English, glides.
_EVERYWHERE = (
    ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("dz", "ʣ"), ("ts", "ʦ"),
    ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "Q"),
    ("g", "ɡ"),
)  # fmt: skip
_ENGLISH = (
    ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "Q"),
    ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("g", "ɡ"),
    ("\u0303", ""),
)  # fmt: skip
_AMERICAN = (("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"))
_BRITISH = (("eə", "ɛː"), ("iə", "ɪə"), ("ɾ", "t"), ("ʔ", "t"))
_SYLLABIC = re.compile("(\\S)\u0329")


class Kokoro:
    """One of Kokoro's voices."""

    def __init__(
        self,
        model: Path,
        voice: Path,
        *,
        name: str = "",
        threads: int = 1,
        speed: float = 1.0,
        volume: float = 1.0,
    ) -> None:
        """`model` is the network (any of its ONNX exports), `voice` 510 or 511 styles of 256 raw float32,
        `name` what the voice is called (such as ``"af_heart"``, by default the file's name): its first letter
        says which language it speaks. `speed` 1.0 is the voice's own pace, `volume` is in [0, 1].

        Raises ModelError if a file is missing, damaged or of another kind.
        """
        self.name = name or voice.stem
        self._espeak, language = _HOMES.get(self.name[:1], ("en-us", "en"))
        self.languages: tuple[str, ...] = (language,)
        self._styles = _styles(voice)
        require(model)
        self._network = vocoder(model, self._sample, threads=threads) or Network(model, threads=threads)
        inputs = set(self._network.inputs)
        if not {"style", "speed"} <= inputs or not {"input_ids", "tokens"} & inputs:
            raise ModelError(f"{model} is a model, but not Kokoro.", mending(model))
        self._openers = Openers()
        self._speed = speed
        self._volume = volume

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """`text`, a clause in spoken form, sentence by sentence, at VOICE_RATE; `speed` times her own pace.

        Raises Cancelled when `token` says so, ModelError if the voice cannot speak at all.
        """
        pace = self._speed * speed
        token.check()
        yield from self._openers.recall(text, pace, lambda: self._blocks(text, token, pace))

    def _blocks(self, text: str, token: Token, pace: float) -> Iterator[Block]:
        for sentence in phonemes.sentences(text, self._espeak):
            for piece, mark in pieces(sentence, self._espeak):
                tokens = [TOKENS[symbol] for symbol in piece]
                sound = self._spoken(self._inputs(self._network.inputs, tokens, pace), token)
                yield from finishing(sound, mark, speed=pace, volume=self._volume)

    def _spoken(self, inputs: Mapping[str, Any], token: Token) -> Iterator[tuple[Block, bool]]:
        """Blocks of sound as the network makes them, each with whether it is the last."""
        if isinstance(self._network, Vocoder):
            frames = self._network.frames(inputs, token)
            yield from self._network.speak(frames, token)
        else:
            yield np.asarray(self._network.run(inputs, token)[0], np.float32).reshape(-1), True

    def _sample(self, types: Mapping[str, str]) -> dict[str, Any]:
        style = self._styles[min(_TYPICAL, len(self._styles)) - 1]
        tokens = [TOKENS[symbol] for symbol in _SAMPLE]
        return {**self._inputs(types, tokens, 1.0), "style": style.astype(_type(types["style"]))}

    def _inputs(self, types: Mapping[str, str], tokens: Sequence[int], pace: float) -> dict[str, Any]:
        whole = types["speed"] in ("tensor(int32)", "tensor(int64)")
        speed = max(1, round(pace)) if whole else pace
        name = "input_ids" if "input_ids" in types else "tokens"
        return {
            name: np.array([[0, *tokens, 0]], _type(types[name])),
            # A row for each length of text: the first is for one token.
            "style": self._styles[min(len(tokens), len(self._styles)) - 1].astype(_type(types["style"])),
            "speed": np.array([speed], _type(types["speed"])),
        }


def pieces(sentence: Sequence[Phrase], voice: str) -> Iterator[tuple[str, str]]:
    """The symbols of `sentence` with the mark that ends them, in as few pieces of at most 510 as can be."""
    symbols, mark = "", ""
    for phrase in sentence:
        for part in _parts(notation(phrase.ipa, voice), LONGEST - 1):
            if symbols and len(symbols) + len(part) + 2 > LONGEST:
                yield symbols.strip(), mark
                symbols = ""
            symbols += part
        symbols, mark = f"{symbols}{phrase.mark} ", phrase.mark
    if symbols.strip():
        yield symbols.strip(), mark


def _parts(symbols: str, longest: int) -> Iterator[str]:
    """`symbols` in parts of at most `longest`, cut between words where there are any."""
    while len(symbols) > longest:
        cut = symbols.rfind(" ", 1, longest) + 1 or longest
        yield symbols[:cut]
        symbols = symbols[cut:]
    yield symbols


def notation(ipa: str, voice: str) -> str:
    """espeak's `ipa` of `voice` in the network's alphabet; what it has no letter for is left out."""
    if voice.startswith("en"):
        for old, new in _ENGLISH:
            ipa = ipa.replace(old, new)
        ipa = _SYLLABIC.sub(r"ᵊ\1", ipa).replace("əl", "ᵊl")
        for old, new in _AMERICAN if voice == "en-us" else _BRITISH:
            ipa = ipa.replace(old, new)
    else:
        for old, new in _EVERYWHERE:
            ipa = ipa.replace(old, new)
    return "".join(symbol for symbol in ipa if symbol in TOKENS)


def _styles(voice: Path) -> Block:
    """The styles of a voice, shape (n, 1, 256)."""
    require(voice)
    try:
        raw = voice.read_bytes()
    except OSError as problem:
        raise ModelError(f"{voice} cannot be read: {problem.strerror}.", mending(voice)) from None
    row = 4 * _STYLE
    if len(raw) % row or not 1 <= len(raw) // row <= LONGEST + 1:
        raise ModelError(f"{voice} is damaged or no Kokoro voice: it has {len(raw)} bytes.", mending(voice))
    styles = np.frombuffer(raw, "<f4").reshape(-1, 1, _STYLE).astype(np.float32)
    if not np.isfinite(styles).all() or float(np.abs(styles).max()) > 100:
        raise ModelError(f"{voice} is damaged: it holds no sensible numbers.", mending(voice))
    return styles


def _type(declared: str) -> type[np.generic]:
    """The numpy type of an ONNX input such as ``"tensor(float16)"``."""
    kinds: dict[str, type[np.generic]] = {
        "float": np.float32,
        "float16": np.float16,
        "double": np.float64,
        "int32": np.int32,
        "int64": np.int64,
    }
    return kinds[declared.removeprefix("tensor(").removesuffix(")")]
