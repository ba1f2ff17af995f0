"""Manners on a real D-Bus: players give way and come back, notices are few, a locked screen is respected."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desktopbus import (
    Notifications,
    Player,
    PrivateBus,
    Radio,
    ScreenSaver,
    hanging,
    logind,
    private_bus,
    until,
)

from samantha import config
from samantha.audio.pcm import HEARING_RATE
from samantha.events import (
    DeviceFound,
    DeviceLost,
    Event,
    Failed,
    Heard,
    Ignored,
    ListeningChanged,
    ReplySounded,
    ReplySpoken,
    ReplyStarted,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TurnEnded,
)
from samantha.service.desktop.manners import Desktop

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's"),
]

MUSIC = "org.mpris.MediaPlayer2.music"
FILM = "org.mpris.MediaPlayer2.film.instance12"

TURN_ENDED = TurnEnded(at=0, began=0, speech_end=0, speech_seconds=1.0, audio=np.zeros(1, np.float32))
SPEECH = SpeechStarted(at=0, began=0)
PRESSED, RELEASED = TalkPressed(at=0), TalkReleased(at=0)
HEARD = Heard(at=0, text="hello")
ANSWER = (ReplyStarted(at=0), ReplySounded(at=0), ReplySpoken(at=0, text_heard="Hi.", interrupted=False))
NOISE = Ignored(at=0, reason="too-little-speech")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sockets of the session's and the system's bus are; nobody listens there yet."""
    folder = tmp_path_factory.mktemp("bus")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder / 'session'}")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={folder / 'system'}")
    return folder


@asynccontextmanager
async def manners(
    mute: Callable[[bool], None] | None = None, ledger: Path | None = None, **settings: Any
) -> AsyncIterator[Callable[..., None]]:
    """A desktop with these settings; what it yields takes events."""
    desktop = Desktop(config.Desktop(**settings), mute or (lambda _: None), ledger=ledger)
    await desktop.start()

    def happen(*events: Event) -> None:
        for event in events:
            desktop.on(event)

    try:
        # It joins each bus in its own time, or notes that there is none; then its parts look around.
        await until(
            lambda: all(bus._link is not None or bus._lost for bus in desktop._buses), "it joined no bus"
        )
        await asyncio.sleep(0.3)
        yield happen
    finally:
        await desktop.stop()


def on_a_bus(folder: Path, test: Callable[[PrivateBus], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        async with private_bus(folder / "session") as bus:
            await test(bus)

    asyncio.run(go())


# --- media --------------------------------------------------------------------------------------------


def test_what_plays_is_paused_for_a_conversation_and_plays_again_after_it(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        film = await bus.join(Radio(), Radio.path, FILM)
        paused_before = await bus.join(Player("Paused"), Player.path, "org.mpris.MediaPlayer2.old")
        stand_in = await bus.join(Player(), Player.path, "org.mpris.MediaPlayer2.playerctld")
        async with manners(media="pause") as happen:
            happen(PRESSED)
            await until(lambda: music.status == film.status == "Paused", "the players did not pause")
            happen(RELEASED, TURN_ENDED, HEARD, *ANSWER)
            assert music.calls == film.calls == ["Pause"]
            await until(lambda: music.status == film.status == "Playing", "the players did not go on")
        assert music.calls == film.calls == ["Pause", "Play"]
        assert music.volume == 0.8
        assert paused_before.calls == stand_in.calls == []

    on_a_bus(folder, test)


def test_speech_softens_and_words_pause(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        async with manners(media="pause") as happen:
            happen(SPEECH)
            await until(lambda: music.volume == pytest.approx(0.2), "the music did not become quieter")
            assert music.calls == []
            happen(TURN_ENDED, HEARD)
            await until(lambda: music.calls == ["Pause"], "the music did not pause")
            await until(lambda: music.volume == 0.8, "a paused player got no volume back")
            happen(*ANSWER)
            await until(lambda: music.calls == ["Pause", "Play"], "the music did not go on")
        assert music.volumes == pytest.approx([0.2, 0.8])

    on_a_bus(folder, test)


def test_a_noise_neither_pauses_nor_pumps_the_music(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        async with manners(media="pause") as happen:
            happen(SPEECH, TURN_ENDED, NOISE)
            await until(lambda: len(music.volumes) == 2, "the volume did not come back")
            happen(SpeechStarted(at=5 * HEARING_RATE, began=0), TURN_ENDED)
            await asyncio.sleep(0.2)
            happen(Ignored(at=6 * HEARING_RATE, reason="no-speech"))
        assert music.volumes == pytest.approx([0.2, 0.8])
        assert music.calls == []

    on_a_bus(folder, test)


def test_what_the_person_does_meanwhile_stays(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        film = await bus.join(Player(), Player.path, FILM)
        async with manners(media="pause") as happen:
            happen(PRESSED)
            await until(lambda: music.status == film.status == "Paused", "the players did not pause")
            music.become("Playing")
            music.become("Paused")  # wanted so, by now
            film.become("Stopped")
            await bus.settled()
            happen(RELEASED, HEARD, *ANSWER)
            await asyncio.sleep(2.0)
        assert (music.status, film.status) == ("Paused", "Stopped")
        assert music.calls == film.calls == ["Pause"]

    on_a_bus(folder, test)


def test_ducking_lowers_the_volume_and_pauses_nobody(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        film = await bus.join(Player(), Player.path, FILM)
        radio = await bus.join(Radio(), Radio.path, "org.mpris.MediaPlayer2.radio")
        async with manners(media="duck") as happen:
            happen(SPEECH, TURN_ENDED, HEARD)
            await until(lambda: bool(music.volumes and film.volumes), "nothing became quieter")
            film.volume = 0.5  # by its own slider
            happen(*ANSWER)
            await until(lambda: music.volume == 0.8, "the volume did not come back")
        assert film.volume == 0.5
        assert music.calls == film.calls == radio.calls == []

    on_a_bus(folder, test)


def test_what_cannot_pause_becomes_quieter(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        live = await bus.join(Player(can_pause=False), Player.path, MUSIC)
        async with manners(media="pause") as happen:
            happen(PRESSED)
            await until(lambda: live.volume == pytest.approx(0.2), "the stream did not become quieter")
        assert live.volume == 0.8
        assert live.calls == []

    on_a_bus(folder, test)


def test_a_player_that_hangs_holds_up_nobody(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(bus: PrivateBus) -> None:
        hung = await hanging(bus, "org.mpris.MediaPlayer2.a.hung")
        music = await bus.join(Player(), Player.path, MUSIC)
        async with manners(media="pause") as happen:
            for round_ in (1, 2):
                happen(PRESSED)
                await until(lambda n=round_: music.calls.count("Pause") == n, "the music did not pause")
                happen(RELEASED)
                await until(lambda n=round_: music.calls.count("Play") == n, "the music did not go on")
        assert hung == ["GetAll", "GetAll"]
        assert len([r for r in caplog.records if "does not answer" in r.message]) == 1

    caplog.set_level(logging.INFO)
    on_a_bus(folder, test)


def test_stopping_gives_back_what_was_paused(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        async with manners(media="pause") as happen:
            happen(PRESSED)
            await until(lambda: music.status == "Paused", "the music did not pause")
        assert music.calls == ["Pause", "Play"]

    on_a_bus(folder, test)


KILLED = """
import asyncio, sys
from pathlib import Path
from samantha import config
from samantha.events import SpeechStarted, TalkPressed
from samantha.service.desktop.manners import Desktop

async def main():
    desktop = Desktop(config.Desktop(media=sys.argv[2]), print, ledger=Path(sys.argv[1]))
    await desktop.start()
    await asyncio.sleep(0.3)
    desktop.on(TalkPressed(at=0))
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("media", ["pause", "duck"])
def test_a_killed_process_gives_back_what_it_held_when_it_starts_again(
    folder: Path, tmp_path: Path, media: str
) -> None:
    ledger = tmp_path / "players.json"

    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player(), Player.path, MUSIC)
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(ledger), media)
        try:
            await until(lambda: music.status == "Paused" or music.volume < 0.8, "no player gave way", 30)
            await until(ledger.exists, "nothing was noted")
        finally:
            child.kill()
            await child.wait()
        assert ledger.stat().st_mode & 0o777 == 0o600
        async with manners(media=media, ledger=ledger):
            await until(lambda: music.status == "Playing" and music.volume == 0.8, "it was not given back")
            await until(lambda: not ledger.exists(), "the note was kept")

    on_a_bus(folder, test)


def test_a_note_from_another_login_means_nobody_here(folder: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "players.json"

    async def test(bus: PrivateBus) -> None:
        music = await bus.join(Player("Paused"), Player.path, MUSIC)
        ledger.write_text(
            '{"bus": "another", "held": [{"name": "m", "owner": ":1.0", "paused": true, "volume": null}]}'
        )
        async with manners(media="pause", ledger=ledger):
            await asyncio.sleep(0.2)
        assert music.calls == []

    on_a_bus(folder, test)


def test_without_a_bus_nothing_happens_and_it_is_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with manners(media="pause", notifications=True, lock_mutes=True) as happen:
            happen(PRESSED, RELEASED, HEARD, *ANSWER, Failed(at=0, error="no"))
            await asyncio.sleep(2.0)

    asyncio.run(test())
    assert [r.args[0] for r in caplog.records if "cannot be reached" in r.message and r.args] == [
        "session",
        "system",
    ]


def test_a_bus_that_went_away_is_joined_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(bus: PrivateBus) -> None:
        async with manners(media="pause") as happen:
            await bus.kill()
            happen(PRESSED)
            await until(lambda: "cannot be reached" in caplog.text, "nothing was said")
            await bus.start()
            music = await bus.join(Player(), Player.path, MUSIC)
            await until(lambda: music.calls == ["Pause"], "the music did not pause", 20)
            happen(RELEASED, HEARD, *ANSWER)
            await until(lambda: music.calls == ["Pause", "Play"], "the music did not go on")

    caplog.set_level(logging.INFO)
    on_a_bus(folder, test)


# --- notifications ------------------------------------------------------------------------------------


def test_a_device_that_stays_away_is_shown_and_withdrawn(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        daemon = await bus.join(Notifications(), Notifications.path, Notifications.name)
        async with manners(notifications=True) as happen:
            happen(
                DeviceLost(at=0, side="output", name="Speakers"), DeviceFound(at=0, side="output", name="TV")
            )
            happen(DeviceLost(at=0, side="input", name="Headset <One>"))
            await until(lambda: bool(daemon.shown), "nothing was shown")
            await bus.settled()
            happen(DeviceFound(at=0, side="input", name="Webcam"))
            await until(lambda: bool(daemon.closed), "the notification was not withdrawn")
        ((replaces, words),) = daemon.shown
        assert replaces == 0
        assert "My microphone (Headset One) has gone" in words
        assert daemon.closed == [41]

    on_a_bus(folder, test)


def test_a_failure_is_shown_once_and_without_its_words(folder: Path) -> None:
    async def test(bus: PrivateBus) -> None:
        daemon = await bus.join(Notifications(), Notifications.path, Notifications.name)
        async with manners(notifications=True) as happen:
            for times in (1, 2):
                happen(Failed(at=0, error="broke at 'my secret'"))
                await until(lambda n=times: len(daemon.shown) == n, "nothing was shown")
                await bus.settled()
            happen(HEARD, *ANSWER)
            await asyncio.sleep(0.2)
            assert [replaces for replaces, _ in daemon.shown] == [0, 41]
            assert "secret" not in str(daemon.shown)
            daemon.NotificationClosed(41, 2)  # dismissed by hand
            await bus.settled()
            happen(Failed(at=0, error="a third time"))
            await until(lambda: len(daemon.shown) == 3, "nothing was shown")
            assert daemon.shown[2][0] == 0

    on_a_bus(folder, test)


# --- the lock of the screen ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
def test_a_screen_saver_closes_the_microphone_and_opens_it(folder: Path, name: str) -> None:
    muted: list[bool] = []

    async def test(bus: PrivateBus) -> None:
        program = ScreenSaver(name)
        saver = await bus.join(program, program.path, name)
        async with manners(muted.append, lock_mutes=True):
            saver.become(True)
            await until(lambda: muted == [True], "the lock closed no microphone")
            saver.become(False)
            await until(lambda: muted == [True, False], "unlocking opened no microphone")

    on_a_bus(folder, test)


def test_logind_closes_the_microphone_for_the_persons_session_only(folder: Path) -> None:
    muted: list[bool] = []

    async def test(bus: PrivateBus) -> None:
        mine, others = await logind(bus)
        async with manners(muted.append, lock_mutes=True):
            others.Lock()
            others.hint(True)
            await asyncio.sleep(0.2)
            assert muted == []
            mine.Lock()
            mine.hint(True)
            await until(lambda: muted == [True], "the lock closed no microphone")
            mine.Unlock()
            mine.hint(False)
            await until(lambda: muted == [True, False], "unlocking opened no microphone")

    async def go() -> None:
        async with private_bus(folder / "system") as bus:
            await test(bus)

    asyncio.run(go())


def test_a_screen_that_is_locked_already_counts(folder: Path) -> None:
    muted: list[bool] = []

    async def go() -> None:
        async with private_bus(folder / "system") as bus:
            mine, _ = await logind(bus, locked=True)
            async with manners(muted.append, lock_mutes=True):
                await until(lambda: muted == [True], "the lock closed no microphone")
                mine.hint(False)
                await until(lambda: muted == [True, False], "unlocking opened no microphone")

    asyncio.run(go())


def test_a_microphone_that_the_person_closed_stays_closed(folder: Path) -> None:
    muted: list[bool] = []

    async def test(bus: PrivateBus) -> None:
        program = ScreenSaver("org.gnome.ScreenSaver")
        saver = await bus.join(program, program.path, program.name)
        async with manners(muted.append, lock_mutes=True) as happen:
            happen(ListeningChanged(at=0, mode="always", muted=True, microphone=False))
            saver.become(True)
            saver.become(False)
            await bus.settled()
            assert muted == []
            happen(ListeningChanged(at=0, mode="always", muted=False, microphone=True))
            saver.become(True)
            await until(lambda: muted == [True], "the lock closed no microphone")
            happen(ListeningChanged(at=0, mode="always", muted=True, microphone=False))
            happen(ListeningChanged(at=0, mode="always", muted=False, microphone=True))  # opened by hand
            saver.become(False)
            await asyncio.sleep(0.2)
            assert muted == [True]

    on_a_bus(folder, test)
