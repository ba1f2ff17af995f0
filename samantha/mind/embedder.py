"""What sentences mean, as 384 numbers: all-MiniLM-L6-v2 on CTranslate2, in signed bytes.

W. Wang et al., "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained
Transformers", 2020, refined on a billion pairs of sentences by the Sentence Transformers project.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import Block
from samantha.errors import ModelError, memory_ran_out

DIMENSIONS = 384

WEIGHTS, WORDS = "model.safetensors", "tokenizer.json"
CONVERTED = "int8-1"
"""Beside the weights: what CTranslate2 loads, in the first layout of it."""

_LAYERS, _HEADS = 6, 12
_EPSILON = 1e-12
_TOKENS = 128
"""Of a text, that count: some hundred words."""
_BATCH = 16
_TYPES = {"F32": np.float32, "I64": np.int64}
_HINT = "Get it with `samantha models pull minilm`."


class MiniLm:
    """An Embedder. Loading takes 0.1 s of one core, the first time 1 s; a sentence takes a millisecond."""

    name = "minilm"

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`, where the first time its weights are converted and kept.

        Raises ModelError if a file is missing or damaged, or the folder does not take what is made of them.
        """
        import tokenizers

        for name in (WEIGHTS, WORDS):
            if not (folder / name).is_file():
                raise ModelError(f"The model of meaning {folder / name} is missing.", _HINT)
        try:
            self._words = tokenizers.Tokenizer.from_file(str(folder / WORDS))
        except Exception as problem:  # its errors have no common ancestor below Exception
            raise ModelError(f"{folder / WORDS} is damaged.", _HINT) from problem
        self._words.no_padding()
        self._words.enable_truncation(_TOKENS)
        self._encoder = _loaded(folder, self._words.get_vocab())

    def embed(self, texts: Sequence[str]) -> Block:
        """One vector of length 1 for each of `texts`, shape (n, DIMENSIONS)."""
        found = np.empty((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(texts), _BATCH):
            ids = [each.ids for each in self._words.encode_batch(list(texts[start : start + _BATCH]))]
            out = self._encoder.forward_batch(ids, token_type_ids=[[0] * len(each) for each in ids])
            states = np.array(out.last_hidden_state)
            for place, each in enumerate(ids):
                found[start + place] = states[place, : len(each)].mean(axis=0)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found


def _loaded(folder: Path, vocabulary: Mapping[str, int]) -> Any:
    """CTranslate2's Encoder of the model in `folder`, converted if it has not been, or if that was damaged."""
    import ctranslate2

    place = folder / CONVERTED
    for made in (False, True):
        if made:
            _convert(folder, place, vocabulary)
        elif not place.is_dir():
            continue
        try:
            return ctranslate2.Encoder(
                str(place), device="cpu", inter_threads=1, intra_threads=1, compute_type="int8"
            )
        except (RuntimeError, MemoryError) as problem:
            if memory_ran_out(problem):
                raise ModelError("There is too little memory for the model of meaning.") from problem
            if made:
                raise ModelError(f"{folder / WEIGHTS} is damaged or another model.", _HINT) from problem
            shutil.rmtree(place, ignore_errors=True)
    raise AssertionError("unreachable: the second attempt returns or raises")


def _convert(folder: Path, place: Path, vocabulary: Mapping[str, int]) -> None:
    """Have the weights in `folder` at `place` as CTranslate2 wants them: whole, or not at all."""
    try:
        tensors = _tensors(folder / WEIGHTS)
        specification = _specification(tensors, sorted(vocabulary, key=lambda word: vocabulary[word]))
    except (LookupError, ValueError) as problem:  # json's and struct's errors are ValueErrors
        raise ModelError(f"{folder / WEIGHTS} is damaged or another model.", _HINT) from problem
    except OSError as problem:
        raise ModelError(f"{folder / WEIGHTS} cannot be read: {problem.strerror}.", _HINT) from problem
    try:
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=folder) as temporary:
            part = Path(temporary) / CONVERTED
            part.mkdir()
            specification.save(str(part))
            try:
                part.rename(place)
            except OSError:
                if not place.is_dir():  # else another process was first
                    raise
    except OSError as problem:
        raise ModelError(
            f"{folder} does not take the model of meaning as it is used: {problem.strerror}.",
            "Let the folder be writable, or free some space.",
        ) from problem


def _tensors(path: Path) -> dict[str, Any]:
    """The arrays of a safetensors file. Raises ValueError or LookupError if it is none."""
    raw = np.memmap(path, np.uint8, "c")  # the converter works in place, which the file is not to see
    begin = 8 + int.from_bytes(raw[:8].tobytes(), "little")
    described = json.loads(raw[8:begin].tobytes())
    described.pop("__metadata__", None)
    found = {}
    for name, about in described.items():
        first, last = about["data_offsets"]
        data = raw[begin + first : begin + last].view(np.ndarray).view(_TYPES[about["dtype"]])
        found[name] = data.reshape(about["shape"])
    return found


def _specification(tensors: Mapping[str, Any], vocabulary: list[str]) -> Any:
    """A BERT encoder of CTranslate2 with weights in signed bytes. Raises LookupError or ValueError."""
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    words, types = encoder.embeddings
    words.weight = tensors["embeddings.word_embeddings.weight"]
    types.weight = tensors["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = tensors["embeddings.position_embeddings.weight"]
    encoder.scale_embeddings = False

    def normalised(layer: Any, name: str) -> None:
        layer.gamma, layer.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    def linear(layer: Any, *names: str) -> None:
        layer.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        layer.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])

    normalised(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}"
        attention = f"{name}.attention"
        into, out = layer.self_attention.linear
        linear(into, *(f"{attention}.self.{part}" for part in ("query", "key", "value")))
        linear(out, f"{attention}.output.dense")
        normalised(layer.self_attention.layer_norm, f"{attention}.output.LayerNorm")
        linear(layer.ffn.linear_0, f"{name}.intermediate.dense")
        linear(layer.ffn.linear_1, f"{name}.output.dense")
        normalised(layer.ffn.layer_norm, f"{name}.output.LayerNorm")
    model = transformer_spec.TransformerEncoderModelSpec(encoder)
    model.config.layer_norm_epsilon = _EPSILON
    model.config.unk_token = "[UNK]"
    model.register_vocabulary(vocabulary)
    model.validate()
    model.optimize(quantization="int8")
    return model
