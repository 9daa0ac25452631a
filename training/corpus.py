"""A corpus on disk: float16 log-mel frames in one .npy, one line of index.tsv for every utterance.

The frames are logs of mel energies after the cepstral projection, not yet floored nor mean-normalised, so
that augmentation can add noise to them; telephone_features.normalised() is the last step of every use.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from govor.recognition.telephone_features import BANDS

FIELDS = ["offset", "frames", "split", "speaker", "text"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One line of the index; `offset` and `frames` count 10 ms frames."""

    offset: int
    frames: int
    split: str  # train, dev or test
    speaker: str
    text: str  # normalised; empty where nothing is said


@dataclass(frozen=True, slots=True)
class Corpus:
    """All frames, memory-mapped (frames, bands), and the index."""

    name: str
    frames: NDArray[np.float16]
    utterances: list[Utterance]

    def bands(self, utterance: Utterance) -> NDArray[np.float32]:
        """The frames of one utterance: (frames, bands)."""
        return self.frames[utterance.offset : utterance.offset + utterance.frames].astype(np.float32)

    def split(self, name: str) -> list[Utterance]:
        """The utterances of one split."""
        return [utterance for utterance in self.utterances if utterance.split == name]


Piece = tuple[NDArray[np.float32], str, str, str]  # bands (frames, 15), split, speaker, text


def write(folder: Path, pieces: Iterable[Piece]) -> float:
    """Write a corpus; return its hours."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks, rows, offset = [], [], 0
    for bands, split, speaker, text in pieces:
        blocks.append(bands.astype(np.float16))
        rows.append([offset, len(bands), split, speaker, text])
        offset += len(bands)
    frames = np.concatenate(blocks) if blocks else np.zeros((0, BANDS), np.float16)
    np.save(folder / "features.npy", frames)
    with (folder / "index.tsv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(FIELDS)
        writer.writerows(rows)
    return offset / 360_000


def read(folder: Path) -> Corpus:
    """Open a corpus written by `write`."""
    return Corpus(folder.name, np.load(folder / "features.npy", mmap_mode="r"), list(index(folder)))


def index(folder: Path) -> Iterator[Utterance]:
    """The lines of index.tsv."""
    with (folder / "index.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            row |= {"offset": int(row["offset"]), "frames": int(row["frames"])}
            yield Utterance(**row)
