"""What befalls the real process: signals at bad moments, kills, full disks, models and devices that are not there.

Each daemon is a process of its own with small models on a virtual sound card.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hardware.soundserver import SoundServer, sound_server

from samantha import app, config
from samantha.errors import SamanthaError
from samantha.service.client import Client
from samantha.service.control import Busy, Status

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]

ROOT = Path(__file__).parents[2]
LLM, EAR, VOICE = "smollm2-135m-instruct", "whisper-tiny.en", "piper-en_US-joe-medium"
PATIENCE = 120.0
SECRET = "My grandmother's parrot was called Bartholomew."
"""Words that may stand nowhere but in the database."""


class Home:
    """Where one person's daemon lives; `settings` is what stands in the config file."""

    def __init__(self, server: SoundServer, folder: Path) -> None:
        runtime = Path(server.env["XDG_RUNTIME_DIR"])
        self.server = server
        self.state = folder / "state"
        self.config = folder / "config.yaml"
        self.log = folder / "logs" / "samantha" / "log" / "daemon.log"
        self.client = Client(runtime / "samantha" / "api.sock")
        self.settings: dict[str, Any] = {
            "llm": {"model": LLM, "max_tokens": 40},
            "hearing": {"model": EAR},
            "voice": {"name": VOICE},
            "audio": {"headset": True},
            "log": {"level": "info"},
        }
        kept = {key: value for key, value in server.env.items() if not key.startswith("SAMANTHA_")}
        self.env = kept | {
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(folder / "logs"),
            "SAMANTHA_CONFIG": str(self.config),
            "SAMANTHA_PATHS__STATE": str(self.state),
            "SAMANTHA_PATHS__MODELS": str(config.load().models_folder.resolve()),
        }
        self.write()

    def write(self) -> None:
        self.config.write_text(yaml.safe_dump(self.settings))

    def start(self, **more: Any) -> Her:
        return Her(self, **more)

    def run(self, **more: Any) -> tuple[int, str]:
        """The exit code of a daemon that ends by itself, and what it printed."""
        her = self.start(**more)
        return her.process.wait(PATIENCE), her.said

    def turns(self) -> list[tuple[str, str]]:
        """Role and text of each turn that was kept; all of them belong to one conversation."""
        path = self.state / "samantha.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            [conversations] = database.execute("SELECT COUNT(DISTINCT conversation) FROM turns").fetchone()
            assert conversations <= 1, "she did not go on with the conversation"
            return database.execute("SELECT role, text FROM turns ORDER BY id").fetchall()


class Her:
    """A daemon's process."""

    def __init__(self, home: Home, *, env: dict[str, str] | None = None, **more: Any) -> None:
        self.home = home
        self._printed = home.config.with_suffix(".out")
        with self._printed.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "samantha", "daemon"],
                env=env or home.env, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self._printed.read_text(errors="replace")

    def status(self) -> Status:
        return self.home.client.status()

    def awake(self) -> Her:
        def is_awake() -> bool:
            assert self.process.poll() is None, self.said
            try:
                return self.status().state != "waking"
            except SamanthaError:
                return False

        until(is_awake, "she did not wake up")
        return self

    def until(self, state: str) -> None:
        until(lambda: self.status().state == state, f"she is never {state}")

    def caught(self, state: str, work: Callable[[], object]) -> threading.Thread:
        """`work` on a thread, in the middle of which she is in `state`; again if it was over too soon to be seen."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            working = in_background(work)
            while working.is_alive() and time.monotonic() < end:
                if self.status().state == state:
                    return working
                time.sleep(0.01)
        raise AssertionError(f"she is never {state}")

    def asked(self, text: str) -> str:
        """Her answer in writing, as soon as she has time."""
        while True:
            try:
                answer = "".join(self.home.client.chat(text))
            except Busy:  # she has something to tell about herself
                time.sleep(0.2)
            else:
                return answer

    def hang_up(self) -> None:
        """Have her read the settings again."""
        self.process.send_signal(signal.SIGHUP)

    def leave(self, which: signal.Signals = signal.SIGTERM) -> int:
        """What she leaves with; negative if a signal ended her."""
        if self.process.poll() is None:
            self.process.send_signal(which)
        return self.process.wait(PATIENCE)


def until(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def in_background(work: Callable[[], object]) -> threading.Thread:
    """`work` on a thread; that she leaves in the middle of it is expected."""

    def run() -> None:
        with suppress(SamanthaError):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    for needed in (LLM, EAR, VOICE, "silero-vad"):
        if not app.store(config.load()).installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    with sound_server() as running:
        yield running


@pytest.fixture
def home(server: SoundServer, tmp_path: Path) -> Iterator[Home]:
    made = Home(server, tmp_path)
    started: list[Her] = []
    start = made.start
    made.start = lambda **more: started.append(start(**more)) or started[-1]  # type: ignore[method-assign]
    yield made
    for her in started:
        if her.process.poll() is None:
            her.process.kill()
            her.process.wait()


def test_a_life_with_its_accidents(home: Home) -> None:
    her = home.start().awake()
    assert her.asked(SECRET)
    until(lambda: [role for role, _ in home.turns()] == ["user", "assistant"], "it was not kept")

    code, printed = home.run()
    assert code == 1
    assert f"running already (process {her.process.pid}" in printed

    home.settings["llm"]["context"] = 3
    home.write()
    her.hang_up()
    until(lambda: bool(her.status().problems), "the wrong settings were not refused")
    assert "llm.context" in her.status().problems[0]
    home.settings["llm"]["context"] = 2048
    home.write()
    her.hang_up()
    until(lambda: not her.status().problems, "the right settings were not taken")
    assert home.client.config()["llm"]["context"] == 2048
    assert her.asked("And what else?")
    until(lambda: len(home.turns()) == 4, "it was not kept")

    for accident in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
        before = home.turns()
        talking = her.caught("thinking", partial(her.asked, "Tell me a long story."))
        assert her.leave(accident) == -accident
        talking.join()
        her = home.start().awake()
        assert home.turns()[: len(before)] == before
        assert (home.turns()[len(before)][1]) == "Tell me a long story."
    assert her.asked("Are you there again?")
    assert her.leave() == 0
    assert home.turns()[-2] == ("user", "Are you there again?")

    for file in home.log.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        assert not any(word in file.read_text() for word in ("Bartholomew", "story", "there again"))
    assert "Bartholomew" not in her.said


def test_she_leaves_in_order_from_whatever_she_does(home: Home) -> None:
    her = home.start()
    until(lambda: home.log.exists() or (home.state / "daemon.lock").exists(), "she did not begin")
    until(lambda: _answers(her), "no API")
    assert her.status().state == "waking"
    her.hang_up()
    assert her.leave() == 0

    her = home.start().awake()
    her.caught("thinking", partial(her.asked, "Tell me about the sea."))
    assert her.leave() == 0
    assert home.turns()[0] == ("user", "Tell me about the sea.")

    her = home.start().awake()
    in_background(lambda: home.client.say("One two three four five six seven. " * 4))
    her.until("speaking")
    time.sleep(1.0)
    assert her.leave() == 0
    role, words = home.turns()[-1]
    assert role == "assistant"
    assert "One two".startswith(words[:7])

    her = home.start().awake()
    events = Recorded(home, lambda name: name == "TalkReleased" and her.process.terminate())
    home.client.ptt("press")
    time.sleep(1.0)
    home.client.ptt("release")
    events.thread.join()
    assert her.leave() == 0


def _answers(her: Her) -> bool:
    try:
        return bool(her.status())
    except SamanthaError:
        return False


def test_a_disk_that_fills_up_and_one_that_may_only_be_read(home: Home) -> None:
    with small_disk(home.state):
        her = home.start().awake()
        assert her.asked("One.")
        events = Recorded(home)
        filling = home.state / "filling"
        fill(filling)
        assert her.asked("Two.")
        until(lambda: "Announced" in events.names, "she did not say that the disk is full")
        assert her.asked("Three.")
        assert ["full" in problem for problem in her.status().problems] == [True]
        assert events.names.count("Announced") == 1
        filling.unlink()
        assert her.asked("Four.")
        until(lambda: not her.status().problems, "she did not notice that there is room again")
        assert [text for role, text in home.turns() if role == "user"] == ["One.", "Two.", "Three.", "Four."]
        fill(filling)
        assert her.leave() == 0
        events.thread.join()

        her = home.start().awake()
        assert her.asked("Still full?")
        assert her.leave() == 0
        filling.unlink()

        subprocess.run(["mount", "-o", "remount,ro", str(home.state)], check=True)
        her = home.start().awake()
        assert her.asked("And now?")
        assert "may only be read" in her.status().problems[0] or "ead-only" in her.status().problems[0]
        assert her.leave() == 0


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of four megabytes at `folder`."""
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "samantha-test", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk needs root and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    """Take every byte that is left."""
    with file.open("wb", buffering=0) as sink:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    sink.write(b"x" * size)
            except OSError:
                continue


class Recorded:
    """The names of what happens from now on; `on` is called with each, on a thread."""

    def __init__(self, home: Home, on: Callable[[str], object] = lambda _: None) -> None:
        self.names: list[str] = []
        self._on = on
        self.thread = in_background(lambda: self._read(home))
        until(lambda: self._listens(home), "nothing is told")

    def _listens(self, home: Home) -> bool:
        """Nothing tells when a listener has been let in: let something happen until it is heard of."""
        home.client.mode("ptt")
        home.client.mode("always")
        return bool(self.names)

    def _read(self, home: Home) -> None:
        for event in home.client.events():
            self.names.append(event["event"])
            self._on(event["event"])


def test_a_model_that_is_deleted_while_she_runs(home: Home, tmp_path: Path) -> None:
    model = tmp_path / "mind.gguf"
    shutil.copy(app.store(config.load()).llm(LLM), model)
    home.settings["llm"]["model"] = str(model)
    home.write()
    her = home.start().awake()
    model.unlink()
    assert her.asked("Do you feel well?")
    home.settings["voice"]["speed"] = 1.2
    home.write()
    with pytest.raises(SamanthaError, match=r"mind\.gguf"):
        home.client.reload()
    assert her.asked("Still well?")
    assert her.leave() == 0
    code, printed = home.run()
    assert code == 1
    assert "mind.gguf" in printed
    assert "Traceback" not in printed


def test_with_hardly_anything_of_a_session(home: Home) -> None:
    env = {key: value for key, value in home.env.items() if key != "HOME"}
    her = home.start(env=env, preexec_fn=lambda: [os.close(handle) for handle in (0, 1, 2)] and None).awake()
    streams = [Path(f"/proc/{her.process.pid}/fd/{handle}").resolve() for handle in (0, 1, 2)]
    assert streams == [Path(os.devnull)] * 3, "a file of hers would get what a library prints"
    assert her.asked("Hello?")
    assert her.leave() == 0

    env = home.env | {"XDG_RUNTIME_DIR": str(home.state / ("long" * 30))}
    her = home.start(env=env)
    until(lambda: "longer than" in (home.log.read_text() if home.log.exists() else ""), "nothing is said")
    time.sleep(0.5)
    assert her.leave() == 0


def test_without_any_sound_device_she_waits_for_one(home: Home) -> None:
    for name in ("spk", "micbus"):
        home.server.remove(name)
    try:
        her = home.start().awake()
        assert her.asked("Anybody there?")
        assert not her.status().microphone
        for name in ("spk", "micbus"):
            home.server.add(name)
        until(lambda: her.status().microphone, "she did not find the microphone")
        assert her.leave() == 0
    finally:
        for name in ("spk", "micbus"):
            if name not in home.server.names("sinks"):
                home.server.add(name)


@pytest.mark.skipif(
    not shutil.which("faketime"), reason="a clock that jumps needs: apt-get install -y faketime"
)
def test_a_clock_that_jumps_changes_nothing_but_the_time(home: Home, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    clock.write_text("+0")
    env = home.env | {
        "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    her = home.start(env=env).awake()
    for number, jump in enumerate(("+0", "+3d", "-400d", "+0")):
        clock.write_text(jump)
        assert her.asked(f"Number {number}.")
    assert [text for role, text in home.turns() if role == "user"] == [f"Number {n}." for n in range(4)]
    assert her.status().problems == []
    assert her.leave() == 0
    with closing(sqlite3.connect(home.state / "samantha.db")) as database:
        [spread] = database.execute("SELECT MAX(said_at) - MIN(said_at) FROM turns").fetchone()
    assert spread > 400 * 24 * 3600, "the clock did not jump"
    clock.write_text("-2d")  # the newest turn is from the future: it was said just now
    her = home.start(env=env).awake()
    assert her.asked("Number 4.")
    assert len([role for role, _ in home.turns() if role == "user"]) == 5
    assert her.leave() == 0
