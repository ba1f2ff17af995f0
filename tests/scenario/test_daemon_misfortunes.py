"""What befalls a daemon, with scripted engines: told to leave at a bad moment, new settings, broken attachments."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from pathlib import Path

import pytest
from fakes import Script, converse, speech_and_silence
from life import awake, live, living, until

from samantha.assistant import Assistant
from samantha.events import Announced, Event, Failed, ReplySpoken, TurnEnded
from samantha.service.attachments import Attachments
from samantha.service.control import Waking
from samantha.service.daemon import NO_DISK

pytestmark = pytest.mark.scenario


def test_she_leaves_without_waiting_for_models_that_are_still_loading() -> None:
    gate, loaded = threading.Event(), threading.Event()

    def load() -> None:
        gate.wait(10)
        loaded.set()

    async def body() -> None:
        async with living(Script(), wait=load) as life:
            await asyncio.sleep(0.05)
            assert life.daemon.session is None

    live(body)
    assert not loaded.is_set()
    gate.set()


def test_she_leaves_without_waiting_for_new_settings() -> None:
    gate, loaded = threading.Event(), threading.Event()

    async def body() -> None:
        async with living(Script(), wait=lambda: gate.wait(10) and loaded.set()) as life:
            gate.set()
            await awake(life)
            gate.clear()
            loaded.clear()
            life.flags["voice.speed"] = 1.2
            reloading = asyncio.ensure_future(life.daemon.reload())
            await until(lambda: not life.daemon._loading._thread._work_queue.qsize())
        assert not reloading.done()

    live(body)
    assert not loaded.is_set()
    gate.set()


def test_settings_that_come_while_she_wakes_up_are_for_later() -> None:
    gate = threading.Event()

    async def body() -> None:
        async with living(Script(), wait=lambda: gate.wait(10) and None) as life:
            with pytest.raises(Waking):
                await life.daemon.reload()
            gate.set()
            await life.daemon.awake()
            assert await life.daemon.reload() == []

    live(body)


def test_two_reloads_at_once_are_done_one_after_the_other() -> None:
    async def body() -> None:
        async with living(Script()) as life:
            await awake(life)
            life.flags["voice.speed"] = 1.2
            assert await asyncio.gather(life.daemon.reload(), life.daemon.reload()) == [["voice.speed"], []]
            assert life.loads == 2

    live(body)


def test_engines_that_were_replaced_are_let_go() -> None:
    async def body() -> None:
        async with living(Script(heard=["Hello."])) as life:
            await awake(life)
            life.speak()
            await life.until(ReplySpoken)
            assert life.daemon.session is not None
            old = weakref.ref(life.daemon.session.parts.llm)
            life.flags["voice.speed"] = 1.2
            await life.daemon.reload()
            del life.cards[0]
            await until(lambda: (gc.collect(), old() is None)[1])

    live(body)


def test_words_that_were_just_said_are_kept_when_she_leaves(tmp_path: Path) -> None:
    def prepare(assistant: Assistant) -> None:
        def leave(event: Event) -> None:
            if isinstance(event, TurnEnded):
                assistant.stop()

        assistant.subscribe(leave)

    script = Script(heard=["Remember the milk."])
    outcome = asyncio.run(converse(tmp_path, script, speech_and_silence(1, 1, 4), prepare=prepare))
    assert [message.content.split(") ")[-1] for message in outcome.history] == ["Remember the milk."]
    assert all(not spoken.text_heard for spoken in outcome.of(ReplySpoken))


def test_a_turn_for_which_there_is_no_memory_fails_alone() -> None:
    async def body() -> None:
        script = Script(heard=["One.", "Two."], answers=[MemoryError(), "Better."])
        async with living(script) as life:
            await awake(life)
            life.speak()
            [failed] = await life.until(Failed)
            assert "out of memory" in failed.error  # type: ignore[attr-defined]
            life.speak()
            await life.until(ReplySpoken)
            assert not life.daemon.complaints()

    live(body)


def test_a_disk_that_never_worked_is_said_as_soon_as_she_is_awake(tmp_path: Path) -> None:
    async def body() -> None:
        (tmp_path / "a file").touch()
        async with living(Script(), **{"paths.state": str(tmp_path / "a file" / "state")}) as life:
            [told] = await life.until(Announced)
            assert told.text == NO_DISK  # type: ignore[attr-defined]

    live(body)


def test_no_key_to_talk_is_a_problem_only_where_one_is_wanted() -> None:
    async def body() -> None:
        async with living(Script()) as life:
            daemon = (await awake(life)).daemon
            daemon.note("hotkey", "No key can be heard here.")
            assert daemon.complaints() == []
            daemon.set_mode("ptt")
            assert daemon.complaints() == ["No key can be heard here."]
        async with living(Script(), **{"ptt.mechanism": "console", "dialog.mode": "always"}) as life:
            daemon = (await awake(life)).daemon
            daemon.set_mode("always")
            daemon.note("hotkey", "No key can be heard here.")
            assert daemon.complaints() == ["No key can be heard here."]

    live(body)


def test_an_attachment_that_cannot_begin_is_a_problem_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("long" * 30)))

    async def body() -> None:
        async with living(Script(heard=["Still there?"]), **{"ptt.mechanism": "off"}) as life:
            attachments = Attachments(life.daemon)
            life.daemon.changed, life.daemon.leaving = attachments.change, attachments.leave
            await attachments.begin()
            await awake(life)
            assert "longer than" in life.daemon.complaints()[0]
            life.speak()
            await life.until(ReplySpoken)
            await attachments.end()

    live(body)


def test_the_lag_of_waking_up_is_forgotten() -> None:
    gate = threading.Event()

    async def body() -> None:
        async with living(Script(), wait=lambda: gate.wait(10) and None) as life:
            await until(lambda: len(life.daemon.heartbeat._late) >= 2)
            gate.set()
            await awake(life)
            assert life.daemon.heartbeat.lag_ms == 0.0

    live(body)
