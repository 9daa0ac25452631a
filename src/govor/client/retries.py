"""When a request is sent again, and after how long. Pure: chance and time are arguments."""

from dataclasses import dataclass

# The service or what stands before it says: not now. 500 is not among them: the same request may fail again.
PASSING = frozenset({408, 425, 429, 502, 503, 504})


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """The policy of a client; the defaults ride out a restart of the service (their waits sum up to 30 s)."""

    tries_max: int = 8  # the first included
    first_seconds: float = 0.3
    longest_seconds: float = 20.0
    asked_seconds_max: float = 120.0  # a Retry-After beyond this is the caller's to wait for

    def delay(self, tried: int, chance: float, asked_seconds: float | None = None) -> float | None:
        """Seconds to wait after `tried` tries (1, 2, …); None: give up. `chance` is random, 0..1.

        Waits grow twofold and are spread over their upper half, so that clients do not come back together.
        """
        if tried >= self.tries_max:
            return None
        if asked_seconds is not None and asked_seconds > self.asked_seconds_max:
            return None
        grown = min(self.longest_seconds, self.first_seconds * 2.0 ** (tried - 1))
        return max(grown * (0.5 + chance / 2), asked_seconds or 0.0)
