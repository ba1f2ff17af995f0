"""What the doctor makes of what is found: levels, devices, figures, permissions, her own account."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samantha.audio.choice import Endpoint, Offer
from samantha.audio.pcm import HEARING_RATE, Block, silence
from samantha.config import Config, check
from samantha.doctor import access, background, comfort, devices, level
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.doctor.privacy import elsewhere, ways
from samantha.service.control import Status
from samantha.store.catalog import Catalog, Store

pytestmark = pytest.mark.unit


def settings(**sections: dict[str, object]) -> Config:
    return check(sections, "the test")


def tone(loud: float) -> Block:
    return (loud * np.sin(np.arange(2 * HEARING_RATE) / 10)).astype(np.float32)


# --- findings ---------------------------------------------------------------------------------------------


def test_a_part_without_trouble_is_well() -> None:
    assert finding("ear", "It hears.", []) == Finding("ear", "ok", "It hears.")


def test_all_troubles_are_told_and_so_is_what_mends_them() -> None:
    told = finding("ear", "An ear.", [Trouble("It is deaf.", "Speak up."), Trouble("It rings.")])
    assert told == Finding("ear", "warning", "An ear. It is deaf. It rings.", "Speak up.")


# --- levels -----------------------------------------------------------------------------------------------


def wrong(sound: Block, *, asked: bool = True) -> str:
    found = level.troubles(level.measure(sound), audible=-55.0, asked=asked)
    return " ".join(trouble.what for trouble in found)


def test_somebody_who_speaks_is_well() -> None:
    assert wrong(tone(0.1)) == ""


def test_perfect_silence_is_silence_and_a_quiet_room_is_not() -> None:
    assert level.measure(silence(HEARING_RATE)).silent
    assert level.measure(np.full(HEARING_RATE, 0.1, np.float32)).silent
    quiet = np.random.default_rng(0).normal(0, 1e-4, HEARING_RATE).astype(np.float32)
    assert not level.measure(quiet).silent


def test_who_was_not_asked_to_speak_may_be_quiet() -> None:
    assert wrong(tone(0.0005), asked=False) == ""
    assert wrong(tone(0.0005)).startswith("Nothing was louder than -69 dBFS; below -55")


def test_clipping_is_told_by_its_share_and_a_pop_is_none() -> None:
    assert "clips" in wrong(np.clip(tone(2.0), -1, 1))
    popped = tone(0.1)
    popped[100:102] = 1.0
    assert "clips" not in wrong(popped)


def test_a_zero_that_is_off_is_told_and_does_not_count_as_sound() -> None:
    assert wrong(tone(0.1) + np.float32(0.05)) == "Its zero is off by 5 % of full scale."
    assert level.measure(tone(0.1) + np.float32(0.05)).mean == pytest.approx(-23, abs=0.2)


# --- devices ----------------------------------------------------------------------------------------------

MIC = Endpoint("input", "usb-mic", "A desk microphone", 48_000)
BUDS = Endpoint("input", "buds", "Buds", 16_000, bluetooth=True, worn=True)
MONITOR = Endpoint("input", "spk.monitor", "Monitor of the loudspeaker", 48_000, monitor=True)


def offer(default: str, *endpoints: Endpoint) -> Offer:
    return Offer(endpoints, {"input": default}, served=True)


def test_a_device_is_chosen_for_a_reason() -> None:
    assert devices.why(MIC, None, offer("usb-mic", MIC, BUDS)) == "the system's default"
    assert devices.why(MIC, "desk", offer("buds", MIC, BUDS)) == "since audio.input names it"
    assert devices.why(MIC, None, offer("", MIC, BUDS)) == "the first that can be used"
    assert "“Studio”, is not there" in devices.why(MIC, "Studio", offer("usb-mic", MIC))


def test_a_bluetooth_default_that_is_passed_over_is_explained() -> None:
    why = devices.why(MIC, None, offer("buds", MIC, BUDS))
    assert "“Buds”, is a Bluetooth headset" in why
    assert "audio.bluetooth_microphone: true" in why


def test_a_muted_microphone_is_told_before_its_volume() -> None:
    (trouble,) = devices.troubles(MIC, devices.Mixer(muted=True, volume=0.0), default=True)
    assert trouble.what == "It is muted at the mixer."
    assert "Unmute it" in trouble.advice


def test_a_volume_at_the_bottom_is_told_and_a_usual_one_is_not() -> None:
    (trouble,) = devices.troubles(MIC, devices.Mixer(muted=False, volume=0.03), default=False)
    assert trouble.what == "Its volume stands at 3 %."
    assert devices.troubles(MIC, devices.Mixer(muted=False, volume=0.5), default=False) == []
    assert devices.troubles(MIC, None, default=False) == []


def test_what_a_loudspeaker_plays_is_no_microphone() -> None:
    (trouble,) = devices.troubles(MONITOR, None, default=True)
    assert "no microphone" in trouble.what


# --- figures ----------------------------------------------------------------------------------------------


def test_every_need_is_met_at_its_limit_and_not_beyond() -> None:
    for name, need in comfort.NEEDS.items():
        beyond = need.limit * (0.9 if need.least else 1.1)
        assert comfort.troubles({name: need.limit}, "", busy=False) == []
        assert len(comfort.troubles({name: beyond}, "", busy=False)) == 1, name


def test_a_slow_engine_is_told_with_the_limit_and_with_what_is_lighter() -> None:
    (trouble,) = comfort.troubles({"first_token_s": 2.0, "tokens_per_s": 3.0}, "Take another.", busy=False)
    assert "first word after 0.60 s or less" in trouble.what
    assert "8 words a second or more" in trouble.what
    assert trouble.advice == "Take another."


def test_on_a_busy_machine_no_other_model_is_advised() -> None:
    (trouble,) = comfort.troubles({"voice_factor": 2.0}, "Take another.", busy=True)
    assert trouble.advice == "The machine is busy just now: try again when it is not."


def test_figures_are_shown_for_a_person() -> None:
    assert comfort.shown({"transcription_s": 0.314}) == "3 s of sound in 0.31 s"


@pytest.mark.parametrize(
    ("current", "language", "advice"),
    [
        ("whisper-base", "en", "hearing.model: whisper-tiny.en"),
        ("whisper-small", "de", "hearing.model: whisper-base"),
        ("kokoro-af_heart", "en", "voice.name: piper-en_US-kristin-medium"),
        ("qwen3.5-4b", "en", "llm.model: qwen2.5-coder-1.5b-instruct"),
    ],
)
def test_the_best_of_the_lighter_models_is_advised(
    current: str, language: str, advice: str, tmp_path: Path
) -> None:
    store = Store(Catalog.load(), tmp_path)
    assert advice in comfort.lighter(store, current, language)


def test_where_nothing_is_lighter_the_general_advice_remains(tmp_path: Path) -> None:
    store = Store(Catalog.load(), tmp_path)
    for current in ("whisper-tiny.en", "qwen2.5-coder-1.5b-instruct", "a-model-of-ones-own"):
        assert comfort.lighter(store, current, "en").startswith("`samantha models recommend`"), current


# --- permissions ------------------------------------------------------------------------------------------


def test_what_others_may_read_is_told_and_what_lies_behind_a_closed_door_is_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "closed").mkdir(mode=0o700)
    for name, mode in (("open.txt", 0o644), ("mine.txt", 0o600), ("closed/within.txt", 0o644)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    assert access.exposed(tmp_path) == [tmp_path, tmp_path / "open.txt"]
    tmp_path.chmod(0o700)
    assert access.exposed(tmp_path) == []


def test_open_files_are_a_warning_with_the_command_that_closes_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "samantha.db").write_text("x")
    (tmp_path / "samantha.db").chmod(0o640)
    told = access.files(settings(paths={"state": str(tmp_path)}))
    assert told.verdict == "warning"
    assert "samantha.db" in told.detail
    assert f"chmod -R go= {tmp_path}" in told.advice


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    key.chmod(0o644)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    told = access.files(settings(paths={"state": str(state)}, remote={"llm_key_file": str(key)}))
    assert str(key) in told.detail


def test_without_a_sound_server_the_cards_themselves_are_looked_at(tmp_path: Path) -> None:
    (trouble,) = access.sound(tmp_path)
    assert "no sound card" in trouble.what
    (tmp_path / "pcmC0D0c").write_text("")
    assert access.sound(tmp_path) == []


def test_who_has_a_card_open_is_named(tmp_path: Path) -> None:
    for number, target in ((12, "/dev/snd/pcmC0D0c"), (13, "/dev/null")):
        process = tmp_path / str(number)
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(f"player{number}\n")
        (process / "fd" / "7").symlink_to(target)
    assert access.users(tmp_path) == "player12 has a sound card open: end it, or use a sound server."


# --- privacy ----------------------------------------------------------------------------------------------


def test_with_the_settings_she_comes_with_nothing_leaves() -> None:
    told = ways(Config())
    assert told.verdict == "ok"
    assert told.detail.startswith("No setting leads off this machine.")


def test_every_setting_that_leads_off_is_named() -> None:
    told = ways(
        settings(
            llm={"engine": "openai"},
            remote={"llm_url": "http://192.168.1.10:8080/v1"},
            api={"tcp": True, "host": "0.0.0.0"},
        )
    )
    assert told.verdict == "warning"
    assert told.detail.startswith("2 settings open this machine to others.")
    assert "192.168.1.10:8080" in told.detail
    assert "0.0.0.0:8765" in told.detail


def test_an_engine_on_this_machine_is_named_and_is_no_warning() -> None:
    told = ways(settings(llm={"engine": "openai"}, remote={"llm_url": "http://127.0.0.1:8080/v1"}))
    assert told.verdict == "ok"
    assert "127.0.0.1:8080" in told.detail


def test_an_engine_elsewhere_without_an_address_is_a_fault() -> None:
    assert ways(settings(llm={"engine": "openai"})).verdict == "fault"


def test_an_engine_elsewhere_that_does_not_answer_is_told(tmp_path: Path) -> None:
    config = settings(
        hearing={"engine": "wyoming"},
        remote={"stt_url": f"unix://{tmp_path}/nobody.sock"},
        paths={"models": str(tmp_path)},
    )
    (told,) = elsewhere(config)
    assert (told.part, told.verdict) == ("hearing elsewhere", "warning")
    assert "nobody.sock cannot be reached" in told.detail
    assert "Until it does, this machine does the work." in told.detail


# --- herself ----------------------------------------------------------------------------------------------


def status(**changes: object) -> Status:
    usual: dict[str, object] = {
        "state": "listening", "mode": "always", "muted": False, "microphone": True, "talking": False,
        "input": "A desk microphone", "output": "spk", "models": {}, "hotkey": "", "turns": 0, "lag_ms": 0.0,
        "uptime_s": 1.0, "pid": 1, "version": "1", "socket": "", "token_file": "", "leads_off": [],
        "problems": [],
    }  # fmt: skip
    return Status.model_validate(usual | changes)


def test_who_listens_is_well() -> None:
    told = background.of_status(status())
    assert told.verdict == "ok"
    assert "whenever somebody speaks, with A desk microphone" in told.detail


def test_who_is_muted_cannot_hear_and_it_is_told_how_she_can() -> None:
    told = background.of_status(status(muted=True, state="muted"))
    assert told.verdict == "warning"
    assert told.advice == "`samantha listen on` opens it."


def test_who_waits_for_the_key_says_so() -> None:
    assert "only while the talk key is held" in background.of_status(status(mode="ptt")).detail
    assert "listens for her name, with A desk" in background.of_status(status(mode="name")).detail


def test_her_problems_are_passed_on() -> None:
    told = background.of_status(status(problems=["The microphone has gone."]))
    assert told.verdict == "warning"
    assert "The microphone has gone." in told.detail
