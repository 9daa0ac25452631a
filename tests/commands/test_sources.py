"""What names stand for, and where the outputs of each recording go."""

from pathlib import Path, PurePosixPath

import pytest

from govor.commands import sources
from govor.commands.outputs import Outputs
from govor.commands.sources import Source


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
    return root


def places(found: list[Source]) -> list[str]:
    return [str(source.place) for source in sources.placed(found)]


def test_a_folder_gives_what_is_named_like_audio_sorted_and_below_it(tmp_path: Path) -> None:
    tree(tmp_path, "b.ogg", "a/день 1.MP3", "a/letter.txt", ".hidden/c.ogg", "a/.part.ogg", "d.opus")
    found = sources.of_name(str(tmp_path))
    assert places(found) == ["a/день 1", "b", "d"]
    assert places(sources.of_name(str(tmp_path), recursive=False)) == ["b", "d"]
    assert all(source.size_bytes == 5 and source.modified_ns for source in found)


def test_a_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    assert places(sources.of_name(str(tree(tmp_path, "call.bin") / "call.bin"))) == ["call"]


def test_a_pattern_is_understood_where_the_shell_did_not(tmp_path: Path) -> None:
    tree(tmp_path, "x/1.ogg", "x/2.ogg", "y/3.ogg", "x/z/4.ogg")
    assert places(sources.of_name(f"{tmp_path}/x/*.ogg")) == ["1", "2"]
    assert places(sources.of_name(f"{tmp_path}/**/*.ogg")) == ["1", "2", "4", "3"]
    assert sources.of_name(f"{tmp_path}/nothing*.ogg") == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a/x.ogg", "a/y.ogg"], ["x", "y"]),
        (["a/x.ogg", "a/x.mp3"], ["x.ogg", "x.mp3"]),
        (["a/x.ogg", "b/x.ogg"], ["a/x.ogg", "b/x.ogg"]),
        (["a/x.ogg", "b/x.ogg", "b/x.mp3", "c.ogg"], ["a/x.ogg", "b/x.ogg", "x.mp3", "c"]),
        (["a/X.ogg", "a/x.mp3"], ["X.ogg", "x.mp3"]),  # some file systems do not tell them apart
    ],
)
def test_no_two_recordings_share_a_place(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    found = [each for name in names for each in sources.of_name(str(tree(tmp_path, name) / name))]
    assert places(found) == expected


def test_what_is_named_twice_is_one_recording(tmp_path: Path) -> None:
    tree(tmp_path, "x.ogg")
    found = [*sources.of_name(str(tmp_path)), *sources.of_name(str(tmp_path / "x.ogg"))]
    assert len(sources.once(found)) == 1


@pytest.mark.parametrize(
    ("uri", "place", "shown"),
    [
        ("https://storage.yandexcloud.net/b/k/call.ogg", "call", "https://storage.yandexcloud.net/b/k/call.ogg"),
        ("s3://b/%D0%B7%D0%B2%D1%83%D0%BA.ogg", "звук", "s3://b/%D0%B7%D0%B2%D1%83%D0%BA.ogg"),
        ("https://h/a.ogg?X-Amz-Signature=secret", "a", "https://h/a.ogg"),
        ("https://h/", "recording", "https://h/"),
        ("https://h/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd", "https://h/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
    ],
)  # fmt: skip
def test_a_link_has_the_place_of_its_last_part_and_shows_no_signature(
    uri: str, place: str, shown: str
) -> None:
    source = sources.of_link(uri)
    assert places([source]) == [place]
    assert source.shown == shown


@pytest.mark.parametrize(
    ("name", "link", "prefix"),
    [
        ("s3://bucket/calls/", True, True),
        ("s3://bucket", True, True),
        ("s3://bucket/call.ogg", True, False),
        ("https://host/", True, False),
        ("calls/", False, False),
    ],
)
def test_links_and_prefixes_are_told_from_files(name: str, link: bool, prefix: bool) -> None:
    assert (sources.is_link(name), sources.is_prefix(name)) == (link, prefix)


def test_identity_changes_with_the_recording(tmp_path: Path) -> None:
    path = tree(tmp_path, "x.ogg") / "x.ogg"
    (before,) = sources.of_name(str(path))
    path.write_bytes(b"another sound")
    (after,) = sources.of_name(str(path))
    assert before.identity != after.identity


def test_outputs_are_there_when_every_format_is_newer_than_the_recording(tmp_path: Path) -> None:
    outputs = Outputs(folder=tmp_path / "out", formats=("text", "srt"))
    source = Source(shown="x", place=PurePosixPath("a/x"), modified_ns=1_000)
    assert not outputs.are_there(source)
    written = outputs.write(source, {"text": b"t", "srt": b"s"})
    assert written == [tmp_path / "out/a/x.txt", tmp_path / "out/a/x.srt"]
    assert outputs.are_there(source)
    newer = Source(shown="x", place=source.place, modified_ns=written[0].stat().st_mtime_ns + 1_000_000_000)
    assert not outputs.are_there(newer)
    written[1].unlink()
    assert not outputs.are_there(source)
    assert {path.name for path in (tmp_path / "out/a").iterdir()} == {"x.txt"}
