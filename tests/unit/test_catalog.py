"""The catalogue says what it should, and refuses what makes no sense."""

from __future__ import annotations

import re

import pytest

from samantha.store.advice import advise
from samantha.store.catalog import Catalog
from samantha.store.machine import GIB, Machine

pytestmark = pytest.mark.unit

CATALOG = Catalog.load()


def test_every_default_has_two_sources():
    for name in (*CATALOG.defaults, "kokoro-82m", "kokoro-af_heart", "kokoro-jf_alpha"):
        assert len({str(source) for source in CATALOG.models[name].sources}) >= 2, name


def test_her_voice_is_a_womans_and_every_voice_says_whose_it_is():
    assert CATALOG.voices[0] == "piper-en_US-kristin-medium"
    for voice in CATALOG.of_role("voice"):
        assert voice.sex in {"female", "male"}
        assert voice.sex == "female" or voice.id not in CATALOG.voices
        assert voice.languages == ("en",)
        assert bool(voice.needs) == (voice.engine == "kokoro")


def test_defaults_can_be_had_without_a_hub():
    for name in (*CATALOG.defaults, "kokoro-82m", CATALOG.voices[-1], *CATALOG.tests):
        assert CATALOG.models[name].sources[0].kind == "wheel", name


def test_checksums_are_whole_or_unknown():
    for model in CATALOG.models.values():
        assert model.licence
        assert model.size > 0
        for source in model.sources:
            sums = [file.sha256 for file in source.files if file.sha256] + [p.sha256 for p in source.packages]
            assert all(re.fullmatch(r"[0-9a-f]{64}", sha) for sha in sums)
            if source.kind != "hub":  # nothing but a hub has metadata to fall back on
                assert all(file.sha256 and file.bytes for file in source.files), source
                assert source.packages
                assert all(re.fullmatch(r"[\w.-]+(==|@)[\w.]+", package.name) for package in source.packages)


ENTRY = (
    "{role: vad, engine: silero, about: a, languages: [en], licence: MIT, files: {a.onnx: {}}, sources: %s}"
)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (ENTRY % "[{hub: a/b, npm: {}}]", "exactly one of"),
        (ENTRY % "[{}]", "exactly one of"),
        (ENTRY % "[{hub: a/b, take: {b.onnx: [b.onnx]}}]", "not files of the model"),
        (ENTRY % "[{hub: a/b, colour: red}]", "colour"),
        (ENTRY.replace("a.onnx", "../a.onnx") % "[{hub: a/b}]", "not a plain file name"),
        (ENTRY.replace("licence", "license") % "[{hub: a/b}]", "licen[cs]e"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(entry, reason):
    with pytest.raises(ValueError, match=f"entry wrong.*{reason}"):
        Catalog.parse(f"models:\n  wrong: {entry}")


def test_a_name_that_nothing_stands_behind_is_refused():
    with pytest.raises(ValueError, match="names ghost"):
        Catalog.parse(f"defaults: [ghost]\nmodels:\n  real: {ENTRY % '[{hub: a/b}]'}")


@pytest.mark.parametrize(
    ("machine", "chat", "ears", "voice"),
    [
        (Machine(2, 4 * GIB), "qwen2.5-coder-1.5b-instruct", "whisper-base", "piper-en_US-kristin-medium"),
        (Machine(2, 64 * GIB), "qwen2.5-coder-1.5b-instruct", "whisper-base", "piper-en_US-kristin-medium"),
        (Machine(8, int(7.6 * GIB)), "qwen3.5-4b", "whisper-small", "kokoro-af_heart"),
        (Machine(8, 32 * GIB), "gemma-4-e4b-it", "whisper-small", "kokoro-af_heart"),
        (Machine(16, 32 * GIB), "qwen3.5-9b", "whisper-small", "kokoro-af_heart"),
        (Machine(4, 16 * GIB, "Apple silicon"), "qwen3.5-9b", "whisper-small", "kokoro-af_heart"),
        (Machine(1, 1 * GIB), "qwen2.5-coder-1.5b-instruct", "whisper-tiny.en", "piper-en_US-kristin-medium"),
    ],
)
def test_what_a_machine_carries(machine, chat, ears, voice):
    assert [item.model.id for item in advise(CATALOG, machine)] == [chat, ears, voice]


def test_a_gpu_is_worth_a_larger_model_and_says_what_it_needs():
    tasks = {item.task: item for item in advise(CATALOG, Machine(4, 16 * GIB, "RTX", 12 * GIB))}
    large = tasks["thinking, with the GPU"]
    assert large.model.id == "qwen3.5-9b"
    assert "llama-cpp-python built for it" in large.why
    assert "gpu_layers" in large.setting
