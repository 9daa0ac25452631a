"""Drivers: each turns the folder of a model family into a Recognizer (recognizer.py).

Rule 1: a model's settings (model_folder.py) name its driver; DRIVERS names the driver's module.
Rule 2: a driver is a module with the two functions of `Driver`, and nothing of it is used elsewhere.
Rule 3: `inspect` runs in the service, so it must not import the model's runtime; `load` runs in a recogniser
        process, may import anything, and imports it inside the function.
Rule 4: a file that is missing, damaged or does not fit is a ModelFailed that names it; so is a runtime that
        is not installed (with the command that installs it) or has no memory left.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from govor.errors import ModelFailed

if TYPE_CHECKING:
    from govor.recognition.model_folder import Model
    from govor.recognition.recognizer import Recognizer

CTC = "ctc"
DRIVERS = {
    CTC: "govor.recognition.drivers.ctc",
    "onnx-asr": "govor.recognition.drivers.onnx_asr",
    "faster-whisper": "govor.recognition.drivers.faster_whisper",
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


def load(model: "Model", threads: int) -> "Recognizer":
    """The recogniser of a model. Raises ModelFailed."""
    return named(model.driver).load(model, threads)
