"""Who is served first: one number for each part of each recording, the moment when it is due. Pure.

Whatever waits is taken in the order of these numbers, the lower first: operations, their parts, the clips of
recognisers. A number never changes, so nobody waits for ever: what is due at last comes before all newcomers.

Rule 1: the first minute of a recording is due at once, behind what its folder has in the service already:
        arrival + STRETCH_SECONDS x (operations of the folder that are not done + 1) / the folder's weight.
        A folder that sends ten thousand recordings queues up behind itself, not in front of others.
Rule 2: further minutes are due three minutes apart, a recording of four hours in half a day. Several long
        ones of a folder that run at a time share that pace. So short recordings overtake the tails of long
        ones: while thirty short ones of a folder fall due, one minute of its long one does.
Rule 3: `deferred-general` is due in 23 hours: everything else goes first until then, and 24 hours are kept.
"""

from dataclasses import dataclass

EPOCH_SECONDS = 1_735_689_600  # 2025-01-01; priorities are 31 bits, which then last until 2093
PRIORITY_MAX = 2**31 - 1
# A minute of audio takes about so long on two busy cores: the tenth recording is due when it can be done.
STRETCH_SECONDS = 6.0
PACE_SECONDS = 180.0  # between parts, which hold a minute at most; idle recognisers wait for nobody
DEFERRED_SECONDS = 23 * 3600.0  # the 24th hour is for doing it
DEFERRED_SHARE_SECONDS = 1800.0  # how much of that hour a folder's own queue may take
DEFERRED_PACE_SECONDS = 2.0  # 480 parts, four hours of speech in each of two channels, in 16 minutes
PROMPT_PACE_SECONDS = 6.0  # for a recording whose caller waits on the line


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """When an operation's first part is due (seconds since the epoch), and how the others follow."""

    due_at: int
    deferred: bool
    weight: float = 1.0
    long: bool = False  # it will take its time, and waits among its like

    def deadline(self, index: int, crowd: int = 1) -> int:
        """Of part `index`, when `crowd` long recordings of its folder, itself included, run at a time."""
        pace = DEFERRED_PACE_SECONDS if self.deferred else PACE_SECONDS * max(1, crowd) / self.weight
        return deadline(self.due_at, index, pace)


def turn(arrived_at: float, *, ahead: int, weight: float = 1.0, deferred: bool = False) -> Turn:
    """For an operation that arrives when `ahead` others of its folder are not done."""
    share = STRETCH_SECONDS * (ahead + 1) / weight
    if deferred:
        share = DEFERRED_SECONDS + min(share, DEFERRED_SHARE_SECONDS)
    return Turn(due_at=int(arrived_at + share), deferred=deferred, weight=weight)


def deadline(due_at: float, index: int, pace_seconds: float) -> int:
    """The priority (lower goes first) of part `index`, when the first is due then and others follow."""
    seconds = due_at - EPOCH_SECONDS + pace_seconds * index
    return int(min(max(1, seconds), PRIORITY_MAX))
