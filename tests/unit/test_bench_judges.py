"""What the bench makes of a conversation, from spans and events that are known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.console import Console

from samantha.audio.pcm import HEARING_RATE, samples, silence
from samantha.bench import interruptions, pauses, turns
from samantha.bench.interruptions import Interruptions, Outcome, Trial
from samantha.bench.listen import Span, spread
from samantha.bench.pauses import Paused, Verdict
from samantha.bench.perform import Performance
from samantha.bench.plot import COLOURS, pieces
from samantha.bench.report import Idle, Report, shown
from samantha.bench.speech import Clip
from samantha.bench.turns import Answer, Turns

pytestmark = pytest.mark.unit

Events = list[dict[str, object]]


def event(name: str, ms: float, **more: object) -> dict[str, object]:
    return {"event": name, "at": int(ms * HEARING_RATE / 1000), **more}


# --- turns ------------------------------------------------------------------------------------------------


def test_a_turn_is_measured_from_the_last_speech_to_the_first_sound() -> None:
    heard = [Span(3700, 4500), Span(4800, 6000), Span(9400, 9900)]
    first, second = turns.answers([Span(1000, 3000), Span(8000, 9000)], heard, 12_000)
    assert first == Answer(700, gap=300)
    assert second == Answer(400, gap=0)


def test_sound_while_the_person_speaks_is_a_cut_in_and_not_an_answer() -> None:
    (answer,) = turns.answers([Span(1000, 3000)], [Span(2000, 2400), Span(3600, 4000)], 9000)
    assert answer == Answer(600, gap=0, cut_in=True)


def test_who_is_talked_over_has_no_latency() -> None:
    (answer,) = turns.answers([Span(1000, 3000)], [Span(2500, 4000)], 9000)
    assert answer == Answer(None, cut_in=True, talked_over=True)
    (finishing,) = turns.answers([Span(1000, 3000)], [Span(500, 2950)], 9000)
    assert finishing == Answer(None, talked_over=True)


def test_what_is_said_after_the_next_question_answers_that() -> None:
    first, second = turns.answers([Span(0, 1000), Span(2000, 3000)], [Span(3500, 4000)], 9000)
    assert first == Answer(None)
    assert second.latency == 500


def test_a_whole_conversation_is_judged_by_its_sound() -> None:
    hers = np.concatenate([silence(samples(2.5)), np.full(samples(1), 0.3, np.float32), silence(samples(2))])
    measured = event(
        "TurnMeasured",
        3500,
        turn_end=300.0,
        transcript=200.0,
        first_token=None,
        first_clause=450.0,
        first_sound=480.0,
    )
    clip = Clip(silence(samples(1.5)), Span(100, 1400))
    performance = Performance([samples(0.5)], [measured], 3.0, 6.0, 2**30, 0.4, 4.0, 0)
    found = turns.judge([clip], performance, hers)
    assert found.latencies == [pytest.approx(600, abs=10)]
    assert (found.unanswered, found.cut_ins, found.talked_over, found.cpu_per_turn) == (0, 0, 0, 3.0)
    assert found.split["turn_end"] == 300.0
    assert found.split["first_token"] is None


# --- pauses -----------------------------------------------------------------------------------------------

SENTENCE = Paused(
    Clip(silence(samples(4)), Span(0, 4000), "When I came home, the lights were on."), Span(1500, 2500), 1.0
)


def judged(heard: list[Span], *events: dict[str, object]) -> Verdict:
    """`SENTENCE` begins at 1 s: its pause is from 2.5 to 3.5 s, its end at 5 s; the next begins at 12 s."""
    return pauses.verdict(SENTENCE, 1000, 12_000, heard, list(events))


def test_who_waits_through_a_pause_answers_after_it() -> None:
    verdict = judged(
        [Span(5600, 8000)],
        event("TurnEnded", 5300, speech_end=samples(5.0)),
        event("Heard", 5400, text="when i came home the lights were on"),
    )
    assert verdict == Verdict(False, False, True, 0.0, False, False, 600)


def test_a_pause_taken_for_the_end_and_noticed() -> None:
    verdict = judged(
        [Span(3300, 3560), Span(5700, 8000)],
        event("TurnEnded", 3000, speech_end=samples(2.5)),
        event("Heard", 3100, text="When I came home,"),
        event("TurnReopened", 3550, text="When I came home,"),
        event("TurnEnded", 5300, speech_end=samples(5.0)),
        event("Heard", 5400, text="When I came home, the light was on."),
    )
    assert verdict == Verdict(True, True, True, 260.0, False, False, 700)


def test_a_pause_taken_for_the_end_and_never_noticed_is_a_take_over() -> None:
    verdict = judged(
        [Span(3300, 6000)],
        event("TurnEnded", 3000, speech_end=samples(2.5)),
        event("Heard", 3100, text="When I came home,"),
    )
    assert verdict == Verdict(True, False, False, 1700.0, True, False, None)


def test_who_says_nothing_after_the_sentence_has_missed_its_end() -> None:
    assert judged([Span(3300, 3800)], event("TurnEnded", 3000, speech_end=samples(2.5))).missed
    assert judged([]).missed


def test_events_of_other_sentences_do_not_count() -> None:
    verdict = judged([Span(5600, 8000)], event("TurnEnded", 900, speech_end=0), event("TurnReopened", 12_100))
    assert not verdict.ended
    assert not verdict.reopened


def test_half_a_sentence_is_not_the_whole() -> None:
    assert pauses.whole("When I came home, the lights were on.", "when I came home the light was on")
    assert not pauses.whole("When I came home, the lights were on.", "The lights were on.")
    assert not pauses.whole("When I came home, the lights were on.", "")


# --- interruptions ----------------------------------------------------------------------------------------


def loud(begin: float, end: float, length: float) -> Clip:
    sound = silence(samples(length / 1000))
    sound[samples(begin / 1000) : samples(end / 1000)] = 0.3
    return Clip(sound, Span(begin + 50, end))


def interrupted(heard: list[Span], *events: dict[str, object], stops: bool = True) -> Outcome:
    """She is spoken over from 5.1 s (a detector notices at 5.15) to 7.0 s; the next begins at 15 s."""
    trial = Trial(loud(0, 1, 100), loud(100, 2000, 2100), stops, 1.0)
    return interruptions.outcome(trial, 5000, 15_000, heard, list(events))


def test_an_interruption_is_measured_from_its_first_sound() -> None:
    found = interrupted([Span(3000, 5300), Span(7600, 9000)], event("Heard", 7200, text="Wait."))
    assert found.silent == pytest.approx(200, abs=10)
    assert found.answered == pytest.approx(600, abs=10)
    assert not found.void


def test_who_talks_on_was_not_silenced() -> None:
    assert interrupted([Span(3000, 12_000)]).silent is None


def test_who_had_finished_was_not_interrupted() -> None:
    assert interrupted([Span(3000, 4500)]).void
    ended = event("ReplySpoken", 5400, text_heard="Yes.", interrupted=False)
    assert interrupted([Span(3000, 5400)], ended).void


def test_going_on_after_a_cough_may_begin_before_it_is_over() -> None:
    found = interrupted([Span(3000, 5300), Span(6000, 9000)], stops=False)
    assert found.answered == 0
    assert not found.heard


def test_the_share_of_those_who_went_on() -> None:
    found = interruptions.summary(
        [Outcome(120, 600, False, True), Outcome(200, 900, False, True), Outcome(None, None, False, False)],
        [
            Outcome(100, 400, False, False),  # went on
            Outcome(None, 5000, False, False),  # was never silent
            Outcome(100, 4000, False, False),  # too late
            Outcome(100, 500, False, True),  # took it for a turn
            Outcome(100, None, False, False),  # never again
        ],
        void=2,
    )
    assert found == Interruptions(
        3, spread([120, 200]), 1, spread([600, 900]), 1, 5, 2, 1, spread([400, 0]), 2
    )


# --- the report -------------------------------------------------------------------------------------------


def some_turns(p50: float) -> Turns:
    split: dict[str, float | None] = dict(zip(turns.STEPS, (300.0, 200.0, 400.0, 500.0, None), strict=True))
    return Turns(2, spread([p50]), 0, 0, 0, 0, spread([120.0]), split, [p50], 2.0, 2**30, 0.5, 5.0, 0)


def whole_report() -> Report:
    summed = pauses.Pauses(0.3, 4, 1, 1, 1, 1, spread([90.0]), 0, 0, spread([650.0]))
    report = Report("2026-01-01T12:00:00+01:00", {"processor": "a mill"}, {"voice": "hers", "seed": 1}, 40.0)
    report.turns, report.plain, report.pauses = some_turns(700), some_turns(2450), [summed]
    report.interruptions = interruptions.summary([Outcome(120, 600, False, True)], [], 0)
    report.idle = Idle(20, 2.5, 12.0, 2**30, 3.5)
    return report


def test_the_record_is_json_and_has_the_ratio() -> None:
    record = json.loads(json.dumps(whole_report().record()))
    assert record["ratio"] == 3.5
    assert record["turns"]["latency"] == {"count": 1, "p50": 700, "p95": 700, "most": 700}
    assert record["pauses"][0]["seconds"] == 0.3
    assert Report("", {}, {}, 0.0).record()["ratio"] is None


def test_a_person_sees_every_part() -> None:
    console = Console(width=100, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    with console.file:
        console.print(shown(whole_report()))
    text = console.export_text()
    for words in (
        "a mill",
        "700",
        "3.5",
        "plain pipeline",
        "0.3 s",
        "went on",
        "next room",
        "sound card",
        "use 40 %",
    ):
        assert words in text


def test_the_picture_shows_the_steps_in_the_order_in_which_they_were_done() -> None:
    assert pieces(some_turns(700)) == [
        (0.0, 200.0, COLOURS["transcript"]),  # a bet: the words were known before the turn was over
        (200.0, 300.0, COLOURS["turn_end"]),
        (300.0, 400.0, COLOURS["first_token"]),
        (400.0, 500.0, COLOURS["first_clause"]),
    ]
