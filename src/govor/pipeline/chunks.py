"""Chunks: a channel's words cut into utterances. Pure.

SpeechKit's own chunks (one recorded answer) last 1.0 to 10.2 s, hold no pause above 0.35 s and are
sometimes cut in mid-phrase. Ours follow the speech segments, are cut at pauses, and last at most 12 s.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from govor.pipeline.alternatives import parted
from govor.records import Chunk, Hearing, TextOptions, Word
from govor.text import tokens
from govor.text.tokens import Token
from govor.text.writing import DEFAULT_WRITER, Writer

PAUSE_MS = 400  # a pause that ends an utterance
CHUNK_MS_MIN = 1_000  # shorter pieces stay with their neighbour: nobody wants "да" and "нет" a line each
CHUNK_MS_MAX = 12_000  # a piece that lasts longer is cut at its longest pause, however short

Words = Sequence[Word]


def assemble(
    per_channel: Mapping[int, Sequence[Words]],
    options: TextOptions,
    language: str,
    writer: Writer = DEFAULT_WRITER,
) -> tuple[Chunk, ...]:
    """Every channel's segments (1-based channel → words of each speech segment, in time order) as chunks.

    Ordered by the first word, channels interleaved; a segment without words leaves no chunk.
    """
    made = [
        Chunk(
            channel=channel,
            words=tuple(words),
            text=tokens.joined(written),
            pieces=tuple(piece(words, token) for token in written),
            confidence=fmean(word.confidence for word in words),
            readings=words.readings,
        )
        for channel, segments in per_channel.items()
        for words, written in written_utterances(segments, options, language, writer)
    ]
    return tuple(sorted(made, key=lambda chunk: (chunk.words[0].start_ms, chunk.channel)))


def written_utterances(
    segments: Sequence[Words], options: TextOptions, language: str, writer: Writer
) -> Iterator[tuple[Hearing, list[Token]]]:
    """One channel's utterances with what is written for them; a sentence may go on from one to the next."""
    found = [each for segment in segments for each in parted(segment, list(utterances(segment)))]
    return zip(found, writer.tokens(found, options, language), strict=True)


def piece(words: Words, token: Token) -> Word:
    """A written token with the times of the words it came from."""
    spoken = words[token.first : token.last + 1]
    return Word(
        text=token.text,
        start_ms=spoken[0].start_ms,
        end_ms=spoken[-1].end_ms,
        confidence=fmean(word.confidence for word in spoken),
    )


def utterances(words: Words) -> Iterator[Words]:
    """Cut one segment's words at its pauses; every word comes out once, in order."""
    if not words:
        return
    cut = cutting_point(words)
    if cut is None:
        yield words
        return
    yield from utterances(words[:cut])
    yield from utterances(words[cut:])


def cutting_point(words: Words) -> int | None:
    """Where to cut next: the longest pause that leaves both sides long enough, if there is a need to cut."""
    too_long = duration(words) > CHUNK_MS_MAX
    candidates = [
        index
        for index in range(1, len(words))
        if (too_long or pause(words, index) >= PAUSE_MS)
        and duration(words[:index]) >= CHUNK_MS_MIN
        and duration(words[index:]) >= CHUNK_MS_MIN
    ]
    if not candidates:
        return None
    middle = (words[0].start_ms + words[-1].end_ms) / 2
    return max(candidates, key=lambda index: (pause(words, index), -abs(words[index].start_ms - middle)))


def pause(words: Words, index: int) -> int:
    """Milliseconds between word `index` and the one before it."""
    return words[index].start_ms - words[index - 1].end_ms


def duration(words: Words) -> int:
    """Milliseconds from the first word's start to the last word's end."""
    return words[-1].end_ms - words[0].start_ms
