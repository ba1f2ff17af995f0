"""The key to talk from /dev/input: keyboards that come and go, a mouse, one that may not be read.

The keyboards are scripted where evdev would open a device; what the kernel does with a real one is not seen here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("/dev/input is Linux's", allow_module_level=True)

from evdev import InputEvent, ecodes

from samantha.errors import SamanthaError
from samantha.service.keys import console
from samantha.service.keys.chord import Chord

pytestmark = pytest.mark.integration

CTRL, ALT, SPACE = ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTALT, ecodes.KEY_SPACE


class Keyboard:
    """What evdev would open: waits on a pipe, reads events, fails once it is pulled out."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._events: list[InputEvent] = []
        self.closed = self.pulled = False

    def keys(self, value: int, *codes: int) -> None:
        """Down is 1, up 0, repeated 2."""
        for code in codes:
            self._events.append(InputEvent(0, 0, ecodes.EV_KEY, code, value))
            self._events.append(InputEvent(0, 0, ecodes.EV_SYN, 0, 0))
        os.write(self._writer, b"x")

    @property
    def drained(self) -> bool:
        """Whether all that was pressed has been read."""
        return not self._events

    def pull(self) -> None:
        self.pulled = True
        os.write(self._writer, b"x")

    def fileno(self) -> int:
        return self._reader

    def read(self) -> Iterator[InputEvent]:
        os.read(self._reader, 100)
        if self.pulled:
            raise OSError(19, "No such device")
        events, self._events = self._events, []
        yield from events

    def close(self) -> None:
        self.closed = True
        os.close(self._reader)
        os.close(self._writer)


class Machine:
    """A folder of input devices; a value of None is no keyboard, an OSError one that may not be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.devices: dict[Path, Keyboard | OSError | None] = {}
        self.opened: list[str] = []
        self.edges: list[bool] = []
        self.states: list[SamanthaError | str] = []

    def plug(self, name: str, device: Keyboard | OSError | None) -> None:
        self.devices[self.folder / name] = device
        (self.folder / name).touch()

    def unplug(self, name: str) -> None:
        (self.folder / name).unlink()
        del self.devices[self.folder / name]

    def open(self, node: Path, code: int) -> console.Device | None:
        assert code == SPACE
        self.opened.append(node.name)
        device = self.devices[node]
        if isinstance(device, OSError):
            raise device
        return device


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(console, "_SCAN_S", 0.05)
    machine = Machine(tmp_path)
    ears = console.Console(
        Chord.parse("ctrl+alt+space"),
        lambda down, _: machine.edges.append(down),
        machine.states.append,
        folder=tmp_path,
        opened=machine.open,
    )
    ears.start()
    yield machine
    ears.stop()
    assert all(device.closed for device in machine.devices.values() if isinstance(device, Keyboard))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_chord_is_heard_across_keyboards_and_repeats_are_not(machine: Machine) -> None:
    left, right = Keyboard(), Keyboard()
    machine.plug("event3", left)
    machine.plug("event11", right)
    until(lambda: len(machine.opened) == 2)
    left.keys(1, CTRL, ALT)
    left.keys(2, ALT, ALT)
    until(lambda: left.drained)  # what two keyboards say at once comes in any order
    right.keys(1, SPACE)
    until(lambda: machine.edges == [True])
    right.keys(2, SPACE, SPACE, SPACE)
    left.keys(0, CTRL, ALT)
    until(lambda: machine.edges == [True, False])
    assert machine.states[-1] == f"evdev listens for ctrl+alt+space in {machine.folder}"


def test_without_a_keyboard_it_says_so_and_finds_one_that_is_plugged_in(machine: Machine) -> None:
    until(lambda: len(machine.states) == 1)
    assert "There are no input devices" in str(machine.states[0])
    machine.plug("event0", None)
    machine.plug("event1", PermissionError(13, "Permission denied"))
    until(lambda: machine.opened.count("event1") > 2)
    assert machine.opened.count("event0") == 1, "a mouse is looked at once"
    assert len(machine.states) == 1
    keyboard = machine.devices[machine.folder / "event1"] = Keyboard()
    until(lambda: len(machine.states) == 2)
    keyboard.keys(1, CTRL, ALT, SPACE)
    until(lambda: machine.edges == [True])


def test_a_keyboard_that_is_pulled_out_takes_its_keys_with_it(machine: Machine) -> None:
    keyboard = Keyboard()
    machine.plug("event3", keyboard)
    until(lambda: bool(machine.opened))
    keyboard.keys(1, CTRL, ALT, SPACE)
    until(lambda: machine.edges == [True])
    machine.devices[machine.folder / "event3"] = OSError(19, "No such device")
    keyboard.pull()
    until(lambda: machine.edges == [True, False])
    assert keyboard.closed
    machine.unplug("event3")
    until(lambda: isinstance(machine.states[-1], SamanthaError))
    again = Keyboard()
    machine.plug("event3", again)
    until(lambda: isinstance(machine.states[-1], str))
    again.keys(1, CTRL, ALT, SPACE)
    until(lambda: machine.edges == [True, False, True])


def test_a_machine_that_may_not_be_read_names_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "event0").touch()
    monkeypatch.setattr(console.os, "access", lambda *_: False)
    assert "group `input`" in console.obstacle(tmp_path)
