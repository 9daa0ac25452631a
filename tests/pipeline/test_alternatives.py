"""Readings of a stretch become readings of its utterances."""

import pytest

from govor.pipeline import stored
from govor.pipeline.alternatives import parted
from govor.records import Chunk, Hearing, Reading, Transcript, Word


def words(text: str, start_ms: int = 0) -> list[Word]:
    """A word every half second."""
    return [
        Word(text=each, start_ms=start_ms + 500 * index, end_ms=start_ms + 500 * index + 400, confidence=0.5)
        for index, each in enumerate(text.split())
    ]


def readings(*rows: tuple[str, float]) -> list[Reading]:
    """Readings from their texts and probabilities."""
    return [Reading(text=text, probability=share) for text, share in rows]


@pytest.mark.parametrize(
    ("cut", "given", "expected"),
    [
        (
            ["раз два", "три"],
            [("раз два три", 0.5), ("раз два пять", 0.3), ("рас два три", 0.2)],
            [[("раз два", 0.8), ("рас два", 0.2)], [("три", 0.7), ("пять", 0.3)]],
        ),
        (["раз два", "три"], [("раз два три", 0.6), ("раз два", 0.4)], [[("раз два", 1.0)], [("три", 0.6)]]),
        (
            ["раз", "два"],
            [("раз два", 0.6), ("раз и два", 0.4)],
            [[("раз", 0.6), ("раз и", 0.4)], [("два", 1.0)]],
        ),
        (["раз два"], [("раз два", 0.6), ("раз", 0.4)], [[("раз два", 0.6), ("раз", 0.4)]]),
        (["раз", "два"], [], [[], []]),
    ],
)
def test_each_utterance_has_its_own(
    cut: list[str], given: list[tuple[str, float]], expected: list[list[tuple[str, float]]]
) -> None:
    heard = Hearing.of(words(" ".join(cut)), readings(*given))
    pieces, at = [], 0
    for text in cut:
        pieces.append(heard[at : at + len(text.split())])
        at += len(text.split())
    found = parted(heard, pieces)
    assert [[word.text for word in piece] for piece in found] == [text.split() for text in cut]
    rounded = [[(each.text, round(each.probability, 6)) for each in piece.readings] for piece in found]
    assert rounded == expected


def test_a_stretch_without_words_has_no_utterances() -> None:
    assert parted(Hearing.of((), readings(("а", 1.0))), []) == []


def test_readings_are_stored_and_what_has_none_looks_as_before() -> None:
    heard = [
        (1, Hearing.of(words("раз"), readings(("раз", 0.75), ("рас", 0.25)))),
        (2, Hearing.of(words("два"), ())),
    ]
    lines = stored.write_heard(heard).splitlines()
    assert lines[1] == '[2, [["два", 0, 400, 0.5]]]'
    again = stored.read_heard("\n".join(lines))
    assert [
        (channel, tuple(each), each.readings) for channel, each in again if isinstance(each, Hearing)
    ] == [(channel, tuple(each), each.readings) for channel, each in heard]
    chunk = Chunk(
        channel=1, words=tuple(words("раз")), text="Раз", confidence=0.5, readings=heard[0][1].readings
    )
    plain = Chunk(channel=1, words=tuple(words("два")), text="Два", confidence=0.5)
    transcript = Transcript(chunks=(chunk, plain), audio_ms=1000)
    assert stored.read_transcript(stored.write_transcript(transcript)) == transcript
    assert stored.write_transcript(transcript)["chunks"].splitlines()[1].endswith("0.5]]]")
