"""Manifests as people write them."""

from pathlib import Path

import pytest

from govor.accuracy import manifest
from govor.errors import BadRequest

HERE = Path("folder")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a.ogg\tда\n", [("a.ogg", "да")]),
        ("a.ogg\tда\tread by Ivan\r\n\r\nb.wav\t\r\n", [("a.ogg", "да"), ("b.wav", "")]),
        ("\ufefffile\ttext\na.ogg\tда\n", [("a.ogg", "да")]),
        ("Seconds\tFile\tTranscript\n1.5\ta.ogg\tда\n", [("a.ogg", "да")]),
        ("file\tof my own\n", [("file", "of my own")]),
    ],
)
def test_recordings_of_a_manifest(content: str, expected: list[tuple[str, str]]) -> None:
    found = manifest.parse(content, HERE)
    assert [(each.path, each.text) for each in found] == [(HERE / name, text) for name, text in expected]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("a.ogg\tда\nb.ogg да\n", "line 2"),
        ("\tда\n", "line 1"),
        ("file\ttext\nx\n", "line 2"),
    ],
)
def test_what_is_no_manifest_is_refused_by_its_line(content: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        manifest.parse(content, HERE)


def test_absolute_paths_stay_as_they_are() -> None:
    (recording,) = manifest.parse("/data/a.ogg\tда", HERE)
    assert recording.path == Path("/data/a.ogg")
