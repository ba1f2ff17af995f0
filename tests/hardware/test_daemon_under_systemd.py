"""Her whole life as a service: under a real user systemd, with real engines, on a virtual sound card, with no network.

PipeWire and the daemon run as services of the same person; nothing is replaced.
"""

from __future__ import annotations

import ctypes.util
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import people
import pytest
import soundserver
from usersystemd import UserSystemd, until, user_systemd

from samantha import app
from samantha.audio.wavfile import WavWriter
from samantha.config import load

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]

UNIT = "samantha.service"
SMALL, VOICE = "smollm2-135m-instruct", "kokoro-jf_alpha"
PATIENCE = 90.0
QUESTION = "Can you tell me something about the moon?"
SETTINGS = {
    "SAMANTHA_LLM__MODEL": SMALL,
    "SAMANTHA_LLM__MAX_TOKENS": "20",
    "SAMANTHA_VOICE__NAME": VOICE,
    "SAMANTHA_AUDIO__HEADSET": "true",
}


READ = """
import json, pathlib, sqlite3
path = pathlib.Path.home() / ".local/state/samantha/samantha.db"
database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
print(json.dumps(database.execute("SELECT role, text FROM turns ORDER BY id").fetchall()))
"""


class Person(UserSystemd):
    """Somebody who has a sound card, and her as a service."""

    settings: dict[str, str]

    def samantha(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "samantha", *words, timeout=120, **self.settings).stdout

    def turns(self) -> list[list[str]]:
        """Role and text of each turn that she has kept."""
        found: list[list[str]] = json.loads(self.run(sys.executable, "-c", READ).stdout)
        return found

    def is_listening(self) -> bool:
        return self.show(UNIT, "ActiveState", "StatusText") == {
            "ActiveState": "active",
            "StatusText": "listening",
        }


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    if reason := soundserver.missing():
        pytest.skip(reason)
    settings = load()
    for needed in (people.VOICE, SMALL, VOICE, "whisper-base", "silero-vad"):
        if not app.store(settings).installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    models = settings.models_folder.resolve()
    with user_systemd(tmp_path, Person, (models,)) as user:
        user.settings = SETTINGS | {"SAMANTHA_PATHS__MODELS": str(models)}
        user.run("systemctl", "--user", "start", "pipewire", "wireplumber", "pipewire-pulse")
        until(lambda: user.run("pactl", "info", check=False).returncode == 0, "no sound server", user)
        for sink in ("spk", "micbus"):
            user.run("pactl", "load-module", "module-null-sink", f"sink_name={sink}", "rate=48000")
            until(lambda sink=sink: sink in user.run("pactl", "list", "short", "sinks").stdout, sink, user)
        user.run("pactl", "set-default-sink", "spk")
        user.run("pactl", "set-default-source", "micbus.monitor")
        user.outside(user.home / "asound.conf").write_text(soundserver.ASOUND)
        user.run("systemctl", "--user", "set-environment", f"ALSA_CONFIG_PATH={user.home}/asound.conf")
        yield user


def test_she_answers_survives_a_kill_and_leaves_in_order(person: Person) -> None:
    question = person.home / "question.wav"
    with WavWriter(person.outside(question), 24_000) as wav:
        wav.write(people.say_clearly((QUESTION, "moon"))[0])
    assert "no network" in person.samantha("service", "install")
    person.samantha("service", "start")
    until(person.is_listening, "she does not listen", person, PATIENCE)
    time.sleep(3.0)  # her ears are open once a second of sound has passed

    person.run("paplay", "--device=micbus", str(question))
    until(lambda: len(person.turns()) == 2, "she did not answer", person, PATIENCE)
    (asker, asked), (answerer, answered) = said = person.turns()
    assert (asker, answerer) == ("user", "assistant")
    assert people.likeness(QUESTION, asked) > people.ALIKE, asked
    assert answered

    person.run("systemctl", "--user", "kill", "--signal=KILL", UNIT)
    until(lambda: person.show(UNIT, "NRestarts") == {"NRestarts": "1"}, "nobody noticed", person, PATIENCE)
    until(person.is_listening, "she was not started again", person, PATIENCE)
    assert person.turns() == said

    person.samantha("service", "stop")
    assert person.show(UNIT, "Result", "ActiveState") == {"Result": "success", "ActiveState": "inactive"}
    assert person.turns() == said
