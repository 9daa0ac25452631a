"""The folder of one operation while it runs.

    scratch/ID/source                the object as fetched; gone when the parts are there
    scratch/ID/parts/00000.pcm       speech of all channels, at most a minute, 16 bit at the model's rate
    scratch/ID/parts/manifest.json   where each stretch of speech lies in the parts and in time
    scratch/ID/early/…               the parts so far, while the recording is being decoded: see early.py

Rule 1: `source` and `parts` are renamed into place: what is there is whole, so a step that runs twice finds
        its work done.
Rule 2: drafts have names of their own. A decoder can outlive a killed service by a moment and finish beside
        its successor; both make the same parts, and the first to be done wins.
"""

import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from govor.pipeline.clips import Clip

MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """One speech segment: `samples` samples of its part from `offset` on, heard from `start_ms` on."""

    channel: int  # 1-based
    start_ms: int
    offset: int
    samples: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part: the file of its samples, and what of the recording they are."""

    path: Path
    stretches: tuple[Stretch, ...]

    def clips(self) -> list[Clip]:
        """The stretches as the pool takes them."""
        return [Clip(path=str(self.path), offset=s.offset, samples=s.samples) for s in self.stretches]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What prepare found in a recording."""

    audio_ms: int  # of one channel
    channels: int
    parts: tuple[tuple[Stretch, ...], ...]
    peaks: tuple[str, ...] = ()  # of each channel, see waveform.py

    def speech(self, sample_rate_hz: int) -> Iterator[tuple[int, int, int]]:
        """Channel, begin and end in ms of every stretch of speech."""
        for stretch in (stretch for part in self.parts for stretch in part):
            end_ms = stretch.start_ms + stretch.samples * 1000 // sample_rate_hz
            yield stretch.channel, stretch.start_ms, end_ms


class Scratch:
    """Paths of one operation's files."""

    def __init__(self, root: Path, operation_id: str) -> None:
        self.folder = root / operation_id
        self.source = self.folder / "source"
        self.parts = self.folder / "parts"
        self.early = self.folder / "early"

    @property
    def prepared(self) -> bool:
        """Whether the parts are there."""
        return self.parts.exists()

    @contextmanager
    def drafting(self) -> Iterator[Path]:
        """Yield a new folder that becomes `parts` when the block ends well, unless another was first."""
        draft = self.folder / f"draft-{uuid.uuid4().hex}"
        draft.mkdir()
        try:
            yield draft
            try:
                os.rename(draft, self.parts)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def part(self, index: int) -> Path:
        """The file of one part's samples."""
        return part(self.parts, index)

    def early_part(self, index: int) -> Path:
        """The same of a recording that may still be decoded."""
        return part(self.early, index)

    def early_note(self, index: int) -> Path:
        """The file of that part's stretches; what it names is whole."""
        return note(self.early, index)

    def piece(self, index: int) -> Piece:
        """One part, whether the recording is decoded to its end or not; FileNotFoundError: it is not here."""
        try:
            rows = json.loads(self.early_note(index).read_text())
        except FileNotFoundError:
            return Piece(self.part(index), self.read_manifest().parts[index])
        return Piece(self.early_part(index), tuple(Stretch(**row) for row in rows))

    def clips(self, manifest: Manifest, index: int) -> list[Clip]:
        """One part's stretches as the pool takes them."""
        return Piece(self.part(index), manifest.parts[index]).clips()

    def read_manifest(self) -> Manifest:
        """The manifest; FileNotFoundError before the parts are there."""
        read = json.loads((self.parts / MANIFEST).read_text())
        parts = tuple(tuple(Stretch(**stretch) for stretch in part) for part in read["parts"])
        peaks = tuple(read.get("peaks", ()))
        return Manifest(audio_ms=read["audio_ms"], channels=read["channels"], parts=parts, peaks=peaks)

    def remove(self) -> None:
        """Delete everything; nothing there is no error."""
        shutil.rmtree(self.folder, ignore_errors=True)


def part(folder: Path, index: int) -> Path:
    """The file of one part's samples."""
    return folder / f"{index:05}.pcm"


def note(folder: Path, index: int) -> Path:
    """The file of one part's stretches, beside its samples."""
    return folder / f"{index:05}.json"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest beside the parts. Its name is not synced: lost with a power cut, it is made again."""
    with (folder / MANIFEST).open("w") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
