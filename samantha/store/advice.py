"""Which models a machine carries in comfort: pure judgement over the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from samantha.store.catalog import Catalog
from samantha.store.machine import Machine
from samantha.store.recipe import Model

_CORES_FOR_KOKORO = 4
"""On two cores Kokoro takes 0.4 s for a second of speech, while the chat model waits; Piper takes 0.04."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One model for one task, why it, and the setting that makes it the one she uses."""

    task: str
    model: Model
    why: str
    setting: str


def advise(catalog: Catalog, machine: Machine) -> list[Advice]:
    """A chat model, one more if there is a GPU, a speech-to-text model and a voice for `machine`."""
    advice = []
    chat = machine.best(catalog.of_role("llm"))
    if chat is not None:
        advice.append(Advice("thinking", chat, _why(chat, machine), "llm.model: auto"))
    on_gpu = [model for model in catalog.of_role("llm") if machine.fits_gpu(model)]
    large = max(on_gpu, key=lambda model: model.quality, default=None)
    if large is not None and chat is not None and large.quality > chat.quality:
        why = f"fits into the memory of {machine.gpu}; needs a llama-cpp-python built for it"
        setting = f"llm.model: {large.id}, llm.gpu_layers: -1"
        advice.append(Advice("thinking, with the GPU", large, why, setting))
    ears = machine.best(catalog.of_role("stt"))
    if ears is not None:
        advice.append(Advice("hearing", ears, _why(ears, machine), f"hearing.model: {ears.id}"))
    voice = _voice(catalog, machine)
    if voice is not None:
        quick = machine.cores < _CORES_FOR_KOKORO
        why = (
            "so quick that few cores do" if quick else "the most natural that this machine can speak in time"
        )
        advice.append(Advice("speaking", voice, why, f"voice.name: {voice.id}"))
    return advice


def _voice(catalog: Catalog, machine: Machine) -> Model | None:
    voices = [catalog.models[name] for name in catalog.voices]
    quick = machine.cores < _CORES_FOR_KOKORO
    liked = [voice for voice in voices if (voice.engine == "piper") == quick]
    return max(liked or voices, key=lambda voice: voice.quality, default=None)


def _why(model: Model, machine: Machine) -> str:
    if not machine.fits(model):
        return "the least demanding; it will be slow here"
    ask = "an Apple GPU" if machine.metal else f"{model.cores} cores" if model.cores > 1 else "any processor"
    return f"the best of those that ask for no more than this machine has: {model.ram:g} GB, {ask}"
