"""Echo in a small simulated room: gone while she speaks, and nothing touched while she does not."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.echo import MARGIN, REST, UNHEARD, FarEnd, WebrtcEchoCanceller
from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, VOICE_BLOCK, VOICE_RATE, Block, silence
from samantha.bench.acoustics import convolve

pytestmark = pytest.mark.scenario


def speechlike(seconds: float, rate: int, seed: int) -> Block:
    """Noise with the spectrum of speech, in syllables of a tenth of a second."""
    random = np.random.default_rng(seed)
    n = round(seconds * rate)
    spectrum = np.fft.rfft(random.normal(0, 1, n))
    hertz = np.fft.rfftfreq(n, 1 / rate)
    noise = np.fft.irfft(spectrum * (hertz > 120) / (1 + (hertz / 700) ** 2), n)
    beats = np.arange(0, n + rate // 10, rate // 10)
    noise *= np.interp(np.arange(n), beats, random.uniform(0, 1, len(beats)))
    return (0.5 * noise / np.abs(noise).max()).astype(np.float32)


class Room:
    """A loudspeaker and a microphone, `latency` and then `delay` samples apart, with a reverberation."""

    def __init__(self, latency: int, delay: int, gain: float = 0.5, direct: float = 2.0) -> None:
        self.far = FarEnd(latency)
        self.canceller = WebrtcEchoCanceller()
        random = np.random.default_rng(5)
        n = HEARING_RATE * 150 // 1000
        path = random.normal(0, 1, n) * np.exp(-np.arange(n) / (n / 6))
        path[0] = direct
        self._unit = path / np.sqrt(np.sum(path**2))
        self._path = gain * self._unit
        self._late = HEARING_BLOCK + latency + delay

    def louder(self, gain: float) -> None:
        """From now on the microphone hears the loudspeaker by `gain`."""
        self._path = gain * self._unit

    def delay(self, more: int) -> None:
        """From now on the echo comes later by so many samples."""
        self._late += more

    def converse(self, hers: Block, person: Block, drift: float = 0.0) -> tuple[Block, Block]:
        """She says `hers` (at VOICE_RATE), the `person` speaks: what the microphone hears, what is left.

        The loudspeaker's clock is faster than the microphone's by `drift`.
        """
        count = len(person) // HEARING_BLOCK
        heard = convolve(downsampled(hers, VOICE_RATE * (1 + drift)), self._path)
        echo = np.r_[np.zeros(self._late), heard][: len(person)].astype(np.float32)
        echo = np.r_[echo, silence(len(person) - len(echo))]
        mic, clean = echo + person, []
        for k in range(count):
            block = mic[k * HEARING_BLOCK : (k + 1) * HEARING_BLOCK]
            clean.append(self.canceller.process(block, self.far.pull()))
            said = hers[k * VOICE_BLOCK : (k + 1) * VOICE_BLOCK]
            self.far.push(np.r_[said, silence(VOICE_BLOCK - len(said))])
        return mic, np.concatenate(clean)


def downsampled(hers: Block, rate: float = VOICE_RATE) -> Block:
    import soxr

    return np.asarray(soxr.resample(hers, rate, HEARING_RATE))


def reduction(before: Block, after: Block) -> float:
    """How much quieter, in dB."""
    return float(10 * np.log10(np.sum(before**2) / np.sum(after**2)))


def nobody(seconds: float) -> Block:
    return silence(round(seconds * HEARING_RATE))


@pytest.mark.parametrize(("latency", "delay"), [(0, 60), (0, 150), (110, 5), (110, 60), (300, 5), (300, 40)])
def test_her_voice_is_gone_after_two_seconds(latency: int, delay: int) -> None:
    room = Room(latency * 16, delay * 16)
    mic, clean = room.converse(speechlike(6, VOICE_RATE, 1), nobody(6))
    later = slice(2 * HEARING_RATE, None)
    # Beyond 50 dB it would have learnt nothing and be muting all it hears.
    assert 12 < reduction(mic[later], clean[later]) < 50


def test_a_person_is_heard_while_she_speaks() -> None:
    room = Room(110 * 16, 20 * 16)
    person = np.r_[nobody(3), 0.7 * speechlike(3, HEARING_RATE, 2)].astype(np.float32)
    _, clean = room.converse(speechlike(6, VOICE_RATE, 1), person)
    assert reduction(person, clean) < 8


def test_a_person_is_passed_unchanged_while_she_is_silent() -> None:
    room = Room(110 * 16, 20 * 16)
    person = speechlike(8, HEARING_RATE, 3)
    _, clean = room.converse(speechlike(2, VOICE_RATE, 1), person)
    resting = 2 * HEARING_RATE + 110 * 16 + REST + HEARING_BLOCK
    assert np.array_equal(clean[resting:], person[resting:])
    assert not np.array_equal(clean[:resting], person[:resting])


def test_what_was_learnt_of_the_room_is_kept_while_at_rest() -> None:
    room = Room(110 * 16, 20 * 16)
    hers = np.r_[speechlike(3, VOICE_RATE, 1), silence(5 * VOICE_RATE), speechlike(1, VOICE_RATE, 4)]
    mic, clean = room.converse(hers, nobody(9.5))
    again = slice(8 * HEARING_RATE, len(mic))
    assert reduction(mic[again], clean[again]) > 12


def test_it_begins_and_ends_without_a_click() -> None:
    # A hum near the microphone that does not fit into blocks, and a far end that has no echo: the seams are
    # all that could be heard.
    room = Room(0, 0, gain=0.0)
    hum = (0.3 * np.sin(2 * np.pi * 210 * np.arange(4 * HEARING_RATE) / HEARING_RATE)).astype(np.float32)
    hers = np.r_[silence(VOICE_RATE), 0.1 * speechlike(0.5, VOICE_RATE, 1)].astype(np.float32)
    _, clean = room.converse(hers, hum)
    assert np.abs(np.diff(clean)).max() < 1.2 * np.abs(np.diff(hum)).max()
    assert not np.array_equal(clean, hum)


@pytest.mark.parametrize(("before", "after"), [(60 * 16, 260 * 16), (260 * 16, 60 * 16)])
def test_the_far_end_follows_a_latency_that_changes(before: int, after: int) -> None:
    changed, ready = FarEnd(before), FarEnd(after)
    for k in range(100):
        block = np.full(VOICE_BLOCK, k == 50, np.float32)
        if k == 20:
            changed.align(after)
        heard, expected = changed.pull(), ready.pull()
        assert np.allclose(heard, expected) or k < 20
        changed.push(block)
        ready.push(block)


@pytest.mark.parametrize(("latency", "expected"), [(0, 480), (210 * 16, 480 + 800), (300 * 16, 480 + 2240)])
def test_the_far_end_is_as_late_as_the_echo_less_the_margin(latency: int, expected: int) -> None:
    far = FarEnd(latency)
    click = silence(VOICE_BLOCK)
    click[0] = 1.0
    pulled = []
    for k in range(40):
        pulled.append(far.pull())
        far.push(click if k == 0 else silence(VOICE_BLOCK))
    # Rendered after the first captured block, it is heard `latency` later: at 320 + latency.
    assert expected == max(480, HEARING_BLOCK + latency - MARGIN)
    assert int(np.argmax(np.concatenate(pulled))) == pytest.approx(expected, abs=3)


def test_a_long_silence_moves_nothing_in_the_far_end() -> None:
    rng = np.random.default_rng(5)
    skipping, asked = FarEnd(1600), FarEnd(1600)
    came: list[Block] = []
    awaited: list[Block] = []
    for n in range(200):
        spoken = rng.normal(0, 0.1 if n % 100 < 30 else 0.0, VOICE_BLOCK).astype(np.float32)
        for far, out, sound in ((skipping, came, spoken), (asked, awaited, spoken + np.float32(1e-9))):
            out.append(far.pull())
            far.push(sound)
    np.testing.assert_allclose(np.concatenate(came), np.concatenate(awaited), atol=1e-5)


def test_a_person_as_loud_as_her_echo_is_not_muted() -> None:
    room = Room(110 * 16, 20 * 16)
    person = np.r_[nobody(4), 0.3 * speechlike(2, HEARING_RATE, 2)].astype(np.float32)
    mic, clean = room.converse(speechlike(6, VOICE_RATE, 1), person)
    both = slice(4 * HEARING_RATE, None)
    assert -1 < reduction(mic[both] - person[both], person[both]) < 3
    assert reduction(person[both], clean[both]) < 3


@pytest.mark.parametrize("wrong", [-400, -100, 100])
def test_how_late_she_is_heard_is_measured_and_not_believed(wrong: int) -> None:
    room = Room((400 + wrong) * 16, -wrong * 16, direct=20)  # it is 400 ms, and told wrong
    mic, clean = room.converse(speechlike(5, VOICE_RATE, 1), nobody(5))
    assert 12 < reduction(mic[3 * HEARING_RATE :], clean[3 * HEARING_RATE :]) < 60
    delay = HEARING_BLOCK + 400 * 16 - max(480, HEARING_BLOCK + (400 + wrong) * 16 - MARGIN)
    assert room.canceller.delay == pytest.approx(delay, abs=4)


@pytest.mark.parametrize("drift", [3e-4, -3e-4])
def test_a_loudspeaker_with_a_clock_of_its_own_is_followed(drift: float) -> None:
    room = Room(150 * 16, 0, direct=20)
    mic, clean = room.converse(speechlike(10, VOICE_RATE, 1), nobody(10), drift)
    assert room.canceller.drift == pytest.approx(drift, abs=5e-5)
    assert reduction(mic[6 * HEARING_RATE :], clean[6 * HEARING_RATE :]) > 15


def test_a_delay_that_changes_while_she_speaks_is_followed() -> None:
    room = Room(110 * 16, 20 * 16, direct=20)
    room.converse(speechlike(4, VOICE_RATE, 1), nobody(4))
    before = room.canceller.delay
    room.delay(150 * 16)  # a Bluetooth loudspeaker, say
    mic, clean = room.converse(speechlike(4, VOICE_RATE, 2), nobody(4))
    assert before is not None
    assert room.canceller.delay == pytest.approx(before + 150 * 16, abs=4)
    assert reduction(mic[2 * HEARING_RATE :], clean[2 * HEARING_RATE :]) > 15


@pytest.mark.parametrize(("later", "seconds"), [(90, 0.9), (-700, 1.2)])
def test_what_is_known_of_a_room_moves_with_an_echo_that_jumps(later: int, seconds: float) -> None:
    room = Room(150 * 16, 20 * 16, direct=20)
    room.converse(speechlike(6, VOICE_RATE, 1), nobody(6))
    room.delay(later)
    room.converse(speechlike(seconds, VOICE_RATE, 2), nobody(seconds))  # learning it anew takes longer
    assert room.canceller.learnt
    assert room.canceller.surplus < 6


def test_somebody_over_a_known_echo_is_more_than_is_usually_left_of_it() -> None:
    room = Room(150 * 16, 20 * 16, direct=20)
    room.converse(speechlike(6, VOICE_RATE, 1), nobody(6))
    assert room.canceller.surplus < 5
    room.converse(speechlike(0.5, VOICE_RATE, 2), 0.3 * speechlike(0.5, HEARING_RATE, 3))
    assert room.canceller.learnt
    assert room.canceller.surplus > 10


def test_in_an_earpiece_there_is_nothing_to_cancel() -> None:
    room = Room(110 * 16, 20 * 16, gain=0.0)
    noise = np.random.default_rng(7).normal(0, 3e-4, 6 * HEARING_RATE).astype(np.float32)
    assert room.canceller.coupled
    mic, clean = room.converse(speechlike(6, VOICE_RATE, 1), noise)
    assert not room.canceller.coupled
    rests = UNHEARD + HEARING_RATE
    assert np.array_equal(clean[rests:], mic[rests:])


def test_a_loudspeaker_after_an_earpiece_is_noticed_within_a_second() -> None:
    room = Room(110 * 16, 20 * 16, gain=0.0)
    noise = np.random.default_rng(7).normal(0, 3e-4, 6 * HEARING_RATE).astype(np.float32)
    room.converse(speechlike(6, VOICE_RATE, 1), noise)
    room.louder(0.5)
    room.converse(speechlike(1, VOICE_RATE, 2), noise[:HEARING_RATE])
    assert room.canceller.coupled


def test_a_room_is_known_when_she_has_spoken_for_a_while_and_not_while_the_echo_jumps() -> None:
    room = Room(110 * 16, 20 * 16, direct=20)
    room.converse(speechlike(2, VOICE_RATE, 1), nobody(2))
    assert not room.canceller.learnt
    room.converse(speechlike(5, VOICE_RATE, 2), nobody(5))
    assert room.canceller.learnt
    room.delay(100 * 16)
    room.converse(speechlike(0.4, VOICE_RATE, 3), nobody(0.4))
    assert not room.canceller.learnt


def test_until_a_room_is_known_nothing_is_heard_of_her_alone() -> None:
    room = Room(110 * 16, 20 * 16, direct=20)
    mic, clean = room.converse(speechlike(2, VOICE_RATE, 1), nobody(2))
    later = slice(HEARING_RATE * 6 // 10, None)
    assert reduction(mic[later], clean[later] + 1e-9) > 100


def test_somebody_is_heard_before_a_room_is_known() -> None:
    room = Room(110 * 16, 20 * 16)
    person = np.r_[nobody(1.5), 2.0 * speechlike(1, HEARING_RATE, 2)].astype(np.float32)
    _, clean = room.converse(speechlike(2.5, VOICE_RATE, 1), person)
    assert reduction(person[2 * HEARING_RATE :], clean[2 * HEARING_RATE :]) < 8
