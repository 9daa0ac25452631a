"""Where the time of recognition goes, part by part, on one core: samples/greeting.ogg over and over.

`python -m bench.recognition [--seconds S]`; real-time factors are processor time for a second of sound.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray

from bench.recordings import SAMPLES
from bench.report import Row, report
from govor.audio import decode, sniff
from govor.recognition import models
from govor.recognition.ctc import CtcRecognizer, LogProbs
from govor.recognition.segments import Segment, Segmenter
from govor.records import AudioSpec
from govor.settings import Settings

SAMPLE = SAMPLES / "greeting.ogg"
BEAM_WAVES = 8  # what a recogniser process is given at once when there is enough to do
REPEATS = 3  # the quickest counts: other work on the machine only ever adds
HEARD_SECONDS_MAX = 14_400.0
Made = TypeVar("Made")


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    seconds = parser.parse_args().seconds
    before = psutil.Process().memory_info().rss
    started = time.process_time()
    model = models.find("ru-RU", Settings())
    recogniser = models.load_ctc(model, threads=1)
    loading = time.process_time() - started
    memory = psutil.Process().memory_info().rss - before
    sound = speech(recogniser.sample_rate_hz, seconds)
    rows = [
        Row(what="load the model, processor time", value=loading, unit="s"),
        Row(what="memory of the model", value=memory / 1e6, unit="MB", target="≤ 150"),
        Row(what="model and language model on disk", value=on_disk(model.folder), unit="MB", target="≤ 30"),
    ]
    report("recognition", [*rows, *parts(recogniser, model, sound)])


def parts(recogniser: CtcRecognizer, model: models.Model, sound: NDArray[np.int16]) -> list[Row]:
    """A row for each part, in the order of the data."""
    rate = recogniser.sample_rate_hz
    seconds = len(sound) / rate
    segmenting, segments = quickest(lambda: segmented(sound, rate))
    waves = [segment.samples.astype(np.float32) / np.float32(32_768) for segment in segments]
    features, frames = quickest(lambda: [recogniser.front_end.features(wave) for wave in waves])
    through_network, tables = quickest(lambda: [recogniser.log_probs(wave) for wave in waves])
    alone, readings = quickest(lambda: [recogniser.readings([table])[0] for table in tables])
    together, _ = quickest(lambda: batched(recogniser, tables))
    timing, _ = quickest(
        lambda: [recogniser.timed(t, found) for t, found in zip(tables, readings, strict=True)]
    )
    total = segmenting + through_network + alone + timing
    listening = sum(len(wave) for wave in waves) / len(sound)
    middle = statistics.median(len(wave) / rate for wave in waves)
    figures = [
        ("voice activity and segments", segmenting, "≤ 0.002"),
        ("features", features, ""),
        ("network", through_network - features, ""),
        ("beam search, one segment at a time", alone, "≤ 0.006"),
        (f"beam search, {BEAM_WAVES} segments at a time", together, "≤ 0.006"),
        ("word times and confidences", timing, ""),
        ("features, network, beam search", through_network + alone, "≤ 0.015"),
        ("all of it, one segment at a time", total, ""),
    ]
    assert sum(frame.shape[1] for frame in frames)
    return [
        Row(what="sound", value=seconds, unit="s"),
        Row(what="of it speech", value=listening * 100, unit="%"),
        Row(what="median segment", value=middle, unit="s"),
        *(
            Row(what=what, value=spent / seconds, unit="RTF", target=target)
            for what, spent, target in figures
        ),
    ]


def quickest(run: Callable[[], Made]) -> tuple[float, Made]:
    """Processor seconds of the quickest of REPEATS runs, and what it made."""
    best, made = float("inf"), run()
    for _ in range(REPEATS):
        started = time.process_time()
        made = run()
        best = min(best, time.process_time() - started)
    return best, made


def segmented(sound: NDArray[np.int16], rate: int) -> list[Segment]:
    """Segments of a sound that comes in blocks of ten seconds."""
    segmenter = Segmenter(rate)
    found: list[Segment] = []
    for first in range(0, len(sound), 10 * rate):
        found += segmenter.feed(sound[first : first + 10 * rate])
    return found + segmenter.finish()


def batched(recogniser: CtcRecognizer, tables: list[LogProbs]) -> None:
    """The beam search alone, BEAM_WAVES at a time."""
    for first in range(0, len(tables), BEAM_WAVES):
        recogniser.readings(tables[first : first + BEAM_WAVES])


def speech(rate: int, seconds: float) -> NDArray[np.int16]:
    """The sample, repeated."""
    spec = sniff.probe(SAMPLE.read_bytes()[: sniff.HEAD_BYTES], AudioSpec())
    blocks = decode.decode(SAMPLE, spec, sample_rate_hz=rate, audio_seconds_max=HEARD_SECONDS_MAX)
    once = np.concatenate([block.samples[0] for block in blocks])
    return np.resize(once, round(seconds * rate))


def on_disk(folder: Path) -> float:
    """Megabytes of what the recogniser reads."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.suffix in {".onnx", ".npz"}) / 1e6


if __name__ == "__main__":
    main()
