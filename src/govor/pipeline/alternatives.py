"""What else each utterance may have been, from the readings of a whole stretch of speech. Pure.

Rule 1: a reading is laid along the words that were taken; each of its words belongs to the utterance of the
        word it stands for, or of the one before it.
Rule 2: readings that differ elsewhere are one here: their probabilities add up.
"""

from collections.abc import Sequence

from govor.recognition.word_alignment import pairs
from govor.records import Hearing, Reading, Word

KEPT_MAX = 8  # of an utterance; as many as the search gives


def parted(heard: Sequence[Word], utterances: Sequence[Sequence[Word]]) -> list[Hearing]:
    """The utterances of a stretch, each with its own readings."""
    readings = heard.readings if isinstance(heard, Hearing) else ()
    if len(utterances) < 2 or not readings:
        return [Hearing.of(words, readings) for words in utterances]
    taken = [word.text for word in heard]
    bounds = [index for index, words in enumerate(utterances) for _ in words]
    sums: list[dict[str, float]] = [{} for _ in utterances]
    for reading in readings:
        for place, text in zip(sums, shared_out(taken, bounds, reading.text.split()), strict=True):
            place[text] = place.get(text, 0.0) + reading.probability
    return [Hearing.of(words, ranked(place)) for words, place in zip(utterances, sums, strict=True)]


def shared_out(taken: Sequence[str], bounds: Sequence[int], words: Sequence[str]) -> list[str]:
    """A reading's words → the text of each utterance; `bounds` says which utterance each taken word is in."""
    found: list[list[str]] = [[] for _ in range(bounds[-1] + 1)]
    place = index = 0
    for said, heard in pairs(taken, words):
        if said is not None:
            place, index = bounds[index], index + 1
        if heard is not None:
            found[place].append(heard)
    return [" ".join(each) for each in found]


def ranked(sums: dict[str, float]) -> list[Reading]:
    """The most probable texts first; an utterance that a reading leaves out is none of its readings."""
    rows = [Reading(text=text, probability=min(1.0, value)) for text, value in sums.items() if text]
    return sorted(rows, key=lambda reading: -reading.probability)[:KEPT_MAX]
