"""How ONNX graphs are run: the one place with onnxruntime's options.

It is imported when a graph is loaded: the service looks models up, only recogniser processes run them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from govor.errors import ModelFailed

if TYPE_CHECKING:
    import onnxruntime as ort


def options(threads: int) -> "ort.SessionOptions":
    """`threads` for one operator, one operator at a time, memory given back after every run.

    Threads are explicit because onnxruntime would otherwise take every core in each of our processes;
    the arena is off because it keeps the memory of the longest wave ever seen.
    """
    import onnxruntime as ort

    chosen = ort.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    chosen.enable_cpu_mem_arena = False
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle recognisers use no CPU
    chosen.log_severity_level = 3  # errors only; they come as exceptions too
    return chosen


def open_session(path: Path, threads: int) -> "ort.InferenceSession":
    """Load a graph on the CPU; ModelFailed says which file cannot be used."""
    import onnxruntime as ort

    try:
        return ort.InferenceSession(str(path), options(threads), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated types, some of them bare Exception
        raise ModelFailed(f"cannot load the model {path.name}", f"{path}: {error}") from error
