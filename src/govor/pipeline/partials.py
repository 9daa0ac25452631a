"""An utterance while it is spoken: what to recognise next, and what is known already. No I/O.

Rule 1: a partial comes for every PARTIAL_MS of sound, and never two at once.
Rule 2: its cost is bounded: only the tail of a long utterance is heard again, the words before it stay.
"""

from govor.pipeline.listening import Stretch
from govor.pipeline.recognise import later
from govor.records import Word

PARTIAL_MS = 300  # of new sound; shorter makes words appear no sooner and costs more
TAIL_MS_MAX = 3_000  # a longer tail is cut; recognising it takes less than a tenth of a second
SETTLED_MS = 1_500  # words that ended so long ago are hardly changed by what follows


class Growing:
    """The open utterance of one stream."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._begin = -1  # sample; -1: no utterance yet
        self._heard = 0  # sample up to which the last partial went
        self._tail = 0  # sample from which it is heard again
        self._settled: tuple[Word, ...] = ()

    def next(self, still: Stretch | None) -> Stretch | None:
        """What to recognise now for a partial of the open utterance; None if it is too early."""
        if still is None:
            return None
        if still.begin != self._begin:
            self._begin = self._heard = self._tail = still.begin
            self._settled = ()
        if (still.end - self._heard) * 1000 < PARTIAL_MS * self._rate_hz:
            return None
        return Stretch(self._tail, still.end)

    def heard(self, tail: Stretch, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """All words of the utterance, `words` having been heard in its tail; times from the stream start."""
        timed = later(words, self.ms(tail.begin))
        self._heard = tail.end
        known = self._settled + timed
        if self.ms(tail.end - tail.begin) > TAIL_MS_MAX:
            self._settle(timed, self.ms(tail.end) - SETTLED_MS)
        return known

    def ms(self, samples: int) -> int:
        """Samples as milliseconds."""
        return samples * 1000 // self._rate_hz

    def _settle(self, words: tuple[Word, ...], until_ms: int) -> None:
        """Keep the words that ended by then, if a word follows them; the next tail begins between the two."""
        count = sum(word.end_ms <= until_ms for word in words[:-1])
        if count:
            middle_ms = (words[count - 1].end_ms + words[count].start_ms) // 2
            self._settled += words[:count]
            self._tail = max(self._tail, middle_ms * self._rate_hz // 1000)
