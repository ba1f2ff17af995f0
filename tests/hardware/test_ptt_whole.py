"""The key to talk, whole: a real key, a real microphone, and every bit of what is said while it is held."""

from __future__ import annotations

import ctypes.util

import pytest
from hardware import soundserver, xserver
from soak.holds import whole

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]


@pytest.mark.parametrize("warm", [True, False])
def test_whatever_is_said_while_the_key_is_held_is_in_the_turn(warm: bool) -> None:
    if reason := soundserver.missing() or xserver.missing():
        pytest.skip(reason)
    outcome = whole(rounds=4, seed=5, warm=warm)
    assert outcome["lacking"] == []
    assert outcome["rounds"] == 4
