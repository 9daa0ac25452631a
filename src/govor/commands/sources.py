"""What `govor transcribe` is given: files, folders, patterns, links. From names to recordings.

Rule 1: a file that is named is taken whatever it is; in folders and buckets only what is named like audio.
Rule 2: `place` says where a recording's outputs go below --output: like the source lies below what was named.
Rule 3: no two recordings have the same place; where short names clash, longer ones are used.
"""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

# What a folder is searched for; a file that is named is taken whatever its name.
AUDIO_SUFFIXES = frozenset({".ogg", ".opus", ".oga", ".mp3", ".wav"})
LINKS = ("https://", "http://", "s3://")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One recording, before anybody has looked into it."""

    shown: str  # as messages call it: what was given, or found
    place: PurePosixPath  # a relative name, with its suffix until `placed` has seen it
    path: Path | None = None  # on this machine
    uri: str = ""  # elsewhere
    size_bytes: int = 0  # 0: not known
    modified_ns: int = 0  # since the epoch; 0: not known

    @property
    def identity(self) -> str:
        """Changes when the recording does, as far as that can be seen without reading it."""
        return self.uri or f"{self.path and self.path.absolute()}\n{self.size_bytes}\n{self.modified_ns}"


def is_link(name: str) -> bool:
    """Whether a name is no file of this machine."""
    return name.startswith(LINKS)


def is_prefix(name: str) -> bool:
    """Whether a link names all objects below it: s3://BUCKET/ or s3://BUCKET/FOLDER/."""
    return name.startswith("s3://") and (name.endswith("/") or name.count("/") == 2)


def of_link(uri: str, place: str = "", size_bytes: int = 0) -> Source:
    """A recording elsewhere; its place is the last part of the link unless told."""
    name = place or PurePosixPath(unquote(urlsplit(uri).path)).name or "recording"
    return Source(shown=without_query(uri), uri=uri, place=PurePosixPath(name), size_bytes=size_bytes)


def without_query(uri: str) -> str:
    """A link as it may be shown: what follows "?" can be a signature."""
    return uri.partition("?")[0]


def of_name(name: str, *, recursive: bool = True) -> list[Source]:
    """The recordings that one name of this machine stands for; none when there is nothing of this name."""
    path = Path(name)
    if path.is_dir():
        return [of_file(each, each.relative_to(path)) for each in sorted(audio_in(path, recursive=recursive))]
    if path.exists():
        return [of_file(path, Path(path.name))]
    found = sorted(Path(each) for each in glob.glob(name, recursive=recursive) if os.path.isfile(each))
    return [of_file(each, Path(each.name)) for each in found]


def of_file(path: Path, place: Path) -> Source:
    """A file; its size is 0 when it cannot be looked at, and reading it will say why."""
    try:
        about = path.stat()
    except OSError:
        return Source(shown=str(path), path=path, place=PurePosixPath(place.as_posix()))
    return Source(
        shown=str(path),
        path=path,
        place=PurePosixPath(place.as_posix()),
        size_bytes=about.st_size,
        modified_ns=about.st_mtime_ns,
    )


def audio_in(folder: Path, *, recursive: bool) -> Iterator[Path]:
    """Files that are named like audio; names that begin with a dot are left out."""
    for path in folder.rglob("*") if recursive else folder.iterdir():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in AUDIO_SUFFIXES and not hidden and path.is_file():
            yield path


def placed(sources: Sequence[Source]) -> list[Source]:
    """The same, each with a place of its own that has no suffix unless it needs one."""
    short = [source.place.with_suffix("") for source in sources]
    full = [source.place for source in sources]
    whole = [PurePosixPath(*parts) for parts in distinct(sources)]
    seen = [Counter(map(str.casefold, map(str, places))) for places in (short, full)]
    return [
        replace(source, place=next(chosen(candidates, seen)))
        for source, *candidates in zip(sources, short, full, whole, strict=True)
    ]


def chosen(candidates: Sequence[PurePosixPath], seen: Sequence[Counter[str]]) -> Iterator[PurePosixPath]:
    """The candidates that nobody else has; the last is always good."""
    for candidate, counts in zip(candidates, seen, strict=False):
        if counts[str(candidate).casefold()] == 1:
            yield candidate
    yield candidates[-1]


def distinct(sources: Sequence[Source]) -> list[list[str]]:
    """The parts of each full name below what all of them share; equal only for what was named twice."""
    parts = [parts_of(source) for source in sources]
    shared = 0
    for column in zip(*(each[:-1] for each in parts), strict=False):
        if len(set(column)) > 1:
            break
        shared += 1
    return [each[shared:] for each in parts]


def parts_of(source: Source) -> list[str]:
    """A full name, cut at "/"; nothing in it leads upwards."""
    name = str(source.path.absolute()) if source.path else without_query(source.uri).replace("://", "/")
    return [part for part in name.split("/") if part not in ("", ".", "..")]


def once(sources: Iterable[Source]) -> list[Source]:
    """Without what was named twice."""
    return list({source.identity: source for source in sources}.values())
