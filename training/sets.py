"""The sets a recogniser is measured on: what is said, and the wave or the stored features of it.

Development sets may be looked at while tuning; test sets are for the end.
"""

import csv
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from govor.recognition.telephone_features import telephone_features
from training import augment, splits, synthesise
from training.alphabet import normalised
from training.corpus import read
from training.data import decoded, synthetic_waves
from training.features import Wave
from training.numbers_spoken import cardinal
from training.paths import corpora_dir

DEV = ("synthetic_dev", "voxforge_dev")
TEST = (
    "synthetic_voice",
    "human_studio",
    "human_studio_all",
    "voxforge_test",
    "telephone_prompts",
    "espeak_variants",
    "festival",
)
PROMPT_SECONDS_MIN = 1.5
SPOKEN_AGAIN = 80  # sentences of the synthetic test set spoken by espeak-ng and festival
FESTIVAL_VOICE = "msu_ru_nsh_clunits"


@dataclass(frozen=True, slots=True)
class Sources:
    """Folders: the data directory, festvox-ru's voice, the recorded prompts with their manifest."""

    data: Path
    festvox: Path
    prompts: Path


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance: normalised text, features (15, frames), seconds, and the wave where there is one."""

    text: str
    seconds: float
    features: NDArray[np.float32] | None
    wave: Wave | None


def load(name: str, sources: Sources) -> list[Example]:
    """A set by its name."""
    return list(LOADERS[name](sources))


def heard(text: str, wave: Wave) -> Example:
    return Example(text, len(wave) / 8000, None, wave)


def synthetic(sources: Sources, split: str) -> Iterator[Example]:
    """Utterances of ru-synthetic: trained voices for `dev`, the voice kept out for `test`."""
    for wave, row in synthetic_waves(sources.data):
        if row["split"] == split:
            yield heard(row["text"], wave)


def voxforge(split: str) -> Iterator[Example]:
    """Stored features; the noise removal and the removal of silence were sphinx_fe's own.

    Of the development split only what nobody reads in training: the language model has the other texts.
    """
    corpus = read(corpora_dir() / "voxforge")
    trained = {utterance.text for utterance in corpus.split("train")}
    for utterance in corpus.split(split):
        if utterance.text in trained:
            continue
        features = augment.plain(corpus.bands(utterance)).T.copy()
        yield Example(utterance.text, utterance.frames / 100, features, None)


def human_studio_all(sources: Sources) -> Iterator[Example]:
    """All recordings of festvox-ru whose speaker and texts were in nothing we trained on."""
    for row in splits.festvox_unheard(sources.data, sources.festvox):
        yield heard(row["text"], decoded(sources.festvox / row["wave"]))


def human_studio(sources: Sources) -> Iterator[Example]:
    """200 of them: few enough to be run for each model."""
    for row in splits.festvox_test(sources.data, sources.festvox):
        yield heard(row["text"], decoded(sources.festvox / row["wave"]))


def telephone_prompts(sources: Sources) -> Iterator[Example]:
    """Recorded prompts of a telephone exchange, digits read as words."""
    with (sources.prompts / "manifest.tsv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("ru/asterisk")]
    for row in rows:
        said = "".join(f" {cardinal(int(c))} " if c.isdigit() else c for c in row["transcript"])
        text = normalised(said)
        if text and float(row["seconds"]) >= PROMPT_SECONDS_MIN:
            yield heard(text, decoded(sources.prompts / row["file"]))


def test_sentences(sources: Sources) -> list[str]:
    texts = splits.synthetic_test_texts(sources.data)
    return sorted(texts, key=splits.order)[:SPOKEN_AGAIN]


def espeak_variants(sources: Sources) -> Iterator[Example]:
    """Unseen sentences by variants of espeak-ng that were not trained on."""
    for number, text in enumerate(test_sentences(sources)):
        variant = synthesise.HELD_OUT[number % len(synthesise.HELD_OUT)]
        rate, pitch = (130, 160, 190)[number % 3], (30, 50, 70)[number // 4 % 3]
        yield heard(text, synthesise.spoken(text, f"ru+{variant}", words_a_minute=rate, pitch=pitch))


def festival(sources: Sources) -> Iterator[Example]:
    """Unseen sentences by another engine: festival's unit selection from the human recordings."""
    for text in test_sentences(sources):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "spoken.wav")
            command = ["text2wave", "-eval", f"(voice_{FESTIVAL_VOICE})", "-o", output]
            subprocess.run(command, input=text.encode(), check=True, capture_output=True)
            yield heard(text, decoded(Path(output)))


def features_of(example: Example) -> NDArray[np.float32]:
    """What the network is fed."""
    if example.features is not None:
        return example.features
    assert example.wave is not None
    return telephone_features(example.wave)


LOADERS = {
    "synthetic_dev": lambda sources: synthetic(sources, "dev"),
    "voxforge_dev": lambda _: voxforge("dev"),
    "synthetic_voice": lambda sources: synthetic(sources, "test"),
    "human_studio": human_studio,
    "human_studio_all": human_studio_all,
    "voxforge_test": lambda _: voxforge("test"),
    "telephone_prompts": telephone_prompts,
    "espeak_variants": espeak_variants,
    "festival": festival,
}
