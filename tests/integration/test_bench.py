"""The bench in small: one turn with her and one with the plain pipeline, through the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import people
import pytest
import soundfile

from samantha import app, config
from samantha.bench.perform import Performance, Tell, aside
from samantha.errors import ModelError, SamanthaError

pytestmark = pytest.mark.integration

SMALL = ("--llm", "smollm2-135m-instruct", "--voice", people.VOICE, "--person", people.VOICE,
         "--set", "hearing.model=whisper-tiny.en", "--set", "llm.max_tokens=24")  # fmt: skip


def bench(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samantha", "bench", *words],
        capture_output=True,
        text=True,
        timeout=400,
        stdin=subprocess.DEVNULL,
        env=env,
    )


def test_one_turn_is_measured_and_compared(tmp_path: Path) -> None:
    models = app.store(config.load())
    for needed in (people.VOICE, "smollm2-135m-instruct", "whisper-tiny.en", "silero-vad"):
        if not models.installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    pytest.importorskip("PIL", reason="the picture needs Pillow: pip install 'Pillow>=11'")
    done = bench(
        "--only", "turns", "--only", "plain", "--turns", "1", "--gap", "0.5", *SMALL,
        "--json", str(tmp_path / "figures.json"), "--plot", str(tmp_path / "turns.png"),
        "--keep", str(tmp_path / "kept"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "voice to voice" in done.stdout
    record = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    for part in ("turns", "plain"):
        found = record[part]
        assert found["latency"]["count"] == 1, record
        assert found["cpu_per_turn"] > 0
        # The program's own clock and the two sounds tell the same story, roughly.
        assert found["latency"]["most"] > found["split"]["turn_end"] - 100
        assert all(value is not None for value in found["split"].values())
    assert record["plain"]["split"]["turn_end"] > 790
    assert record["machine"]["processor"]
    assert (tmp_path / "turns.png").read_bytes().startswith(b"\x89PNG")

    # What was kept are two sounds of the same length, and nobody else's to hear.
    person, hers = (tmp_path / "kept" / "turns" / name for name in ("person.wav", "samantha.wav"))
    assert soundfile.info(person).duration == pytest.approx(soundfile.info(hers).duration, abs=0.05)
    assert person.stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    for flag in ("--json", "--plot"):
        done = bench(flag, str(tmp_path / "none" / "file"))
        assert done.returncode == 1
        assert "cannot be written" in done.stderr
    assert bench("--only", "nonsense").returncode == 2


def test_in_a_room_parts_are_measured_and_what_needs_recordings_is_left_out(tmp_path: Path) -> None:
    models = app.store(config.load())
    for needed in (people.VOICE, "whisper-tiny.en", "silero-vad"):
        if not models.installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    done = bench(
        "--room", "--only", "cost", "--only", "recordings", "--voice", people.VOICE,
        "--set", "hearing.model=whisper-tiny.en", "--json", str(tmp_path / "figures.json"),
        env={name: value for name, value in os.environ.items() if name != "SAMANTHA_SPEECH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert list(record["tables"]) == ["recordings", "cost"]  # in the bench's own order
    [cost] = record["tables"]["cost"]
    assert cost["worst"] in cost["cells"]
    assert all(cell["value"] > 0 for cell in cost["cells"])
    assert all(table["cells"] == [] and table["note"] for table in record["tables"]["recordings"])
    assert cost["name"] in done.stdout
    assert "Left out" in done.stdout
    assert "cost: processor time of the front end" in done.stderr
    assert record["settings"]["recordings"] == "none"
    assert set(record["seconds"]) == {"recordings", "cost"}


def test_what_means_nothing_in_a_room_is_refused(tmp_path: Path) -> None:
    for words in (("--only", "turns"), ("--plot", "turns.png"), ("--turns", "3"), ("--llm", "x")):
        assert bench("--room", *words).returncode == 2, words
    assert bench("--only", "selfecho").returncode == 2
    done = bench("--room", "--speech", str(tmp_path))
    assert done.returncode == 1
    assert "no manifest.csv" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_who_is_told_to_leave_leaves_nothing(tmp_path: Path) -> None:
    models = app.store(config.load())
    if not all(map(models.installed, (people.VOICE, "silero-vad"))):
        pytest.skip(f"needs `samantha models pull {people.VOICE} silero-vad`")
    with subprocess.Popen(
        [sys.executable, "-m", "samantha", "bench", "--only", "turns", "--turns", "1", *SMALL],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("turns:") for line in process.stderr)
        assert list(tmp_path.iterdir())
        process.terminate()
        assert process.wait(60) == 143
    assert not list(tmp_path.iterdir())


async def goes_well(tell: Tell) -> Performance:
    tell("half of it")
    return Performance([0, None], [], 0.5, 2.0, os.getpid(), 0.0, 0.0, 0)


async def lacks_a_model(tell: Tell) -> Performance:
    raise ModelError("The voice is missing.", "Pull it.")


async def dies(tell: Tell) -> Performance:
    os._exit(3)


def test_a_conversation_has_a_process_of_its_own_and_its_problems_come_back() -> None:
    told: list[str] = []
    performance = aside(goes_well, told.append)
    assert performance.rss != os.getpid()
    assert performance.said == [0, None]
    assert told == ["half of it"]
    with pytest.raises(SamanthaError, match=r"The voice is missing\. Pull it\.") as raised:
        aside(lacks_a_model, told.append)
    assert raised.value.code == "model"
    with pytest.raises(SamanthaError, match="broke off"):
        aside(dies, told.append)
