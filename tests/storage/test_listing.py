"""Listing: S3's order and pages, whatever the keys are."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.storage.listing import Page, Query, page

SEGMENTS = st.text("ab.-/0ё", min_size=1, max_size=4).filter(lambda text: text.strip("./") != "")


def lay(folder: Path, keys: set[str]) -> set[str]:
    """Make a file for every key that can be one beside the others; returns those."""
    made = set()
    for key in sorted(keys):
        path = folder / key
        if any(part in ("", ".", "..") for part in key.split("/")):
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        except OSError:  # a file where a folder is wanted, or the other way round
            continue
        made.add(key)
    return made


def model(keys: set[str], query: Query) -> tuple[list[str], list[str], bool]:
    """What S3 says: keys, prefixes, whether there is more. A page goes on behind the last name before it."""
    names: dict[str, bool] = {}
    for key in sorted(keys, key=str.encode):
        if not key.startswith(query.prefix):
            continue
        head, found, _ = key[len(query.prefix) :].partition(query.delimiter or "\0")
        name = query.prefix + head + found if found else key
        if name.encode() > query.after.encode():
            names[name] = bool(found)
    first = list(names)[: query.max_keys]
    return (
        [name for name in first if not names[name]],
        [name for name in first if names[name]],
        len(names) > len(first) > 0,
    )


def found(folder: Path, query: Query) -> tuple[list[str], list[str], bool]:
    listed = page(folder, query)
    return list(listed.keys), list(listed.prefixes), bool(listed.next_after)


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join), max_size=12),
    st.text("ab/ё", max_size=3),
    st.sampled_from(["", "/", "a", "-"]),
    st.integers(1, 4),
)
def test_pages_are_those_of_s3(keys: set[str], prefix: str, delimiter: str, max_keys: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        there = lay(folder, keys)
        after, seen = "", 0
        while True:
            query = Query(prefix=prefix, delimiter=delimiter, after=after, max_keys=max_keys)
            assert found(folder, query) == model(there, query)
            listed = page(folder, query)
            seen += len(listed.keys) + len(listed.prefixes)
            if not listed.next_after:
                break
            assert listed.next_after.encode() > after.encode()
            after = listed.next_after
        everything = Query(prefix=prefix, delimiter=delimiter)
        assert seen == sum(map(len, model(there, everything)[:2]))


@pytest.mark.parametrize("after", ["", "a", "b/", "b/c", "zzz"])
def test_start_may_be_any_name(tmp_path: Path, after: str) -> None:
    keys = lay(tmp_path, {"a", "a.b", "b/c", "b/d/e", "b.c", "я"})
    query = Query(after=after)
    assert found(tmp_path, query) == model(keys, query)


def test_only_plain_files_are_keys(tmp_path: Path) -> None:
    lay(tmp_path, {"folder/key"})
    (tmp_path / "empty" / "folder").mkdir(parents=True)
    (tmp_path / "link").symlink_to("folder/key")
    (tmp_path / "folder" / "loop").symlink_to("..")
    (tmp_path / b"not utf-8 \xff".decode("utf-8", "surrogateescape")).write_bytes(b"")
    assert page(tmp_path, Query()) == Page(keys=("folder/key",), prefixes=())


def test_page_of_no_keys_is_empty_and_the_last(tmp_path: Path) -> None:
    lay(tmp_path, {"a"})
    assert page(tmp_path, Query(max_keys=0)) == Page(keys=(), prefixes=())
