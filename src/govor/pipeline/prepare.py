"""Prepare: a recording becomes parts of speech. Runs in the sandbox, in a process of its own.

Rule 1: what is decoded is what was declared; the file is probed again, for it may have changed since.
Rule 2: only speech is kept; a part holds at most PART_SECONDS of it, whatever its channels.
Rule 3: of a recording of several parts each is offered (early.py) as soon as it is written.
Rule 4: memory does not grow with the length: blocks come in, segments go out to the disk.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from govor.audio import sniff
from govor.pipeline import early
from govor.pipeline.clips import SAMPLE
from govor.pipeline.scratch import Manifest, Scratch, Stretch, part, write_manifest
from govor.pipeline.waveform import Peaks
from govor.records import AudioSpec
from govor.storage import disk

if TYPE_CHECKING:
    from govor.recognition.segments import Segment

# Bounds what a crash repeats, what a cancellation waits for and what a short recording may wait behind.
PART_SECONDS = 60


def prepare(
    root: Path, operation_id: str, declared: AudioSpec, sample_rate_hz: int, audio_seconds_max: float
) -> None:
    """Turn scratch/ID/source into scratch/ID/parts.

    Raises BadAudio: not what was declared, or it cannot be decoded. TooLarge: longer than
    `audio_seconds_max`, summed over channels. StorageFailed: the disk is full, or the folder is gone.
    """
    from govor.audio import decode  # FFmpeg's libraries: only where they are used, not in the service
    from govor.recognition.segments import Segmenter

    scratch = Scratch(root, operation_id)
    segmenters: list[Segmenter] = []
    position, peaks = 0, Peaks(sample_rate_hz)
    with (
        disk.described(),
        scratch.drafting() as draft,
        PartWriter(draft, sample_rate_hz, scratch.early) as parts,
    ):
        with scratch.source.open("rb") as source:
            spec = sniff.probe(source.read(sniff.HEAD_BYTES), declared)
        for block in decode.decode(
            scratch.source, spec, sample_rate_hz=sample_rate_hz, audio_seconds_max=audio_seconds_max
        ):
            segmenters = segmenters or [Segmenter(sample_rate_hz) for _ in block.samples]
            for channel, samples in enumerate(block.samples, 1):
                parts.write(channel, segmenters[channel - 1].feed(samples))
            peaks.feed(block.samples)
            position += block.samples.shape[1]
        for channel, segmenter in enumerate(segmenters, 1):
            parts.write(channel, segmenter.finish())
        audio_ms = position * 1000 // sample_rate_hz
        parts.finish(audio_ms=audio_ms, channels=len(segmenters), peaks=peaks.finish())


def prepare_nothing() -> None:
    """Loads this module where `prepare` will run, so that the first recording does not wait for it."""


class PartWriter:
    """Writes segments one after the other, into a new file whenever the old one is full.

    `offers` is where parts are offered while the others are being made.
    """

    def __init__(self, folder: Path, sample_rate_hz: int, offers: Path) -> None:
        self.folder = folder
        self.offers = offers
        self.samples_max = PART_SECONDS * sample_rate_hz
        self.stretches: list[list[Stretch]] = []
        self._file: BinaryIO | None = None
        self._samples = 0  # in the open file

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def write(self, channel: int, segments: "list[Segment]") -> None:
        """Append the segments of one channel (1-based)."""
        for segment in segments:
            count = len(segment.samples)
            if self._file is None or self._samples + count > self.samples_max:
                self._open_next()
            assert self._file is not None
            self._file.write(segment.samples.astype(SAMPLE, copy=False).tobytes())
            self.stretches[-1].append(
                Stretch(channel=channel, start_ms=segment.start_ms, offset=self._samples, samples=count)
            )
            self._samples += count

    def finish(self, *, audio_ms: int, channels: int, peaks: Sequence[str] = ()) -> None:
        """Close the last part and write the manifest."""
        self._close()
        if len(self.stretches) > 1:
            self._offer()
        parts = tuple(map(tuple, self.stretches))
        manifest = Manifest(audio_ms=audio_ms, channels=channels, parts=parts, peaks=tuple(peaks))
        write_manifest(self.folder, manifest)

    def _open_next(self) -> None:
        self._close()
        if self.stretches:
            self._offer()
        self._file = part(self.folder, len(self.stretches)).open("wb")
        self.stretches.append([])
        self._samples = 0

    def _offer(self) -> None:
        index = len(self.stretches) - 1
        early.offer(self.offers, part(self.folder, index), index, self.stretches[index])

    def _close(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
