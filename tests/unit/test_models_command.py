"""`samantha models` as a person and as a program read it, on an empty store."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from samantha.commands.models import app
from samantha.errors import ModelError

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _empty_store(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMANTHA_PATHS__MODELS", str(tmp_path / "models"))


def run(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_list():
    text = run("list").stdout
    for word in (
        "whisper-base",
        "qwen2.5-coder-1.5b-instruct",
        "kokoro-jf_alpha",
        "female",
        "Apache-2.0",
        "1.1 GB",
    ):
        assert word in text
    models = {model["id"]: model for model in json.loads(run("list", "--json").stdout)}
    assert models["kokoro-af_heart"]["needs"] == ["kokoro-82m"]
    assert models["piper-en_US-joe-medium"]["sex"] == "male"


def test_recommend():
    assert "samantha models pull" in run("recommend").stdout
    answer = json.loads(run("recommend", "--json").stdout)
    assert {item["task"] for item in answer["advice"]} >= {"thinking", "hearing", "speaking"}
    assert answer["machine"]["ram"] > 0


def test_verify_says_what_cannot_be_used():
    absent = next(m["id"] for m in json.loads(run("list", "--json").stdout) if not m["installed"])
    result = run("verify", absent)
    assert result.stdout.startswith(f"✗ {absent}")
    assert isinstance(result.exception, ModelError)
    assert f"samantha models pull {absent}" in str(result.exception)


def test_pull_of_nothing_is_wrong_usage_and_of_a_wrong_name_a_sentence():
    assert run("pull").exit_code == 2
    assert "Did you mean whisper-base" in str(run("pull", "whisper-bse").exception)
