"""Samantha: an always-on, fully offline voice companion for the desktop."""

import os

__version__ = "0.5.0"

# onnxruntime from 1.29 on reports its use to Microsoft unless this stands before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# numpy's own threads would fight the engines' for the cores: with two of them, hearing the end of a turn takes three
# times as long on two cores. Read when numpy is loaded, so this must come first; who has set it knows why.
for _setting in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_setting, "1")
