"""A bug report names nobody and repeats nothing that was said."""

from __future__ import annotations

import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samantha.config import Config, check
from samantha.doctor import bundle, redact
from samantha.doctor.finding import Finding
from samantha.errors import StorageError
from samantha.store import profile
from samantha.store.database import Database, KeptTurn

pytestmark = pytest.mark.unit

SECRETS = (
    "Theodora", "Twombly", "Amy", "the lighthouse keeper", "sk-verysecretkey42", "tok-13579", "192.168.7.9",
    "den.example", "secrets/persona", "tt@example.org", "00:1B:44:11:3A:B7", "SN12345678", "whispered",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of somebody with a lot to hide, who has talked with her."""
    monkeypatch.setenv("HOME", str(tmp_path / "theodora"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theodora" / "state"))
    monkeypatch.setenv("PATH", str(tmp_path))  # no journal: it would be this machine's own
    state = tmp_path / "theodora" / "state" / "samantha"
    (state / "log").mkdir(parents=True)
    profile.write(state, profile.Profile("Theodora Twombly", met=True))
    (state / "api-token").write_text("tok-13579")
    (tmp_path / "key").write_text("sk-verysecretkey42")
    (tmp_path / "persona.md").write_text("You are the lighthouse keeper.")
    database = Database(state)
    database.add_turn("one", KeptTurn("user", "I am the lighthouse keeper.", datetime.now(UTC)))
    database.close()
    (state / "log" / "daemon.log").write_text(
        "2026-05-01 10:00:00,000 DEBUG   samantha.dialog: heard: I am the lighthouse keeper\n"
        "and whispered it\n"
        f"2026-05-01 10:00:01,000 INFO    samantha.audio: {tmp_path}/theodora/music is read\n"
        "2026-05-01 10:00:02,000 WARNING samantha.remote: den.example did not answer Theodora's 192.168.7.9\n"
        "Traceback (most recent call last):\n"
        '  File "/home/twombly/x.py", line 1, tt@example.org, Bearer sk-verysecretkey42\n'
        "2026-05-01 10:00:03,000 INFO    samantha.audio: alsa_input.usb-Maker_SN12345678-00 has gone\n"
    )
    return check(
        {
            "user": {"name": "Theodora"},
            "hearing": {"names": ["Samantha", "Amy"], "engine": "wyoming"},
            "llm": {"persona": str(tmp_path / "secrets/persona.md"), "temperature": 0.3},
            "audio": {"input": "Amy's buds"},
            "remote": {
                "stt_url": "tcp://192.168.7.9:10300",
                "llm_url": "https://den.example/v1",
                "tts_url": "tcp://127.0.0.1:10200",
                "llm_key_file": str(tmp_path / "key"),
            },
            "paths": {"state": str(state)},
        },
        "the test",
    )


@pytest.fixture
def contents(config: Config, tmp_path: Path) -> dict[str, str]:
    """What is in the zip."""
    found = Finding(
        "microphone", "warning", f"“Amy’s buds” of {tmp_path}/theodora, 00:1B:44:11:3A:B7", "Theodora, look."
    )
    holds = bundle.write(tmp_path / "report.zip", config, [found])
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert archive.namelist() == list(holds)
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_private_is_in_it(contents: dict[str, str]) -> None:
    whole = "\n".join(contents.values()).lower()
    assert [secret for secret in SECRETS if secret.lower() in whole] == []


def test_what_helps_is_in_it(contents: dict[str, str]) -> None:
    assert json.loads(contents["doctor.json"])[0]["part"] == "microphone"
    assert "temperature: 0.3" in contents["settings.yaml"]
    assert "engine: wyoming" in contents["settings.yaml"]
    assert "a place of yours, on this machine" in contents["settings.yaml"]
    assert "numpy==" in contents["packages.txt"]
    assert "python: 3." in contents["system.txt"]
    assert "samantha.audio: ~/music is read" in contents["service.log"]
    assert "Traceback" in contents["service.log"]


def test_only_its_owner_can_read_it(contents: dict[str, str], tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "report.zip").stat().st_mode) == 0o600


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(StorageError, match="is there already"):
        bundle.file(tmp_path / "there.zip")
    with pytest.raises(StorageError, match="no folder"):
        bundle.file(tmp_path / "nowhere" / "report.zip")
    assert bundle.file(None, datetime(2026, 5, 1, 10, 0)) == Path("samantha-2026-05-01-100000.zip")


def test_of_a_long_log_the_end_is_kept() -> None:
    lines = [f"2026-05-01 10:00:00,000 INFO    samantha: {number}" for number in range(1000)]
    kept = bundle.at_least_info("\n".join(lines)).splitlines()
    assert len(kept) == bundle.LINES
    assert kept[-1].endswith("999")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/home/theo/x", "~/x"),
        ("in /home/theo, too", "in ~, too"),
        ("/home/theodor/x", "~/x"),
        ("C:\\Users\\Ann\\x", "~\\x"),
        ("Theo's mail, THEO", "<private>'s mail, <private>"),
        ("theory, Theodor and a_theo_b", "theory, Theodor and a_<private>_b"),
        ("127.0.0.1, 0.0.0.0 and 10.1.2.3", "127.0.0.1, 0.0.0.0 and <address>"),
        ("bluez_input.AA_BB_CC_DD_EE_FF.a2dp", "bluez_input.<serial>"),
        ("numpy 2.4.1 by root", "numpy 2.4.1 by root"),
    ],
)
def test_what_is_taken_out_of_a_text(text: str, clean: str) -> None:
    assert redact.Redactor(Path("/home/theo"), {"Theo", "root", "x"})(text) == clean


def test_a_name_among_the_settings_is_taken_out_before_anything_else(config: Config) -> None:
    shown = redact.settings(config)
    assert shown["user"]["name"] == shown["hearing"]["names"] == "<private>"
    assert shown["llm"]["persona"] == "<a place of yours, on this machine>"
    assert shown["remote"]["llm_url"] == "<a place of yours>"


def test_the_settings_she_comes_with_are_shown_whole() -> None:
    shown = redact.settings(Config())
    assert shown["audio"] == Config().audio.model_dump(mode="json")
    assert shown["user"] == {"name": ""}
