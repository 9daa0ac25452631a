"""The weights of a punctuation model: where they lie, whether they are whole, what is in them.

A model is a folder with weights.npz and config.json, which holds the SHA-256 of the weights, the dilations of
the layers and the biases of the marks. training/punctuation/train.py and evaluate.py write it.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.text.word_features import HASHED_ROWS

EMBEDDED = "ru-text"
CONFIG, WEIGHTS = "config.json", "weights.npz"
PACKAGE = Path(__file__).resolve().parents[1]

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """What a word sees of itself and its neighbours, times `weight`, plus `bias`."""

    weight: Matrix  # [words seen * inputs, outputs]
    bias: Matrix  # [outputs]
    dilation: int = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """A loaded model. `known` is the row of a word by its CRC-32."""

    known: dict[int, int]
    embedding: NDArray[np.int8]  # [rows, inputs]
    embedding_scale: Matrix  # [rows]
    first: Layer
    layers: tuple[Layer, ...]
    mark: Layer
    mark_biases: Matrix  # [marks]: what makes F1 best where a mark may also be left out
    capital: Layer


def folder_of(name: str) -> Path:
    """Where the model lies: in the wheel, in a checkout; a name with a slash is a directory."""
    places = [PACKAGE / "models" / name, PACKAGE.parents[1] / "models" / name]
    if "/" in name or name.startswith("~"):
        places = [Path(name).expanduser()]
    for place in places:
        if (place / CONFIG).is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelFailed(f"the model {name} is missing", f"no {CONFIG} in {looked}; see GOVOR_PUNCTUATION_RU")


@lru_cache(maxsize=2)
def read(folder: Path) -> Weights:
    """Load a model once. ModelFailed: a file is missing, differs from its checksum or has the wrong shape."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        raw = (folder / WEIGHTS).read_bytes()
        found, expected = hashlib.sha256(raw).hexdigest(), config["files"][WEIGHTS]
        if found != expected:
            raise ModelFailed(
                f"the model {folder.name} is corrupt",
                f"{folder / WEIGHTS} has SHA-256 {found}, expected {expected}; bring it again",
            )
        with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
            return weights_of(dict(arrays), config)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, BadZipFile) as error:
        raise ModelFailed(f"the model {folder.name} is corrupt", f"{folder}: {error!r}") from error


def weights_of(arrays: dict[str, Any], config: dict[str, Any]) -> Weights:
    """The arrays by name and config.json → Weights; ValueError when they do not fit each other."""
    dilations = [int(dilation) for dilation in config["dilations"]]
    biases = [float(bias) for bias in config["mark_biases"]]
    weights = Weights(
        known={int(checksum): row for row, checksum in enumerate(arrays["known"], 1)},
        embedding=arrays["embedding"],
        embedding_scale=arrays["embedding_scale"].astype(np.float32),
        first=layer_of(arrays, "first"),
        layers=tuple(layer_of(arrays, f"layer{at}", dilation) for at, dilation in enumerate(dilations)),
        mark=layer_of(arrays, "mark"),
        mark_biases=np.array(biases, np.float32),
        capital=layer_of(arrays, "capital"),
    )
    check(weights)
    return weights


def layer_of(arrays: dict[str, Any], name: str, dilation: int = 1) -> Layer:
    """One layer, in 32 bits."""
    weight, bias = arrays[f"{name}_weight"].astype(np.float32), arrays[f"{name}_bias"].astype(np.float32)
    return Layer(weight, bias, dilation)


def check(weights: Weights) -> None:
    """ValueError unless every layer fits the one before it."""
    rows, inputs = weights.embedding.shape
    hidden = weights.first.bias.shape[0]
    fits = (
        rows == len(weights.known) + 1 + HASHED_ROWS == weights.embedding_scale.shape[0]
        and weights.first.weight.shape[0] % inputs == 0
        and all(layer.weight.shape == (3 * hidden, hidden) for layer in weights.layers)
        and weights.mark.weight.shape == (hidden, 4)
        and weights.mark_biases.shape == (4,)
        and weights.capital.weight.shape == (hidden, 1)
    )
    if not fits:
        raise ValueError("the arrays do not fit each other")
