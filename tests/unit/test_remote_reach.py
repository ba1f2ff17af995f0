"""Which settings lead off this machine."""

from __future__ import annotations

import pytest

from samantha.config import Config, check
from samantha.errors import ConfigError
from samantha.remote.reach import is_loopback, leads

pytestmark = pytest.mark.unit


def settings(**sections: dict[str, object]) -> Config:
    return check(sections, "the test")


def test_she_comes_with_none() -> None:
    assert leads(Config()) == []


def test_a_machine_that_is_only_named_is_not_asked() -> None:
    named = {"llm_url": "http://far:8080/v1", "stt_url": "tcp://far:10300", "tts_url": "tcp://far:10200"}
    assert leads(settings(remote=named)) == []


def test_every_engine_elsewhere_is_told() -> None:
    found = leads(
        settings(
            llm={"engine": "openai"},
            hearing={"engine": "wyoming"},
            voice={"engine": "wyoming"},
            remote={
                "llm_url": "https://far.example/v1",
                "stt_url": "tcp://192.168.1.10:10300",
                "tts_url": "unix:///run/piper.sock",
            },
        )
    )
    assert [(lead.setting, lead.address, lead.loopback) for lead in found] == [
        ("llm.engine: openai", "far.example:443", False),
        ("hearing.engine: wyoming", "192.168.1.10:10300", False),
        ("voice.engine: wyoming", "/run/piper.sock", True),
    ]
    assert str(found[1]) == "hearing.engine: wyoming (what you say, as sound goes to 192.168.1.10:10300)"


def test_a_server_that_lets_others_in_is_told() -> None:
    api = {"tcp": True, "host": "0.0.0.0", "port": 8765}
    (lead,) = leads(settings(api=api))
    assert (lead.address, lead.inward, lead.loopback) == ("0.0.0.0:8765", True, False)
    assert leads(settings(api={**api, "host": "127.0.0.1"})) == []
    assert leads(settings(api={**api, "tcp": False})) == []


@pytest.mark.parametrize(
    ("remote", "says"),
    [
        ({}, "llm.engine is openai, but remote.llm_url names no machine"),
        ({"llm_url": "http://far:99999/v1"}, "names no server"),
        ({"llm_url": "http:///v1"}, "names no server"),
        ({"llm_url": "http://me:hunter2@far/v1"}, "holds a name or a password"),
    ],
)
def test_a_wrong_address_is_a_problem_of_the_settings(remote: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        leads(settings(llm={"engine": "openai"}, remote=remote))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.10", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_loopback_is_what_is_certain_to_stay_here(host: str, here: bool) -> None:
    assert is_loopback(host) is here
