"""How far word times are from the truth: espeak-ng speaks, and says when it begins each word.

    python -m bench.word_times [--sentences N] [--language ru-RU] [--voice ru]

A word's end is taken for the next one's beginning; the last of a sentence, whose end is not told, does not
count. Only words that were recognised right count.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bench.espeak import Espeak, Spoken
from bench.report import Row, report
from govor.recognition import models, word_alignment
from govor.recognition.recognizer import Recognizer
from govor.recognition.segments import Segmenter
from govor.records import Word
from govor.settings import Settings

TEXTS = Path(__file__).parent / "sentences.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument("--language", default="ru-RU")
    parser.add_argument("--voice", default="ru")
    given = parser.parse_args()
    recogniser = models.load(models.find(given.language, Settings()))
    espeak = Espeak(given.voice)
    texts = TEXTS.read_text(encoding="utf-8").splitlines()[: given.sentences]
    starts: list[int] = []
    ends: list[int] = []
    for text in texts:
        spoken = espeak.say(text, recogniser.sample_rate_hz)
        some_starts, some_ends = errors_ms(spoken, heard(recogniser, spoken))
        starts += some_starts
        ends += some_ends
    words = sum(len(text.split()) for text in texts)
    report("word_times", rows(starts, ends, words))


def heard(recogniser: Recognizer, spoken: Spoken) -> list[Word]:
    """The words of a sentence, as the service would hear them; times from its beginning."""
    segmenter = Segmenter(recogniser.sample_rate_hz)
    segments = segmenter.feed(spoken.samples) + segmenter.finish()
    waves = [segment.samples.astype(np.float32) / np.float32(32_768) for segment in segments]
    return [
        Word(
            text=word.text,
            start_ms=word.start_ms + segment.start_ms,
            end_ms=word.end_ms + segment.start_ms,
            confidence=word.confidence,
        )
        for segment, words in zip(segments, recogniser.words(waves), strict=True)
        for word in words
    ]


def errors_ms(spoken: Spoken, words: Sequence[Word]) -> tuple[list[int], list[int]]:
    """Of the words recognised right: heard start less true start, and the same of ends."""
    starts: list[int] = []
    ends: list[int] = []
    said, got = iter(range(len(spoken.words))), iter(words)
    for one, other in word_alignment.pairs(spoken.words, [word.text for word in words]):
        place = next(said) if one is not None else -1
        word = next(got) if other is not None else None
        if one != other or word is None:
            continue
        begin = spoken.starts_ms[place]
        after = spoken.starts_ms[place + 1] if place + 1 < len(spoken.words) else None
        starts += [word.start_ms - begin] if begin is not None else []
        ends += [word.end_ms - after] if after is not None else []
    return starts, ends


def rows(starts: Iterable[int], ends: Iterable[int], words: int) -> list[Row]:
    """Medians and 95th percentiles of the distance, and of the signed error the median."""
    found = [Row(what="words spoken", value=words, unit="")]
    for what, errors in (("start", np.array(list(starts))), ("end", np.array(list(ends)))):
        median, p95 = np.percentile(np.abs(errors), [50, 95])
        found += [
            Row(what=f"words recognised whose {what} is known", value=len(errors), unit=""),
            Row(what=f"{what}: median distance from the truth", value=median, unit="ms", target="≤ 100"),
            Row(what=f"{what}: 95th percentile", value=p95, unit="ms", target="≤ 300"),
            Row(what=f"{what}: median error, early is negative", value=float(np.median(errors)), unit="ms"),
        ]
    return found


if __name__ == "__main__":
    main()
