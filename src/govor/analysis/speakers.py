"""How one speaker spoke: speech and silence, words and letters a second, utterances. Pure.

Rule 1: a speaker is a channel or, where voices were told apart, a voice.
Rule 2: speech is the time from a word's start to its end, and pauses shorter than the threshold beside it;
        all other time of the window is silence. The window begins with the first word and ends with the last.
Rule 3: rates are those of the utterances, so that their distribution can be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govor.analysis.intervals import Interval, joined, total_ms
from govor.analysis.statistics import Statistics, described
from govor.records import Chunk

SILENCE_MS = 300  # shorter pauses belong to fluent speech
LEAST_MS = 1  # of an utterance, so that a rate can be told


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """One speaker in one window: an utterance, or everything."""

    window: Interval
    speech_ms: int
    speech_ratio: float
    silence_ms: int
    silence_ratio: float
    words: int
    letters: int
    utterances: int
    words_per_second: Statistics
    letters_per_second: Statistics
    words_per_utterance: Statistics
    letters_per_utterance: Statistics
    utterance_ms: Statistics


def speech(chunks: Sequence[Chunk], *, pause_ms: int, levels: Sequence[float]) -> Speech:
    """Of at least one chunk of one speaker; `pause_ms` 0 is our default, `levels` those of quantiles."""
    spoken = said(chunks, pause_ms or SILENCE_MS)
    window = Interval(spoken[0].begin, spoken[-1].end)
    lengths = [max(LEAST_MS, chunk.words[-1].end_ms - chunk.words[0].start_ms) for chunk in chunks]
    words = [len(chunk.words) for chunk in chunks]
    letters = [sum(map(letters_of, (word.text for word in chunk.words))) for chunk in chunks]
    speech_ms = total_ms(spoken)
    share = speech_ms / window.ms if window.ms else 0.0
    return Speech(
        window=window,
        speech_ms=speech_ms,
        speech_ratio=share,
        silence_ms=window.ms - speech_ms,
        silence_ratio=1 - share if window.ms else 0.0,
        words=sum(words),
        letters=sum(letters),
        utterances=len(chunks),
        words_per_second=described(rates(words, lengths), levels),
        letters_per_second=described(rates(letters, lengths), levels),
        words_per_utterance=described(words, levels),
        letters_per_utterance=described(letters, levels),
        utterance_ms=described(lengths, levels),
    )


def said(chunks: Sequence[Chunk], pause_ms: int) -> list[Interval]:
    """When a speaker speaks."""
    return joined(
        (
            Interval(word.start_ms, max(word.start_ms, word.end_ms))
            for chunk in chunks
            for word in chunk.words
        ),
        pause_ms,
    )


def letters_of(word: str) -> int:
    """Letters and digits; a hyphen is none."""
    return sum(character.isalnum() for character in word)


def rates(counts: Sequence[int], lengths_ms: Sequence[int]) -> list[float]:
    """Counts a second."""
    return [count * 1000 / ms for count, ms in zip(counts, lengths_ms, strict=True)]
