"""Her person's voice, as she has learnt it: numbers from which no sound can be made. Yours alone to read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from samantha.errors import ModelError, StorageError
from samantha.hearing.voiceprint import Voiceprint
from samantha.store.files import write_private

FILE = "voiceprint.json"
_ANEW = "Let her learn your voice anew: `samantha voiceprint enroll`."


def read(folder: Path) -> Voiceprint | None:
    """The voiceprint in `folder`, or None if there is none. Raises StorageError if it cannot be read or is damaged."""
    path = folder / FILE
    try:
        known = json.loads(path.read_text("utf-8"))
        voiceprint = Voiceprint(
            np.array(known["vector"], np.float32),
            str(known["model"]),
            str(known["made"]),
            float(known["seconds"]),
            float(known["consistency"]),
        )
        if not abs(voiceprint.likeness(voiceprint.vector) - 1) < 1e-3:
            raise ValueError("no vector of length 1")
        return voiceprint
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise StorageError(
            f"What is known of your voice, {path}, cannot be read: {problem.strerror}.",
            "Check its permissions.",
        ) from problem
    except (ValueError, KeyError, TypeError, OverflowError) as problem:
        raise StorageError(f"What is known of your voice, {path}, is damaged.", _ANEW) from problem


def known(folder: Path, *, model: str, threshold: float) -> Voiceprint:
    """The voiceprint in `folder`, to be compared with what the speaker model `model` hears, by `threshold`.

    Raises ModelError if there is none or it was made by another model, StorageError as `read` does.
    """
    voiceprint = read(folder)
    if voiceprint is None:
        raise ModelError(
            "She does not know your voice yet.", "Let her learn it with `samantha voiceprint enroll`."
        )
    if voiceprint.model != model:
        raise ModelError(
            f"She knows your voice by {voiceprint.model}, not by {model}.",
            f"{_ANEW[:-1]}, or set attention.speaker_model: {voiceprint.model}.",
        )
    return replace(voiceprint, threshold=threshold)


def write(folder: Path, voiceprint: Voiceprint) -> None:
    """Keep `voiceprint` in place of what was there; whole or not at all. Raises StorageError if the disk refuses."""
    known = asdict(voiceprint) | {"vector": [round(float(each), 7) for each in voiceprint.vector]}
    del known["threshold"]  # a setting
    try:
        write_private(folder / FILE, json.dumps(known, indent=1))
    except OSError as problem:
        raise StorageError(
            f"Your voice cannot be kept in {folder}: {problem.strerror}.",
            "Free some space, or choose another folder by paths.state in your config.yaml.",
        ) from problem


def forget(folder: Path) -> bool:
    """Whether there was a voiceprint in `folder`, which is gone now. Raises StorageError if it cannot be deleted."""
    try:
        (folder / FILE).unlink()
    except FileNotFoundError:
        return False
    except OSError as problem:
        raise StorageError(
            f"{folder / FILE} cannot be deleted: {problem.strerror}.", "Check the permissions of its folder."
        ) from problem
    return True
