"""How often `auto` finds the language: recordings of known language, each recognised by the surest model.

    python -m bench.languages MANIFEST [--limit N] [--seconds S]

MANIFEST has column names, `file` and `language` (`ru`, `en`) among them; rows of other languages are left
out. A recording is of the language in whose letters most of its words are written. N recordings of each
language are taken, evenly over the manifest, and the first S seconds of each.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.report import Row, report
from govor.audio import decode, sniff
from govor.errors import CallerError
from govor.pipeline import local
from govor.recognition import models
from govor.recognition.recognizer import Recognizer
from govor.recognition.segments import Segmenter
from govor.records import Word
from govor.settings import Settings

LANGUAGES = ("ru", "en")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args()
    recogniser = models.load(models.find("auto", Settings()))
    rows = []
    for language in LANGUAGES:
        paths = recordings(given.manifest, language, given.limit)
        found = [language_of(heard(recogniser, path, given.seconds)) for path in paths]
        rows += [Row(what=f"{language}: recordings with words", value=len(found) - found.count(""), unit="")]
        rows += [
            Row(
                what=f"{language}: taken for {other or 'nothing: no words'}",
                value=found.count(other),
                unit="",
            )
            for other in (*LANGUAGES, "")
        ]
    report("languages", rows)


def recordings(manifest: Path, language: str, limit: int) -> list[Path]:
    """Of one language, with something said in them, evenly over the manifest."""
    with manifest.open(encoding="utf-8", newline="") as file:
        names = [
            row["file"]
            for row in csv.DictReader(file, delimiter="\t")
            if row["language"] == language and row.get("transcript", "?").strip(" ()") != ""
        ]
    places = sorted(set(np.linspace(0, len(names) - 1, min(limit, len(names))).astype(int).tolist()))
    return [manifest.parent / names[place] for place in places]


def heard(recogniser: Recognizer, path: Path, seconds: float) -> list[Word]:
    """The words of the beginning of a recording's first channel; none if it cannot be decoded."""
    rate = recogniser.sample_rate_hz
    try:
        spec = sniff.probe(path.read_bytes()[: sniff.HEAD_BYTES], local.declared_by_content(path))
        blocks = decode.decode(path, spec, sample_rate_hz=rate, audio_seconds_max=3_600.0)
        samples = np.concatenate([block.samples[0] for block in blocks])[: round(seconds * rate)]
    except CallerError as error:
        print(f"{path}: {error.message}")
        return []
    segmenter = Segmenter(rate)
    segments = segmenter.feed(samples) + segmenter.finish()
    waves = [each.samples.astype(np.float32) / np.float32(32_768) for each in segments]
    return [word for words in recogniser.words(waves) for word in words]


def language_of(words: Sequence[Word]) -> str:
    """By the letters of most of the words; empty without any."""
    cyrillic = sum("а" <= word.text[0] <= "я" for word in words)
    return "" if not words else "ru" if 2 * cyrillic >= len(words) else "en"


if __name__ == "__main__":
    main()
