"""When a loudspeaker rests, and when what is said must wait for it."""

from __future__ import annotations

import pytest

from samantha.audio.rest import AFTER, OPENING, Rest

pytestmark = pytest.mark.unit


def resting() -> Rest:
    rest = Rest()
    rest.want(True, 100.0)
    assert rest.look(100.0 + AFTER, able=True)
    assert rest.closed
    return rest


def test_it_is_closed_after_a_while_of_rest_and_not_before() -> None:
    rest = Rest()
    assert not rest.look(1e6, able=True)
    rest.want(True, 100.0)
    rest.want(True, 105.0)  # told again and again: the first time counts
    assert not rest.look(99.9 + AFTER, able=True)
    assert rest.look(100.0 + AFTER, able=True)
    assert not rest.look(101.0 + AFTER, able=True)


def test_until_it_is_open_again_what_she_says_must_wait() -> None:
    rest = resting()
    rest.want(False, 200.0)
    assert not rest.ready(200.0)  # it is still closed
    assert rest.look(200.0, able=True)
    assert not rest.ready(200.1)
    rest.opened()
    assert rest.ready(200.2)


def test_a_loudspeaker_that_does_not_open_is_not_waited_for_for_ever() -> None:
    rest = resting()
    rest.want(False, 200.0)
    rest.look(200.0, able=True)
    assert rest.ready(200.0 + OPENING)


def test_a_change_of_devices_opens_it_for_a_while() -> None:
    rest = resting()
    rest.stir(200.0)
    assert rest.look(200.0, able=True)
    assert not rest.closed
    assert rest.look(200.0 + AFTER, able=True)
    assert rest.closed


def test_where_none_may_be_closed_none_is() -> None:
    rest = resting()
    assert rest.look(200.0, able=False)
    assert not rest.closed
