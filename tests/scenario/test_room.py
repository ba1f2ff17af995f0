"""A room of numbers: her voice comes back as late, as loud and as long as it was told to."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
import soxr

from samantha.audio.pcm import (
    HEARING_BLOCK,
    HEARING_RATE,
    VOICE_BLOCK,
    VOICE_RATE,
    Block,
    level_dbfs,
    samples,
    silence,
)
from samantha.bench.acoustics import active_level, convolve, impulse_response
from samantha.bench.echopath import Card, Convolver, pressed
from samantha.bench.person import Line, Person
from samantha.bench.room import Near, Room, Sound, Space

pytestmark = pytest.mark.scenario


class AtOnce:
    """A pace that never waits."""

    async def tick(self) -> None:
        await asyncio.sleep(0)


def hers(seconds: float, seed: int = 0) -> Block:
    """Noise up to 5 kHz at VOICE_RATE, a second of it and then a second of silence."""
    n = round(seconds * VOICE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 0.1, n))
    spectrum[np.fft.rfftfreq(n, 1 / VOICE_RATE) > 5000] = 0
    sound = np.fft.irfft(spectrum, n)
    sound[np.arange(n) // VOICE_RATE % 2 == 1] = 0
    return sound.astype(np.float32)


def happens(space: Space, near: Near, said: Block, **more: Block) -> Room:
    """The room after she has said `said` in it, and nothing further."""
    blocks = iter(said[: len(said) // VOICE_BLOCK * VOICE_BLOCK].reshape(-1, VOICE_BLOCK))
    room = Room(space, near, said, AtOnce(), keep=True, **more)

    async def play() -> None:
        room.start(lambda _: None, lambda n: next(blocks, silence(n)))
        await room.wait()
        room.stop()

    asyncio.run(play())
    return room


def lag(sound: Block, original: Block) -> float:
    """How many ms `sound` comes after `original`, both at HEARING_RATE."""
    size = 2 * len(original)
    both = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(original, size)))
    return float(np.argmax(both[: len(original)])) / HEARING_RATE * 1000


def heard_by(card: Card, said: Block) -> tuple[Block, Block]:
    """What comes out of the card, and what went in, each as it was at that time, at HEARING_RATE."""
    out = []
    for start in range(0, len(said) - VOICE_BLOCK + 1, VOICE_BLOCK):
        out.append(card.heard())
        card.play(said[start : start + VOICE_BLOCK])
    sound = np.concatenate(out)
    rendered = np.concatenate([silence(HEARING_BLOCK), soxr.resample(said, VOICE_RATE, HEARING_RATE)])
    return sound, np.asarray(rendered[: len(sound)], np.float32)


@pytest.mark.parametrize("delay", [20, 60, 137, 300])
def test_a_card_is_as_late_as_it_says(delay: int) -> None:
    card = Card(delay / 1000, 0.0, 0.0, 1)
    sound, rendered = heard_by(card, hers(3))
    assert lag(sound, rendered) == pytest.approx(delay, abs=0.2)
    assert card.latency == samples(delay / 1000)
    late = samples(delay / 1000)
    inside = slice(HEARING_RATE // 10, HEARING_RATE // 2)
    rest = sound[late:][inside] - rendered[inside]
    assert level_dbfs(rest) < level_dbfs(rendered[inside]) - 40


@pytest.mark.parametrize("ppm", [300, -300])
def test_another_clock_moves_the_echo_until_silence_makes_it_good(ppm: int) -> None:
    card = Card(0.1, 0.0, ppm / 1e6, 1)
    sound, rendered = heard_by(card, hers(120))
    lags = [
        lag(sound[at : at + HEARING_RATE], rendered[at : at + HEARING_RATE])
        for at in range(0, len(sound) - HEARING_RATE, 2 * HEARING_RATE)
    ]
    assert lags[0] == pytest.approx(100, abs=1)
    moved = np.diff(lags)
    # 0.6 ms in two seconds, and a whole block now and then.
    assert np.median(moved) == pytest.approx(-2 * ppm / 1000, abs=0.1)
    assert max(np.abs(np.array(lags) - 100)) < 45
    assert max(np.abs(moved)) > 15


def test_another_clock_makes_a_tone_higher_and_leaves_it_a_tone() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 3000 * np.arange(2 * VOICE_RATE) / VOICE_RATE).astype(np.float32)
    sound, _ = heard_by(Card(0.05, 0.0, 300e-6, 1), tone)
    inside = sound[HEARING_RATE // 2 : 3 * HEARING_RATE // 2]
    t = 2 * np.pi * 3000 * (1 + 300e-6) * np.arange(len(inside)) / HEARING_RATE
    waves = np.stack([np.sin(t), np.cos(t)], axis=1)
    found = waves @ np.linalg.lstsq(waves, inside, rcond=None)[0]
    assert level_dbfs((inside - found).astype(np.float32)) < level_dbfs(inside) - 60


def test_a_card_that_is_wrong_about_itself_is_wrong_within_bounds() -> None:
    for seed in range(5):
        card = Card(0.1, 0.01, 0.0, seed)
        delays = []
        for _ in range(3000):
            card.heard()
            card.play(silence(VOICE_BLOCK))
            delays.append(card.delay)
        assert 0 < abs(card.latency / HEARING_RATE - 0.1) <= 0.01
        assert 0 < max(np.abs(np.array(delays) - 0.1)) <= 0.01
        assert max(np.abs(np.diff(delays))) > 0.001, "it never jumped"


def test_convolving_block_by_block_is_convolving() -> None:
    dice = np.random.default_rng(0)
    sound = dice.normal(0, 0.1, 40 * HEARING_BLOCK).astype(np.float32)
    sound[15 * HEARING_BLOCK : 30 * HEARING_BLOCK] = 0  # longer than the response: it rests
    response = dice.normal(0, 0.1, 3000).astype(np.float32)
    stream = Convolver(response)
    found = np.concatenate([stream.process(block) for block in sound.reshape(-1, HEARING_BLOCK)])
    assert np.allclose(found, convolve(sound, response)[: len(sound)], atol=1e-5)


def test_a_loudspeaker_that_is_driven_hard_presses_its_peaks() -> None:
    loud = np.array([-1, -0.1, 0, 0.1, 1], np.float32)
    assert np.array_equal(pressed(loud, 0), loud)
    assert pressed(loud, 1) == pytest.approx([-0.76, -0.1, 0, 0.1, 0.76], abs=0.005)
    assert pressed(loud, 3)[-1] < 0.34


@pytest.mark.parametrize("echo", [-10.0, 0.0, 10.0])
def test_she_comes_back_as_loud_as_told_beside_a_person(echo: float) -> None:
    said = hers(4)
    for space in (Space(0.2, 40.0, echo_db=echo), Space(0.8, 200.0, 5.0, -300.0, echo, clipping=3.0, seed=3)):
        room = happens(space, Sound(silence(4 * HEARING_RATE)), said)
        assert active_level(room.mic) == pytest.approx(space.person_dbfs + echo, abs=0.6)
    assert active_level(space.person(hers(2))) == pytest.approx(-30, abs=0.1)


def test_nobody_and_nothing_leaves_the_noise_of_the_microphone() -> None:
    room = happens(Space(floor_dbfs=-66), Sound(silence(HEARING_RATE)), silence(VOICE_RATE))
    assert level_dbfs(room.mic) == pytest.approx(-66, abs=0.2)
    assert not room.played.any()


def test_ambience_goes_round() -> None:
    ambience = np.linspace(-0.1, 0.1, 1000, dtype=np.float32)
    room = happens(Space(floor_dbfs=-120), Sound(silence(3200)), silence(VOICE_RATE), ambience=ambience)
    assert np.allclose(room.mic[:3000], np.tile(ambience, 3), atol=1e-5)


def test_the_same_seed_is_the_same_room() -> None:
    def mic(seed: int) -> Block:
        space = Space(jitter_ms=10, drift_ppm=100, seed=seed)
        return happens(space, Sound(silence(2 * HEARING_RATE)), hers(2)).mic

    assert np.array_equal(mic(4), mic(4))
    assert not np.array_equal(mic(4), mic(5))


def test_a_measured_response_takes_the_place_of_a_drawn_one() -> None:
    click = silence(10)
    click[0] = 1.0
    space = Space(floor_dbfs=-120, person_dbfs=level_dbfs(hers(1)))
    room = happens(space, Sound(silence(HEARING_RATE)), hers(1), response=click)
    assert np.allclose(room.mic, room.played, atol=0.01)


def test_who_speaks_over_her_is_in_the_microphone_and_hears_her() -> None:
    word = np.random.default_rng(1).normal(0, 0.1, HEARING_RATE // 2).astype(np.float32)
    space = Space(0.3, delay_ms=150, echo_db=-60)
    person = Person([Line(space.person(word), "her voice", 0.5)], patience=1.0)
    room = happens(space, person, hers(2))
    [begin] = person.said
    assert begin is not None
    # She is heard after a block and the delay; so much later she was heard for half a second.
    assert begin == pytest.approx(samples(0.02 + 0.15 + 0.5), abs=2 * HEARING_BLOCK)
    during = room.mic[begin : begin + len(word)]
    assert active_level(during) == pytest.approx(-30, abs=1.5)
    dry = convolve(word, impulse_response(0.3, 1.5, space.seed + 1))[: len(word)]
    assert lag(during, dry) < 0.2
