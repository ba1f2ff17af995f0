"""Which chords may be the key to talk, when one is down, and what holding, tapping and toggling come to."""

from __future__ import annotations

import random

import pytest

from samantha.config import Ptt
from samantha.errors import ConfigError
from samantha.service import hotkey
from samantha.service.hotkey import Mechanism, available
from samantha.service.keys.chord import KEYS, LONE, Chord, Tracker
from samantha.service.keys.console import codes
from samantha.service.keys.portal import trigger
from samantha.service.keys.talk import LONGEST_HOLD_S, SETTLE_S, TAP_S, Talk

pytestmark = pytest.mark.unit

CHORD = Chord.parse("ctrl+alt+space")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ctrl+alt+space", "ctrl+alt+space"),
        ("Alt + CTRL + Space", "ctrl+alt+space"),
        ("cmd+shift+t", "shift+super+t"),
        ("control+option+return", "ctrl+alt+enter"),
        ("F9", "f9"),
        ("ctrl_r", "ctrl_r"),
        ("super+1", "super+1"),
    ],
)
def test_a_chord_is_read_as_people_write_it(text: str, same: str) -> None:
    assert str(Chord.parse(text)) == same


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' is no key that can be used"),
        ("ctrl+alt", "it has modifiers only"),
        ("ctrl+alt+", "'' is no key that can be used"),
        ("hyper+space", "'hyper' is no modifier"),
        ("space+ctrl", "'space' is no modifier"),
        ("ctrl+ö", "'ö' is no key that can be used"),
        ("space", "space without ctrl, alt or super is for writing"),
        ("shift+a", "a without ctrl, alt or super is for writing"),
        ("alt+ctrl_r", "ctrl_r is a modifier itself"),
    ],
)
def test_a_chord_that_cannot_be_says_why(text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Chord.parse(text)
    assert reason in refused.value.message
    assert refused.value.hint


def test_every_key_has_a_name_in_every_mechanism() -> None:
    for key in KEYS:
        chord = Chord.parse(key if key in LONE else f"ctrl+{key}")
        assert set(codes(chord.physical).values()) == chord.physical
        assert trigger(chord).split("+")[-1][0].isalnum()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ctrl+alt+space", "CTRL+ALT+space"),
        ("super+shift+t", "SHIFT+LOGO+t"),
        ("f9", "F9"),
        ("ctrl+page_up", "CTRL+Page_Up"),
        ("pause", "Pause"),
        ("ctrl_r", "Control_R"),
    ],
)
def test_the_portal_is_asked_in_its_own_words(text: str, written: str) -> None:
    assert trigger(Chord.parse(text)) == written


def edges(*keys: str, chord: Chord = CHORD, every_s: float = 0.1) -> str:
    """What a chord does while `keys` go down (`+a`) and up (`-a`): `D`, `U` or `.` for each."""
    tracker, told = Tracker(chord), ""
    for number, key in enumerate(keys):
        told += {True: "D", False: "U", None: "."}[tracker.feed(key[1:], key[0] == "+", number * every_s)]
    return told


def test_the_key_goes_down_with_its_modifiers_and_up_with_the_first_that_is_let_go() -> None:
    down = ("+ctrl_l", "+alt_l", "+space")
    assert edges(*down, "-space", "-alt_l", "-ctrl_l") == "..DU.."
    assert edges(*down, "-ctrl_l", "-alt_l", "-space") == "..DU.."
    assert edges(*down, "-alt_l", "-space", "-ctrl_l") == "..DU.."


def test_left_and_right_are_the_same_modifier() -> None:
    assert edges("+alt_r", "+ctrl_r", "+space", "-space") == "..DU"
    assert edges("+ctrl_l", "+ctrl_r", "+alt_l", "+space", "-ctrl_l", "-ctrl_r") == "...D.U"


def test_what_repeats_and_what_does_not_belong_are_nothing() -> None:
    assert edges("+ctrl_l", "+alt_l", "+space", "+space", "+space", "-space") == "..D..U"
    assert edges("+a", "+ctrl_l", "+shift_l", "+alt_l", "+space", "-a", "+b", "-b", "-space") == "....D...U"


def test_the_modifiers_come_first() -> None:
    assert edges("+space", "+ctrl_l", "+alt_l") == "..."
    assert edges("+ctrl_l", "+space", "-space") == "..."
    assert edges("+ctrl_l", "+alt_l", "+space", "-ctrl_l", "+ctrl_l", "-space", "+space") == "..DU..D"


def test_a_modifier_of_the_right_hand_can_be_the_key() -> None:
    assert edges("+ctrl_l", "-ctrl_l", "+ctrl_r", "+a", "-ctrl_r", chord=Chord.parse("ctrl_r")) == "..D.U"


def test_a_key_whose_release_was_lost_works_again() -> None:
    assert edges("+ctrl_l", "+alt_l", "+space", "+space", every_s=31) == "..DD"
    tracker = Tracker(CHORD)
    for key in ("ctrl_l", "alt_l", "space"):
        tracker.feed(key, True, 0)
    assert tracker.clear() is False
    assert tracker.clear() is None
    assert [tracker.feed(key, True, 1) for key in ("ctrl_l", "alt_l", "space")] == [None, None, True]


def say(settings: Ptt, *moves: float) -> str:
    """What comes of a key that goes down and up in turns at these seconds: `[` begins, `]` ends, with what is due."""
    talk, told = Talk(settings), ""
    for number, at in enumerate(moves):
        while talk.due is not None and talk.due < at:
            told += _written(talk.tick(talk.due))
        told += _written(talk.feed(number % 2 == 0, at)) or "."
    while talk.due is not None:
        told += _written(talk.tick(talk.due))
    return told


def _written(said: list[str]) -> str:
    return "".join("[" if what == "pressed" else "]" for what in said)


HOLD, TOGGLE, TAPS = Ptt(), Ptt(style="toggle"), Ptt(tap_toggles=True)


def test_hold_lasts_as_long_as_the_key_is_down() -> None:
    assert say(HOLD, 0, 2) == "[.]"
    assert say(HOLD, 0, 0.1, 1, 1.1) == "[.][.]"


def test_toggle_lasts_from_press_to_press() -> None:
    assert say(TOGGLE, 0, 2) == "[."
    assert say(TOGGLE, 0, 0.1, 5, 9, 10, 11) == "[.].[."


def test_a_tap_keeps_listening_until_the_next() -> None:
    assert say(TAPS, 0, TAP_S - 0.01) == "[."
    assert say(TAPS, 0, 0.1, 5, 5.1) == "[...]"
    assert say(TAPS, 0, 0.1, 5, 9) == "[...]"  # talked on while it was held: to the end
    assert say(TAPS, 0, TAP_S) == "[.]"
    assert say(TAPS, 0, 0.1, 5, 5.1, 6, 6.1, 7, 7.1) == "[...][...]"


def test_a_release_that_is_taken_back_at_once_never_was() -> None:
    pairs = [moment for n in range(30) for moment in (0.5 + n / 30, 0.5 + n / 30 + SETTLE_S / 2)]
    assert say(HOLD, 0, *pairs, 3).replace(".", "") == "[]"
    assert say(TOGGLE, 0, *pairs, 3).replace(".", "") == "["
    assert say(TAPS, 0, *pairs, 3).replace(".", "") == "[]"


def test_nobody_holds_a_key_for_ever() -> None:
    talk = Talk(HOLD)
    assert talk.feed(True, 0) == ["pressed"]
    assert talk.due == LONGEST_HOLD_S
    assert talk.tick(LONGEST_HOLD_S - 1) == []
    assert talk.tick(LONGEST_HOLD_S) == ["released"]
    assert talk.feed(False, LONGEST_HOLD_S + 5) == []
    assert talk.feed(True, LONGEST_HOLD_S + 6) == ["pressed"]
    assert Talk(TOGGLE).due is None


def test_an_edge_that_is_seen_late_is_in_order() -> None:
    talk = Talk(HOLD)
    talk.feed(True, 0)
    talk.feed(False, 1)
    assert talk.feed(True, 2) == ["released", "pressed"]


@pytest.mark.parametrize("settings", [HOLD, TOGGLE, TAPS])
def test_pressed_and_released_take_turns_whatever_happens(settings: Ptt) -> None:
    dice = random.Random(4)
    talk, at, told = Talk(settings), 0.0, ""
    for _ in range(3000):
        at += dice.choice([0.001, 0.01, 0.05, 0.25, 2.0, 400.0])
        told += _written(talk.tick(at) if dice.random() < 0.3 else talk.feed(dice.random() < 0.5, at))
        assert talk.talking == (told[-1:] == "[")
    assert told.replace("[]", "") in ("", "[")


def ways(settings: Ptt, environ: dict[str, str]) -> dict[str, Mechanism]:
    """In the order of `available`."""
    return {way.name: way for way in available(settings, environ)}


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotkey.sys, "platform", "linux")


# What python-xlib leaves behind when there is no display to connect to.
no_display = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


@pytest.mark.usefixtures("linux")
def test_without_a_desktop_the_command_line_is_what_is_left() -> None:
    found = ways(Ptt(), NO_BUS)
    assert next(iter(found)) == "command"
    assert not found["keyboard"].usable
    assert "DISPLAY" in found["keyboard"].why
    assert not found["portal"].usable
    assert "session bus does not answer" in found["portal"].why
    assert not found["console"].usable
    assert "ptt.mechanism: console" in found["console"].why
    assert all(way.why.endswith(".") for way in found.values())


@no_display
@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize("session", [{"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}])
def test_wayland_without_a_portal_is_not_left_to_x11(session: dict[str, str]) -> None:
    assert next(iter(ways(Ptt(), NO_BUS | session | {"DISPLAY": ":0"}))) == "command"


@pytest.mark.usefixtures("linux")
def test_what_the_settings_name_is_taken_or_its_obstacle_told() -> None:
    assert next(iter(ways(Ptt(mechanism="off"), NO_BUS))) == "command"
    for name in ("keyboard", "portal"):
        chosen = next(iter(ways(Ptt.model_validate({"mechanism": name}), NO_BUS).values()))
        assert (chosen.name, chosen.usable) == (name, False)


@no_display
@pytest.mark.usefixtures("linux")
def test_a_display_that_is_not_there_is_a_sentence() -> None:
    assert (
        "The X11 display :4242 does not answer" in ways(Ptt(), NO_BUS | {"DISPLAY": ":4242"})["keyboard"].why
    )
