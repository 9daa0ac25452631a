"""Endless batches for training: utterances of several corpora, augmented, sorted by length, padded."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from training import augment
from training.alphabet import encode
from training.augment import PAUSE_MAX
from training.corpus import Utterance, read
from training.paths import corpora_dir

# Share of the batches' utterances by corpus. Real speech brings 7-13 points of CER, but it has 451 texts
# only, which a long run learns by heart: most of it comes as pieces, one speaker's joined at random.
SHARES = {
    "voxforge": 0.14,
    "pieces": 0.22,
    "synthetic": 0.22,
    "rough": 0.18,
    "espeak": 0.21,
    "nonspeech": 0.03,
}
BATCH_SECONDS = 70  # a process; a larger step gains less than more steps
FRAMES_MAX = 2400  # 24 s: longer utterances are rare and make batches of few
POOL = 192  # utterances sorted by length together
JOIN_CHANCE = {"pieces": 0.8}  # of another utterance, the same speaker's, after this one
JOIN_CHANCE_ELSE = 0.18  # of anyone's
STRENGTH_MAX = 0.6  # of augment.augmented: 1.0 slowed a run of this length (LOG.md)


@dataclass(frozen=True, slots=True)
class Batch:
    """`features` (batch, bands, frames); `targets` are the texts' ids one after another."""

    features: Tensor
    lengths: Tensor
    targets: Tensor
    target_lengths: Tensor


class Stream(IterableDataset[Batch]):
    """Draws by SHARES; `strength` tells how rough the augmentation is by the hours drawn so far."""

    def __init__(self, seed: int, hours: float, clean_hours: float, full_hours: float) -> None:
        self.random = np.random.default_rng(seed)
        self.hours, self.clean_hours, self.full_hours = hours, clean_hours, full_hours
        self.corpora = [read(corpora_dir() / name) for name in SHARES if (corpora_dir() / name).is_dir()]
        self.utterances = [corpus.split("train") for corpus in self.corpora]
        self.voices = [by_speaker(utterances) for utterances in self.utterances]
        shares = np.array([SHARES[corpus.name] for corpus in self.corpora])
        self.shares = shares / shares.sum()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            pool = sorted((self.example() for _ in range(POOL)), key=lambda example: len(example[0]))
            batches = list(cut(pool))
            for number in self.random.permutation(len(batches)):
                yield collated(batches[number])
            self.hours += sum(len(bands) for bands, _ in pool) / 360_000

    def strength(self) -> float:
        """0 while near-clean, then rising to STRENGTH_MAX."""
        ramp = (self.hours - self.clean_hours) / (self.full_hours - self.clean_hours)
        return min(STRENGTH_MAX, max(0.0, ramp))

    def example(self) -> tuple[augment.Bands, list[int]]:
        """One augmented utterance, or several in a row, and its ids."""
        number = int(self.random.choice(len(self.corpora), p=self.shares))
        corpus, choices = self.corpora[number], self.utterances[number]
        drawn = [self.fitting(choices)]
        chance = JOIN_CHANCE_ELSE
        if corpus.name in JOIN_CHANCE:
            chance, choices = JOIN_CHANCE[corpus.name], self.voices[number][drawn[0].speaker]
        while self.random.random() < chance and sum(u.frames + PAUSE_MAX for u in drawn) < FRAMES_MAX // 2:
            drawn.append(self.fitting(choices))
        bands = augment.joined([corpus.bands(utterance) for utterance in drawn], self.random)
        text = " ".join(utterance.text for utterance in drawn if utterance.text)
        return augment.augmented(bands[:FRAMES_MAX], self.strength(), self.random), encode(text)

    def fitting(self, choices: list[Utterance]) -> Utterance:
        """Any of these that is not too long."""
        while True:
            utterance = choices[int(self.random.integers(len(choices)))]
            if 15 <= utterance.frames <= FRAMES_MAX // 2:
                return utterance


def by_speaker(utterances: list[Utterance]) -> dict[str, list[Utterance]]:
    """The utterances of each speaker."""
    voices: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        voices.setdefault(utterance.speaker, []).append(utterance)
    return voices


def cut(pool: list[tuple[augment.Bands, list[int]]]) -> Iterator[list[tuple[augment.Bands, list[int]]]]:
    """Sorted examples → batches of at most BATCH_SECONDS, padding included."""
    batch: list[tuple[augment.Bands, list[int]]] = []
    for example in pool:
        if batch and (len(batch) + 1) * len(example[0]) > BATCH_SECONDS * 100:
            yield batch
            batch = []
        batch.append(example)
    yield batch


def collated(examples: list[tuple[augment.Bands, list[int]]]) -> Batch:
    """Pad with zeros to the longest."""
    longest = max(len(bands) for bands, _ in examples)
    features = np.zeros((len(examples), 15, longest), np.float32)
    for row, (bands, _) in enumerate(examples):
        features[row, :, : len(bands)] = bands.T
    lengths = torch.tensor([len(bands) for bands, _ in examples])
    targets = torch.tensor([symbol for _, ids in examples for symbol in ids], dtype=torch.long)
    return Batch(
        torch.from_numpy(features), lengths, targets, torch.tensor([len(ids) for _, ids in examples])
    )


def loader(stream: Stream) -> DataLoader[Batch]:
    """One process prepares batches ahead of the optimiser."""
    return DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=24)
