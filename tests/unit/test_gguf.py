"""A model file is read before llama.cpp maps it: what is wrong with it is a sentence, never a crash."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from samantha.errors import ModelError
from samantha.mind import gguf

pytestmark = pytest.mark.unit

F32, Q8_0 = 0, 8


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def entry(key: str, value: object) -> bytes:
    match value:
        case str():
            return text(key) + struct.pack("<I", 8) + text(value)
        case int():
            return text(key) + struct.pack("<II", 4, value)
        case [str(), *_]:
            items = [text(str(item)) for item in value]
            return text(key) + struct.pack("<IIQ", 9, 8, len(items)) + b"".join(items)
        case [*numbers]:
            return text(key) + struct.pack(f"<IIQ{len(numbers)}I", 9, 4, len(numbers), *numbers)
    raise TypeError(value)


def tensor(name: str, elements: int, kind: int, offset: int) -> bytes:
    return text(name) + struct.pack("<IQIQ", 1, elements, kind, offset)


def header(tensors: list[bytes], **metadata: object) -> bytes:
    entries = [entry(key.replace("__", "."), value) for key, value in metadata.items()]
    return b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join([*entries, *tensors])


def model_file(folder: Path, **metadata: object) -> Path:
    """A file of two tensors: 64 float32, and 64 elements in blocks of 32 that take 34 bytes."""
    head = header([tensor("a", 64, F32, 0), tensor("b", 64, Q8_0, 256)], **metadata)
    path = folder / "model.gguf"
    path.write_bytes(head + b"\0" * (-len(head) % 32) + b"\1" * (256 + 68))
    return path


LLAMA = {
    "general__architecture": "llama",
    "general__name": "Tiny",
    "llama__context_length": 2048,
    "llama__block_count": 30,
    "llama__embedding_length": 576,
    "llama__attention__head_count": 9,
    "llama__attention__head_count_kv": 3,
}


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    found = gguf.read(model_file(tmp_path, tokenizer__ggml__tokens=["a"] * 5000, **LLAMA))
    assert (found.name, found.architecture, found.trained_context) == ("Tiny", "llama", 2048)
    assert found.weights == 256 + 68
    assert "tokenizer.ggml.tokens" not in found.metadata


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 2 * 100 * 30 * 3 * (64 + 64)),
        ({"llama__attention__key_length": 128, "llama__attention__value_length": 32}, 2 * 100 * 30 * 3 * 160),
        ({"llama__attention__head_count_kv": [3, 1, 0]}, 2 * 100 * 4 * 128),
        ({"llama__block_count": 0}, 0),
    ],
)
def test_the_memory_a_conversation_takes(tmp_path: Path, changes: dict[str, object], expected: int) -> None:
    assert gguf.read(model_file(tmp_path, **(LLAMA | changes))).cache_bytes(100) == expected


def test_every_place_at_which_a_file_may_end(tmp_path: Path) -> None:
    whole = model_file(tmp_path, tokenizer__ggml__scores=list(range(4200)), **LLAMA)
    content = whole.read_bytes()
    gguf.read(whole)
    for length in (*range(0, len(content) - 1, 211), len(content) - 1):
        whole.write_bytes(content[:length])
        with pytest.raises(ModelError, match=r"cut off|not a GGUF|empty") as caught:
            gguf.read(whole)
        assert caught.value.hint


@pytest.mark.parametrize("at", [4, 8, 16, 24, 40, 60, 90])
def test_a_header_overwritten_with_noise(tmp_path: Path, at: int) -> None:
    path = model_file(tmp_path, **LLAMA)
    content = path.read_bytes()
    path.write_bytes(content[:at] + b"\xff" * 16 + content[at + 16 :])
    with pytest.raises(ModelError):
        gguf.read(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"GG", "not a GGUF"),
        (b"PK\x03\x04" + b"\0" * 100, "not a GGUF"),
        (b"GGUF" + struct.pack("<I", 1) + b"\0" * 100, "version 1"),
        (b"GGUF" + struct.pack(">I", 3) + b"\0" * 100, "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "damaged"),
    ],
)
def test_what_is_no_model(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=says):
        gguf.read(path)


def test_a_file_that_is_not_there_and_one_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file") as caught:
        gguf.read(tmp_path / "absent.gguf")
    assert "samantha models pull" in caught.value.hint
    with pytest.raises(ModelError, match="folder"):
        gguf.read(tmp_path)
