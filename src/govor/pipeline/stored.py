"""Our records as plain values, the way the engine keeps them. Pure.

Many short strings become one: `json` holds the interpreter for as long as a call lasts, and a transcript of
four hours in a single call would stop every answer of the service for a second.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from govor.pipeline.recognise import Heard
from govor.pipeline.stored_extras import read_extras, read_summary
from govor.records import (
    AudioEncoding,
    AudioSpec,
    Chunk,
    Extras,
    Hearing,
    Reading,
    Task,
    TextOptions,
    Transcript,
    Word,
)

Plain = dict[str, Any]
CONFIDENCE_DIGITS = 3
JOURNALLED = ("name", "webhook", "webhook_secret")
TASK_FIELDS = frozenset(field.name for field in fields(Task))


def write_task(task: Task) -> Plain:
    """A task as its fields, but for what storage/journal.py keeps."""
    return {name: value for name, value in asdict(task).items() if name not in JOURNALLED}


def read_task(plain: Plain) -> Task:
    """The task that write_task wrote; what a later version added is left out."""
    audio = plain["audio"]
    return Task(
        **{
            **{name: value for name, value in plain.items() if name in TASK_FIELDS},
            "audio": AudioSpec(**{**audio, "encoding": AudioEncoding(audio["encoding"])}),
            "text": TextOptions(**plain["text"]),
            "extras": read_extras(plain.get("extras")),
            "hot_words": tuple(plain.get("hot_words", ())),
        }
    )


def write_heard(heard: Sequence[Heard]) -> str:
    """What a part's recognition gave: a line for each stretch."""
    return "\n".join(
        json.dumps(
            [channel, words_out(words), *readings_out(getattr(words, "readings", ()))], ensure_ascii=False
        )
        for channel, words in heard
    )


def read_heard(lines: str) -> list[Heard]:
    """The stretches that write_heard wrote."""
    return [
        (channel, Hearing.of(words_in(rows), readings_in(*readings)))
        for channel, rows, *readings in map(json.loads, lines_of(lines))
    ]


def write_transcript(transcript: Transcript) -> Plain:
    """A transcript: a line for each chunk."""
    plain: Plain = {
        "audio_ms": transcript.audio_ms,
        "channels": transcript.channels,
        "chunks": "\n".join(
            json.dumps(
                [
                    c.channel,
                    c.text,
                    round(c.confidence, CONFIDENCE_DIGITS),
                    words_out(c.words),
                    *readings_out(c.readings),
                ],
                ensure_ascii=False,
            )
            for c in transcript.chunks
        ),
    }
    if transcript.extras != Extras():
        plain["extras"] = asdict(transcript.extras)
    if transcript.summary is not None:
        plain["summary"] = asdict(transcript.summary)
    if transcript.rules:
        plain["rules"] = transcript.rules
    return plain


def read_transcript(plain: Plain) -> Transcript:
    """The transcript that write_transcript wrote."""
    chunks = (
        Chunk(
            channel=channel,
            text=text,
            confidence=confidence,
            words=words_in(rows),
            readings=readings_in(*readings),
        )
        for channel, text, confidence, rows, *readings in map(json.loads, lines_of(plain["chunks"]))
    )
    return Transcript(
        chunks=tuple(chunks),
        audio_ms=plain["audio_ms"],
        channels=plain["channels"],
        extras=read_extras(plain.get("extras")),
        summary=read_summary(plain.get("summary")),
        rules=plain.get("rules", 0),
    )


def readings_out(readings: Sequence[Reading]) -> list[list[list[object]]]:
    """Readings as rows, in a list that is empty when there are none: what has none looks as it always did."""
    rows: list[list[object]] = [[each.text, round(each.probability, CONFIDENCE_DIGITS)] for each in readings]
    return [rows] if rows else []


def readings_in(rows: Sequence[Sequence[Any]] = ()) -> tuple[Reading, ...]:
    """Readings from their rows."""
    return tuple(Reading(text=text, probability=share) for text, share in rows)


def lines_of(text: str) -> list[str]:
    """The lines that were joined; str.splitlines would also cut at a word's U+2028 or U+0085."""
    return text.split("\n") if text else []


def words_out(words: Sequence[Word]) -> list[list[object]]:
    """Words as rows; the written form stands there only if the model gave one."""
    return [
        [
            w.text,
            w.start_ms,
            w.end_ms,
            round(w.confidence, CONFIDENCE_DIGITS),
            *([w.written] * bool(w.written)),
        ]
        for w in words
    ]


def words_in(rows: Sequence[Sequence[Any]]) -> tuple[Word, ...]:
    """Words from their rows."""
    return tuple(
        Word(text=text, start_ms=start, end_ms=end, confidence=confidence, written="".join(written))
        for text, start, end, confidence, *written in rows
    )
