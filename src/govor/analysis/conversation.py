"""How speakers share a recording: silence of everybody, speech at the same time, interruptions. Pure.

Rule 1: the window is the whole recording. Ratios are shares of it.
Rule 2: who begins to speak while another speaks interrupts that one, for as long as both go on; who begins
        at the same moment interrupts nobody.
Rule 3: pauses within a speaker's speech count as in speakers.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from govor.analysis.intervals import Interval, gaps, joined, shared, total_ms
from govor.analysis.speakers import SILENCE_MS, said
from govor.analysis.statistics import Statistics, described
from govor.records import Chunk, Extras


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """All speakers of a recording."""

    window: Interval
    silence_ms: int
    silence_ratio: float
    silences: Statistics  # ms
    overlap_ms: int
    overlap_ratio: float
    overlaps: Statistics  # ms
    speech_ms: int  # of anybody; where two speak it counts once
    speech_ratio: float
    interruptions: Mapping[int, tuple[Interval, ...]]  # by who interrupts


def conversation(speakers: Mapping[int, Sequence[Chunk]], audio_ms: int, asked: Extras) -> Conversation:
    """Of every speaker's chunks."""
    spoken = {speaker: said(chunks, asked.silence_ms or SILENCE_MS) for speaker, chunks in speakers.items()}
    end = max([audio_ms, *(speech[-1].end for speech in spoken.values() if speech)])
    window = Interval(0, end)
    anybody = joined(each for speech in spoken.values() for each in speech)
    silences = [each for each in gaps(anybody, window) if each.ms >= asked.shared_silence_ms]
    pairs = combinations(spoken.values(), 2)
    together = joined(overlap for one, other in pairs for overlap in shared(one, other))
    overlaps = [each for each in together if each.ms >= asked.shared_speech_ms]
    return Conversation(
        window=window,
        silence_ms=total_ms(silences),
        silence_ratio=ratio(silences, window),
        silences=described([each.ms for each in silences], asked.quantiles),
        overlap_ms=total_ms(overlaps),
        overlap_ratio=ratio(overlaps, window),
        overlaps=described([each.ms for each in overlaps], asked.quantiles),
        speech_ms=total_ms(anybody),
        speech_ratio=ratio(anybody, window),
        interruptions={speaker: interruptions(speaker, spoken, asked.shared_speech_ms) for speaker in spoken},
    )


def interruptions(
    speaker: int, spoken: Mapping[int, Sequence[Interval]], least_ms: int
) -> tuple[Interval, ...]:
    """Where this speaker began while another spoke, until one of the two stopped."""
    begins = {each.begin for each in spoken[speaker]}
    found = (
        overlap
        for other, speech in spoken.items()
        if other != speaker
        for overlap in shared(spoken[speaker], speech)
        if overlap.begin in begins and overlap.begin not in {each.begin for each in speech}
    )
    return tuple(each for each in joined(found) if each.ms >= least_ms)


def ratio(intervals: Sequence[Interval], window: Interval) -> float:
    """Their share of the window."""
    return total_ms(intervals) / window.ms if window.ms else 0.0
