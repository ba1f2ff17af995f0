"""Her real ears and voice in a room of numbers: she does not hear herself, and hears a person."""

from __future__ import annotations

import numpy as np
import pytest
from people import VOICE, say_clearly

from samantha import config
from samantha.app import store
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, samples
from samantha.bench import house
from samantha.bench.indoors import perform
from samantha.bench.person import Line
from samantha.bench.room import Space
from samantha.bench.selfecho import monologue, sample, with_memory
from samantha.bench.setting import Setting
from samantha.events import Heard, ReplySounded, ReplySpoken, to_record

pytestmark = pytest.mark.integration

SMALL = {"hearing.model": "whisper-tiny.en"}


@pytest.fixture(scope="module")
def setting() -> Setting:
    settings = house.fixed(config.load(flags={**SMALL, "voice.name": "kokoro-jf_alpha"}))
    for needed in ("kokoro-jf_alpha", "whisper-tiny.en", "silero-vad", VOICE):
        if not store(settings).installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    return with_memory(Setting(settings, house.engines(settings), 1, False, None, lambda _: None))


def test_she_does_not_hear_herself_and_does_the_same_again(setting: Setting) -> None:
    hers, space = sample(setting), Space(0.3, 80.0, echo_db=-5.0)
    records = [monologue(setting, space, hers, 8.0, 1, keep=True) for _ in range(2)]
    for record in records:
        assert not any(isinstance(event, Heard) for event in record.events)
        assert np.mean(np.abs(record.played) > 0.01) > 0.2, "she said nothing"
        assert record.seconds == pytest.approx(8.0, abs=0.02)
    assert np.array_equal(records[0].mic, records[1].mic)
    # What is published while she speaks hangs on the clock of the room and on nothing else.
    first, second = ([to_record(event) for event in record.events] for record in records)
    assert first == second


def test_a_person_is_heard_and_answered(setting: Setting) -> None:
    import soxr

    [said] = say_clearly(("What time is it in London right now?", "london"))
    word = np.asarray(soxr.resample(said, VOICE_RATE, HEARING_RATE), np.float32)
    space = Space(0.3, 80.0, echo_db=-5.0)
    record = perform(setting, space, sample(setting), [Line(space.person(word), wait=1.0)])
    [heard] = [event for event in record.events if isinstance(event, Heard)]
    assert "london" in heard.text.lower()
    [began] = record.said
    assert began is not None
    assert began >= samples(1.0)
    assert heard.at > began + len(word)
    kinds = [type(event) for event in record.events]
    assert kinds.index(Heard) < kinds.index(ReplySounded) < kinds.index(ReplySpoken)
