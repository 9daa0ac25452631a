"""What of an open utterance is recognised next, and what is kept: bounded cost, nothing lost."""

from govor.pipeline.listening import Stretch
from govor.pipeline.partials import PARTIAL_MS, SETTLED_MS, TAIL_MS_MAX, Growing
from govor.records import Word

RATE_HZ = 8_000


def at(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def spoken(tail: Stretch) -> tuple[Word, ...]:
    """A word for each half second that lies in the tail whole, as a recogniser would time it."""
    first = -(-tail.begin // at(0.5))
    words = []
    for number in range(first, tail.end // at(0.5)):
        start_ms = number * 500 - tail.begin * 1000 // RATE_HZ
        words.append(Word(text=str(number), start_ms=start_ms, end_ms=start_ms + 400, confidence=1.0))
    return tuple(words)


def test_nothing_is_recognised_while_nobody_speaks() -> None:
    assert Growing(RATE_HZ).next(None) is None


def test_a_partial_comes_for_every_few_hundred_milliseconds_of_sound() -> None:
    growing = Growing(RATE_HZ)
    assert growing.next(Stretch(0, at(PARTIAL_MS / 1000) - 1)) is None
    tail = growing.next(Stretch(0, at(0.7)))
    assert tail == Stretch(0, at(0.7))
    growing.heard(tail, ())
    assert growing.next(Stretch(0, at(0.9))) is None
    assert growing.next(Stretch(0, at(1.1))) == Stretch(0, at(1.1))


def test_a_new_utterance_begins_afresh() -> None:
    growing = Growing(RATE_HZ)
    tail = growing.next(Stretch(0, at(2)))
    assert tail is not None
    growing.heard(tail, spoken(tail))
    tail = growing.next(Stretch(at(3), at(4)))
    assert tail == Stretch(at(3), at(4))
    assert [word.text for word in growing.heard(tail, spoken(tail))] == ["6", "7"]


def test_a_long_utterance_is_heard_in_tails_and_no_word_is_lost_or_doubled() -> None:
    growing = Growing(RATE_HZ)
    longest = 0
    for step in range(1, 200):
        still = Stretch(0, at(step * 0.1))
        if tail := growing.next(still):
            words = growing.heard(tail, spoken(tail))
            assert [word.text for word in words] == [str(n) for n in range(still.end // at(0.5))]
            assert [word.start_ms for word in words] == [n * 500 for n in range(still.end // at(0.5))]
            longest = max(longest, tail.end - tail.begin)
    assert longest <= at((TAIL_MS_MAX + SETTLED_MS) / 1000)
