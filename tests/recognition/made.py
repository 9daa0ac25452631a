"""Small languages and models that tests make for themselves."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
from hypothesis import settings
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from govor.recognition import language_file
from govor.recognition.language_file import Language
from govor.recognition.vocabulary import BLANK, SPACE, Vocabulary
from training import language_model
from training.alphabet import LETTERS

BOUNDED = settings(deadline=None, max_examples=40)  # machines differ; the number of examples does not
SENTENCES = (
    "мама мыла раму",
    "мама мыла окно",
    "папа мыл раму",
    "мама мыла раму",
    "рама стоит",
    "окно стоит",
    "папа стоит у окна",
)
VOCABULARY = Vocabulary((SPACE, *LETTERS, BLANK))


@lru_cache
def language(sentences: tuple[str, ...] = SENTENCES, extra: tuple[str, ...] = ()) -> Language:
    """A language learned from a few sentences."""
    return language_file.language(language_model.build(list(sentences), extra))


def random_log_probs(seed: int, frames: int, symbols: int, *, sharpness: float = 1.0) -> NDArray[np.float32]:
    """Normalised rows; the sharper, the surer each is."""
    logits = np.random.default_rng(seed).normal(size=(frames, symbols)) * sharpness
    logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return logits.astype(np.float32)


def spoken(text: str, *, sure: float = 0.9, vocabulary: Vocabulary = VOCABULARY) -> NDArray[np.float32]:
    """What a model would say of clear speech: each letter for two frames, a blank after it."""
    ids = [vocabulary.symbols.index(SPACE if letter == " " else letter) for letter in text]
    path = [i for symbol in ids for i in (symbol, symbol, vocabulary.blank)]
    rest = (1 - sure) / (len(vocabulary.symbols) - 1)
    table = np.full((len(path), len(vocabulary.symbols)), rest)
    table[np.arange(len(path)), path] = sure
    log_probs: NDArray[np.float32] = np.log(table).astype(np.float32)
    return log_probs


def write_graph(path: Path, *, bands: int, symbols: int, subsampling: int) -> None:
    """A graph with the names and shapes of a CTC model: every n-th frame times a fixed random matrix."""
    weights = np.random.default_rng(bands).normal(size=(bands, symbols)).astype(np.float32)
    constants: dict[str, NDArray[np.generic]] = {
        "weights": weights,
        "starts": np.array([0], np.int64),
        "ends": np.array([np.iinfo(np.int64).max], np.int64),
        "axes": np.array([1], np.int64),
        "steps": np.array([subsampling], np.int64),
    }
    nodes = [
        helper.make_node("Transpose", ["features"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("Slice", ["frames", "starts", "ends", "axes", "steps"], ["fewer"]),
        helper.make_node("MatMul", ["fewer", "weights"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", bands, "time"]),
            helper.make_tensor_value_info("feature_lengths", TensorProto.INT64, ["batch"]),
        ],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["batch", "steps", symbols])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, path)
