"""Which device is meant, as devices come and go."""

from __future__ import annotations

import pytest

from samantha.audio.choice import Choice, Endpoint, Offer, matches

pytestmark = pytest.mark.unit


def ear(name: str, **more: object) -> Endpoint:
    return Endpoint("input", name, more.pop("label", name.title()), 48000, **more)  # type: ignore[arg-type]


def mouth(name: str, **more: object) -> Endpoint:
    return Endpoint("output", name, more.pop("label", name.title()), 48000, **more)  # type: ignore[arg-type]


BUILTIN, YETI = ear("builtin"), ear("yeti", label="Blue Yeti")
BUDS_EAR = ear("buds", label="Buds Pro", bluetooth=True, worn=True)
SPEAKERS, HDMI, USB = mouth("speakers"), mouth("hdmi"), mouth("usb", worn=True)
BUDS = mouth("buds", label="Buds Pro", bluetooth=True, worn=True)
TAP = ear("speakers.monitor", label="Monitor of Speakers", monitor=True)
CARDS = (ear("hw:0", index=0), mouth("hw:0", index=0))


def there(*endpoints: Endpoint, served: bool = True, **defaults: str) -> Offer:
    return Offer((*endpoints, *CARDS), defaults, served=served)  # type: ignore[arg-type]


def name(endpoint: Endpoint | None) -> str:
    return endpoint.name if endpoint else "none"


def test_the_default_is_followed() -> None:
    choice = Choice("output", None)
    assert name(choice.pick(there(SPEAKERS, HDMI, output="speakers"))) == "speakers"
    assert name(choice.pick(there(SPEAKERS, HDMI, output="hdmi"))) == "hdmi"
    assert name(choice.pick(there(SPEAKERS, HDMI))) == "hdmi"  # a default that is unknown moves nobody
    assert name(choice.pick(there(SPEAKERS))) == "speakers"
    assert name(choice.pick(there())) == "none"


def test_a_headset_that_is_plugged_in_is_followed_until_the_default_is_changed() -> None:
    choice = Choice("output", None)
    assert name(choice.pick(there(SPEAKERS, output="speakers"))) == "speakers"
    assert name(choice.pick(there(SPEAKERS, USB, output="speakers"))) == "usb"
    assert name(choice.pick(there(SPEAKERS, HDMI, USB, output="speakers"))) == "usb"
    assert name(choice.pick(there(SPEAKERS, HDMI, USB, output="hdmi"))) == "hdmi"
    assert name(choice.pick(there(SPEAKERS, HDMI, USB, output="hdmi"))) == "hdmi"


def test_what_is_no_headset_or_was_there_before_is_not_followed() -> None:
    choice = Choice("output", None)
    assert name(choice.pick(there(SPEAKERS, USB, output="speakers"))) == "speakers"
    assert name(choice.pick(there(SPEAKERS, USB, HDMI, output="speakers"))) == "speakers"


def test_a_server_that_comes_back_device_by_device_has_plugged_nothing_in() -> None:
    choice = Choice("output", None)
    choice.pick(there(SPEAKERS, USB, output="speakers"))
    choice.pick(there())
    again = [mouth("speakers", serial=(1, 4)), mouth("usb", worn=True, serial=(1, 5))]
    assert name(choice.pick(there(again[0], output="speakers"))) == "speakers"
    assert name(choice.pick(there(*again, output="speakers"))) == "speakers"
    choice.pick(there(again[0], output="speakers"))
    assert name(choice.pick(there(*again, output="speakers"))) == "usb"  # now it was


def test_the_one_that_is_named_is_used_whenever_it_is_there() -> None:
    choice = Choice("input", "yeti")
    assert name(choice.pick(there(BUILTIN, YETI, input="builtin"))) == "yeti"
    assert name(choice.pick(there(BUILTIN, input="builtin"))) == "builtin"
    assert name(choice.pick(there(BUILTIN, YETI, input="builtin"))) == "yeti"


def test_a_bluetooth_headsets_microphone_is_used_only_if_asked_for() -> None:
    unasked = Choice("input", None)
    assert name(unasked.pick(there(BUILTIN, BUDS_EAR, input="buds"))) == "builtin"
    assert name(unasked.pick(there(BUDS_EAR, input="buds"))) == "none"
    assert unasked.reason(there(BUDS_EAR, input="buds")).startswith(
        "The only microphone is that of “Buds Pro”"
    )
    assert unasked.reason(there()) == "No microphone was found."
    assert name(Choice("input", "buds").pick(there(BUILTIN, BUDS_EAR, input="builtin"))) == "buds"
    allowed = Choice("input", None, bluetooth_microphone=True)
    assert name(allowed.pick(there(BUILTIN, BUDS_EAR, input="buds"))) == "buds"


def test_its_loudspeaker_is_used_without_being_asked() -> None:
    choice = Choice("output", None)
    choice.pick(there(SPEAKERS, output="speakers"))
    assert name(choice.pick(there(SPEAKERS, BUDS, output="speakers"))) == "buds"


def test_what_a_loudspeaker_plays_is_a_microphone_only_as_the_default_or_by_name() -> None:
    assert name(Choice("input", None).pick(there(TAP, BUILTIN))) == "builtin"
    assert name(Choice("input", None).pick(there(TAP))) == "none"
    assert (
        name(Choice("input", None).pick(there(BUILTIN, TAP, input="speakers.monitor"))) == "speakers.monitor"
    )
    assert (
        name(Choice("input", "monitor of").pick(there(BUILTIN, TAP, input="builtin"))) == "speakers.monitor"
    )


def test_portaudios_own_cards_are_used_without_a_server_or_by_name() -> None:
    assert name(Choice("input", None).pick(Offer(CARDS, {"input": "hw:0"}))) == "hw:0"
    assert name(Choice("input", None).pick(there(served=True))) == "none"
    assert name(Choice("input", 0).pick(there(BUILTIN, input="builtin"))) == "hw:0"
    assert name(Choice("input", "hw:0").pick(there(BUILTIN, input="builtin"))) == "hw:0"


def test_what_failed_is_passed_over_while_there_is_another() -> None:
    choice = Choice("output", None)
    offer = there(SPEAKERS, HDMI, output="speakers")
    assert name(choice.pick(offer, {SPEAKERS.identity})) == "hdmi"
    assert name(choice.pick(offer, {SPEAKERS.identity, HDMI.identity})) == "none"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("blue", ["yeti"]),
        ("YETI", ["yeti"]),
        ("e", ["yeti", "speakers.monitor"]),
        ("builtin", ["builtin"]),
        (0, ["hw:0"]),
        ("", []),
        ("rode", []),
    ],
)
def test_names(wanted: str | int, found: list[str]) -> None:
    assert [endpoint.name for endpoint in matches(wanted, [TAP, BUILTIN, YETI, CARDS[0]])] == found
