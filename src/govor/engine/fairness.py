"""Who is served first: one number for each part of a long recording. Pure.

Parts are taken in the order of their deadlines. A part's deadline is when its operation arrived plus a share
of the audio up to and including the part. So a short recording overtakes the tail of a long one, and the
tail overtakes whatever arrives much later: nobody waits for ever.
"""

EPOCH_SECONDS = 1_735_689_600  # 2025-01-01; priorities are 31 bits, which then last until 2093
# A part's deadline comes a tenth of its audio later: about what two busy cores need in practice.
STRETCH = 0.1
PRIORITY_MAX = 2**31 - 1


def deadline(submitted_at: int, index: int, part_seconds: int) -> int:
    """The priority (lower goes first) of part `index` of an operation submitted then (seconds, UTC)."""
    seconds = submitted_at - EPOCH_SECONDS + STRETCH * part_seconds * (index + 1)
    return min(max(1, int(seconds)), PRIORITY_MAX)
