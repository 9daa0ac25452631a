"""How ONNX graphs are run: the one place with onnxruntime's options.

It is imported when a graph is loaded: the service looks models up, only recogniser processes run them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from govor.errors import ModelFailed

if TYPE_CHECKING:
    import onnxruntime as ort

CPU, CUDA = "cpu", "cuda"
NO_MEMORY = ("bad_alloc", "allocate memory", "out of memory", "available memory", "memoryerror")

Providers = list[tuple[str, dict[str, Any]]]


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


def providers(device: str) -> Providers:
    """What runs the operators, best first; ModelFailed when this onnxruntime has no such device."""
    import onnxruntime as ort

    chosen: Providers = [("CPUExecutionProvider", {})]
    if device == CPU:
        return chosen
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        raise ModelFailed(
            f"this onnxruntime cannot use {device}",
            "GOVOR_DEVICE=cuda needs onnxruntime-gpu in place of onnxruntime; see docs/models.md",
        )
    # Grow by what is asked for: doubling would take the memory of every other process on the device.
    return [("CUDAExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"}), *chosen]


def open_session(path: Path, threads: int, device: str = CPU) -> "ort.InferenceSession":
    """Load a graph; ModelFailed says which file cannot be used, and why."""
    import onnxruntime as ort

    chosen = providers(device)
    try:
        return ort.InferenceSession(str(path), options(threads), providers=chosen)
    except Exception as error:  # onnxruntime raises a dozen unrelated types, some of them bare Exception
        raise failed(error, path) from error


def failed(error: Exception, path: Path) -> ModelFailed:
    """Any exception of a model's runtime as our error; `path` is the file or folder of the model."""
    size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*.*")))
    if isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in NO_MEMORY):
        return ModelFailed(
            f"not enough memory for the model {path.name}",
            f"its files have {size >> 20} MB, each recogniser process needs more than that; "
            f"set GOVOR_RECOGNISERS to fewer or take an int8 model ({error!r})",
        )
    return ModelFailed(f"cannot load the model {path.name}", f"{path}: {error or repr(error)}")
