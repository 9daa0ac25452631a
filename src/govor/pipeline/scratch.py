"""The folder of one operation while it runs: its source, its parts, its manifest.

    scratch/ID/source           the object as fetched; gone once the manifest is written
    scratch/ID/part-00000.pcm   speech of all channels, at most a minute, 16 bit at the model's rate
    scratch/ID/manifest.json    written last: where each stretch of speech lies in the parts and in time

A file that is there is whole (it was renamed into place), so a step that runs twice finds its work done.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from govor.pipeline.clips import Clip
from govor.storage import disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """One speech segment: `samples` samples of its part from `offset` on, heard from `start_ms` on."""

    channel: int  # 1-based
    start_ms: int
    offset: int
    samples: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What prepare found in a recording."""

    audio_ms: int  # of one channel
    channels: int
    parts: tuple[tuple[Stretch, ...], ...]


class Scratch:
    """Paths of one operation's files."""

    def __init__(self, root: Path, operation_id: str) -> None:
        self.folder = root / operation_id
        self.source = self.folder / "source"
        self.manifest = self.folder / "manifest.json"

    def part(self, index: int) -> Path:
        """The file of one part's samples."""
        return self.folder / f"part-{index:05}.pcm"

    def clips(self, manifest: Manifest, index: int) -> list[Clip]:
        """One part's stretches as the pool takes them."""
        path = str(self.part(index))
        return [Clip(path=path, offset=s.offset, samples=s.samples) for s in manifest.parts[index]]

    def write_manifest(self, manifest: Manifest) -> None:
        """Make the manifest appear, whole and on the disk."""
        with disk.appearing(self.manifest) as descriptor:
            disk.write_all(descriptor, json.dumps(asdict(manifest)).encode())

    def read_manifest(self) -> Manifest:
        """The manifest; FileNotFoundError before prepare is done."""
        read = json.loads(self.manifest.read_text())
        parts = tuple(tuple(Stretch(**stretch) for stretch in part) for part in read["parts"])
        return Manifest(audio_ms=read["audio_ms"], channels=read["channels"], parts=parts)

    def remove(self) -> None:
        """Delete everything; nothing there is no error."""
        shutil.rmtree(self.folder, ignore_errors=True)
