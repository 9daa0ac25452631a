"""Recognise: one part's stretches of speech become words with their place in the recording."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.scratch import Scratch
from govor.records import Hearing, Word

Heard = tuple[int, tuple[Word, ...]]  # a channel (1-based), and the words of one stretch


async def part(
    scratch: Scratch, index: int, model: object, pool: RecogniserPool, deadline: int = 0,
    hot_words: Sequence[str] = (),
) -> list[Heard]:  # fmt: skip
    """The words of each stretch of part `index`, in order; times count from the recording's start."""
    piece = await asyncio.to_thread(scratch.piece, index)
    heard = await pool.recognise(model, piece.clips(), deadline, hot_words)
    return [
        (stretch.channel, later(words, stretch.start_ms))
        for stretch, words in zip(piece.stretches, heard, strict=True)
    ]


def later(words: Sequence[Word], by_ms: int) -> Hearing:
    """The same words `by_ms` later."""
    moved = (replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms) for word in words)
    return Hearing.of(moved, words.readings if isinstance(words, Hearing) else ())


def by_channel(parts: Sequence[Sequence[Heard]]) -> dict[int, list[tuple[Word, ...]]]:
    """All parts, in order → each channel's stretches, in order."""
    channels: dict[int, list[tuple[Word, ...]]] = {}
    for heard in parts:
        for channel, words in heard:
            channels.setdefault(channel, []).append(words)
    return channels
