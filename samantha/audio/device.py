"""The sound card, and what there is to make one of."""

from samantha.audio.cards import DeviceInfo, devices, has_microphone
from samantha.audio.hotplug import Found, LiveCard, Lost, Notice

__all__ = ["DeviceInfo", "Found", "LiveCard", "Lost", "Notice", "devices", "has_microphone"]
