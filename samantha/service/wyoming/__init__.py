"""Her ears and her voice for Home Assistant, by the Wyoming protocol."""

from samantha.service.wyoming.server import WyomingServer

__all__ = ["WyomingServer"]
