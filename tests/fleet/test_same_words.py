"""A recording cut into parts has the words of the whole one, on the embedded model, times and all."""

from functools import cache
from pathlib import Path

import pytest

from govor.pipeline import prepare, recognise
from govor.pipeline.scratch import Manifest, Scratch
from govor.recognition import models
from govor.recognition.ctc import CtcRecognizer
from govor.records import AudioSpec, Word

ROOT = Path(__file__).parents[2]
ID = "e03" + "0" * 17
REPEATED = 5  # a chained stream of three quarters of a minute


@cache
def recogniser() -> CtcRecognizer:
    return models.load_ctc(models.read(ROOT / "models" / models.EMBEDDED), 2)


def long_recording() -> bytes:
    """The bundled greeting, again and again."""
    return (ROOT / "samples" / "greeting.ogg").read_bytes() * REPEATED


def prepared(folder: Path) -> tuple[Scratch, Manifest]:
    scratch = Scratch(folder, ID)
    scratch.folder.mkdir(parents=True)
    scratch.source.write_bytes(long_recording())
    prepare.prepare(folder, ID, AudioSpec(), recogniser().sample_rate_hz, 3600.0)
    return scratch, scratch.read_manifest()


def words(scratch: Scratch, manifest: Manifest) -> dict[int, list[tuple[Word, ...]]]:
    """Every part by itself, joined in order."""
    parts = []
    for index, stretches in enumerate(manifest.parts):
        heard = recogniser().words([clip.wave() for clip in scratch.clips(manifest, index)])
        parts.append(
            [(stretch.channel, recognise.later(words, stretch.start_ms))
             for stretch, words in zip(stretches, heard, strict=True)]
        )  # fmt: skip
    return recognise.by_channel(parts)


def test_parts_have_the_words_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "PART_SECONDS", 10)
    in_parts = prepared(tmp_path / "parts")
    monkeypatch.setattr(prepare, "PART_SECONDS", 3600)
    whole = prepared(tmp_path / "whole")
    assert len(in_parts[1].parts) >= 3
    assert len(whole[1].parts) == 1
    assert words(*in_parts) == words(*whole)
