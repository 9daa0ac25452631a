"""A graph of GigaAM v3 CTC's architecture and size with random weights: the work of the real one, no sense.

16 Conformer layers of width 768 with 16 heads, feed-forward 3072, two convolutions that keep every fourth
frame: 221 million parameters. `int8` makes the operators that onnxruntime's dynamic quantisation makes.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

BANDS, WIDTH, HEADS, INNER, KERNEL = 64, 768, 16, 3072, 31
SYMBOLS = ("▁", *"абвгдежзийклмнопрстуфхцчшщъыьэюя", "<blk>")
LAYERS = 16


class Conformer:
    """Collects the nodes; methods take and return the names of values."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.noise = np.random.default_rng(1).normal(size=1 << 20).astype(np.float32)

    def keep(self, value: NDArray[Any]) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def random(self, *shape: int) -> NDArray[np.float32]:
        """Weights that keep values near 1: noise repeated, for drawing it all would take too long."""
        scale = np.float32(1 / np.sqrt(np.prod(shape[1:]) if len(shape) == 3 else shape[0]))
        return np.resize(self.noise, shape) * scale

    def op(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, value: str, rows: int, columns: int) -> str:
        weights = self.random(rows, columns)
        if not self.int8:
            return self.op("MatMul", value, self.keep(weights))
        scale = np.float32(np.abs(weights).max() / 127)
        fixed = self.keep(np.round(weights / scale).astype(np.int8))
        parts = [f"q{len(self.nodes)}_{part}" for part in range(3)]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [value], parts))
        product = self.op("MatMulInteger", parts[0], fixed, parts[2], self.keep(np.array(0, np.int8)))
        factor = self.op("Mul", parts[1], self.keep(np.array(scale)))
        return self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), factor)

    def norm(self, value: str) -> str:
        ones, zeros = (self.keep(np.full(WIDTH, number, np.float32)) for number in (1, 0))
        return self.op("LayerNormalization", value, ones, zeros, axis=-1)

    def swish(self, value: str) -> str:
        return self.op("Mul", value, self.op("Sigmoid", value))

    def feed_forward(self, value: str) -> str:
        wide = self.swish(self.linear(self.norm(value), WIDTH, INNER))
        half = self.op("Mul", self.linear(wide, INNER, WIDTH), self.keep(np.array(0.5, np.float32)))
        return self.op("Add", value, half)

    def attention(self, value: str) -> str:
        heads = self.keep(np.array([0, 0, HEADS, WIDTH // HEADS]))
        inner = self.norm(value)
        query, key, content = (self.op("Reshape", self.linear(inner, WIDTH, WIDTH), heads) for _ in range(3))
        scores = self.op(
            "MatMul",
            self.op("Transpose", query, perm=[0, 2, 1, 3]),
            self.op("Transpose", key, perm=[0, 2, 3, 1]),
        )
        scaled = self.op("Mul", scores, self.keep(np.array((WIDTH // HEADS) ** -0.5, np.float32)))
        seen = self.op(
            "MatMul", self.op("Softmax", scaled, axis=-1), self.op("Transpose", content, perm=[0, 2, 1, 3])
        )
        joined = self.op(
            "Reshape", self.op("Transpose", seen, perm=[0, 2, 1, 3]), self.keep(np.array([0, 0, WIDTH]))
        )
        return self.op("Add", value, self.linear(joined, WIDTH, WIDTH))

    def convolution(self, value: str) -> str:
        wide = self.linear(self.norm(value), WIDTH, 2 * WIDTH)
        left, right = f"s{len(self.nodes)}_0", f"s{len(self.nodes)}_1"
        self.nodes.append(helper.make_node("Split", [wide], [left, right], axis=2, num_outputs=2))
        gated = self.op("Transpose", self.op("Mul", left, self.op("Sigmoid", right)), perm=[0, 2, 1])
        filters, pad = self.keep(self.random(WIDTH, 1, KERNEL)), KERNEL // 2
        spread = self.op("Conv", gated, filters, group=WIDTH, kernel_shape=[KERNEL], pads=[pad, pad])
        back = self.op("Transpose", self.swish(spread), perm=[0, 2, 1])
        return self.op("Add", value, self.linear(back, WIDTH, WIDTH))

    def subsampled(self, features: str) -> str:
        value = features
        for inputs in (BANDS, WIDTH):
            kernel = self.keep(self.random(WIDTH, inputs, 5))
            value = self.op(
                "Relu", self.op("Conv", value, kernel, kernel_shape=[5], strides=[2], pads=[2, 2])
            )
        return self.op("Transpose", value, perm=[0, 2, 1])


def write(folder: Path, *, int8: bool, layers: int = LAYERS) -> Path:
    """A model folder in the layout of GigaAM v3 CTC; returns the graph's path."""
    made = Conformer(int8=int8)
    value = made.subsampled("features")
    for _ in range(layers):
        value = made.feed_forward(made.convolution(made.attention(made.feed_forward(value))))
        value = made.norm(value)
    logits = made.linear(value, WIDTH, len(SYMBOLS))
    made.op("LogSoftmax", logits, axis=-1, output="log_probs")
    graph = helper.make_graph(
        made.nodes,
        "gigaam_v3_ctc",
        [
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", BANDS, "time"]),
            helper.make_tensor_value_info("feature_lengths", TensorProto.INT64, ["batch"]),
        ],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["batch", "steps", len(SYMBOLS)])],
        made.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path = folder / ("v3_ctc.int8.onnx" if int8 else "v3_ctc.onnx")
    onnx.save(model, path, save_as_external_data=True, location=f"{path.name}.data")
    vocabulary = "".join(f"{symbol} {place}\n" for place, symbol in enumerate(SYMBOLS))
    (folder / "v3_vocab.txt").write_text(vocabulary, encoding="utf-8")
    (folder / "config.json").write_text('{"version": "v3", "subsampling_factor": 4}')
    return path
