"""How far a batch is and how long it will take. Pure: time is an argument.

Rule 1: recordings weigh what they have in bytes; one whose size is not known weighs as much as the average.
Rule 2: what was there before counts as done at once and says nothing about the speed.
"""

from dataclasses import dataclass, field

FAIR_SHARE = 0.02  # below this the past says too little about the future


@dataclass(slots=True)
class Estimate:
    """Progress over all recordings of a batch; `sizes_bytes` by number, 0 where it is not known."""

    sizes_bytes: list[int]
    started: float  # seconds of any clock
    skipped: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    shares: dict[int, float] = field(default_factory=dict)  # of those that run
    audio_seconds: float = 0.0  # recognised so far

    def weight(self, number: int) -> float:
        """Of one recording."""
        known = [size for size in self.sizes_bytes if size]
        return self.sizes_bytes[number] or (sum(known) / len(known) if known else 1.0)

    def share(self) -> float:
        """0..1 of all work that there was when the batch began."""
        todo = [number for number in range(len(self.sizes_bytes)) if number not in self.skipped]
        total = sum(map(self.weight, todo))
        done = sum(
            self.weight(number) * (1.0 if number in self.ended else self.shares.get(number, 0.0))
            for number in todo
        )
        return done / total if total else 1.0

    def seconds_left(self, now: float) -> float | None:
        """None while nobody can tell."""
        share = self.share()
        return (now - self.started) * (1 - share) / share if share >= FAIR_SHARE else None

    def rate(self, now: float) -> float | None:
        """Seconds of sound for each second of waiting; None before the first recording is done."""
        waited = now - self.started
        return self.audio_seconds / waited if self.audio_seconds and waited > 0 else None

    def summary(self, now: float) -> str:
        """Such as "3 of 40, 12 %, 31 times real time, 0:04:10 left"."""
        finished = len(self.ended) + len(self.skipped)
        said = [f"{finished} of {len(self.sizes_bytes)}", f"{self.share():.0%}".replace("%", " %")]
        if (rate := self.rate(now)) is not None:
            said.append(f"{rate:.3g} times real time")
        if (left := self.seconds_left(now)) is not None:
            said.append(f"{clock(left)} left")
        return ", ".join(said)


def clock(seconds: float) -> str:
    """0:00:09, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
