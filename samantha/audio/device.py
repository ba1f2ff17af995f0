"""The sound card, and what there is to make one of."""

from samantha.audio.cards import DeviceInfo, devices, has_microphone
from samantha.audio.choice import Found, Lost, Notice
from samantha.audio.hotplug import LiveCard

__all__ = ["DeviceInfo", "Found", "LiveCard", "Lost", "Notice", "devices", "has_microphone"]
