"""What training exports is what the service computes; needs the training environment."""

import hashlib
import json
from importlib import import_module
from pathlib import Path
from random import Random

import numpy as np
import pytest

from govor.text import punctuation_file, word_features
from govor.text.punctuation import Punctuator

torch = pytest.importorskip("torch", reason="needs training/requirements.txt")


def test_exported_network_agrees_with_the_trained_one(tmp_path: Path) -> None:
    network = import_module("training.punctuation.network")  # not seen by mypy, which has no torch
    train = import_module("training.punctuation.train")
    torch.manual_seed(1)
    names = [f"слово{number}" for number in range(50)]
    known = {crc: row for row, crc in enumerate(sorted(word_features.crc(name) for name in names), 1)}
    model = network.Punctuation(len(known) + 1 + word_features.HASHED_ROWS).eval()
    train.export(model, known, tmp_path / "weights.npz")
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((tmp_path / "weights.npz").read_bytes()).hexdigest()
    config |= {"mark_biases": [0.0] * 4, "files": {"weights.npz": digest}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    words = Random(1).choices([*names, "другое", "неизвестное"], k=700)  # three windows of the service
    marks, capitals = Punctuator(punctuation_file.read(tmp_path))._scores(words)
    rows = torch.tensor([[word_features.rows(word, known) for word in words]])
    with torch.no_grad():
        expected_marks, expected_capitals = model(rows, torch.ones(1, len(words)))
    np.testing.assert_allclose(marks, expected_marks[0].numpy(), atol=0.02)
    np.testing.assert_allclose(capitals, expected_capitals[0].numpy(), atol=0.02)
