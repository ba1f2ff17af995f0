"""A sound card's two clocks, simulated: what is heard must be whole, and soon."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_BLOCK, VOICE_RATE, Block, silence
from samantha.audio.stream import Ear, Exchange, Mouth

pytestmark = pytest.mark.scenario


class Card:
    """Callbacks of 10 ms, by two clocks that may run wrong, and a loop that looks every 10 ms or later.

    `render` speaks a 1 kHz tone between `speech`'s seconds (of captured blocks) and is silent otherwise; when
    `pausing`, also in the second half of each second.
    """

    def __init__(
        self,
        rates: tuple[int, int],
        *,
        ppm: float = 0.0,
        lateness: Callable[[float], float] = lambda now: 0.0,
        speech: tuple[float, float] = (1.0, 1.0),
        pausing: bool = False,
        input_tone: float = 0.0,
    ) -> None:
        self.ear, self.mouth = Ear(rates[0]), Mouth(rates[1])
        self.exchange = Exchange(self.ear, self.mouth)
        self.rates = rates
        self.captured: list[Block] = []
        self.played: list[Block] = []
        self.spoken = 0
        self.levels: list[int] = []
        self._out_period = 0.01 / (1 + ppm / 1e6)
        self._lateness = lateness
        self._speech = speech
        self._pausing = pausing
        self._input_tone = input_tone
        self._heard = 0

    def run(self, seconds: float) -> None:
        # Each side begins somewhere else, as they do.
        moments = [(0.0031, 0, "in"), (0.0067, 1, "out"), (0.0102, 2, "loop")]
        heapq.heapify(moments)
        while (moment := heapq.heappop(moments))[0] < seconds:
            now, order, what = moment
            if what == "in":
                self._hear()
                following = now + 0.01
            elif what == "out":
                block = np.empty(self.rates[1] // 100, np.float32)
                self.levels.append(len(self.mouth.ring))
                self.mouth.ring.read(block)
                self.played.append(block)
                following = now + self._out_period
            else:
                self.exchange.step(self.captured.append, self._render, now)
                following = now + 0.01 + self._lateness(now)
            heapq.heappush(moments, (following, order, what))

    @property
    def sound(self) -> Block:
        return np.concatenate(self.played)

    @property
    def loud(self) -> Block:
        """The speech as it was played, from its first to its last sample."""
        at = np.flatnonzero(np.abs(self.sound) > 0.01)
        return self.sound[at[0] : at[-1] + 1]

    def _hear(self) -> None:
        n = np.arange(self._heard, self._heard + self.rates[0] // 100)
        self._heard += len(n)
        self.ear.ring.write(np.sin(2 * np.pi * self._input_tone * n / self.rates[0]).astype(np.float32))

    def _render(self, samples: int) -> Block:
        at = len(self.captured) * 0.02
        if not self._speech[0] <= at < self._speech[1] or (self._pausing and at % 1 >= 0.5):
            return silence(samples)
        n = np.arange(self.spoken, self.spoken + samples)
        self.spoken += samples
        return (0.5 * np.sin(2 * np.pi * 1000 * n / VOICE_RATE)).astype(np.float32)


def holes(sound: Block, rate: int) -> float:
    """How far `sound` is from one unbroken 1 kHz tone, its ends apart: a hole or jump gives more than 0.1."""
    inner = sound[rate // 20 : -rate // 20]
    basis = np.exp(2j * np.pi * 1000 / rate * np.arange(len(inner)))
    phase = np.convolve(inner * basis.conj(), np.ones(rate // 100) / (rate // 100), "valid")
    return float(np.abs(phase - phase.mean()).max())


def busy() -> Callable[[float], float]:
    """An event loop's lateness as measured with all engines at work: 11 ms at the worst."""
    random = Random(1)
    return lambda now: random.uniform(0, 0.004) if random.random() < 0.9 else random.uniform(0.004, 0.011)


RATES = [(48000, 48000), (44100, 48000), (16000, 44100), (48000, 24000), (8000, 8000), (96000, 96000)]


@pytest.mark.parametrize("rates", RATES)
def test_speech_comes_out_whole_and_soon_at_every_rate(rates: tuple[int, int]) -> None:
    card = Card(rates, lateness=busy(), speech=(1.0, 3.0))
    card.run(4.5)
    assert len(card.captured) == pytest.approx(4.5 * 50, abs=4)
    assert {len(block) for block in card.captured} == {HEARING_BLOCK}
    assert len(card.loud) / rates[1] == pytest.approx(2.0, abs=0.002)
    assert holes(card.loud, rates[1]) < 0.05
    assert (card.ear.ring.dropped, card.mouth.underruns) == (0, 0)
    # Never more than a few blocks wait: that is how fast she can fall silent.
    assert max(card.levels) <= 4.0 * rates[1] / 50


def test_what_is_captured_is_the_same_sound() -> None:
    card = Card((44100, 48000), input_tone=1000)
    card.run(2.0)
    assert holes(np.concatenate(card.captured)[1600:], 16000) < 0.01


@pytest.mark.parametrize("ppm", [-5000, 5000])
def test_clocks_that_differ_are_made_good_in_silence(ppm: float) -> None:
    # Fifty times worse than real crystals, so that 30 s stand for 25 minutes: 150 ms have to go somewhere.
    card = Card((48000, 48000), ppm=ppm, lateness=busy(), speech=(28.0, 29.0))
    card.run(30)
    assert card.ear.ring.dropped == 0
    assert holes(card.loud, 48000) < 0.05
    assert len(card.loud) / 48000 == pytest.approx(1.0, abs=0.002)
    assert max(card.levels) <= 4.0 * 960
    assert (card.mouth.skipped > 3) == (ppm < 0)


def held_up(*moments: float, seconds: float) -> Callable[[float], float]:
    """A loop that is late by so much, once after each of these moments."""
    waiting = list(moments)

    def lateness(now: float) -> float:
        return seconds if waiting and now >= waiting[0] and waiting.pop(0) else 0.0

    return lateness


def test_a_speech_without_end_on_a_fast_card_pauses_now_and_then() -> None:
    card = Card((48000, 48000), ppm=5000, lateness=busy(), speech=(0.5, 20.0))
    card.run(20.0)
    assert 1 <= card.mouth.underruns <= 3  # a real pause each time, not one crackle after the other


def test_a_hold_up_in_silence_costs_nothing() -> None:
    card = Card((48000, 48000), lateness=held_up(2.0, seconds=0.15), speech=(4.0, 6.0))
    card.run(8.0)
    assert (card.ear.ring.dropped, card.mouth.underruns) == (0, 1)
    assert len(card.captured) == pytest.approx(400, abs=4)  # nothing that was said is lost
    assert holes(card.loud, 48000) < 0.05
    assert card.levels[-1] <= 4.0 * 960  # what piled up was silence, and is gone


def test_a_hold_up_while_she_speaks_makes_a_pause_and_drops_no_word() -> None:
    card = Card((48000, 48000), lateness=held_up(2.0, seconds=0.1), speech=(1.0, 3.0))
    card.run(5.0)
    assert card.mouth.underruns == 1
    assert np.count_nonzero(card.loud) / 48000 == pytest.approx(2.0, abs=0.005)
    assert card.levels[-1] <= 4.0 * 960


def test_a_loop_that_is_late_again_and_again_is_given_more_time() -> None:
    often = held_up(*np.arange(1.2, 9.0), seconds=0.07)
    card = Card((48000, 48000), lateness=often, speech=(1.0, 9.0), pausing=True)
    card.run(10.0)
    assert 1 <= card.mouth.underruns <= 3


def test_sound_that_piles_up_while_she_speaks_is_cut_at_last() -> None:
    card = Card((16000, 48000), speech=(0.0, 100.0))
    card.ear.ring.write(silence(16000))  # a second that the loop slept through
    card.exchange.step(card.captured.append, card._render, 0.0)
    assert len(card.captured) == 50
    assert len(card.mouth.ring) <= 9 * 960
    assert card.mouth.skipped > 30


def test_it_says_how_late_sound_is() -> None:
    plain, converted = Exchange(Ear(16000), Mouth(VOICE_RATE)), Exchange(Ear(48000), Mouth(48000))
    assert 400 < plain.latency < converted.latency < 1000


def tone(samples: int) -> Block:
    return np.full(samples, 0.5, np.float32)


def test_without_a_microphone_a_timer_is_the_clock() -> None:
    mouth = Mouth(48000)
    exchange = Exchange(None, mouth)
    captured: list[Block] = []
    for moment in np.arange(0.0, 2.0, 0.007):
        exchange.step(captured.append, tone, moment)
        mouth.ring.read(np.empty(336, np.float32))
    assert len(captured) == pytest.approx(100, abs=1)
    assert not exchange.hearing
    assert not np.concatenate(captured).any()
    assert mouth.underruns == 0


def test_a_timer_that_was_held_up_does_not_make_good_all_of_it() -> None:
    exchange = Exchange()
    assert exchange.step(lambda block: None, tone, 10.0) == 0
    assert exchange.step(lambda block: None, tone, 60.0) == 5
    assert exchange.due(60.005) == pytest.approx(0.015)


def test_a_microphone_takes_the_clock_over_and_gives_it_back() -> None:
    exchange = Exchange()
    captured: list[Block] = []
    heard: list[tuple[float, bool]] = []

    def run(start: float, end: float, ear: Ear | None, *, speaking: bool = True) -> None:
        exchange.ear = ear
        for moment in np.arange(start, end, 0.01):
            if ear is not None and speaking:
                ear.ring.write(tone(160))
            if exchange.step(captured.append, tone, moment):
                heard.append((moment, exchange.hearing))

    run(0.0, 1.0, None)
    run(1.0, 2.0, ear := Ear(16000))
    run(2.0, 3.0, ear, speaking=False)  # it has died, and nobody has noticed
    run(3.0, 4.0, None)
    assert len(captured) == pytest.approx(200 - 12, abs=3)
    by_ear = [moment for moment, hearing in heard if hearing]
    assert (by_ear[0], by_ear[-1]) == (pytest.approx(1.0, abs=0.03), pytest.approx(2.0, abs=0.03))
    moments = np.array([moment for moment, _ in heard])
    assert np.diff(moments).max() == pytest.approx(0.26, abs=0.03)  # the gap in which she waited for it


def test_what_was_learnt_of_a_late_machine_is_kept_for_the_next_loudspeaker() -> None:
    exchange = Exchange(mouth=Mouth(24_000))
    assert exchange.mouth is not None
    usual = exchange.mouth.lag
    exchange.mouth.ahead += 1.0
    before = exchange.latency
    exchange.speak_through(None)
    assert exchange.latency == before
    exchange.speak_through(Mouth(24_000))
    assert exchange.mouth.lag == pytest.approx(usual + 0.02)
