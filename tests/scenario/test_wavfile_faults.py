"""Sound files that cannot be read or written: a sentence, and nothing lost."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from filecards import Answers, clicks, converse, device

from samantha.audio.pcm import HEARING_BLOCK
from samantha.audio.wavfile import probe, read_mono
from samantha.errors import AudioError, SamanthaError, StorageError

pytestmark = pytest.mark.scenario


# --- what cannot be read ----------------------------------------------------------------------------------


def _riff(fmt: bytes, data: bytes) -> bytes:
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


UNREADABLE = {
    "empty": (b"", "empty"),
    "text": (b"Dear Samantha, how are you? " * 20, "not a sound file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not a sound file"),
    "half a header": (b"RIFF\x24\x00\x00\x00WA", "not a sound file"),
    "no channels": (
        _riff(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 0, 16000, 32000, 2, 16), bytes(64)),
        "not a sound file",
    ),
    "unknown coding": (
        _riff(struct.pack("<4sIHHIIHH", b"fmt ", 16, 77, 1, 16000, 32000, 2, 16), bytes(64)),
        "not a sound file",
    ),
    "no samples": (
        _riff(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16), b""),
        "holds no sound",
    ),
}


@pytest.mark.parametrize("case", list(UNREADABLE))
def test_what_is_no_sound_is_said_in_a_sentence(tmp_path: Path, case: str) -> None:
    content, words = UNREADABLE[case]
    path = tmp_path / "in.wav"
    path.write_bytes(content)
    for attempt in (lambda: device(path, tmp_path / "out.wav"), lambda: probe(path), lambda: read_mono(path)):
        with pytest.raises(AudioError, match=words) as caught:
            attempt()
        assert str(path) in caught.value.message
        assert caught.value.hint
    assert not (tmp_path / "out.wav").exists()


def test_a_missing_or_unreadable_input(tmp_path: Path) -> None:
    loop = tmp_path / "loop.wav"
    loop.symlink_to(loop)
    (tmp_path / "raw.raw").write_bytes(bytes(100))
    for path, words in (
        (tmp_path / "none.wav", "There is no sound file"),
        (tmp_path, "cannot be read: Is a directory"),
        (loop, "cannot be read"),
        (tmp_path / "raw.raw", "not a sound file"),
    ):
        with pytest.raises(AudioError, match=words):
            device(path, None)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_input_without_permission(tmp_path: Path) -> None:
    (tmp_path / "in.wav").touch(mode=0o000)
    with pytest.raises(AudioError, match="Permission denied"):
        device(tmp_path / "in.wav", None)


def test_a_file_that_is_damaged_further_on_breaks_off_with_a_sentence(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 5 * 16000).astype(np.float32)
    soundfile.write(tmp_path / "in.flac", noise, 16000)
    data = (tmp_path / "in.flac").read_bytes()
    (tmp_path / "in.flac").write_bytes(data[: len(data) // 2])
    dialog = Answers()
    with pytest.raises(AudioError, match=r"is damaged after 2\.\d s"):
        converse(device(tmp_path / "in.flac", tmp_path / "out.wav"), dialog.capture, dialog.render)
    assert soundfile.info(tmp_path / "out.wav").frames == (len(dialog.captured) + 1) * HEARING_BLOCK


# --- what cannot be written -------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_ends_the_conversation_with_a_sentence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 2, [0]), 16000)
    with pytest.raises(StorageError, match="No space left on device"):
        device(tmp_path / "in.wav", Path("/dev/full"))


def test_a_disk_that_fills_up_on_the_way(tmp_path: Path) -> None:
    # A limit on the size of a file is the nearest thing to a small disk that needs no root.
    program = """
import asyncio, resource, signal, sys
from pathlib import Path
import numpy as np
from samantha.audio.wavfile import FileDevice
from samantha.errors import StorageError

class Pace:
    async def tick(self):
        await asyncio.sleep(0)

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

async def main():
    device = FileDevice(Path(sys.argv[1]), Path(sys.argv[2]), Pace(), lambda: True)
    device.start(lambda block: None, lambda n: np.full(n, 0.5, np.float32))
    try:
        await device.wait()
    except StorageError as problem:
        print(problem)
    device.stop()

asyncio.run(main())
"""
    soundfile.write(tmp_path / "in.wav", clicks(16000, 10, [0]), 16000)
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        program,
        str(tmp_path / "in.wav"),
        str(tmp_path / "out.wav"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "out.wav cannot be written: File too large." in done.stdout
    assert done.stderr == ""
    with wave.open(str(tmp_path / "out.wav")) as file:  # what fitted is there to be heard
        assert file.getnframes() >= 16000


def test_an_output_that_cannot_be(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 0.1, [0]), 16000)
    cases: list[tuple[Path, str, type[SamanthaError]]] = [
        (tmp_path / "none" / "out.wav", "No such file or directory", StorageError),
        (tmp_path, "Is a directory", StorageError),
        (tmp_path / "in.wav", "both heard and spoken into", AudioError),
    ]
    if Path("/sys/kernel").is_dir():  # read-only for root as well
        cases.append((Path("/sys/out.wav"), "Permission denied|Read-only file system", StorageError))
    for path, words, kind in cases:
        with pytest.raises(kind, match=words) as caught:
            device(tmp_path / "in.wav", path)
        assert caught.value.hint
