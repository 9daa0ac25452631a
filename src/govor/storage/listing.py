"""The keys of a bucket's folder, in S3's order, a page at a time.

Rule 1: the order is that of the keys' UTF-8 bytes, as S3's; sorting a folder's names as if subfolders ended
        in "/" gives it without holding more than one folder's names at a time.
Rule 2: everything before the page's start is passed over by whole folders.
Rule 3: only plain files are keys: no links, no pipes, no names that are not UTF-8.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KEYS_MAX = 1000  # S3's largest page
LAST = b"\xff"  # no UTF-8 text begins with this byte: behind everything with a common beginning


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What a client asks for."""

    prefix: str = ""
    delimiter: str = ""
    after: str = ""  # only names behind this one
    max_keys: int = KEYS_MAX


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What it gets."""

    keys: tuple[str, ...]
    prefixes: tuple[str, ...]  # beginnings shared by keys, up to and with the delimiter
    next_after: str = ""  # `after` of the next page; empty on the last one


def page(folder: Path, query: Query) -> Page:
    """One page of the keys below `folder`."""
    found: dict[bool, list[str]] = {True: [], False: []}  # prefixes, keys
    walk, last = Walk(query.prefix.encode(), start_of(query)), ""
    for key in walk.keys(folder) if query.max_keys else ():
        if len(found[True]) + len(found[False]) == query.max_keys:
            return Page(keys=tuple(found[False]), prefixes=tuple(found[True]), next_after=last)
        group = group_of(key, query)
        last = group or key
        found[bool(group)].append(last)
        if group:
            walk.after = group.encode() + LAST  # its other keys are passed over
    return Page(keys=tuple(found[False]), prefixes=tuple(found[True]))


def start_of(query: Query) -> bytes:
    """Behind what the page must not begin before; a prefix that was listed is passed over whole."""
    group = group_of(query.after, query) if query.after.startswith(query.prefix) else ""
    return query.after.encode() + (LAST if group and group == query.after else b"")


def group_of(key: str, query: Query) -> str:
    """The prefix under which a key is summed up; empty when it is listed itself."""
    if not query.delimiter:
        return ""
    head, found, _ = key[len(query.prefix) :].partition(query.delimiter)
    return query.prefix + head + found if found else ""


class Walk:
    """Goes through the keys that begin with `prefix` and come behind `after`, which may grow on the way."""

    def __init__(self, prefix: bytes = b"", after: bytes = b"") -> None:
        self.prefix = prefix
        self.after = after

    def keys(self, folder: Path, above: bytes = b"") -> Iterator[str]:
        """The keys below `folder` in order; each of them begins with `above`."""
        for name, each in named(folder, above):
            if is_folder(each):
                if self._reaches_into(name):
                    yield from self.keys(Path(each.path), name)
            elif name.startswith(self.prefix) and name > self.after and each.is_file(follow_symlinks=False):
                try:
                    key = name.decode()
                except UnicodeDecodeError:
                    continue
                yield key

    def _reaches_into(self, name: bytes) -> bool:
        """Whether a folder can hold keys that are wanted."""
        if not (name.startswith(self.prefix) or self.prefix.startswith(name)):
            return False
        return name > self.after or (self.after.startswith(name) and self.after != name + LAST)


def named(folder: Path, above: bytes) -> list[tuple[bytes, os.DirEntry[str]]]:
    """What lies in a folder, in the order of keys; nothing when it has just been deleted."""
    try:
        with os.scandir(folder) as scan:
            entries = [each for each in scan if not each.is_symlink()]
    except FileNotFoundError:
        return []
    pairs = ((above + os.fsencode(each.name) + (b"/" if is_folder(each) else b""), each) for each in entries)
    return sorted(pairs, key=lambda pair: pair[0])


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder itself, not a link to one."""
    return entry.is_dir(follow_symlinks=False)
