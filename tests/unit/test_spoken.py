"""The spoken form of written text."""

from __future__ import annotations

import random

import pytest

from samantha.voice.spoken import Speakable, speakable

pytestmark = pytest.mark.unit

ENGLISH = {
    # numbers
    "I have 3 cats and 42 fish.": "I have three cats and forty-two fish.",
    "1,234,567": "one million two hundred and thirty-four thousand five hundred and sixty-seven",
    "100 000 stars": "one hundred thousand stars",
    "Pi is 3.14, e is 2.718.": "Pi is three point one four, e is two point seven one eight.",
    "It is -5 outside.": "It is minus five outside.",
    ".5 or 0.5": "zero point five or zero point five",
    "the 1st, 2nd, 3rd and 21st": "the first, second, third and twenty-first",
    "agent 007": "agent zero zero seven",
    "B12, MP3 and H2O": "B twelve, MP three and H two O",
    "version 3.11.2": "version three point eleven point two",
    "9" * 20: " ".join(["nine"] * 20),
    # times
    "At 7:30.": "At seven thirty.",
    "At 18:05.": "At eighteen oh five.",
    "At 7:00 sharp.": "At seven o'clock sharp.",
    "At 7:05 pm.": "At seven oh five PM.",
    "At 7 p.m. we eat.": "At seven PM we eat.",
    "It was 3 a.m. Then I slept.": "It was three AM. Then I slept.",
    "10:30am": "ten thirty AM",
    "It took 1:02:03.": "It took one hour, two minutes, three seconds.",
    "a ratio of 16:9": "a ratio of sixteen to nine",
    # dates and years
    "On 2026-11-22.": "On November twenty-second, twenty twenty-six.",
    "On 22/11 or 11/22/2026.": "On November twenty-second or November twenty-second, twenty twenty-six.",
    "Nov 22nd": "November twenty-second",
    "Nov. 22, 2026": "November twenty-second, twenty twenty-six",
    "5 May 2020": "the fifth of May twenty twenty",
    "the 5th of May": "the fifth of May",
    "In 1905 and 2026.": "In nineteen oh five and twenty twenty-six.",
    "1500 people in 1999": "one thousand five hundred people in nineteen ninety-nine",
    "the 1990s, the '80s": "the nineteen nineties, the eighties",
    "1999–2005": "nineteen ninety-nine to two thousand and five",
    "open 24/7": "open twenty-four seven",
    # money
    "$3.50": "three dollars and fifty cents",
    "$1 or €20": "one dollar or twenty euros",
    "£0.99": "ninety-nine pence",
    "20 €": "twenty euros",
    "$5M, $1.2 billion": "five million dollars, one point two billion dollars",
    "$10–20": "ten to twenty dollars",
    "$1,000.50!": "one thousand dollars and fifty cents!",
    # units, percentages, fractions, ranges
    "5 km at 60 mph": "five kilometers at sixty miles per hour",
    "a 5-km run, 1 kg": "a five kilometer run, one kilogram",
    "20 °C, 3 GB": "twenty degrees Celsius, three gigabytes",
    "5 in the morning": "five in the morning",
    "12 m²": "twelve square meters",
    "50% of it, 3.5 %": "fifty percent of it, three point five percent",
    "10-20%": "ten to twenty percent",
    "1/2 cup, 3/4, 2 1/2": "one half cup, three quarters, two and a half",
    "½ and 1½": "one half and one and a half",
    "3–5 apples": "three to five apples",
    "5'10\" tall": "five foot ten tall",
    "3x faster": "three times faster",
    # telephone numbers
    "Call 555-1234.": "Call five five five, one two three four.",
    "+1 (555) 123-4567": "plus one, five five five, one two three, four five six seven",
    "5551234567": "five five five one two three four five six seven",
    # signs
    "R&B": "R and B",
    "2 + 2 = 4": "two plus two equals four",
    "5*3, 10 / 2, 2^3": "five times three, ten divided by two, two to the power of three",
    "We're #1 in #fun": "We're number one in hashtag fun",
    "he/she and/or they": "he or she and or they",
    "tea w/ milk, w/o sugar": "tea with milk, without sugar",
    "~20 of α": "about twenty of alpha",
    "if x < y": "if x less than y",
    # short forms
    "Dr. Smith met Mr. Jones.": "Doctor Smith met Mister Jones.",
    "Fruit, e.g. apples, etc.": "Fruit, for example, apples, et cetera.",
    "NASA and the FBI": "NASA and the FBI",
    "the U.S. is big": "the US is big",
    "J. R. R. Tolkien": "J R R Tolkien",
    "sooo nooo hmmm yesss": "so no hmm yes",
    # markdown
    "**Bold**, *really*, _this_, `code`": "Bold, really, this, code",
    "# A header": "A header.",
    "- one item": "one item.",
    "- [x] done\n- [ ] not done": "done. not done.",
    "1. Wash it": "one. Wash it",
    "2) Boil it": "two. Boil it",
    "[a link](https://example.com) here": "a link here",
    "| a | b |\n|---|---|\n| 1 | 2 |": "a, b. one, two.",
    "> quoted": "quoted.",
    "<b>hi</b> &amp; <br/>bye": "hi and bye",
    "hello<|im_end|>": "hello",
    "---": "",
    # emoji, faces, stage directions
    "Great 😊👍🏽👨‍👩‍👧 work 1️⃣": "Great work one",
    "Hi :) you ;-) <3": "Hi you",
    "*laughs* Oh you. (sighs) Fine. [giggles softly]": "Oh you. Fine.",
    "*smiles warmly at you* Hello.": "Hello.",
    "I (maybe) agree.": "I, maybe, agree.",
    "your apple(s)": "your apples",
    # addresses
    "Visit https://www.example.com/path?x=1. Now.": "Visit example dot com. Now.",
    "mail jo.do@example.org": "mail jo dot do at example dot org",
    "run main.py": "run main dot py",
    # quotes and other marks
    "“Hello,” she said, ‘hi’.": "Hello, she said, hi.",
    "it’s rock ’n’ roll": "it's rock n roll",
    "Wow!!! What?!": "Wow! What?",
    "Wait...what": "Wait…what",
    "well—ok -- fine - yes": "well — ok — fine — yes",
    ", and then": "and then",
    "你好 hello": "hello",
    "🎉": "",
    "!?": "",
    "$": "",
    "": "",
    "3.": "three.",
}


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english(written: str, said: str) -> None:
    assert speakable(written) == said


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "Um 18:05 kostet es 3,50 €.", "Um achtzehn Uhr fünf kostet es drei Euro und fünfzig Cent."),
        (
            "de",
            "1.234,5 km & 50 %",
            "eintausendzweihundertvierunddreißig Komma fünf Kilometer und fünfzig Prozent",
        ),
        ("fr", "3–5 km à 20 °C", "trois à cinq kilomètres à vingt degrés Celsius"),
        ("es", "2026-11-22", "veintidós de noviembre de dos mil veintiséis"),
        ("it", "5 kg + 3", "cinque chili più tre"),
        ("pt", "Custa 5 & 3,2% 😊", "Custa 5 & 3,2%"),  # without words for signs, the voice reads them itself
        ("zh", "今天3点。", "今天3点."),
    ],
)
def test_other_languages(language: str, written: str, said: str) -> None:
    assert speakable(written, language) == said


def test_a_block_of_code_is_left_out_even_across_clauses() -> None:
    say = Speakable()
    clauses = ["Like this:\n```python", "print(1)", "# more", "x = 2\n```\nThat is all.", "Good."]
    assert [say(clause) for clause in clauses] == ["Like this:", "", "", "That is all.", "Good."]


def test_whatever_comes_it_says_only_words() -> None:
    pieces = (
        "1 2 0 . , - $ % * _ ` ``` ( ) [ ] # | a the St km ° / : ' \" “ … ! ? 😀 é 中 ٣ ² ½ "
        "http:// @ + = < > & \\ ^ ~ Ⅳ a.m. Mar °C € laughs x.com"
    )
    chance = random.Random(7)
    for _ in range(600):
        text = "".join(
            chance.choice([*pieces.split(" "), " ", "\n", "\u200d", "\ud800"])
            if chance.random() < 0.85
            else chr(chance.randrange(0x110000))
            for _ in range(chance.randrange(40))
        )
        said = speakable(text)
        assert all(each.isalpha() or each in " .,!?;:…—'-" for each in said), (text, said)
        assert said == "" or any(each.isalpha() for each in said)
        for language in ("de", "pt", "zh"):
            speakable(text, language)
