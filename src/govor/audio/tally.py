"""Counts what could not be decoded, and says when a recording is not worth going on with."""

from dataclasses import dataclass

from govor.audio.refusal import invalid

# A few seconds of packets: enough to tell a bad start from a bad file.
BAD_PACKETS_MIN = 200
# Each false page start costs the checksum of up to 64 KB: a file made of them would keep us busy for hours.
DAMAGED_PAGES_MAX = 20_000


@dataclass(slots=True)
class Tally:
    """Good and bad packets of one recording so far."""

    good: int = 0
    bad: int = 0

    def packet(self, *, good: bool) -> None:
        """Count one; BadAudio when more than half of many are bad."""
        if good:
            self.good += 1
            return
        self.bad += 1
        if self.bad >= BAD_PACKETS_MIN and self.bad > self.good:
            raise invalid(f"{self.bad} of {self.bad + self.good} packets are damaged")

    def pages(self, *, damaged: int) -> None:
        """BadAudio when so many pages are damaged that the file is made of damage."""
        if damaged > DAMAGED_PAGES_MAX:
            raise invalid(f"more than {DAMAGED_PAGES_MAX} Ogg pages are damaged")
