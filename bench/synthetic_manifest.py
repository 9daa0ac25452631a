"""Recordings and a manifest for `govor bench accuracy` from the synthetic corpus (training/README.md).

    python -m bench.synthetic_manifest CORPUS OUTPUT [--voice Elena] [--limit 200] [--letters-min 20]

CORPUS is the folder ru-synthetic: `manifest.tsv` of shard, start_s, duration_s, voice and text, and Ogg Opus
files. The sentences are taken evenly over the corpus, so that a run is the same every time.
"""

import argparse
import csv
import wave
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from govor.audio import decode
from govor.records import AudioSpec

RATE_HZ = 16_000
SHARD_SECONDS_MAX = 4 * 3600.0
Row = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--voice", default="Elena", help="kept out of training")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--letters-min", type=int, default=20)
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    lines = []
    for shard, rows in chosen(given.corpus, given.voice, given.limit, given.letters_min).items():
        sound = decoded(given.corpus / shard)
        for row in rows:
            name = f"{shard.removesuffix('.ogg')}-{row['start_s'].replace('.', '')}.wav"
            first = round(float(row["start_s"]) * RATE_HZ)
            last = first + round(float(row["duration_s"]) * RATE_HZ)
            write_wav(given.output / name, sound[first:last])
            lines.append(f"{name}\t{row['text']}\n")
    (given.output / "manifest.tsv").write_text("file\ttext\n" + "".join(lines), encoding="utf-8")
    print(f"{len(lines)} recordings in {given.output}")


def chosen(corpus: Path, voice: str, limit: int, letters_min: int) -> dict[str, list[Row]]:
    """Evenly spread utterances of a voice, by shard."""
    with (corpus / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["voice"] == voice]
    rows = [row for row in rows if len(row["text"]) >= letters_min]
    places = sorted(set(np.linspace(0, len(rows) - 1, min(limit, len(rows))).astype(int).tolist()))
    shards: dict[str, list[Row]] = defaultdict(list)
    for place in places:
        shards[rows[place]["shard"]].append(rows[place])
    return shards


def decoded(path: Path) -> NDArray[np.int16]:
    """The first channel of an Ogg Opus file."""
    blocks = decode.decode(path, AudioSpec(), sample_rate_hz=RATE_HZ, audio_seconds_max=SHARD_SECONDS_MAX)
    return np.concatenate([block.samples[0] for block in blocks])


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """Mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
