"""Which files of a folder are the captures of an echo, and who talks in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.audio.wavfile import WavWriter
from samantha.bench.recordings import captured
from samantha.errors import AudioError

pytestmark = pytest.mark.unit


def write(path: Path, sound: Block) -> None:
    with WavWriter(path, HEARING_RATE) as wav:
        wav.write(sound)


def folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        write(tmp_path / name, np.full(400 + len(name), 0.5, np.float32))
    rows = "".join(f"{name},echo\n" for name in names)
    (tmp_path / "manifest.csv").write_text(f"file,kind\n{rows}other.wav,noise\n", "utf-8")
    return tmp_path


def test_a_microphone_and_what_was_played_are_a_pair(tmp_path: Path) -> None:
    names = (
        "echo_a_farend_mic.wav",
        "echo_a_farend_lpb.wav",
        "echo_b_mic.wav",
        "echo_b_ref.wav",
        "echo_b_gt.wav",
    )
    found = list(captured(folder(tmp_path, *names, "echo_c_nearend_mic.wav", "echo_c_nearend_lpb.wav")))
    assert [(each.name, each.talk) for each in found] == [
        ("a_farend", "far"),
        ("b", "both"),
        ("c_nearend", "near"),
    ]
    assert all(len(each.mic) == len(each.far) > 400 for each in found)


def test_what_has_no_other_half_is_left_out(tmp_path: Path) -> None:
    assert list(captured(folder(tmp_path, "echo_a_mic.wav", "echo_b_lpb.wav"))) == []


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"manifest\.csv cannot be read"):
        list(captured(tmp_path))
