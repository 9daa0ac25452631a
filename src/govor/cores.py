"""How many cores this process may use."""

import os


def usable() -> int:
    """Cores of our affinity mask: fewer than the machine has in a container or under taskset."""
    return len(os.sched_getaffinity(0))
