"""Secrets are found, and other numbers are left alone."""

from __future__ import annotations

import time

import pytest

from samantha.mind.secrets import HIDDEN, found, redact

pytestmark = pytest.mark.unit

SECRETS = [
    ("My card number is 4539 1488 0343 6467.", ["4539", "6467"]),
    ("it's 4539148803436467, okay?", ["4539148803436467"]),
    ("4539-1488-0343-6467 expires 12/27 and the CVV is 123", ["1488", " 123"]),
    (
        "My card is four five three nine one four eight eight zero three four three six four six seven",
        ["four five", "six seven"],
    ),
    ("four five three nine, one four double eight, oh three four three, six four six seven", ["four", "six"]),
    ("My Amex is 378282246310005", ["3782"]),
    ("the credit card number is 4539 1488 0343 6461 I think", ["4539", "6461"]),
    ("My IBAN is DE89 3704 0044 0532 0130 00 and I bank in Berlin", ["3704", "0130"]),
    ("transfer it to GB82WEST12345698765432 please", ["WEST123"]),
    ("My password is hunter2", ["hunter2"]),
    ("My password is hunter two.", ["hunter", "two"]),
    ("the password for my laptop is correct horse battery staple", ["horse", "staple"]),
    ("My wifi password is Blue-Heron-77, and my sister is called Ruth", ["Heron", "77"]),
    ("password: swordfish", ["swordfish"]),
    ("I changed my password to moonlight sonata", ["moonlight", "sonata"]),
    ("swordfish is my password", ["swordfish"]),
    ("I use swordfish99 as my password everywhere", ["swordfish"]),
    ("You log in with the password tr0ub4dor.", ["tr0ub4dor"]),
    ("My PIN is 4711.", ["4711"]),
    ("my pin is four seven one one", ["four", "seven"]),
    ("the pin for the bank card is 9 3 8 1", ["9 3", "8 1"]),
    ("4711 is my pin", ["4711"]),
    ("the door code is 2580", ["2580"]),
    ("Our alarm code's 7 7 3 1", ["7 7", "3 1"]),
    ("the code to the garage is 9041", ["9041"]),
    ("The gate code is star four one one nine", ["four one", "nine"]),
    ("The combination of the safe is 12 left 30 right 8 left", ["12", "30"]),
    ("my bike lock code is 3-1-9", ["3-1-9"]),
    ("My passcode is 852963", ["852963"]),
    ("The answer to my security question is Fluffy", ["Fluffy"]),
    ("My social security number is 078-05-1120", ["078", "1120"]),
    ("my social is 078 05 1120", ["078", "1120"]),
    ("078-05-1120", ["078"]),
    ("My national insurance number is QQ 12 34 56 C", ["12 34", "56"]),
    ("it is AB 12 34 56 C", ["12 34"]),
    ("my api key is sk-proj-abcdEFGH1234ijklMNOP5678", ["abcdEFGH"]),
    ("use ghp_16C7e42F292c6912E7710c838347Ae178B4a", ["16C7e42F"]),
    ("AKIAIOSFODNN7EXAMPLE is the key id", ["IOSFODNN"]),
    ("Authorization: Bearer abcdef0123456789abcdef", ["abcdef0123"]),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----", ["MIIEow", "abc"]),
    ("postgres://theo:s3cr3tw0rd@localhost/db", ["s3cr3tw0rd"]),
    ("Your verification code is 492817", ["492817"]),
    ("492817 is your verification code", ["492817"]),
    ("The two-factor code was 118 204", ["118", "204"]),
    ("My seed phrase is apple river stone ladder", ["apple", "ladder"]),
    ("Mein Passwort ist Gartenzwerg", ["Gartenzwerg"]),
    ("My account number is 12345678 and the sort code is 20-00-00", ["12345678", "20-00"]),
    ("I told him that my password is banana. He laughed.", ["banana"]),
    ("I got a code by text, it's 482913", ["482913"]),
    ("My passport number is 533380006", ["533380006"]),
]

HARMLESS = """
My phone number is 0171 555 2368.
Call me on +49 151 2345 6789
My birthday is the 14th of March 1987
I was born in 1987, my sister in 1991
We live at 4711 Maple Street
The bus is number 42
I forgot my password again.
My password is too long to remember.
My password is not working
The password is wrong
I need a new password for my bank
My password expired yesterday
My password is longer than yours
The password manager is great
I put a pin in the map
She wore a bobby pin
My zip code is 90210
My postcode is 10115
The area code is 020
The dress code is black tie
My code is compiling
I write code for 3 companies
The country code is 44
I ran 5 kilometres in 27 minutes
My order of 120 books came in 3 boxes
I have two brothers and three sisters
One two three four five, once I caught a fish alive
In 2019 I moved, and in 2021, 2022 and 2023 I worked in Rome
My token of appreciation is a cake
The answer to my question is no
My card is expired
I got a birthday card from 3 friends
I weigh 78 kilos and I am 181 centimetres tall
The recipe needs 250 grams of flour, 3 eggs and 100 grams of sugar
My account at the library is free
The combination of jazz and rain is perfect
My flight LH 4711 leaves at 10:45 on 12/03/2026
It cost 1,234,567 dollars
My key is under the mat
I like my social life
The wifi is slow today
I said that my password is hard to guess
Meet me at 10 15 or at 11 30
""".strip().splitlines()


@pytest.mark.parametrize(("text", "gone"), SECRETS)
def test_a_secret_is_taken_out(text: str, gone: list[str]) -> None:
    kept = redact(text)
    assert HIDDEN in kept
    assert not [part for part in gone if part in kept.replace(HIDDEN, "")], kept
    assert redact(kept) == kept


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text
    assert not found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Remember that my locker code is 4711.",
        "Samantha, please remember that my password is hunter2",
        "Could you remember my PIN, it is 4711?",
        "Don't forget that the door code is 2580.",
        "Remember this: the alarm code is 7731",
        "Remember this. The alarm code is 7731.",
    ],
)
def test_what_she_is_told_to_remember_stays(text: str) -> None:
    assert redact(text) == text


def test_only_the_sentence_she_is_told_to_remember_stays() -> None:
    kept = redact("Remember that my locker code is 4711. My password is swordfish.")
    assert "4711" in kept
    assert "swordfish" not in kept


def test_who_cannot_remember_has_not_told_her_to() -> None:
    assert "swordfish" not in redact("I never remember that my password is swordfish.")


def test_the_rest_of_the_sentence_stays() -> None:
    assert redact("My PIN is 4711 and my sister Ruth has two cats.") == (
        f"My PIN is {HIDDEN} and my sister Ruth has two cats."
    )
    assert redact("My password is hunter2, and my sister is Ruth.") == (
        f"My password is {HIDDEN}, and my sister is Ruth."
    )


@pytest.mark.parametrize("text", ["1 " * 2000, "four five " * 1000, "." * 12000, "password is " * 1000])
def test_the_time_grows_with_the_length_only(text: str) -> None:
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 5  # where it grew with the square, it was a minute
