"""ONNX models opened for onnxruntime the way a shared desktop wants it: few threads that sleep when idle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from samantha.errors import memory_ran_out

SILENT = 4
"""onnxruntime's "fatal only": its own messages are not for a person."""


def session(model: Path | bytes, *, threads: int = 1, arena: bool = False) -> Any:
    """An InferenceSession on the processor of the file `model`, or of what would be in one.

    Loading holds the interpreter lock: do it before any sound flows. `arena` keeps the largest buffers ever
    needed, which inputs of different lengths make ever larger, for speed within one run.

    Raises ValueError if it is no model that can be run, MemoryError if there is no room for it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = SILENT
    try:
        return onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime's errors have no common ancestor below Exception
        if memory_ran_out(problem):
            raise MemoryError from problem
        raise ValueError("no model that onnxruntime can run") from problem
