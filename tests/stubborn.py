"""A daemon's whole process with scripted engines, and a sound card that hangs when she leaves, or breaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from fakes import LoudnessDetector, Script, ScriptedModel, ScriptedTranscriber, ScriptedVoice
from livecard import PushCard

from samantha import config
from samantha.assistant import Parts
from samantha.config import Config
from samantha.mind.prompt import Prompt
from samantha.ports import Capture, Render
from samantha.service import run
from samantha.service.daemon import Daemon


class Hanging(PushCard):
    def stop(self) -> None:
        time.sleep(60)


class Breaking(PushCard):
    async def _run(self, capture: Capture, render: Render) -> None:
        raise RuntimeError("the card broke")


def engines(settings: Config, _: Callable[[str], None]) -> Parts:
    script, nap = Script(), time.sleep
    prompt = Prompt("You are Samantha.", "", script.context, settings.llm.max_tokens)
    return Parts(
        LoudnessDetector(),
        ScriptedTranscriber(script, nap),
        ScriptedModel(script, nap),
        ScriptedVoice(script, nap),
        prompt,
    )


if __name__ == "__main__":
    card = {"hang": Hanging, "break": Breaking}[sys.argv[1]]
    run.run(config.load, lambda read: Daemon(read, load=engines, card=card))
