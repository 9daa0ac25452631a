"""The jobs of a run and what must become of each. Pure: the same seed makes the same jobs."""

import enum
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.tiny.preparing import ABORTS
from tests.tiny.recogniser import FAILS, KILLS

# Loudness of a second. No byte of it is a printable one, or the recording would be taken for text; the
# numbers above make something fail.
LEVELS = [level for level in range(256, ABORTS) if level % 256 < 8]
LONG_RECORDINGS = 8  # shared by all long jobs: each takes megabytes in the store
PART_SECONDS = 60  # of speech, pipeline/prepare.py


class Kind(enum.StrEnum):
    """What a client wants, and what it sends."""

    SHORT = "short"  # a few seconds: one part
    LONG = "long"  # several parts
    STEREO = "stereo"
    REPEATED = "repeated"  # the same POST three times at once, with one idempotency key
    CANCELLED = "cancelled"  # a long one, cancelled on its way
    REFUSED = "refused"  # not what was declared: the POST must be refused
    BROKEN = "broken"  # the decoder crashes on it
    UNHEARD = "unheard"  # the recogniser says that it cannot be heard
    POISON = "poison"  # kills every recogniser that touches it


SHARES = {
    Kind.SHORT: 55,
    Kind.LONG: 8,
    Kind.STEREO: 6,
    Kind.REPEATED: 10,
    Kind.CANCELLED: 8,
    Kind.REFUSED: 4,
    Kind.BROKEN: 4,
    Kind.UNHEARD: 4,
    Kind.POISON: 1,
}
assert set(SHARES) == set(Kind)  # a new kind cannot be forgotten here

# google.rpc.Code of the failure that a kind ends with.
BAD_AUDIO, CANCELLED, INTERNAL = 3, 1, 13
FAILURES = {
    Kind.BROKEN: BAD_AUDIO,
    Kind.UNHEARD: BAD_AUDIO,
    Kind.POISON: INTERNAL,
    Kind.CANCELLED: CANCELLED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """An object in the store: one loudness for each second; channel k is k - 1 louder."""

    key: str
    levels: Sequence[int]
    channels: int = 1
    opus: bool = False  # what the client declares; it never is

    @property
    def words(self) -> list[tuple[int, str]]:
        """Channel and word of everything that is to be heard, in order."""
        return [
            (channel + 1, str(level + channel)) for level in self.levels for channel in range(self.channels)
        ]

    @property
    def parts(self) -> int:
        """How many parts it is recognised in."""
        return -(-len(self.levels) * self.channels // PART_SECONDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One thing to submit."""

    number: int
    kind: Kind
    recording: Recording

    @property
    def failure(self) -> int | None:
        """The code it must fail with, or None: it must be transcribed (what is cancelled may be either)."""
        return FAILURES.get(self.kind)


def made(count: int, seed: int) -> list[Job]:
    """The jobs of a run, every kind among the first ones."""
    chance = random.Random(seed)
    rest = chance.choices(list(SHARES), list(SHARES.values()), k=max(0, count - len(Kind)))
    kinds = [*Kind, *rest][:count]
    chance.shuffle(kinds)
    lengths = [chance.randint(PART_SECONDS + 1, 4 * PART_SECONDS) for _ in range(LONG_RECORDINGS)]
    long = [
        Recording(key=f"long-{index}.pcm", levels=levels(chance, seconds))
        for index, seconds in enumerate(lengths)
    ]
    return [
        Job(number=number, kind=kind, recording=recording(chance, number, kind, long))
        for number, kind in enumerate(kinds)
    ]


def recording(chance: random.Random, number: int, kind: Kind, long: Sequence[Recording]) -> Recording:
    """What a job is about. Short ones have a recording each, so that no result can pass for another's."""
    if kind in (Kind.LONG, Kind.CANCELLED):
        return chance.choice(long)
    heard = levels(chance, chance.randint(1, 4))
    first = {Kind.BROKEN: ABORTS, Kind.UNHEARD: FAILS, Kind.POISON: KILLS}.get(kind)
    return Recording(
        key=f"{number}.pcm",
        levels=heard if first is None else [first, *heard],
        channels=2 if kind is Kind.STEREO else 1,
        opus=kind is Kind.REFUSED,
    )


def levels(chance: random.Random, seconds: int) -> list[int]:
    """So many seconds of different loudness."""
    return [chance.choice(LEVELS) for _ in range(seconds)]
