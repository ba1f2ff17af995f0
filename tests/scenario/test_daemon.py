"""A life as a service, with scripted engines: waking, turns kept, verbs, new settings, leaving."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes import Script, speech_and_silence
from life import awake, live, living, until

from samantha.audio.device import Found, Lost
from samantha.config import Config
from samantha.errors import AudioError, ConfigError, ModelError, SamanthaError
from samantha.events import Heard, ReplySpoken
from samantha.ports import Message
from samantha.service.control import Busy, Waking
from samantha.service.daemon import differences
from samantha.service.guests import Guests
from samantha.service.lending import Begun, Preempted
from samantha.service.verbs import Verbs

pytestmark = pytest.mark.scenario


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    async def body() -> None:
        async with living(Script(heard=["My cat is called Ada."], answers=["A fine name."])) as life:
            await awake(life)
            life.speak()
            await life.until(ReplySpoken)
            before = life.history()
        async with living(Script()) as again:
            await awake(again)
            assert again.history() == before
            assert len(before) == 2

    live(body)


def test_an_old_conversation_is_not_taken_up(tmp_path: Path) -> None:
    async def body() -> None:
        async with living(Script(heard=["Good night, dear."])) as life:
            await awake(life)
            life.speak()
            await life.until(ReplySpoken)
        async with living(Script(), **{"dialog.resume_min": 0}) as again:
            await awake(again)
            assert again.history() == []

    live(body)


def test_a_muted_microphone_stays_muted_after_a_restart() -> None:
    async def body() -> None:
        async with living(Script()) as life:
            await awake(life)
            life.daemon.mute(True)
            life.daemon.set_mode("name")
            assert not life.card.hearing
        async with living(Script()) as again:
            await awake(again)
            assert not again.card.hearing
            assert (await Verbs(again.daemon).status()).state == "muted"
            again.daemon.mute(False)
            status = await Verbs(again.daemon).status()
            assert (status.state, status.mode, status.microphone) == ("listening", "name", True)
            assert again.daemon.summary == "listening for her name"

    live(body)


def test_what_she_learnt_of_a_persons_pauses_survives_a_restart() -> None:
    async def learn() -> float:
        async with living(Script(heard=["Hello."], answers=["Hi."])) as life:
            await awake(life)
            life.daemon.assistant.conversation.patience = 1.5
            life.card.speak(speech_and_silence(0.2, 1.0, 3.0))
            await life.until(ReplySpoken)
            return life.daemon.assistant.conversation.patience

    async def know() -> float:
        async with living(Script()) as life:
            await awake(life)
            return life.daemon.assistant.conversation.patience

    learnt = asyncio.run(learn())
    assert 1.4 < learnt < 1.5
    assert asyncio.run(know()) == pytest.approx(learnt, abs=0.01)


def test_an_unlocked_screen_opens_no_microphone_that_the_person_muted() -> None:
    async def body() -> None:
        async with living(Script()) as life:
            daemon = (await awake(life)).daemon
            daemon.lock(True)
            assert not life.card.hearing
            daemon.lock(False)
            assert life.card.hearing
            daemon.mute(True)
        async with living(Script()) as again:
            daemon = (await awake(again)).daemon
            daemon.lock(True)
            daemon.lock(False)
            assert not again.card.hearing
            daemon.lock(True)
            daemon.mute(False)
            assert again.card.hearing, "she was told to, whatever the screen says"

    live(body)


def test_new_settings_keep_the_conversation() -> None:
    async def body() -> None:
        async with living(Script(heard=["One, please."], answers=["First."])) as life:
            await awake(life)
            life.speak()
            await life.until(ReplySpoken)
            assert await life.daemon.reload() == []
            life.flags["ptt.keep_warm"] = False
            assert await life.daemon.reload() == ["ptt.keep_warm"]
            assert life.loads == 1, "nothing that is loaded depends on it"
            life.flags["voice.speed"] = 1.2
            assert await life.daemon.reload() == ["voice.speed"]
            assert life.loads == 2
            assert len(life.cards) == 3
            life.speak()
            await life.until(ReplySpoken, 2)
            assert [text.split(") ")[-1] for text in life.history()] == [
                "One, please.", "First.", "One, please.", "First.",  # new engines begin their script anew
            ]  # fmt: skip

    live(body)


def test_what_is_asked_between_two_sets_of_settings_is_done_with_the_new_ones() -> None:
    async def body() -> None:
        gate = threading.Event()
        async with living(Script(heard=["By key."], answers=["Well."])) as life:
            daemon = (await awake(life)).daemon
            verbs, before = Verbs(daemon), daemon.assistant
            at_work = asyncio.ensure_future(before.engines.stt_lane.call(lambda: gate.wait(5)))
            life.flags["voice.speed"] = 1.2
            changing = asyncio.ensure_future(daemon.reload())
            await until(lambda: not daemon._begun.is_set())
            await asyncio.sleep(0.05)  # by now the old engines take no more work
            said = asyncio.ensure_future(verbs.say("Hello."))
            pressed = asyncio.ensure_future(verbs.ptt("press"))
            assert (await verbs.listen(True)).problems == []
            gate.set()
            await asyncio.gather(changing, at_work)
            await asyncio.wait_for(asyncio.gather(said, pressed), 5)
            assert daemon.assistant is not before
            assert daemon.assistant.listening.held
            assert daemon.complaints() == []

    live(body)


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("llm.context", 3, ConfigError),
        ("llm.model", "broken", ModelError),
        ("memory.encrypted", True, ConfigError),
    ],
)
def test_wrong_settings_are_refused_and_the_old_ones_stay(
    key: str, value: object, kind: type[SamanthaError]
) -> None:
    async def body() -> None:
        async with living(Script(heard=["Still there?"])) as life:
            await awake(life)
            life.flags[key] = value
            with pytest.raises(kind):
                await life.daemon.reload()
            life.speak()
            await life.until(ReplySpoken)
            assert len(life.cards) == 1

    live(body)


def test_nothing_is_asked_of_her_before_she_is_awake() -> None:
    gate = threading.Event()

    async def body() -> None:
        async with living(Script(), wait=lambda: gate.wait(5) and None) as life:
            verbs = Verbs(life.daemon)
            assert (await verbs.status()).state == "waking"
            with pytest.raises(Waking):
                await verbs.hush()
            gate.set()
            await awake(life)
            assert (await verbs.status()).state == "listening"

    live(body)


def test_what_was_refused_while_she_woke_was_not_done() -> None:
    gate = threading.Event()

    async def body() -> None:
        async with living(Script()) as life:
            (await awake(life)).daemon.mute(True)
        async with living(Script(), wait=lambda: gate.wait(5) and None) as again:
            verbs = Verbs(again.daemon)
            await until(lambda: again.daemon._muted)
            for ask in (
                lambda: verbs.listen(True),
                lambda: verbs.mode("ptt"),
                lambda: verbs.ptt("press"),
                lambda: verbs.say("Hello."),
                lambda: anext(verbs.chat("Hello.", aloud=False)),
                verbs.devices,
                verbs.reload,
            ):
                with pytest.raises(Waking):
                    await ask()
            gate.set()
            await awake(again)
            assert not again.card.hearing

    live(body)


def test_chatting_streams_and_is_refused_in_the_middle_of_a_turn() -> None:
    async def body() -> None:
        async with living(Script(answers=["Quite well, thanks."])) as life:
            verbs = Verbs((await awake(life)).daemon)
            pieces = [piece async for piece in verbs.chat("How are you?", aloud=False)]
            assert "".join(pieces) == "Quite well, thanks."
            assert len(pieces) > 1
            life.daemon.talk("press")
            with pytest.raises(Busy):
                [piece async for piece in verbs.chat("And now?", aloud=False)]

    live(body)


def test_a_person_who_writes_does_not_wait_for_a_guest() -> None:
    async def body() -> None:
        script = Script(answers=["word " * 400, "At once."], token_takes=0.01)
        async with living(script, nap=time.sleep) as life:
            daemon = (await awake(life)).daemon
            conversation = daemon.assistant.conversation
            guests = Guests(
                daemon.assistant.engines,
                daemon.config,
                prompt=lambda: conversation.context.prompt,
                occupied=lambda: False,
                borrowed=lambda: None,
            )
            daemon.listeners.append(guests.on)
            thought = guests.think([Message("user", "Tell me all of it.")])
            assert isinstance(await anext(thought), Begun)
            await anext(thought)
            chatting = asyncio.ensure_future(_all(Verbs(daemon).chat("And me?", aloud=False)))
            with pytest.raises(Preempted):
                [_ async for _ in thought]
            assert "".join(await chatting) == "At once."

    live(body)


async def _all(pieces: AsyncIterator[str]) -> list[str]:
    return [piece async for piece in pieces]


def test_an_answer_in_writing_that_breaks_says_why() -> None:
    async def body() -> None:
        async with living(Script(answers=[ModelError("The mind broke.")])) as life:
            verbs = Verbs((await awake(life)).daemon)
            with pytest.raises(SamanthaError, match="The mind broke"):
                [piece async for piece in verbs.chat("How are you?", aloud=False)]
            assert (await verbs.status()).problems == ["The mind broke."]

    live(body)


def test_she_says_what_she_is_told_and_can_be_hushed() -> None:
    async def body() -> None:
        async with living(Script(letter_lasts=0.02)) as life:
            verbs = Verbs((await awake(life)).daemon)
            assert await verbs.say("Dinner is ready.") == "Dinner is ready."
            assert life.card.loud > 5
            long = asyncio.ensure_future(verbs.say("One. " * 200))
            await until(lambda: life.daemon.assistant.speaker.sounding)
            assert await verbs.hush()
            assert len((await long).split()) < 200
            assert not await verbs.hush()

    live(body)


def test_what_no_loudspeaker_played_was_not_said() -> None:
    async def body() -> None:
        async with living(Script(letter_lasts=0.01)) as life:
            verbs = Verbs((await awake(life)).daemon)
            life.daemon.assistant.on_device(Lost("output", "the headset", "Gone."))
            with pytest.raises(AudioError, match="no loudspeaker"):
                await verbs.say("Dinner is ready.")
            life.daemon.assistant.on_device(Found("output", "the headset", acoustic=False, changed=False))
            assert await verbs.say("Dinner is ready.") == "Dinner is ready."

    live(body)


def test_the_key_works_through_the_verbs() -> None:
    async def body() -> None:
        async with living(Script(heard=["By key."]), **{"dialog.mode": "ptt"}) as life:
            verbs = Verbs((await awake(life)).daemon)
            assert (await verbs.ptt("press")).talking
            life.card.speak(speech_and_silence(0, 1.0))
            await asyncio.sleep(0.1)
            await verbs.ptt("toggle")
            assert [event.text for event in await life.until(Heard)] == ["By key."]  # type: ignore[attr-defined]
            await verbs.listen(False)
            with pytest.raises(SamanthaError, match="muted"):
                await verbs.ptt("press")

    live(body)


def test_a_key_held_through_new_settings_is_no_key_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samantha.service.daemon.POLITE", 0.05)

    async def body() -> None:
        async with living(Script(heard=["By key."]), **{"dialog.mode": "ptt"}) as life:
            daemon = (await awake(life)).daemon
            daemon.talk("press")
            life.flags["voice.volume"] = 0.5
            await daemon.reload()
            daemon.talk("release")
            daemon.talk("press")
            life.card.speak(speech_and_silence(0, 1.0))
            await asyncio.sleep(0.1)
            daemon.talk("release")
            await life.until(Heard)

    live(body)


def test_events_reach_whoever_subscribed_and_a_broken_one_is_dropped() -> None:
    async def body() -> None:
        records: list[dict[str, object]] = []
        async with living(Script(heard=["Can you hear me?"])) as life:
            verbs = Verbs((await awake(life)).daemon)

            def broken(_: object) -> None:
                raise OSError("gone")

            verbs.subscribe(broken)
            end = verbs.subscribe(records.append)
            life.speak()
            await life.until(ReplySpoken)
            assert {"event": "Heard", "text": "Can you hear me?"}.items() <= records[4].items()
            await asyncio.to_thread(end)  # as the API's thread may
            await asyncio.sleep(0)
            count = len(records)
            life.daemon.mute(True)
            assert len(records) == count

    live(body)


def test_a_disk_that_takes_nothing_is_said_once_and_the_talk_goes_on(tmp_path: Path) -> None:
    async def body() -> None:
        (tmp_path / "a file").touch()
        script = Script(heard=["One, please.", "Two, please.", "Three, please."], letter_lasts=0.01)
        async with living(script, **{"paths.state": str(tmp_path / "a file" / "state")}) as life:
            await awake(life)
            life.speak()
            await life.until(ReplySpoken)
            life.speak()
            await life.until(ReplySpoken, 2)
            assert len(life.history()) == 4
            assert len((await Verbs(life.daemon).status()).problems) == 1
            (tmp_path / "a file").unlink()
            life.speak()
            await life.until(ReplySpoken, 3)
            await until(lambda: not life.daemon.complaints())

    live(body)


def test_what_has_changed_is_named_by_its_path() -> None:
    old = Config()
    new = Config.model_validate({"voice": {"speed": 1.1}, "api": {"tcp": True}})
    assert differences(old, new) == ["voice.speed", "api.tcp"]
