"""When turns begin, pause, go on and end."""

from __future__ import annotations

import random

import pytest

from samantha.config import Hearing
from samantha.hearing.endpoint import Began, Decision, Echo, Endpointer, Over, Rested, WentOn

pytestmark = pytest.mark.unit

WINDOW = 512
SETTINGS = Hearing(threshold=0.5, onset_ms=96, pause_ms=192, end_ms=800, max_turn_s=10)


def decide(probabilities: list[float], settings: Hearing = SETTINGS) -> list[Decision]:
    endpointer = Endpointer(settings)
    return [decision for p in probabilities for decision in endpointer.feed(p, WINDOW)]


def at(windows: int) -> int:
    return windows * WINDOW


def test_a_turn() -> None:
    # 2 windows of silence, 10 of speech, 6 of silence are a pause, 25 are the end
    assert decide([0.0] * 2 + [0.9] * 10 + [0.0] * 30) == [
        Began(at(5), began=at(2)),
        Rested(at(18), speech_end=at(12), speech=at(10)),
        Over(at(37), began=at(2), speech_end=at(12), speech=at(10), cut=False),
    ]


def test_going_on_after_a_pause() -> None:
    assert decide([0.9] * 5 + [0.0] * 10 + [0.9] * 4 + [0.0] * 25) == [
        Began(at(3), began=0),
        Rested(at(11), speech_end=at(5), speech=at(5)),
        WentOn(at(16)),
        Rested(at(25), speech_end=at(19), speech=at(9)),
        Over(at(44), began=0, speech_end=at(19), speech=at(9), cut=False),
    ]


@pytest.mark.parametrize(
    "probabilities",
    [
        pytest.param([0.0] * 100, id="silence"),
        pytest.param([0.49] * 100, id="never sure enough"),
        pytest.param([0.9, 0.9, 0.0] * 30, id="blips shorter than the onset"),
        pytest.param([0.9] + [0.34] * 50, id="below the lower threshold at once"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_turn(probabilities: list[float]) -> None:
    assert decide(probabilities) == []


def test_speech_lasts_until_well_below_the_threshold() -> None:
    # 0.36 would not begin speech, but does not end it either
    assert decide([0.5] * 3 + [0.36] * 40 + [0.34] * 25)[-1] == Over(
        at(68), began=0, speech_end=at(43), speech=at(43), cut=False
    )


@pytest.mark.parametrize("threshold", [0.1, 0.15, 0.3, 0.95])
def test_silence_ends_a_turn_at_any_threshold(threshold: float) -> None:
    decisions = decide([1.0] * 5 + [0.02] * 30, SETTINGS.model_copy(update={"threshold": threshold}))
    assert [type(decision) for decision in decisions] == [Began, Rested, Over]


def test_gaps_between_words_do_not_count_as_speech() -> None:
    over = decide([0.9] * 5 + [0.0] * 3 + [0.9] * 5 + [0.0] * 25)[-1]
    assert isinstance(over, Over)
    assert (over.speech, over.speech_end) == (at(10), at(13))


def test_no_pause_when_the_end_comes_first() -> None:
    quick = SETTINGS.model_copy(update={"end_ms": 200, "pause_ms": 500})
    assert [type(decision) for decision in decide([0.9] * 5 + [0.0] * 20, quick)] == [Began, Over]


def test_endless_speech_is_cut_and_goes_on_in_a_new_turn() -> None:
    limit = 313  # windows, the first at or after 10 s
    assert decide([0.9] * 700) == [
        Began(at(3), began=0),
        Over(at(limit), began=0, speech_end=at(limit), speech=at(limit), cut=True),
        Began(at(limit + 3), began=at(limit)),
        Over(at(2 * limit), began=at(limit), speech_end=at(2 * limit), speech=at(limit), cut=True),
        Began(at(2 * limit + 3), began=at(2 * limit)),
    ]


def test_a_long_turn_is_cut_at_a_pause_rather_than_in_a_word() -> None:
    decisions = decide([0.9] * 260 + [0.0] * 6 + [0.9] * 10)  # the pause is after 8.3 of 10 s
    assert decisions == [
        Began(at(3), began=0),
        Rested(at(266), speech_end=at(260), speech=at(260)),
        Over(at(266), began=0, speech_end=at(260), speech=at(260), cut=True),
        Began(at(269), began=at(266)),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_heard_the_story_makes_sense(seed: int) -> None:
    chance = random.Random(seed)
    settings = Hearing(
        threshold=chance.uniform(0.1, 0.95),
        onset_ms=chance.randint(32, 500),
        pause_ms=chance.randint(64, 500),
        end_ms=chance.randint(200, 1500),
        max_turn_s=5,
    )
    endpointer = Endpointer(settings)
    fed = free_from = 0
    inside = paused = False
    turns = 0
    for _ in range(300):
        level = chance.random()
        for _ in range(chance.randint(1, 40)):
            probability = min(1.0, max(0.0, chance.gauss(level, 0.1)))
            decisions = endpointer.feed(probability, WINDOW)
            fed += WINDOW
            for decision in decisions:
                assert decision.at == fed
                match decision:
                    case Began(began=began):
                        assert not inside
                        assert free_from <= began < fed
                        inside, paused, opened = True, False, began
                    case Rested(speech_end=speech_end):
                        assert inside
                        assert not paused
                        assert opened < speech_end < fed
                        paused = True
                    case WentOn():
                        assert inside
                        assert paused
                        paused = False
                    case Over():
                        assert inside
                        assert decision.began == opened
                        assert opened < decision.speech_end <= fed
                        assert 0 < decision.speech <= decision.speech_end - opened
                        assert fed - opened <= 5 * 16000 + WINDOW
                        inside, free_from, turns = False, fed, turns + 1
            assert endpointer.open is inside
    assert turns > 0


def opens_after(probability: float, echo: Echo) -> int | None:
    """Windows of speech with `probability` until a turn opens; None if it never does."""
    endpointer = Endpointer(Hearing(threshold=0.5, onset_ms=96, onset_over_echo_ms=288))
    return next((n for n in range(1, 100) if endpointer.feed(probability, WINDOW, echo)), None)


def test_over_an_unknown_echo_it_takes_more_speech_to_open_a_turn() -> None:
    assert opens_after(0.9, Echo.NONE) == 3
    assert opens_after(0.9, Echo.UNKNOWN) == 9
    assert opens_after(0.4, Echo.UNKNOWN) is None


def test_over_an_echo_that_is_known_less_is_enough() -> None:
    assert opens_after(0.9, Echo.LEARNT) == 2
    assert opens_after(0.25, Echo.LEARNT) == 2
    assert opens_after(0.25, Echo.NONE) is None
    assert opens_after(0.15, Echo.LEARNT) is None


def test_a_word_through_an_echo_lasts_as_long_as_it_is_heard() -> None:
    endpointer = Endpointer(SETTINGS)
    decisions = [d for p in [0.25, 0.25, 0.15, 0.25] for d in endpointer.feed(p, WINDOW, Echo.LEARNT)]
    decisions += [d for p in [0.0] * 30 for d in endpointer.feed(p, WINDOW)]
    assert [type(decision) for decision in decisions] == [Began, Rested, Over]
    assert isinstance(decisions[-1], Over)
    assert decisions[-1].speech == at(4)


WAITING = SETTINGS.model_copy(update={"pause_ms": 128})


def ends_after(endpointer: Endpointer, expected: int, *, asked_after: int = 4) -> int:
    """Windows of silence after which the turn is over, if `expected` windows are granted after `asked_after`."""
    for windows in range(1, 200):
        if any(isinstance(decision, Over) for decision in endpointer.feed(0.0, WINDOW)):
            return windows
        if windows == asked_after:
            endpointer.expect(at(expected))
    raise AssertionError("never")


def speaking() -> Endpointer:
    endpointer = Endpointer(WAITING)
    for _ in range(10):
        endpointer.feed(0.9, WINDOW)
    return endpointer


def test_each_pause_is_as_long_as_is_said_of_it() -> None:
    assert ends_after(speaking(), 10) == 10
    assert ends_after(speaking(), 47) == 47  # longer than usual


def test_a_wait_that_is_over_already_ends_the_turn_with_the_next_window() -> None:
    assert ends_after(speaking(), 6, asked_after=20) == 21


def test_the_wait_may_be_said_again() -> None:
    endpointer = speaking()
    for _ in range(5):
        endpointer.feed(0.0, WINDOW)
    endpointer.expect(at(47))
    assert ends_after(endpointer, 15) == 10  # of which 5 were before


def test_what_was_said_of_a_pause_is_forgotten_when_the_person_goes_on() -> None:
    endpointer = speaking()
    for _ in range(5):
        endpointer.feed(0.0, WINDOW)
    endpointer.expect(at(47))
    endpointer.feed(0.9, WINDOW)
    assert ends_after(endpointer, 40, asked_after=100) == 25  # end_ms


def test_nothing_is_expected_without_a_pause() -> None:
    endpointer = speaking()
    endpointer.expect(at(6))  # too late: the person has gone on
    assert ends_after(endpointer, 40, asked_after=100) == 25


def test_the_next_turn_is_waited_for_as_usual() -> None:
    endpointer = speaking()
    assert ends_after(endpointer, 10) == 10
    endpointer.expect(at(6))
    for _ in range(10):
        endpointer.feed(0.9, WINDOW)
    assert ends_after(endpointer, 40, asked_after=100) == 25


def test_she_can_tell_whether_the_last_window_was_speech() -> None:
    endpointer = Endpointer(WAITING)
    voiced = []
    for probability in (0.0, 0.9, 0.4, 0.0):
        endpointer.feed(probability, WINDOW)
        voiced.append(endpointer.voiced)
    assert voiced == [False, True, True, False]


@pytest.mark.parametrize(
    ("learnt", "surplus", "echo"),
    [
        (False, 30.0, Echo.UNKNOWN),
        (True, 2.0, Echo.UNKNOWN),
        (True, 10.0, Echo.LEARNT),
        (True, 20.0, Echo.PLAIN),
    ],
)
def test_what_may_be_left_of_her_is_doubted(learnt: bool, surplus: float, echo: Echo) -> None:
    assert Echo.over(learnt, surplus) is echo


def test_what_stands_out_from_her_echo_needs_little_likeness_to_speech() -> None:
    assert opens_after(0.12, Echo.PLAIN) == 2
    assert opens_after(0.05, Echo.PLAIN) is None
