"""The key to talk on a real X server: what pynput reports of real keys is what the hotkey was written for."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from hardware.soundserver import until
from hardware.xserver import x_server
from soak.holds import ears, holds

from samantha.config import Ptt
from samantha.service.hotkey import available

pytestmark = pytest.mark.hardware


def test_each_hold_is_heard_once_and_whole() -> None:
    assert holds(rounds=6, seed=2)["rounds"] == 6


def test_a_key_that_repeats_is_held_once() -> None:
    with x_server() as display, ears(display, Ptt()) as listening:
        display.press("ctrl", "alt", "space")
        listening.next("pressed")
        time.sleep(1.2)  # X begins to repeat after 0.66 s, 25 times a second
        display.release("space", "alt", "ctrl")
        listening.next("released")
        assert listening.silent(0.2)


def test_toggle_stays_on_while_the_key_repeats_and_after() -> None:
    with x_server() as display, ears(display, Ptt(style="toggle")) as listening:
        display.press("ctrl", "alt", "space")
        listening.next("pressed")
        time.sleep(1.2)
        display.release("space")
        assert listening.silent(0.2)
        display.press("space")
        listening.next("released")


def test_a_tap_keeps_listening() -> None:
    with x_server() as display, ears(display, Ptt(key="F9", tap_toggles=True), chord=["F9"]) as listening:
        display.do("key", "F9")
        listening.next("pressed")
        assert listening.silent(0.2)
        display.do("key", "F9")
        listening.next("released")


@pytest.mark.parametrize(
    ("key", "down", "up"),
    [
        ("ctrl+alt+space", ["Control_R", "Alt_R", "space"], ["Alt_R", "space", "Control_R"]),
        ("ctrl+shift+1", ["Control_L", "Shift_L", "1"], ["Shift_L", "1", "Control_L"]),
        ("ctrl+shift+1", ["Shift_R", "Control_L", "1"], ["1", "Shift_R", "Control_L"]),
        ("alt+shift+t", ["Shift_L", "Alt_L", "t"], ["Shift_L", "Alt_L", "t"]),
        ("alt+shift+t", ["Alt_L", "Shift_L", "t"], ["t", "Alt_L", "Shift_L"]),
        ("super+f9", ["Super_L", "F9"], ["F9", "Super_L"]),
        ("ctrl_r", ["Control_R"], ["Control_R"]),
    ],
)
def test_a_key_is_itself_whatever_shift_makes_of_it(key: str, down: list[str], up: list[str]) -> None:
    with x_server() as display, ears(display, Ptt(key=key), chord=down) as listening:
        for _ in range(2):
            display.press(*down)
            listening.next("pressed")
            display.release(*up)
            listening.next("released")
        assert listening.silent(0.1)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # pynput's, when its display goes
def test_a_display_that_goes_ends_the_hold_and_is_found_again() -> None:
    lose_and_find_the_display()
    gc.collect()


def lose_and_find_the_display() -> None:
    with x_server() as display, ears(display, Ptt()) as listening:
        display.press("ctrl", "alt", "space")
        listening.next("pressed")
        display.kill()
        listening.next("released")
        until(lambda: bool(listening.wrong), "nobody said that the display has gone")
        assert "ptt" in listening.wrong[0].hint
        with x_server(display.env["DISPLAY"]):
            until(lambda: "pynput listens" in listening.hotkey.how, "the display was not found again")
            assert len(listening.wrong) == 1


def test_stopping_ends_the_hold() -> None:
    with x_server() as display:
        with ears(display, Ptt()) as listening:
            display.press("ctrl", "alt", "space")
            listening.next("pressed")
        listening.next("released")
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("hotkey")]


def test_the_doctor_is_told_what_is_used() -> None:
    with x_server() as display:
        chosen, *others = available(
            Ptt(), display.env | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        )
        assert (chosen.name, chosen.usable) == ("keyboard", True)
        assert display.env["DISPLAY"] in chosen.why
        assert {way.name for way in others} == {"portal", "console", "command"}
