"""Two files as a sound card: what goes in, what comes out, and where exactly."""

from __future__ import annotations

import os
import signal
import stat
import struct
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from filecards import Answers, FreePace, clicks, converse, device

from samantha.audio.pcm import HEARING_BLOCK, VOICE_BLOCK, VOICE_RATE, Block, silence
from samantha.audio.wavfile import FileDevice, RealtimePace, WavWriter, blocks, probe, read_mono

pytestmark = pytest.mark.scenario

WAV_FORMATS = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000])
def test_an_answer_stands_exactly_where_it_was_played(tmp_path: Path, rate: int) -> None:
    # A click inside block 10, answered three blocks later: rendered after block 13, so played as block 14.
    at = round(10.4 * rate / 50)
    soundfile.write(tmp_path / "in.wav", clicks(rate, 1.03, [at]), rate, subtype="FLOAT")
    dialog = Answers(after=3)
    converse(
        device(tmp_path / "in.wav", tmp_path / "out.wav", silent_blocks=5), dialog.capture, dialog.render
    )
    assert int(np.argmax(dialog.heard)) == round(at * 16000 / rate)
    out, out_rate = soundfile.read(tmp_path / "out.wav", dtype="float32")
    assert out_rate == rate
    assert int(np.argmax(out)) == round(14 * rate / 50)
    assert out.max() > 0.2
    assert len(out) >= round(1.03 * rate)


def test_silence_is_heard_until_she_has_finished(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 0.2, [0]), 16000)
    for wanted in (1, 2, 37):
        dialog = Answers()
        converse(
            device(tmp_path / "in.wav", tmp_path / "out.wav", silent_blocks=wanted),
            dialog.capture,
            dialog.render,
        )
        assert len(dialog.captured) == 10 + wanted
        assert soundfile.info(tmp_path / "out.wav").frames == (10 + wanted + 1) * HEARING_BLOCK


def test_patience_ends_for_one_who_never_finishes(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 0.1, [0]), 16000)
    dialog = Answers()
    endless = FileDevice(tmp_path / "in.wav", None, FreePace(), lambda: False, patience_s=1.0)
    converse(endless, dialog.capture, dialog.render)
    assert len(dialog.captured) == 5 + 50


def test_every_block_is_whole_and_the_last_is_filled_with_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", np.full(1000, 0.5, np.float32), 16000, subtype="FLOAT")
    heard = list(blocks(tmp_path / "in.wav"))
    assert [len(block) for block in heard] == [HEARING_BLOCK] * 4
    assert np.array_equal(np.concatenate(heard), np.r_[np.full(1000, 0.5), np.zeros(280)])


@pytest.mark.parametrize("subtype", WAV_FORMATS)
def test_wav_of_every_width_in_stereo(tmp_path: Path, subtype: str) -> None:
    wave_ = 0.5 * np.sin(np.arange(44100) * 2 * np.pi * 440 / 44100)
    soundfile.write(tmp_path / "in.wav", np.stack([wave_, wave_ / 2], axis=1), 44100, subtype=subtype)
    heard = read_mono(tmp_path / "in.wav")
    expected = 0.375 * np.sin(np.arange(16000) * 2 * np.pi * 440 / 16000)
    assert heard.dtype == np.float32
    assert len(heard) == 16000
    assert np.abs(heard - expected)[400:-400].max() < (0.01 if subtype == "PCM_U8" else 0.001)


@pytest.mark.parametrize("suffix", ["flac", "mp3", "ogg"])
def test_compressed_files(tmp_path: Path, suffix: str) -> None:
    wave_ = (0.5 * np.sin(np.arange(48000) * 2 * np.pi * 440 / 48000)).astype(np.float32)
    soundfile.write(tmp_path / f"in.{suffix}", wave_, 48000)
    heard = read_mono(tmp_path / f"in.{suffix}")
    assert probe(tmp_path / f"in.{suffix}") == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.fft.rfft(heard[:16000])).argmax() == 440


def test_a_pipe_s_wav_that_promises_four_gigabytes_is_read_to_its_end(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 0.5, [4000]), 16000)
    data = bytearray((tmp_path / "in.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "in.wav").write_bytes(data)
    assert len(read_mono(tmp_path / "in.wav")) == 8000


def test_what_is_not_a_number_is_silence(tmp_path: Path) -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 3.0, 0.25], np.float32)
    soundfile.write(tmp_path / "in.wav", sound, 16000, subtype="FLOAT")
    assert read_mono(tmp_path / "in.wav").tolist() == [0, 1, -1, 1, 0.25]


def test_three_hours_take_no_memory_and_no_loading(tmp_path: Path) -> None:
    # Three hours of 8-bit stereo at 44.1 kHz, as a hole in the file system with a click after 2 h 59 min.
    frames = 3 * 3600 * 44100
    resource = pytest.importorskip("resource", reason="Windows tells a process's memory otherwise")
    header = struct.pack("<4sI4s", b"RIFF", 36 + 2 * frames, b"WAVE")
    header += struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 44100, 2 * 44100, 2, 8)
    header += struct.pack("<4sI", b"data", 2 * frames)
    path = tmp_path / "long.wav"
    path.write_bytes(header)
    os.truncate(path, len(header) + 2 * frames)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert probe(path) == 3 * 3600
    long = FileDevice(path, tmp_path / "out.wav", FreePace(), lambda: True)
    dialog = Answers()

    def capture(block: Block) -> None:
        dialog.capture(block)
        if len(dialog.captured) == 500:
            long.stop()

    converse(long, capture, dialog.render)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB
    assert soundfile.info(tmp_path / "out.wav").frames == 500 * 882


def test_real_time_is_kept_without_drifting(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(16000, 0.4, [0]), 16000)
    moments: list[float] = []
    start = time.monotonic()

    def capture(block: Block) -> None:
        if len(moments) == 5:
            time.sleep(0.1)  # the loop is held up for five blocks
        moments.append(time.monotonic() - start)

    patient = FileDevice(tmp_path / "in.wav", None, RealtimePace(), lambda: True)
    converse(patient, capture, silence)
    # Not one block comes before a microphone would have it, and the hold-up was made good.
    assert all(moment >= 0.02 * (k + 1) - 0.001 for k, moment in enumerate(moments))
    assert len(moments) == 21
    assert moments[12] - moments[5] < 0.1  # seven blocks, five of them late: they came at once


def test_stopping_from_within_leaves_a_valid_output(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", clicks(48000, 5, [0]), 48000)
    stopping = device(tmp_path / "in.wav", tmp_path / "out.wav")
    heard: list[Block] = []

    def capture(block: Block) -> None:
        heard.append(block)
        if len(heard) == 30:
            stopping.stop()

    converse(stopping, capture, silence)
    assert len(heard) == 30
    assert soundfile.info(tmp_path / "out.wav").frames == 30 * 960


def test_a_writer_that_is_killed_leaves_a_valid_file(tmp_path: Path) -> None:
    program = """
import sys, time, numpy as np
from pathlib import Path
from samantha.audio.wavfile import WavWriter
writer = WavWriter(Path(sys.argv[1]), 16000)
for block in range(160):
    writer.write(np.full(320, 0.5, np.float32))
print("written", flush=True)
time.sleep(60)
"""
    path = tmp_path / "out.wav"
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        assert file.getnframes() == 3 * 16000  # of 3.2 s
        assert set(np.frombuffer(file.readframes(48000), "<i2")) == {16384}


def test_the_writer_clips_counts_and_closes(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "out.wav", VOICE_RATE) as writer:
        writer.write(np.array([2.0, -2.0, 0.5, 0.0], np.float32))
        writer.write(silence(VOICE_BLOCK))
        assert writer.samples == 4 + VOICE_BLOCK
    writer.close()
    sound, rate = soundfile.read(tmp_path / "out.wav", dtype="int16")
    assert rate == VOICE_RATE
    assert sound[:4].tolist() == [32767, -32768, 16384, 0]
    assert len(sound) == 4 + VOICE_BLOCK


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_private_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    path.touch(mode=0o644)
    WavWriter(path, 16000, private=True).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
