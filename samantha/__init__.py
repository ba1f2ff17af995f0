"""Samantha: an always-on, fully offline voice companion for the desktop."""

import os

__version__ = "0.2.0"

# onnxruntime from 1.29 on reports its use to Microsoft unless this stands before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
