"""How many cores this process may use."""

import os


def usable() -> int:
    """Cores of our affinity mask: fewer than the machine has in a container or under taskset."""
    return len(os.sched_getaffinity(0))


def recognisers(asked: int, device: str) -> int:
    """How many recogniser processes there may be: what is asked for, else one for each core or card."""
    return asked or (1 if device == "cuda" else usable())
