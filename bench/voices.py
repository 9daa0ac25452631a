"""How well voices of a mono recording are told apart: `python -m bench.voices [FOLDER]`.

FOLDER holds synthetic Russian speech: Ogg files and manifest.tsv (shard, start_s, duration_s, voice, text);
by default ../shared/data/ru-synthetic beside the checkout. Dialogues are put together from its first file:
16 turns, a third of them without a pause between them, a little noise. The error is the share of 10-ms frames
that are not their speaker's, under the better naming of the two; for one voice, the share taken for another.
"""

import csv
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.report import Row, report
from govor.analysis import voice_features, voices

DEFAULT = Path(__file__).parents[2] / "shared/data/ru-synthetic"
SHARD = "s0.ogg"
RATE_HZ = 8_000
TURNS = 16
DIALOGUES = 4  # of each pair, from seeds 0, 1, …
SECONDS_MIN = 0.6  # shorter utterances are single words, of which a dialogue does not consist
PAUSELESS = 0.35  # of the turns follow the one before within 0.2 s
PAUSE_SAMPLES = RATE_HZ // 5
STRETCH_SECONDS_MAX = 20  # as long as the segmenter's
NOISE = 0.002

Wave = NDArray[np.float32]
Stretches = list[tuple[Wave, NDArray[np.int64]]]  # sound, and the true speaker of each frame


def read(folder: Path) -> dict[str, list[Wave]]:
    """The utterances of each voice."""
    resampler = av.AudioResampler("s16", "mono", RATE_HZ)
    pieces: list[NDArray[np.int16]] = []
    with av.open(str(folder / SHARD)) as container:
        for frame in container.decode(audio=0):
            pieces += [each.to_ndarray()[0] for each in resampler.resample(frame)]
    sound = np.concatenate(pieces).astype(np.float32) / np.float32(32_768)
    found: dict[str, list[Wave]] = defaultdict(list)
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            start, seconds = float(row["start_s"]), float(row["duration_s"])
            if row["shard"] == SHARD and seconds >= SECONDS_MIN:
                begin = int(start * RATE_HZ)
                found[row["voice"]].append(sound[begin : begin + int(seconds * RATE_HZ)])
    return found


def dialogue(utterances: Sequence[list[Wave]], seed: int) -> Stretches:
    """Turns of these voices; four of five times the speaker changes."""
    random = np.random.default_rng(seed)
    made: Stretches = []
    speaker = 0
    for _ in range(TURNS):
        who = speaker % len(utterances)
        wave = utterances[who][random.integers(len(utterances[who]))]
        wave = wave + random.normal(0, NOISE, len(wave)).astype(np.float32)
        truth = np.full(len(wave) * 100 // RATE_HZ, who)
        if made and random.random() < PAUSELESS and len(made[-1][0]) < STRETCH_SECONDS_MAX * RATE_HZ:
            before, speakers = made.pop()
            pause = random.normal(0, NOISE, PAUSE_SAMPLES).astype(np.float32)
            wave = np.concatenate([before, pause, wave])
            truth = np.concatenate([speakers, np.full(len(pause) * 100 // RATE_HZ, speakers[-1]), truth])
        made.append((wave, truth))
        speaker += random.random() < 0.8
    return made


def error_rate(stretches: Stretches) -> float:
    """Share of the frames given to the wrong speaker."""
    heard = [voice_features.cepstra(wave, RATE_HZ) for wave, _ in stretches]
    labels = voices.told_apart([cepstra for cepstra, _ in heard], [loud for _, loud in heard], 2)
    wrong = total = 0
    for (_, truth), label in zip(stretches, labels, strict=True):
        count = min(len(truth), len(label))
        wrong += int((truth[:count] != label[:count]).sum())
        total += count
    return min(wrong, total - wrong) / total


def main() -> None:
    """Every pair of voices, and each voice alone."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not (folder / "manifest.tsv").is_file():
        print(f"voices: no synthetic speech in {folder.name}; name its folder")
        return
    utterances = read(folder)
    rows, seconds, started = [], 0.0, time.process_time()
    for names in [*combinations(sorted(utterances), 2), *((name,) for name in sorted(utterances))]:
        made = [dialogue([utterances[name] for name in names], seed) for seed in range(DIALOGUES)]
        seconds += sum(len(wave) for each in made for wave, _ in each) / RATE_HZ
        mean = float(np.mean([error_rate(each) for each in made]))
        rows.append(Row(what=f"wrong speaker: {' and '.join(names)}", value=100 * mean, unit="% of speech"))
    spent = (time.process_time() - started) / seconds * 3_600
    report("voices", [*rows, Row(what="processor time for an hour of speech", value=spent, unit="s")])


if __name__ == "__main__":
    main()
