"""Did somebody say this, or did the model make it up? And was it she herself?

Whisper was trained on subtitles and writes some into silence and noise. Nothing here is certain alone; the
numbers come from 300 clips of people, music, animals and machines (what people said: no-speech probability up
to 0.37, mean log-probability above -0.9; what was made of noise: above 0.54 or below -0.95, mostly both).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from samantha.config import Hearing
from samantha.events import IgnoredReason
from samantha.hearing.phrases import ANSWERS, CREDITS, EVERYDAY, SUBTITLES
from samantha.ports import Transcript

UNSURE = -0.9
"""Mean log-probability below which Whisper is guessing."""

NO_SPEECH = 0.6
"""No-speech probability above which nobody spoke, unless the words are all but certain."""

_CERTAIN = -0.4
_HARDLY = 0.3
_LIKELY = -0.7
_LEAST_SPEECH_S = 0.15
_LEAST_SHARE = 0.1
_COMPRESSION = 2.4  # Whisper's own limit

BRIEF_S = 1.2
"""Speech so short may be a bark or a sneeze: what sounds most like a person, and where Whisper is surest."""

_BRIEF_NO_SPEECH = 0.4
_BRIEF_HARDLY = 0.25
_BRIEF_LIKELY = -0.6
_BURST = -0.5
_STUTTER = -0.5
_FASTEST = 7.0  # words a second; people were never above 5 over a whole turn

_TURNED = (("me", "you"), ("i", "you"), ("my", "your"), ("you", "me"), ("you", "i"), ("your", "my"))


def rejection(
    level_dbfs: float,
    speech_seconds: float,
    total_seconds: float,
    transcript: Transcript,
    settings: Hearing,
) -> IgnoredReason | None:
    """Why `transcript` is not what somebody said to her, or None if it is.

    `level_dbfs` is the mean level of the turn's sound; `speech_seconds` of its `total_seconds` were judged
    to be speech.
    """
    if level_dbfs < settings.min_level_dbfs:
        return "too-quiet"
    if speech_seconds < max(_LEAST_SPEECH_S, _LEAST_SHARE * total_seconds):
        return "too-little-speech"
    if transcript.no_speech > NO_SPEECH and transcript.logprob < _CERTAIN:
        return "no-speech"
    if _runs_on(transcript):
        return "repetition"
    if _is_invented(transcript, speech_seconds):
        return "invented"
    if transcript.logprob < UNSURE:
        return "unsure"
    if speech_seconds < BRIEF_S and (reason := _no_word(transcript, speech_seconds)):
        return reason
    if not words(transcript.text):
        return "empty"
    return None


def own_voice(text: str, said: Sequence[str]) -> bool:
    """Whether `text` is her own voice, heard back by the microphone: she just spoke the clauses `said`.

    Meant for a turn that began while she spoke or a moment after. It is a comparison that forgives misheard
    words, with three exceptions in favour of the person: one or two words are hers only if they are all of a
    clause; an answer or a command at either end of it that she did not say is the person's; and so is her
    own sentence with "you" and "me" exchanged.
    """
    heard = words(text)
    clauses = [words(clause) for clause in said]
    if len(heard) <= 2:
        return bool(heard) and heard in clauses
    hers = [word for clause in clauses for word in clause]
    if ANSWERS.intersection(heard[:2] + heard[-2:]).difference(hers):
        return False
    mine, theirs = " ".join(heard), " ".join(hers)
    least = 90.0 if len(heard) == 3 else 85.0 if len(heard) < 6 else 75.0
    if len(mine) > len(theirs):
        return fuzz.ratio(mine, theirs) >= least
    found = fuzz.partial_ratio_alignment(mine, theirs, score_cutoff=least)
    if found is None or not found.score:
        return False
    matched = theirs[found.dest_start : found.dest_end].split()
    return not any(
        new in heard and new not in matched and old in matched and old not in heard for new, old in _TURNED
    )


def words(text: str) -> list[str]:
    """The words of `text`, lower case and without punctuation; what is in brackets is no word."""
    spoken = re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]", " ", text.lower())
    return re.findall(r"\w+", re.sub(r"(?<=\w)['’](?=\w)", "", spoken).replace("_", " "))


def stutters(text: str) -> bool:
    """Whether `text` is the same words over and over and nothing else: "Yes. Yes."; people do that too."""
    said = words(text)
    return len(_unit(said)) < len(said)


def compression(text: str) -> float:
    """How well `text` compresses, as `Transcript.compression` has it."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def repeats(transcript: Transcript) -> bool:
    """Whether up to four words come three times running: worth hearing again, not yet invented."""
    return transcript.compression > _COMPRESSION or _run(words(transcript.text)) >= 3


def within(text: str, expected: str) -> bool:
    """Whether `text` has words, and all of them are among those of `expected`."""
    return bool(words(text)) and set(words(text)) <= set(words(expected))


def resembles(one: str, other: str) -> bool:
    """Whether two transcripts could be of the same sound."""
    return fuzz.ratio(" ".join(words(one)), " ".join(words(other))) >= 60.0


def _runs_on(transcript: Transcript) -> bool:
    """Repetition beyond what people do: "no, no, no" is theirs, "don't go, don't go, don't go" is not."""
    said = words(transcript.text)
    if transcript.compression > _COMPRESSION or _run(said, shortest=2) >= 3 or _run(said) >= 5:
        return True
    # A dog says the same again and again, and nobody is sure what.
    return transcript.logprob < _STUTTER and 2 * _run_on(said) > len(said)


def _no_word(transcript: Transcript, speech_seconds: float) -> IgnoredReason | None:
    """Why so little speech was a bark, a sneeze or a cry; None if it was a word.

    Barks become "go, go, go" and "woohoo!", sneezes "ace!" and "thank you!". Of 280 short turns of people, most
    of them single words, none was written with an exclamation mark.
    """
    if transcript.no_speech > _BRIEF_NO_SPEECH and transcript.logprob < _CERTAIN:
        return "no-speech"
    if len(words(transcript.text)) > 1 + _FASTEST * speech_seconds:
        return "invented"
    if transcript.logprob < _BURST and re.search(r"[!…]|\.\.", transcript.text):
        return "invented"
    doubly = transcript.no_speech > _BRIEF_HARDLY and transcript.logprob < _BRIEF_LIKELY
    return "unsure" if doubly else None


def _run(said: list[str], shortest: int = 1) -> int:
    """How often some `shortest` to four words come in a row at most; a single word's run counts as such."""
    return max((times for _, times in _runs(said, shortest)), default=0)


def _run_on(said: list[str]) -> int:
    """How many words the longest repetition has: of one word thrice or more, or of two to four words twice."""
    return max((n * times for n, times in _runs(said, 1) if times >= (3 if n == 1 else 2)), default=0)


def _runs(said: list[str], shortest: int) -> Iterator[tuple[int, int]]:
    """For every place in `said` how often the next `shortest` to four words are said there in a row."""
    for n in range(shortest, 5):
        for begin in range(len(said) - n + 1):
            unit, times = said[begin : begin + n], 1
            if n > 1 and len(set(unit)) == 1:
                continue
            while said[begin + n * times : begin + n * (times + 1)] == unit:
                times += 1
            yield n, times


def _unit(said: list[str]) -> list[str]:
    """The fewest words that, said again and again, make all of `said`."""
    for n in range(1, len(said) // 2 + 1):
        if len(said) % n == 0 and said == said[:n] * (len(said) // n):
            return said[:n]
    return said


def _is_invented(transcript: Transcript, speech_seconds: float) -> bool:
    said = words(transcript.text)
    if not said:
        return any(mark in transcript.text for mark in "[(*♪♫")
    phrase = " ".join(_unit(said))
    sentences = [" ".join(words(part)) for part in re.split(r"[.!?。！？]+", transcript.text) if words(part)]
    made_up = [sentence in SUBTITLES or sentence.startswith(CREDITS) for sentence in sentences]
    if phrase in SUBTITLES or phrase.startswith(CREDITS):
        return True
    everyday = [sentence in EVERYDAY for sentence in sentences]
    if any(made_up) and all(map(bool.__or__, made_up, everyday)):
        return True
    if phrase not in EVERYDAY and not all(everyday):
        return False
    # They take a second or so to say; when the speech was much longer, it was something else.
    slow = speech_seconds > 1.2 + 0.4 * len(said)
    hasty = speech_seconds < 0.1 + 0.1 * len(said)
    return transcript.no_speech > _HARDLY or transcript.logprob < _LIKELY or slow or hasty
