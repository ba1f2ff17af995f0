"""Which microphone is meant."""

from __future__ import annotations

import os

import pytest

from samantha.audio.cards import DeviceInfo, choose, restart
from samantha.errors import AudioError

pytestmark = pytest.mark.unit


def test_what_libraries_print_while_they_look_again_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    class Noisy:
        class PortAudioError(Exception):
            pass

        def _terminate(self) -> None: ...

        def _initialize(self) -> None:
            os.write(2, b"ALSA lib pcm.c: Unknown PCM cards.pcm.rear")

    restart(Noisy())
    assert capfd.readouterr().err == ""


def card(
    index: int, name: str, inputs: int = 0, outputs: int = 0, api: str = "ALSA", **more: bool
) -> DeviceInfo:
    return DeviceInfo(
        index,
        name,
        api,
        inputs,
        outputs,
        more.get("default_input", False),
        more.get("default_output", False),
        48000,
    )


LINUX = [
    card(0, "HDA Intel PCH: ALC257 Analog (hw:0,0)", 2, 2),
    card(1, "HDA Intel PCH: HDMI 0 (hw:0,3)", 0, 8),
    card(2, "Blue Yeti: USB Audio (hw:1,0)", 2, 2),
    card(3, "pulse", 32, 32),
    card(4, "default", 32, 32, default_input=True, default_output=True),
]

WINDOWS = [
    card(0, "Microphone (Blue Yeti)", 2, 0, "MME", default_input=True),
    card(1, "Speakers (Realtek)", 0, 2, "MME", default_output=True),
    card(2, "Microphone (Blue Yeti)", 2, 0, "Windows WASAPI"),
    card(3, "Speakers (Realtek)", 0, 2, "Windows WASAPI"),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (None, 4),
        (2, 2),
        ("2", 2),
        ("yeti", 2),
        ("BLUE YETI", 2),
        ("  default ", 4),
        ("pulse", 3),
        ("hw:0,0", 0),
    ],
)
def test_by_part_of_the_name_by_index_or_the_default(wanted: str | int | None, index: int) -> None:
    assert choose(wanted, LINUX, "input").index == index


def test_a_name_that_is_exactly_that_wins() -> None:
    cards = [card(0, "USB", 1), card(1, "USB Headset", 1)]
    assert choose("usb", cards, "input").index == 0


def test_of_one_card_behind_several_interfaces_the_usual_one_is_meant() -> None:
    assert choose("yeti", WINDOWS, "input").index == 0
    assert choose("realtek", WINDOWS, "output").index == 1
    assert choose(2, WINDOWS, "input").index == 2


def test_without_a_default_a_sound_server_is_the_best_guess() -> None:
    cards = [card(0, "HDMI", 0, 2), card(1, "pulse", 2, 2), card(2, "Speakers", 0, 2)]
    assert choose(None, cards, "output").index == 1
    assert choose(None, cards[2:], "output").index == 2


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("Rode", "There is no microphone “Rode”; there are 0: HDA"),
        (9, "There is no microphone number 9; there are 0: HDA"),
        (1, "There is no microphone number 1; there are 0: HDA"),  # HDMI cannot hear
        (
            "hw:",
            "Several microphones match “hw:”; there are 0: HDA Intel PCH: ALC257 Analog (hw:0,0), 2: Blue",
        ),
        ("", "There is no microphone “”; there are"),
    ],
)
def test_what_is_not_there_or_not_clear_is_answered_with_the_list(wanted: str | int, message: str) -> None:
    with pytest.raises(AudioError) as caught:
        choose(wanted, LINUX, "input")
    assert caught.value.message.startswith(message)
    assert "audio.input" in caught.value.hint
    assert "HDMI" not in caught.value.message


def test_no_microphone_at_all() -> None:
    with pytest.raises(AudioError, match="No microphone was found"):
        choose(None, [LINUX[1]], "input")
    with pytest.raises(AudioError, match="No loudspeaker was found"):
        choose("yeti", [], "output")
