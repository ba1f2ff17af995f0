"""Where a streamed reply is cut for the voice."""

from __future__ import annotations

import random

import pytest

from samantha.voice.clauses import ClauseSplitter
from samantha.voice.endings import count_words, ending_of, is_open

pytestmark = pytest.mark.unit


def split(text: str) -> list[str]:
    splitter = ClauseSplitter()
    return splitter.feed(text) + splitter.flush()


def bare(text: str) -> str:
    return "".join(text.split())


REPLIES = {
    # a first reaction goes alone
    "Oh! That sounds lovely.": ["Oh!", "That sounds lovely."],
    "Sure. I can do that for you.": ["Sure.", "I can do that for you."],
    "Hmm... let me think about it.": ["Hmm...", "let me think about it."],
    "Hmm… let me think about it.": ["Hmm…", "let me think about it."],
    "No. I don't think so.": ["No.", "I don't think so."],
    "Well, I do think so, my dear friend.": ["Well,", "I do think so,", "my dear friend."],
    "Yes, of course, I can do that.": ["Yes,", "of course, I can do that."],
    "OK — let me see.": ["OK —", "let me see."],
    # another comma, dash, colon or semicolon after two words
    "Anna, that is lovely.": ["Anna, that is lovely."],
    "Cats, dogs, and birds.": ["Cats, dogs,", "and birds."],
    "I think so; the sea is calm today.": ["I think so;", "the sea is calm today."],
    "One more thing: bring a warm coat.": ["One more thing:", "bring a warm coat."],
    "Of course — it is your day.": ["Of course —", "it is your day."],
    "Of course—it is your day.": ["Of course—", "it is your day."],
    # without a mark, before a joint
    "I was going to call you last night but I fell asleep.": [
        "I was going to call you last night",
        "but I fell asleep.",
    ],
    # the less was said before, the shorter is what follows
    "Oh, I was going to call you last night but I fell asleep.": [
        "Oh,",
        "I was going to call you last night",
        "but I fell asleep.",
    ],
    "Oh, the trains to the sea are never on time in the summer.": [
        "Oh,",
        "the trains to the sea are never",
        "on time in the summer.",
    ],
    # short later sentences are joined to a neighbour
    "I see it now. You see. We all see. And that is fine with me.": [
        "I see it now.",
        "You see. We all see.",
        "And that is fine with me.",
    ],
    # numbers, times, abbreviations, initials, addresses stay whole
    "Pi is 3.14159, and ten is 10.": ["Pi is 3.14159,", "and ten is 10."],
    "It sold 1,500,000 copies. Then it stopped.": ["It sold 1,500,000 copies.", "Then it stopped."],
    "We meet at 7:30 p.m. in town.": ["We meet at 7:30 p.m. in town."],
    "We meet at 7:30 p.m. It will be fun.": ["We meet at 7:30 p.m.", "It will be fun."],
    "Dr. Smith and Mrs. Jones are here.": ["Dr. Smith and Mrs. Jones are here."],
    "Fruit, e.g. apples, is good.": ["Fruit, e.g. apples,", "is good."],
    "The U.S. Army is big.": ["The U.S. Army is big."],
    "J. R. R. Tolkien wrote it.": ["J. R. R. Tolkien wrote it."],
    "No. 5 is alive.": ["No. 5 is alive."],
    "On Nov. 22 it snowed. Hard.": ["On Nov. 22 it snowed.", "Hard."],
    "See https://example.com/a,b?x=1.2 for more.": ["See https://example.com/a,b?x=1.2 for more."],
    "Mail me.now@example.com, please do.": ["Mail me.now@example.com,", "please do."],
    "Wait... what is that noise?": ["Wait...", "what is that noise?"],
    # a marker of a list never goes alone
    "1. Wash the rice. 2. Boil it well.": ["1. Wash the rice.", "2. Boil it well."],
    "Sure. 1. Wash the rice.": ["Sure.", "1. Wash the rice."],
    "42. That is the answer.": ["42. That is the answer."],
    # quotations, brackets and emphasis stay whole
    'He said, "Hello, my friend. How are you?" Then he left.': [
        "He said,",
        '"Hello, my friend. How are you?"',
        "Then he left.",
    ],
    "I (well, mostly) agree with you.": ["I (well, mostly) agree with you."],
    "*laughs softly, looking away* Oh dear me!": ["*laughs softly, looking away* Oh dear me!"],
    "It is 5'10\" tall, I think.": ["It is 5'10\" tall,", "I think."],
    "I'm sad :( but fine, I guess.": ["I'm sad :( but fine,", "I guess."],
    # lines
    "Fruits for you:\n- green apples here\n- pears and plums": [
        "Fruits for you:",
        "- green apples here",
        "- pears and plums",
    ],
    # Chinese and Japanese
    "你好！今天天气很好，我们去公园散步吧。你觉得怎么样？": [
        "你好！",
        "今天天气很好，",
        "我们去公园散步吧。",
        "你觉得怎么样？",
    ],
    "「はい。」と彼は言った。": ["「はい。」", "と彼は言った。"],
}


@pytest.mark.parametrize(("text", "clauses"), REPLIES.items())
def test_cuts(text: str, clauses: list[str]) -> None:
    assert split(text) == clauses


@pytest.mark.parametrize("text", REPLIES)
def test_the_pieces_it_comes_in_do_not_matter(text: str) -> None:
    whole = split(text)
    for seed in range(8):
        chance = random.Random(seed)
        splitter, found, rest = ClauseSplitter(), [], text
        while rest:
            n = chance.randint(1, 7)
            found += splitter.feed(rest[:n])
            rest = rest[n:]
        assert found + splitter.flush() == whole


def test_nothing_is_lost_whatever_the_text() -> None:
    pieces = [
        *REPLIES,
        "\n\n",
        " ",
        "...",
        "“",
        "”",
        '"',
        "*",
        "(",
        "a.b",
        "3.",
        "5",
        "Oh,",
        "。",
        "```",
        "😀",
        "x " * 30,
    ]
    for seed in range(150):
        chance = random.Random(seed)
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 12)))
        clauses = split(text)
        assert bare("".join(clauses)) == bare(text)
        assert all(clauses)
        by_letters = ClauseSplitter()
        assert [c for letter in text for c in by_letters.feed(letter)] + by_letters.flush() == clauses


def test_a_full_stop_at_the_end_so_far_waits() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("It costs 3.") == []
    assert splitter.feed("5 euros. ") == ["It costs 3.5 euros."]


def test_a_comma_in_the_first_clause_does_not_wait() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("Oh no,") == ["Oh no,"]


def test_later_clauses_are_longer_and_long_ones_are_cut_at_commas() -> None:
    sentence = (
        "when the rain had stopped we walked along the river, past the mill and the old bridge, and "
        "on the other side there was a garden full of roses, which nobody had looked after for many years."
    )
    clauses = split("Oh! It was a good day. It really was, you know. And then, " + sentence)
    assert clauses[:2] == ["Oh!", "It was a good day."]
    assert all(7 <= count_words(clause) <= 28 for clause in clauses[3:])
    assert all(clause[-1] in ",.!" for clause in clauses)


def test_speech_does_not_stall_on_a_sentence_without_marks() -> None:
    clauses = split("the quick brown fox and the lazy dog went " * 20)
    assert all(count_words(clause) <= 32 for clause in clauses)
    assert count_words(clauses[0]) <= 16


def test_an_unclosed_quotation_does_not_hold_everything_back() -> None:
    clauses = split('He began: "' + "we go on and on, and then, after a while, we stop. " * 8)
    assert len(clauses) > 4


@pytest.mark.parametrize(
    ("tokens", "first"),
    [
        (["Sure", "."], "Sure."),
        (["That", " sounds", " nice", "."], "That sounds nice."),
        (["Hm", "..."], None),
        (["Dr", "."], None),
        (["It", " is", " ", "3", "."], None),
        (["J", "."], None),
        (["She said", " “", "No", "."], None),
    ],
)
def test_with_tokens_a_first_sentence_does_not_wait(tokens: list[str], first: str | None) -> None:
    splitter, waiting = ClauseSplitter(tokens=True), ClauseSplitter()
    assert [clause for token in tokens for clause in splitter.feed(token)] == ([first] if first else [])
    assert [clause for token in tokens for clause in waiting.feed(token)] == []


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("so", "none"),
        ("so,", "pause"),
        ('so."', "sentence"),
        ("a.m.", "unsure"),
        ("Mr.", "none"),
        ("1.", "none"),
    ],
)
def test_endings(body: str, ending: str) -> None:
    assert ending_of(body) == ending


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ('"so', True),
        ('"so"', False),
        ("it's", False),
        ("**b", True),
        ("**b**", False),
        ("3 * 4", False),
        ("a [b", True),
    ],
)
def test_open_quotations(text: str, opened: bool) -> None:
    assert is_open(text) is opened
