"""The whole recipe: python -m training.punctuation.train --data DIR [--out FILE]. One thread, 10 minutes.

Writes the weights as the service reads them (govor/text/punctuation_file.py).
"""

import argparse
import json
import math
import time
from collections import Counter
from itertools import chain
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from govor.text import word_features
from training.punctuation import corpus, network, proper
from training.punctuation.corpus import NAME, NONE, UNKNOWN, Labelled

SEED = 1337
PHRASES = 14_000  # a twentieth of the words: calls and business, which the books have not
KNOWN_COUNT_MIN = 6  # rarer words are known by their ends only
WINDOW = 128  # words
BATCH = 48  # windows
EPOCHS = 6
LEARNING_RATE = 3e-3
GAP_SHARE = 0.15  # of the sentences: the text ends there and another begins
OTHER_NAME = 0.25  # of the names: another one of the same ending in its place
HIDDEN_WORD = 0.06  # of the words: known by its ends only this time
HUNSPELL = Path("/usr/share/hunspell/ru_RU.dic")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of ru-text")
    parser.add_argument("--hunspell", type=Path, default=HUNSPELL)
    parser.add_argument("--out", type=Path, default=Path("models/ru-text/weights.npz"))
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    names = proper.names(given.hunspell)
    texts = training_texts(given.data / "ru-text" / "sentences.txt.xz")
    known = vocabulary(texts, names)
    model = network.Punctuation(len(known) + 1 + word_features.HASHED_ROWS)
    train(model, Stream(texts, known, proper.by_ending(names)), given.epochs)
    export(model, known, given.out)


def training_texts(path: Path) -> list[list[Labelled]]:
    """Every sentence that is in neither the test nor the development books, and the phrases."""
    lines = corpus.sentences(path)
    held = {*corpus.TEST_LINES, *corpus.DEV_LINES}
    kept = [line for index, line in enumerate(lines) if index not in held]
    random = Random(SEED)
    prose = list(corpus.labelled(kept, random))
    spoken = list(corpus.labelled(corpus.phrases(PHRASES, SEED), random))
    return [*prose, *spoken]


def vocabulary(texts: list[list[Labelled]], names: set[str]) -> dict[int, int]:
    """Row by CRC-32 of every word frequent enough, and of every name of the dictionary."""
    counts = Counter(word.text for sentence in texts for word in sentence)
    frequent = {word for word, count in counts.items() if count >= KNOWN_COUNT_MIN}
    checksums = sorted({word_features.crc(word) for word in frequent | names})
    print(f"{sum(counts.values())} words, {len(frequent)} known, {len(names)} names, {len(checksums)} rows")
    return {checksum: row for row, checksum in enumerate(checksums, 1)}


class Stream:
    """All texts, shuffled in blocks, as one long row of words with gaps in it."""

    def __init__(
        self, texts: list[list[Labelled]], known: dict[int, int], others: dict[str, list[str]]
    ) -> None:
        self.blocks = [texts[start : start + 200] for start in range(0, len(texts), 200)]
        self.known = known
        self.others = others
        self.rows_of: dict[str, tuple[int, ...]] = {}

    def epoch(self, random: Random) -> tuple[NDArray[np.int64], ...]:
        """Rows [n, features], marks, capitals and presence [n] of every word in a new order."""
        random.shuffle(self.blocks)
        words: list[Labelled | None] = []
        for sentence in chain.from_iterable(self.blocks):
            if not sentence or random.random() < GAP_SHARE:
                words += [None] * network.RADIUS
            words += sentence
        rows = np.array([self._rows(word, random) for word in words])
        marks = np.array([word.mark if word else NONE for word in words])
        capitals = np.array([word.capital if word else UNKNOWN for word in words])
        return rows, marks, capitals, np.array([word is not None for word in words], np.int64)

    def _rows(self, word: Labelled | None, random: Random) -> tuple[int, ...]:
        if word is None:
            return (0,) * word_features.FEATURES
        text = word.text
        if word.capital == NAME and random.random() < OTHER_NAME and (same := self.others.get(text[-2:])):
            text = random.choice(same)
        rows = self.rows_of.get(text)
        if rows is None:
            rows = self.rows_of[text] = word_features.rows(word_features.spelled(text), self.known)
        return (0, *rows[1:]) if random.random() < HIDDEN_WORD else rows


def train(model: network.Punctuation, stream: Stream, epochs: float) -> None:
    """Adam with one cycle of the learning rate."""
    random = Random(SEED)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
    step, steps, began = 0, 0, time.process_time()
    for number in range(math.ceil(epochs)):
        batches = split(stream.epoch(random), random)
        steps = steps or max(1, int(len(batches) * epochs))
        for batch in batches[: steps - step]:
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 200) * (1 - step / steps) ** 0.9
            loss = loss_of(model, *batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            step += 1
            if step % 100 == 0:
                spent = time.process_time() - began
                print(
                    f"epoch {number} step {step}/{steps} loss {loss.item():.4f} cpu {spent:.0f} s", flush=True
                )


def split(arrays: tuple[NDArray[np.int64], ...], random: Random) -> list[tuple[torch.Tensor, ...]]:
    """Batches of windows in random order; what is left at the end is dropped."""
    windows = len(arrays[0]) // WINDOW
    tensors = [torch.from_numpy(a[: windows * WINDOW]).unflatten(0, (windows, WINDOW)) for a in arrays]
    order = list(range(windows))
    random.shuffle(order)
    picks = [torch.tensor(order[start : start + BATCH]) for start in range(0, windows, BATCH)]
    return [tuple(tensor[pick] for tensor in tensors) for pick in picks]


def loss_of(
    model: network.Punctuation,
    rows: torch.Tensor,
    marks: torch.Tensor,
    capitals: torch.Tensor,
    there: torch.Tensor,
) -> torch.Tensor:
    """Cross entropy of the marks, and of the capitals where they tell something."""
    mark_logits, capital_logits = model(rows, there.float())
    mark = functional.cross_entropy(mark_logits[there == 1], marks[there == 1])
    tells = capitals != UNKNOWN
    capital = functional.binary_cross_entropy_with_logits(
        capital_logits[tells], (capitals[tells] == NAME).float()
    )
    return mark + capital


def export(model: network.Punctuation, known: dict[int, int], path: Path) -> None:
    """The embeddings in 8 bits with a scale for each row, the rest in 16."""
    table = model.embedding.weight.detach().numpy()
    scale = np.abs(table).max(axis=1, keepdims=True) / 127
    arrays = {
        "known": np.array(sorted(known), np.uint32),
        "embedding": np.round(table / scale).astype(np.int8),
        "embedding_scale": scale[:, 0].astype(np.float16),
    }
    for name, part in parts_of(model).items():
        arrays[f"{name}_weight"] = part.weight.detach().numpy().T.astype(np.float16)
        arrays[f"{name}_bias"] = part.bias.detach().numpy().astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    config = {
        "languages": ["ru-RU"],
        "dilations": list(network.DILATIONS),
    }  # evaluate.py --tune adds the rest
    path.with_name("config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def parts_of(model: network.Punctuation) -> dict[str, nn.Linear]:
    """The layers by their names in the file."""
    parts = {"first": model.first, "mark": model.mark, "capital": model.capital}
    return parts | {f"layer{at}": cast(nn.Linear, layer) for at, layer in enumerate(model.layers)}


if __name__ == "__main__":
    main()
