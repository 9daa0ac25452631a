"""The time line of an Ogg Opus file, without I/O: pages in; links, sound and holes out (RFC 7845).

Rule 1: a file is one or more links, one after the other; streams beside them are passed over.
Rule 2: granule positions say what time it is: missing sound becomes a Hole, so later words keep their time.
Rule 3: a clock that makes no sense is ignored rather than obeyed; sound is never dropped because of it.
"""

from dataclasses import dataclass

from govor.audio import ogg
from govor.audio.opus_packets import HEAD_MAGIC, RATE_HZ, OpusHead, is_header, packet_samples, read_head

# Shorter drifts are rounding by muxers that count in milliseconds, not lost sound: one usual packet.
DRIFT_SAMPLES_MAX = RATE_HZ // 50
# A clock that runs back this far began anew; less is jitter, which the following pages catch up with.
BACKWARD_SAMPLES_MIN = RATE_HZ
# A longer hole than an hour is a broken clock: no damage we can mend takes that much out of a file of 1 GB.
HOLE_SAMPLES_MAX = 3_600 * RATE_HZ


@dataclass(frozen=True, slots=True)
class Link:
    """A new stream begins; its packets need a decoder of their own."""

    head: OpusHead


@dataclass(frozen=True, slots=True)
class Sound:
    """One packet: of its samples (at 48 kHz) leave out the first `skip`, then use `keep`."""

    packet: bytes
    samples: int
    skip: int
    keep: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Sound of this length (at 48 kHz) is missing here."""

    samples: int


Event = Link | Sound | Hole


class TimeLine:
    """Turns the pages of a file, in file order, into events in time order."""

    def __init__(self) -> None:
        self._link: _Link | None = None

    def push(self, page: ogg.Page) -> list[Event]:
        """What this page adds; BadAudio if a stream begins that we cannot play."""
        if page.first and page.whole and page.body.startswith(HEAD_MAGIC):
            return self._begin(page)
        if self._link is None or page.serial != self._link.serial:
            return []
        return self._link.push(page)

    def _begin(self, page: ogg.Page) -> list[Event]:
        """Start a link, unless this is a second Opus stream beside one that has not sounded yet."""
        if self._link is not None and not self._link.begun and self._link.serial != page.serial:
            return []
        head = read_head(page.body[: page.lacing[0]])
        self._link = _Link(head, page)
        return [Link(head)]


class _Link:
    """The clock of one logical stream. Positions count decoded samples, pre-skip included."""

    def __init__(self, head: OpusHead, page: ogg.Page) -> None:
        self.serial = page.serial
        self.begun = False  # has a packet of sound been seen?
        self._packets = ogg.Packets()
        self._packets.push(page)
        self._damaged = False  # were pages lost before the first sound?
        self._skip = head.pre_skip
        self._origin = 0  # the granule position at position 0
        self._position = 0

    def push(self, page: ogg.Page) -> list[Event]:
        packets = [packet for packet in self._packets.push(page) if not is_header(packet)]
        if self._packets.lost and not page.whole:
            return []  # a page cut short counts only where it was expected
        self._damaged |= self._packets.lost
        lengths = [packet_samples(packet) for packet in packets]
        if not any(lengths):
            return []
        hole, trim = self._compare(page, sum(lengths))
        self.begun = True
        events: list[Event] = self._hole(hole)
        return events + self._sounds(packets, lengths, trim)

    def _compare(self, page: ogg.Page, samples: int) -> tuple[int, int]:
        """How much is missing before this page's packets, and how much of their end is not to be heard."""
        if page.granule < 0:
            return 0, 0
        start = page.granule - samples
        if not self.begun and not self._damaged:
            self._origin = max(0, start)  # a recording may start anywhere on its clock (RFC 7845, 4.5)
        drift = start - self._origin - self._position
        if page.last and drift < 0:
            return 0, min(-drift, samples)  # end trimming (RFC 7845, 4.4)
        if -BACKWARD_SAMPLES_MIN < drift <= DRIFT_SAMPLES_MAX:
            return 0, 0
        if 0 < drift <= HOLE_SAMPLES_MAX:
            return drift, 0
        self._origin += drift
        return 0, 0

    def _hole(self, samples: int) -> list[Event]:
        """Silence for lost sound, less what pre-skip takes of it."""
        self._position += samples
        skip = min(self._skip, samples)
        self._skip -= skip
        return [Hole(samples - skip)] if samples > skip else []

    def _sounds(self, packets: list[bytes], lengths: list[int], trim: int) -> list[Event]:
        """The packets of one page; `trim` samples at its end are left out."""
        events: list[Event] = []
        end = self._position + sum(lengths) - trim
        for packet, samples in zip(packets, lengths, strict=True):
            skip = min(self._skip, samples)
            keep = max(0, min(samples, end - self._position) - skip)
            self._skip -= skip
            self._position += samples
            events.append(Sound(packet, samples, skip, keep))
        return events
