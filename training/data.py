"""Corpora from the data directory: VoxForge features, synthetic speech, sounds without words.

    python -m training.data --data DIR [voxforge synthetic rough nonspeech]

DIR holds ru-synthetic/ and voxforge-ru-mfcc/ (training/README.md says what they are). What is kept out of
training, and why, is decided in training/splits.py.
"""

import argparse
import json
import lzma
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import corpus, features, splits
from training.paths import corpora_dir

SEED = 1337


def voxforge(data: Path) -> Iterator[corpus.Piece]:
    """The real recordings, from their stored cepstra."""
    folder = data / "voxforge-ru-mfcc"
    scale = json.loads((folder / "scale.json").read_text())
    mean, step = np.array(scale["mean"]), np.array(scale["step"])
    planes: dict[str, NDArray[np.int8]] = {}
    for row in splits.voxforge(data):
        if row["shard"] not in planes:
            raw = lzma.decompress((folder / f"shard{row['shard']}.i1.xz").read_bytes())
            planes = {row["shard"]: np.frombuffer(raw, np.int8).reshape(13, -1)}
        first = int(row["offset"])
        deltas = planes[row["shard"]][:, first : first + int(row["frames"])]
        cepstra = mean + deltas.astype(np.int32).cumsum(axis=1).T * step
        yield features.bands_of_cepstra(cepstra), row["split"], row["speaker"], row["text"]


def synthetic_waves(data: Path) -> Iterator[tuple[features.Wave, splits.Row]]:
    """The RHVoice utterances: wave at 8 kHz and manifest line with its split."""
    shard, samples = "", np.zeros(0, np.float32)
    for row in splits.synthetic(data):
        if row["shard"] != shard:
            shard, samples = row["shard"], decoded(data / "ru-synthetic" / row["shard"])
        start, length = float(row["start_s"]), float(row["duration_s"])
        yield samples[int(start * features.RATE) : int((start + length) * features.RATE)], row


def decoded(path: Path) -> features.Wave:
    """Any file FFmpeg reads → mono 8 kHz wave, -1..1."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-ac", "1", "-ar", "8000", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)


def synthetic(data: Path) -> Iterator[corpus.Piece]:
    """The synthetic voices as they are."""
    for wave, row in synthetic_waves(data):
        yield features.log_bands(wave), row["split"], row["voice"], row["text"]


def rough(data: Path) -> Iterator[corpus.Piece]:
    """The training part of the synthetic voices over bad lines."""
    random = np.random.default_rng(SEED)
    for wave, row in synthetic_waves(data):
        if row["split"] == "train":
            yield features.log_bands(features.roughened(wave, random)), "train", row["voice"], row["text"]


def nonspeech(data: Path) -> Iterator[corpus.Piece]:
    """Noise, hum, tones and silence: nothing to recognise."""
    random = np.random.default_rng(SEED)
    for _ in range(400):
        length = int(features.RATE * random.uniform(0.5, 8))
        wave = features.noise(length, random) * 10 ** (-random.uniform(20, 70) / 20)
        if random.random() < 0.3:
            wave = wave + 0.3 * tones(length, random)
        yield features.log_bands(wave.astype(np.float32)), "train", "nobody", ""


def tones(length: int, random: np.random.Generator) -> features.Wave:
    """A ringing, busy or dialled tone: one or two sines switched on and off."""
    time = np.arange(length) / features.RATE
    hz = random.choice([425, 440, 697, 770, 852, 941, 1000, 1209, 1336, 1477], 2)
    switched = np.sin(2 * np.pi * time / random.uniform(0.3, 4) + random.uniform(0, 6)) > random.uniform(
        -1, 0.5
    )
    sound = np.sin(2 * np.pi * hz[0] * time) + random.choice([0, 1]) * np.sin(2 * np.pi * hz[1] * time)
    return (sound * switched / 2).astype(np.float32)


BUILDERS = {"voxforge": voxforge, "synthetic": synthetic, "rough": rough, "nonspeech": nonspeech}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("names", nargs="*", default=list(BUILDERS))
    arguments = parser.parse_args()
    for name in arguments.names:
        hours = corpus.write(corpora_dir() / name, BUILDERS[name](arguments.data))
        print(f"{name}: {hours:.2f} h", flush=True)


if __name__ == "__main__":
    main()
