"""Drivers: each turns the folder of a model family into a Recognizer (recognizer.py).

Rule 1: a model's settings (model_folder.py) name its driver; DRIVERS names the driver's module.
Rule 2: a driver is a module with the two functions of `Driver`, and nothing of it is used elsewhere.
Rule 3: `inspect` runs in the service, so it must not import the model's runtime; `load` runs in a recogniser
        process, may import anything, and imports it inside the function.
Rule 4: a file that is missing, damaged or does not fit is a ModelFailed that names it; so is a runtime that
        is not installed (with the command that installs it) or has no memory left.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from govor.errors import ModelFailed

if TYPE_CHECKING:
    from govor.recognition.model_folder import Model
    from govor.recognition.recognizer import Recognizer

CTC = "ctc"
MEMBERS = "members"  # in the settings of `auto`: its models
ONNX_ASR = "onnx-asr"
WHISPER = "faster-whisper"
DRIVERS = {
    CTC: "govor.recognition.drivers.ctc",
    ONNX_ASR: "govor.recognition.drivers.onnx_asr",
    WHISPER: "govor.recognition.drivers.faster_whisper",
    "auto": "govor.recognition.drivers.auto",
    "pocketsphinx": "govor.recognition.drivers.pocketsphinx",
}


class Driver(Protocol):
    """What a driver's module has."""

    def inspect(self, folder: Path, config: Mapping[str, Any]) -> int:
        """Look at a model's settings and file names, without loading it; returns its sample rate in Hz.

        Raises ModelFailed; a ValueError, TypeError, KeyError or AttributeError is reported as one.
        """
        ...

    def load(self, model: "Model", threads: int) -> "Recognizer":
        """Make the recogniser, `threads` wide. Raises ModelFailed."""
        ...


def named(name: str) -> Driver:
    """The driver of this name; ModelFailed when there is none."""
    if name not in DRIVERS:
        raise ModelFailed(f"unknown driver: {name}", f"this version has {', '.join(DRIVERS)}")
    return cast("Driver", importlib.import_module(DRIVERS[name]))


def name_of(folder: Path, config: Mapping[str, Any]) -> str:
    """The driver that the settings name; without one, the driver whose files these are."""
    from govor.recognition.drivers import onnx_asr

    if "driver" in config:
        return str(config["driver"])
    if (folder / "model.bin").is_file():
        return WHISPER
    kind = str(config.get("model_type"))
    return ONNX_ASR if kind in onnx_asr.TYPES and not kind.startswith("gigaam") else CTC


def missing_runtime(name: str) -> str:
    """The command that installs what a driver needs and this environment lacks; empty if it has it."""
    if name == WHISPER and importlib.util.find_spec("faster_whisper") is None:
        return "pip install 'govor[whisper]'"
    return ""


def load(model: "Model", threads: int) -> "Recognizer":
    """The recogniser of a model. Raises ModelFailed."""
    return named(model.driver).load(model, threads)
