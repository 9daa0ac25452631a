"""Where transcripts go: standard output, or files that appear whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from govor.commands.formats import SUFFIXES
from govor.commands.sources import Source
from govor.storage import disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Outputs:
    """A folder of transcripts, in one or more formats."""

    folder: Path
    formats: Sequence[str]

    def paths(self, source: Source) -> dict[str, Path]:
        """The file of each format."""
        base = self.folder.joinpath(*source.place.parts)
        return {name: base.with_name(base.name + SUFFIXES[name]) for name in self.formats}

    def are_there(self, source: Source) -> bool:
        """Whether every format is there and not older than the recording."""
        for path in self.paths(source).values():
            try:
                if path.stat().st_mtime_ns < source.modified_ns:
                    return False
            except OSError:
                return False
        return True

    def write(self, source: Source, files: Mapping[str, bytes]) -> list[Path]:
        """Write every format; raises StorageFailed, BadRequest."""
        paths = self.paths(source)
        for name, content in files.items():
            with disk.appearing(paths[name]) as descriptor:
                disk.write_all(descriptor, content)
        return list(paths.values())
