"""The trained network as an ONNX file the service can load, with its vocabulary and settings.

    python -m training.export [--run NAME] [--out DIR] [--weights average|model]

Weights are stored as float16 and cast to float32 in the graph; onnxruntime folds the casts when it loads the
file. So the file is half the size and, unlike with dynamic 8-bit quantisation, the result of an utterance
does not depend on the batch it is in.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.alphabet import vocabulary
from training.model import Recogniser, Shape
from training.paths import REPOSITORY, work_dir

VERSION = "2026.11"
OPSET = 17
LOG_PROBS_TOLERANCE = 1e-2
SMALLEST_HALVED = 64  # elements; biases and scalars this small stay float32


class LastLayer(nn.Module):
    """The network without its intermediate output."""

    def __init__(self, model: Recogniser) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: Tensor, feature_lengths: Tensor) -> Tensor:
        log_probs: Tensor = self.model(features, feature_lengths)[0]
        return log_probs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="main")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / "ru-small")
    parser.add_argument("--weights", choices=["average", "model"], default="average")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint = torch.load(work_dir() / "runs" / given.run / "last.pt")
    model = Recogniser(Shape())
    model.load_state_dict(checkpoint[given.weights])
    model.eval()
    write_model(model, given.out / "model.onnx")
    (given.out / "vocab.txt").write_text(vocabulary())
    print("largest difference from torch, nats:", checked(model, given.out / "model.onnx"))
    write_config(given.out, hours=checkpoint["state"]["hours"])


def write_model(model: Recogniser, path: Path) -> None:
    """Export, then halve the weights."""
    example = (torch.randn(2, model.shape.bands, 100), torch.tensor([100, 70]))
    frames = {0: "batch", 2: "frames"}
    torch.onnx.export(
        LastLayer(model),
        example,
        str(path),
        dynamo=False,
        opset_version=OPSET,
        input_names=["features", "feature_lengths"],
        output_names=["log_probs"],
        dynamic_axes={
            "features": frames,
            "feature_lengths": {0: "batch"},
            "log_probs": {0: "batch", 1: "steps"},
        },
    )
    onnx.save(halved(onnx.load(path)), path)


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Every large float32 initialiser becomes float16 and a Cast."""
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) <= SMALLEST_HALVED:
            continue
        name, values = weight.name, numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(values, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def checked(model: Recogniser, path: Path) -> float:
    """The largest difference between torch and the file over random batches of several lengths."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for lengths in ([1], [2, 3, 4], [7, 100, 355], [1000, 999]):
        features = torch.randn(len(lengths), model.shape.bands, max(lengths))
        counts = torch.tensor(lengths)
        with torch.no_grad():
            expected, _ = model(features, counts)
        found = session.run(None, {"features": features.numpy(), "feature_lengths": counts.numpy()})[0]
        for row, steps in enumerate(model.step_counts(counts).tolist()):
            difference = np.abs(np.exp(expected.numpy()[row, :steps]) - np.exp(found[row, :steps]))
            worst = max(worst, float(difference.max()))
    assert worst < LOG_PROBS_TOLERANCE, worst
    return worst


def write_config(folder: Path, *, hours: float) -> None:
    """config.json: what was tuned is kept from the file that is there, the hashes are made anew."""
    path = folder / "config.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    config = kept | {
        "model_type": "ctc",
        "front_end": "telephone",
        "sample_rate_hz": 8000,
        "features_size": 15,
        "frame_ms": 10,
        "subsampling_factor": 3,
        "languages": ["ru-RU"],
        "version": VERSION,
        "hours_processed": round(hours, 1),
        "files": {name: sha256(folder / name) for name in shipped(folder)},
    }
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")


def shipped(folder: Path) -> list[str]:
    """The files a hash is kept of."""
    return sorted(file.name for file in folder.iterdir() if file.suffix in {".onnx", ".txt", ".npz"})


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
