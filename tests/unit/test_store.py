"""What the store answers about folders that are whole, broken or not there."""

from __future__ import annotations

import hashlib
import json

import pytest

from samantha.errors import ModelError
from samantha.store.catalog import Catalog, Store
from samantha.store.machine import GIB, Machine

pytestmark = pytest.mark.unit


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ENTRIES = {
    "tiny": ("llm", "llama", {"tiny.gguf": b"t"}, "quality: 0"),
    "small": ("llm", "llama", {"small.gguf": b"small"}, "quality: 2, ram: 4, cores: 2"),
    "large": ("llm", "llama", {"large.gguf": b"large"}, "quality: 5, ram: 16, cores: 8"),
    "ears": ("stt", "whisper", {"model.bin": b"ears", "vocabulary.txt": b"a"}, "quality: 1"),
    "kokoro-82m": ("voice-engine", "kokoro", {"k.onnx": b"kokoro"}, "quality: 1"),
    "kokoro-ann": ("voice", "kokoro", {"ann.bin": b"ann"}, "sex: female, needs: [kokoro-82m]"),
    "piper-bea": ("voice", "piper", {"bea.onnx": b"bea", "bea.onnx.json": b"{}"}, "sex: female"),
}


def catalog_text() -> str:
    text = "defaults: [small]\nvoices: [piper-bea, kokoro-ann]\nmodels:\n"
    for name, (role, engine, files, more) in ENTRIES.items():
        facts = ", ".join(f"{n}: {{bytes: {len(c)}, sha256: {sha(c)}}}" for n, c in files.items())
        text += (
            f"  {name}: {{role: {role}, engine: {engine}, about: a, languages: [en], licence: MIT, {more}, "
        )
        text += f"files: {{{facts}}}, sources: [{{hub: a/{name}}}]}}\n"
    return text


@pytest.fixture
def store(tmp_path):
    return Store(Catalog.parse(catalog_text()), tmp_path / "models", Machine(4, 8 * GIB))


def install(store, *names):
    for name in names:
        (store.folder / name).mkdir(parents=True)
        for file, content in ENTRIES[name][2].items():
            (store.folder / name / file).write_bytes(content)


def test_nothing_installed_is_said_with_the_command_that_helps(store):
    assert not store.installed("small")
    with pytest.raises(ModelError, match=r"small is not installed in .*models.*`samantha models pull small`"):
        store.require("small")
    with pytest.raises(ModelError, match=r"No chat model.*pull small`"):
        store.llm("auto")
    with pytest.raises(ModelError, match=r"No woman's voice.*--defaults`"):
        store.voice("auto")


def test_a_missing_and_a_truncated_file_are_named(store):
    install(store, "ears")
    assert store.stt("ears") == store.folder / "ears"
    (store.folder / "ears" / "model.bin").write_bytes(b"e")
    assert not store.installed("ears")
    with pytest.raises(ModelError, match=r"model\.bin has 1 of 4 bytes.*pull ears`"):
        store.stt("ears")
    (store.folder / "ears" / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"model\.bin is missing.*pull ears`"):
        store.require("ears")


def test_a_damaged_file_of_the_right_size_is_found_by_verify(store):
    install(store, "ears")
    assert store.verify("ears") == ()
    (store.folder / "ears" / "model.bin").write_bytes(b"eyes")
    assert store.installed("ears")
    with pytest.raises(ModelError, match=r"model\.bin is damaged.*pull ears`"):
        store.verify("ears")


def test_a_voice_without_its_engine_is_not_installed(store):
    install(store, "kokoro-ann")
    assert not store.installed("kokoro-ann")
    with pytest.raises(ModelError, match=r"pull kokoro-82m`"):
        store.voice("ann")
    install(store, "kokoro-82m")
    ann = store.voice("ann")
    assert (ann.name, ann.engine, ann.sex) == ("kokoro-ann", "kokoro", "female")
    assert (ann.model.name, ann.style and ann.style.name) == ("k.onnx", "ann.bin")


def test_auto_takes_the_first_installed_voice(store):
    install(store, "kokoro-82m", "kokoro-ann")
    assert store.voice("auto").name == "kokoro-ann"
    install(store, "piper-bea")
    assert store.voice("auto").name == "piper-bea"
    assert store.voice("bea").model.name == "bea.onnx"


def test_auto_takes_the_best_chat_model_that_fits_and_the_test_model_last(store):
    install(store, "tiny")
    assert store.llm("auto").name == "tiny.gguf"
    install(store, "large")
    assert store.llm("auto").name == "large.gguf"  # too large, but the only one that is not for tests
    install(store, "small")
    assert store.llm("auto").name == "small.gguf"
    assert Store(store.catalog, store.folder, Machine(8, 16 * GIB)).llm("auto").name == "large.gguf"


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda store: store.llm("smal"), r"no model called 'smal'. Did you mean small"),
        (lambda store: store.voice("kokoro-an"), "Did you mean kokoro-ann"),
        (lambda store: store.llm("ears"), "ears is not a chat model"),
        (lambda store: store.stt("small"), "small is not a speech-to-text model"),
        (lambda store: store.voice("small"), "small is not a voice"),
        (lambda store: store.llm("/nowhere/x.gguf"), "There is no chat model /nowhere/x.gguf"),
        (lambda store: store.stt("./nowhere"), "There is no speech-to-text model nowhere"),
        (lambda store: store.voice("nowhere.onnx"), "There is no voice nowhere.onnx"),
        (lambda store: store.path("eers"), "Did you mean ears"),
    ],
)
def test_a_wrong_name_is_answered_with_what_is_wrong(store, ask, answer):
    with pytest.raises(ModelError, match=answer):
        ask(store)


def test_models_of_your_own_by_path(store, tmp_path):
    (tmp_path / "own.gguf").write_bytes(b"g")
    assert store.llm(str(tmp_path / "own.gguf")) == tmp_path / "own.gguf"
    (tmp_path / "model.bin").write_bytes(b"m")
    assert store.stt(str(tmp_path)) == tmp_path
    (tmp_path / "eva.onnx").write_bytes(b"v")
    with pytest.raises(ModelError, match=r"description of a voice .*eva\.onnx\.json"):
        store.voice(str(tmp_path / "eva.onnx"))
    (tmp_path / "eva.onnx.json").write_text("[]")
    with pytest.raises(ModelError, match="does not describe a Piper voice"):
        store.voice(str(tmp_path / "eva.onnx"))
    (tmp_path / "eva.onnx.json").write_text(json.dumps({"espeak": {"voice": "de"}}))
    eva = store.voice(str(tmp_path / "eva.onnx"))
    assert (eva.name, eva.engine, eva.languages) == ("eva", "piper", ("de",))


def test_the_checkouts_own_folder_counts(store, tmp_path):
    home = tmp_path / "checkout"
    (home / "small").mkdir(parents=True)
    (home / "small" / "small.gguf").write_bytes(b"small")
    in_checkout = Store(Catalog.parse(catalog_text(), home), store.folder, Machine(4, 8 * GIB))
    assert in_checkout.llm("auto") == home / "small" / "small.gguf"


def test_file_by_suffix(store):
    install(store, "piper-bea")
    assert store.file("piper-bea", ".onnx").name == "bea.onnx"
    with pytest.raises(ModelError, match=r"0 files that end with \.bin"):
        store.file("piper-bea", ".bin")


def test_sizes_and_checksums_the_catalogue_does_not_know_come_from_the_receipt(store):
    entry = "{role: llm, engine: llama, about: a, languages: [en], licence: MIT, "
    entry += "files: {n.gguf: {bytes: null, sha256: null}}, sources: [{hub: a/n}]}"
    vague = Store(Catalog.parse(f"models:\n  n: {entry}"), store.folder)
    (store.folder / "n").mkdir(parents=True)
    (store.folder / "n" / "n.gguf").write_bytes(b"new")
    assert vague.verify("n") == ("n.gguf",)  # put there by hand: nothing to hold it against
    receipt = {"source": "hub a/n", "files": {"n.gguf": {"bytes": 3, "sha256": sha(b"new")}}}
    (store.folder / "n" / "receipt.json").write_text(json.dumps(receipt))
    assert vague.verify("n") == ()
    (store.folder / "n" / "n.gguf").write_bytes(b"old")
    with pytest.raises(ModelError, match=r"n\.gguf is damaged"):
        vague.verify("n")
    (store.folder / "n" / "n.gguf").write_bytes(b"ne")
    assert not vague.installed("n")
