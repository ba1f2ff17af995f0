"""What is taken for something a person said to her."""

from __future__ import annotations

import zlib

import pytest

from samantha.config import Hearing
from samantha.events import IgnoredReason
from samantha.hearing.plausible import own_voice, rejection, repeats, resembles, stutters, within
from samantha.ports import Transcript

pytestmark = pytest.mark.unit


def transcript(text: str, no_speech: float = 0.03, logprob: float = -0.25) -> Transcript:
    raw = text.encode()
    return Transcript(text, "en", no_speech, logprob, len(raw) / len(zlib.compress(raw)))


def verdict(
    heard: Transcript, *, level: float = -28.0, speech: float = 0.8, total: float = 1.5
) -> IgnoredReason | None:
    return rejection(level, speech, total, heard, Hearing())


@pytest.mark.parametrize(
    "text",
    [
        "What time is it?",
        "Thank you.",
        "Thank you, Samantha.",
        "Thanks!",
        "Thank you for watching over me.",
        "Thank you for listening to me, I feel better.",
        "Bye.",
        "You?",
        "No, no, no.",
        "Very, very, very, very good.",
        "I know, I know.",
        "The end of the story, please.",
        "Subscribe me to that newsletter.",
        "42.",
        "Grüß dich!",
        "ありがとうございます",
        "(coughs) Sorry, go on.",
    ],
)
def test_people_get_through(text: str) -> None:
    speech = 0.2 + 0.25 * len(text.split())
    assert verdict(transcript(text), speech=speech, total=speech + 0.7) is None


@pytest.mark.parametrize(
    ("level", "speech", "total", "expected"),
    [
        (-56.0, 2.0, 3.0, "too-quiet"),
        (-54.0, 2.0, 3.0, None),
        (-28.0, 0.128, 0.83, "too-little-speech"),  # four windows
        (-28.0, 0.16, 0.86, None),  # five: the shortest "up" that was recorded
        (-28.0, 0.5, 9.0, "too-little-speech"),  # a word's worth in nine seconds
        (-28.0, 1.0, 9.0, None),
    ],
)
def test_sound_alone(level: float, speech: float, total: float, expected: str | None) -> None:
    assert verdict(transcript("Up."), level=level, speech=speech, total=total) == expected


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob", "expected"),
    [
        ("I'm going to put the oil in.", 0.86, -1.58, "no-speech"),
        ("Look at that.", 0.65, -0.5, "no-speech"),
        ("What is that?", 0.65, -0.2, None),  # said over noise, but clearly
        ("What is that?", 0.37, -0.7, None),
        ("I'm not going to be a big deal.", 0.3, -2.05, "unsure"),
        ("Ace!", 0.2, -0.98, "unsure"),
        ("Jarvis.", 0.08, -0.85, None),
        ("", 0.0, 0.0, "empty"),
        (" . . .", 0.1, -0.4, "empty"),
        ("?!", 0.1, -0.4, "empty"),
    ],
)
def test_the_models_own_doubts(text: str, no_speech: float, logprob: float, expected: str | None) -> None:
    assert verdict(transcript(text, no_speech, logprob), speech=1.3, total=2.0) == expected


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob", "speech", "expected"),
    [
        ("Woohoo!", 0.5, -0.83, 0.16, "no-speech"),  # a dog
        ("Go, go, go!", 0.3, -0.31, 0.26, "invented"),  # nobody says three words in a quarter of a second
        ("Don't move, you don't move!", 0.29, -0.84, 0.51, "invented"),
        ("Don't go, don't go, baby. Don't go.", 0.2, -0.55, 2.4, "repetition"),
        ("Stop, stop, stop, stop this!", 0.22, -0.52, 1.3, "repetition"),
        ("Ace!", 0.04, -0.86, 0.42, "invented"),  # somebody sneezes
        ("It's...", 0.15, -0.87, 0.64, "invented"),
        ("Thank you.", 0.02, -0.43, 0.16, "invented"),
        ("What?", 0.37, -0.66, 0.42, "unsure"),  # a baby cries
    ],
)
def test_barks_sneezes_and_cries_are_no_words(
    text: str, no_speech: float, logprob: float, speech: float, expected: str
) -> None:
    heard = transcript(text, no_speech, logprob)
    assert verdict(heard, speech=speech, total=speech + 0.7) == expected


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob", "speech"),
    [
        ("Stop!", 0.05, -0.3, 0.3),  # shouted
        ("Stop.", 0.03, -0.67, 0.5),
        ("Zero.", 0.03, -0.89, 0.6),
        ("8.", 0.32, -0.52, 0.4),
        ("No, no, no.", 0.1, -0.4, 0.8),
        ("Go on, go on.", 0.1, -0.4, 0.7),
        ("What is that over there?", 0.37, -0.7, 1.4),
        ("I don't know.", 0.1, -0.5, 0.45),
        ("Thank you.", 0.05, -0.4, 0.35),
    ],
)
def test_short_words_of_people_are_believed(
    text: str, no_speech: float, logprob: float, speech: float
) -> None:
    assert verdict(transcript(text, no_speech, logprob), speech=speech, total=speech + 0.7) is None


@pytest.mark.parametrize(
    "text",
    [
        "Look, don't go, don't go, don't go.",
        "stop " * 12,
        "No, no, no, no, no.",
        "I'm not sure if I'm going to be a little bit of a little bit of a little bit of a little bit.",
        "A" + "H" * 60,
    ],
)
def test_repetition(text: str) -> None:
    assert verdict(transcript(text)) == "repetition"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for watching!",
        "Thanks for watching.",
        "Thank you. Thank you for watching!",
        "Please subscribe.",
        "Subtitles by the Amara.org community",
        "Transcribed by someone",
        "We'll be right back.",
        "Don't forget to subscribe!",
        "[Music]",
        "(upbeat music)",
        "♪♪♪",
        "Vielen Dank fürs Zuschauen!",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Merci d'avoir regardé cette vidéo !",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "¡Gracias por ver!",
        "ご視聴ありがとうございました。",
        "字幕由Amara社区提供",
        "Редактор субтитров А.Семкин",
    ],
)
def test_subtitles(text: str) -> None:
    assert verdict(transcript(text, logprob=-0.1)) == "invented"


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob", "speech"),
    [
        ("Thank you.", 0.5, -0.3, 0.8),  # the model half thinks that nobody spoke
        ("Thank you.", 0.1, -0.8, 0.8),  # it is not sure
        ("Thank you.", 0.1, -0.3, 4.0),  # nobody takes four seconds for that
        ("you", 0.45, -0.5, 0.4),
        ("You. You. You.", 0.45, -0.5, 0.8),
        ("Bye.", 0.4, -0.5, 0.4),
        ("Oh.", 0.37, -0.73, 0.16),
        ("Thank you. Bye-bye.", 0.4, -0.5, 0.8),
    ],
)
def test_everyday_words_need_good_evidence(
    text: str, no_speech: float, logprob: float, speech: float
) -> None:
    assert verdict(transcript(text, no_speech, logprob), speech=speech, total=speech + 0.7) == "invented"


def test_the_cheapest_reason_comes_first() -> None:
    noise = transcript("Thank you for watching!", 0.9, -2.0)
    assert verdict(noise, level=-70.0, speech=0.1) == "too-quiet"
    assert verdict(noise, speech=0.1) == "too-little-speech"
    assert verdict(noise) == "no-speech"


SAID = (
    "Oh, I love that.",
    "Would you like me to tell you a story about the sea?",
    "It begins on a cold morning in March.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Oh, I love that.",
        "Would you like me to tell you a story about the sea?",
        "would you like me to tell you a story about a sea it begins on a called morning",
        "Good, you like to tell you a story about the C.",
        "its begin on a cold",
        "a story about the sea",
    ],
)
def test_her_own_voice(text: str) -> None:
    assert own_voice(text, SAID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Oh",
        "Yes.",
        "Stop.",
        "Wait.",
        "No, wait!",
        "In March?",
        "The sea.",
        "Yes, tell me a story about the sea.",
        "Tell me a story about the sea.",
        "begins on a cold morning in March stop",
        "I would like a story about the sea, please.",
        "What about the sea?",
        "How about a story about your cat?",
        "I love the sea in March.",
        "It begins on a cold morning in March, and then what happened to him after that?",
    ],
)
def test_a_persons_voice(text: str) -> None:
    assert not own_voice(text, SAID)


@pytest.mark.parametrize(
    ("text", "said", "hers"),
    [
        ("Yes.", ("Yes.",), True),
        ("Yes.", ("Yes, of course.",), False),
        ("Yes, of course.", ("Yes, of course.",), True),
        ("stop", ("I can stop.", "Stop!"), True),
        ("Yes, of course I can do that.", ("Yes, of course I can do that for you.",), True),
        ("What is the capital of France?", ("The capital of France is Paris.",), False),
        ("Anything at all.", (), False),
        ("Anything.", (), False),
    ],
)
def test_short_and_shorter(text: str, said: tuple[str, ...], hers: bool) -> None:
    assert own_voice(text, said) is hers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. Yes.", True),
        ("9 9", True),
        ("hey you hey you", True),
        ("Yes.", False),
        ("Yes, no, yes", False),
        ("", False),
    ],
)
def test_stutters(text: str, expected: bool) -> None:
    assert stutters(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("stop stop stop", True), ("I am I am I am here", True), ("no, no", False), ("one two one two", False)],
)
def test_repeats(text: str, expected: bool) -> None:
    assert repeats(transcript(text)) is expected


def test_what_was_expected() -> None:
    assert within("Samantha.", "Samantha, Zoë")
    assert within("Zoë! Samantha!", "Samantha, Zoë")
    assert not within("Samantha, stop.", "Samantha, Zoë")
    assert not within("", "Samantha")
    assert resembles("Samantha.", "a manta")
    assert not resembles("Samantha.", "Thank you.")
