"""A prepare step for tests: LINEAR16_PCM cut into whole seconds, every one speech; needs no decoder."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from govor.audio import sniff
from govor.pipeline.clips import SAMPLE
from govor.pipeline.prepare import PartWriter
from govor.pipeline.scratch import Scratch
from govor.pipeline.waveform import Peaks
from govor.records import AudioSpec

ABORTS = 12_000  # a recording whose first sample is this crashes the process that decodes it
HOGS = 11_000  # ... has it killed from outside, as one that takes all memory would be
WAITS = 10_000  # a second that begins with this is decoded when GO_ON is in the data directory
GO_ON = "go-on"  # what is in it: nothing, or CRASH
CRASH = "crash"
LOOKS_MAX, LOOK_SECONDS = 2400, 0.05


@dataclass(frozen=True)
class Second:
    """Looks like a speech segment."""

    start_ms: int
    samples: NDArray[np.int16]


def prepare(
    root: Path, operation_id: str, declared: AudioSpec, sample_rate_hz: int, audio_seconds_max: float
) -> None:
    """What pipeline/prepare.py does, but for the decoder and the segmenter."""
    scratch = Scratch(root, operation_id)
    with scratch.source.open("rb") as source:
        sniff.probe(source.read(sniff.HEAD_BYTES), declared)
    sound = np.memmap(scratch.source, SAMPLE, "r").reshape(-1, declared.channels).T
    if sound[0, 0] == ABORTS:
        os.kill(os.getpid(), signal.SIGABRT)
    if sound[0, 0] == HOGS:
        os.kill(os.getpid(), signal.SIGKILL)
    peaks = Peaks(sample_rate_hz)
    with scratch.drafting() as draft, PartWriter(draft, sample_rate_hz, scratch.early) as parts:
        for start in range(0, sound.shape[1], sample_rate_hz):
            peaks.feed(sound[:, start : start + sample_rate_hz])
            for channel, samples in enumerate(sound[:, start : start + sample_rate_hz], 1):
                if samples[0] == WAITS:
                    wait(root.parent / GO_ON)
                second = Second(start * 1000 // sample_rate_hz, samples)
                parts.write(channel, [second])  # type: ignore[list-item]  # it has what is used
        audio_ms = sound.shape[1] * 1000 // sample_rate_hz
        parts.finish(audio_ms=audio_ms, channels=declared.channels, peaks=peaks.finish())


def wait(path: Path) -> None:
    """Until the file is there; at most two minutes."""
    for _ in range(LOOKS_MAX):
        if path.exists():
            break
        time.sleep(LOOK_SECONDS)
    if path.read_text() == CRASH:
        os.kill(os.getpid(), signal.SIGABRT)
