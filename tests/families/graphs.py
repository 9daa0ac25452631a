"""ONNX graphs that hear loudness, put together from a few operators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, INT32, FLOAT16 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.FLOAT16


class Graph:
    """Collects nodes; every method returns the name of what it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any, kind: Any = np.int64) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def op(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def every(self, source: str, step: int, axis: int) -> str:
        """Each `step`-th along an axis, the first included."""
        ends = self.constant([np.iinfo(np.int64).max])
        return self.op(
            "Slice", source, self.constant([0]), ends, self.constant([axis]), self.constant([step])
        )

    def save(
        self, path: Path, inputs: Sequence[Any], outputs: Sequence[Any], *, weights_apart: bool = False
    ) -> None:
        """Write the graph; inputs and outputs are (name, type, shape). Weights may lie in PATH.data."""
        path.parent.mkdir(parents=True, exist_ok=True)
        graph = helper.make_graph(
            self.nodes,
            "tiny",
            [helper.make_tensor_value_info(*one) for one in inputs],
            [helper.make_tensor_value_info(*one) for one in outputs],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
        if weights_apart:
            beside = f"{path.name}.data"  # numbers that say how to slice stay: the runtime wants them at once
            onnx.save(model, path, save_as_external_data=True, location=beside, size_threshold=100)
        else:
            onnx.save(model, path)


def heard(graph: Graph, features: str, bands_axis: int, step: int) -> str:
    """Features with `bands_axis` 1 or 2 → each `step`-th frame over the mean: [batch, frames, 1]."""
    loudness = graph.op("ReduceMean", features, axes=[bands_axis], keepdims=1)
    if bands_axis == 1:
        loudness = graph.op("Transpose", loudness, perm=[0, 2, 1])
    mean = graph.op("ReduceMean", loudness, axes=[1], keepdims=1)
    over = graph.op("Sub", graph.op("Sub", loudness, mean), graph.constant(0.1, np.float32))
    return graph.every(over, step, 1)


def symbols_by_frame(graph: Graph, loudness: str, table: NDArray[np.float32]) -> str:
    """[batch, frames, 1] → log-probabilities [batch, frames, symbols].

    Frame i of loud sound (above 0) says row i of `table`, over and over; quiet frames say its last row.
    """
    count = graph.op("Squeeze", graph.op("Shape", loudness, start=1, end=2))
    places = graph.op("Range", graph.constant(0), count, graph.constant(1))
    said = graph.op(
        "Gather",
        graph.constant(table, np.float32),
        graph.op("Mod", places, graph.constant(len(table) - 1)),
    )  # [frames, symbols]
    loud = graph.op("Greater", loudness, graph.constant(0.0, np.float32))
    quiet = graph.constant(table[-1], np.float32)
    return graph.op("Where", loud, graph.op("Unsqueeze", said, graph.constant([0])), quiet)
