"""Transcripts made here have the same formats as those of a service."""

import json
import zipfile
from io import BytesIO

from govor.commands.formats import BINARY, SUFFIXES
from govor.commands.rendering import rendered
from tests.api.memory import SILENT, STEREO


def test_every_format_of_the_command_line_can_be_made() -> None:
    files = rendered(STEREO, SUFFIXES, "call")
    assert set(files) == set(SUFFIXES)
    assert files["text"].decode().splitlines()[0] == "1: Алло"
    assert json.loads(files["json"])["chunks"][0]["channelTag"] == "1"
    assert files["srt"].startswith(b"1\n00:00:00,160")
    assert files["vtt"].startswith(b"WEBVTT")
    events = [json.loads(line)["result"] for line in files["v3"].splitlines()]
    assert [event["channelTag"] for event in events if "final" in event] == ["0", "1", "0"]


def test_a_document_is_one_and_is_binary() -> None:
    (name,) = BINARY
    with zipfile.ZipFile(BytesIO(rendered(STEREO, [name], "call")[name])) as archive:
        assert "Алло" in archive.read("word/document.xml").decode()


def test_silence_has_every_format_too() -> None:
    files = rendered(SILENT, SUFFIXES, "silence")
    assert files["text"] == b""
    assert json.loads(files["json"])["chunks"] == []
